"""The loop: one turn of a conversation, whatever journey it is in.

    a choice that was pressed      -> what it says
    a question is open             -> a control word, an answer, a correction, a digression, a switch, or not understood
    nothing is open                -> an emergency, a journey, an answer, small talk, "did you mean", or a search

Each turn first runs the journey to find its open question (`Pending`), reads the message against it, and runs the journey
again with what was learnt.
"""

import logging
from dataclasses import dataclass, field, replace
from typing import Any

from actions.backoffice.errors import BackOfficeError
from actions.backoffice.systems import Systems
from actions.engine import repair, search, small_talk
from actions.engine.desk import Desk, Frame, heard
from actions.engine.readers import NotValid
from actions.engine.talk import CHANGE, CHECK, Ended, Pending, Talk, Unacted, offer
from actions.engine.turn import Pressed, Turn
from actions.engine.understanding import CONVERSATION, EMERGENCIES, SMALL_TALK, SURE, UNSURE, VERY_SURE
from actions.journeys import JOURNEYS
from bot.clock import now
from bot.log import Choice, ConversationLog, Reply
from bot.nlu.values import parse_yes_no
from bot.safety import emergency
from bot.words import has_words, words

logger = logging.getLogger(__name__)
MOST_STEPS = 8
MOST_REFUSALS = 2


@dataclass
class Loop:
    """One turn. `run` returns the replies (at least one) and leaves the new state in `desk`."""

    turn: Turn
    desk: Desk
    systems: Systems
    log: ConversationLog
    cache: dict[str, Any]
    replies: list[Reply] = field(default_factory=list)
    unsure: dict[str, Any] | None = None

    def run(self) -> list[Reply]:
        """Deal with the turn."""
        self.unsure, self.desk.unsure = self.desk.unsure, None
        if self.turn.pressed:
            self._pressed(self.turn.pressed)
        elif self.desk.top:
            self._in_journey(self.desk.top)
        else:
            self._open_floor()
        self._serve_waiting()
        if not self.replies:
            self.replies.append(Reply(words("desk.open")))
        self.desk.last = [{"text": r.text, "choices": [[c.title, c.value] for c in r.choices]} for r in self.replies[-2:]]
        self.desk.seq = self.turn.seq
        return self.replies

    def say(self, key: str, *choices: Choice, kind: str = "answer", **values: Any) -> None:
        """Add a reply in the words of `key`."""
        self.replies.append(Reply(words(key, **values), tuple(choices), kind))

    # -- choices ---------------------------------------------------------------------------------------------------

    def _pressed(self, pressed: Pressed) -> None:
        if pressed.verb == "go":
            self.go(str(pressed.value), pressed.answers)
        elif pressed.verb == "find":
            self.replies.append(search.find(str(pressed.value)))
            self.resume()
        elif pressed.verb == "say":
            repair.SAY[str(pressed.value)](self)
        else:
            self._picked(pressed)

    def _picked(self, pressed: Pressed) -> None:
        frame = self.desk.frame(pressed.frame)
        if frame is None:
            self.say("desk.old_choice")
            self.resume()
            return
        if frame is not self.desk.top:
            self.desk.raise_to_top(frame)
        if pressed.question == CHECK:
            pending, _ = self._pending(frame)
            if pending and pending.name == CHECK:
                self._checked(frame, pending, pressed.value)
            else:
                self.advance(frame)
            return
        if pressed.question == CHANGE:
            frame.answers.pop(pressed.value, None)
            frame.said.clear()
            self.advance(frame)
            return
        self.learn(frame, pressed.question, pressed.value)
        self.advance(frame)

    # -- a journey is under way ------------------------------------------------------------------------------------

    def _in_journey(self, frame: Frame) -> None:
        turn = self.turn
        pending, talk = self._pending(frame)
        if self._interrupted(pending):
            return
        if pending is None:
            self._no_question(frame)
            return
        if turn.intent == "correct_detail" and turn.confidence >= SURE and repair.change(self, frame, talk, pending):
            return
        try:
            answer = pending.reader.read(turn, pending.options)
        except NotValid as wrong:
            if not self._other_wish(frame, pending):
                frame.failures += 1
                self._not_valid(frame, pending, wrong)
            return
        if answer is not None and not self._asks_something_else(frame, pending, answer):
            self._hear(frame)
            if pending.name == CHECK:
                self._checked(frame, pending, answer)
            else:
                self.learn(frame, pending.name, answer)
                self.advance(frame)
            return
        if turn.photo_id or turn.location:
            self._hear(frame)
            self.advance(frame)
            return
        corrects = turn.intent in ("correct_detail", "deny", "inform") or pending.name == CHECK
        if corrects and repair.correct(self, frame, talk, pending):
            return
        if not self._other_wish(frame, pending):
            repair.not_understood(self, frame, pending)

    def _no_question(self, frame: Frame) -> None:
        """Deal with words while a journey waits for a system that was not reached: another wish, else it tries again."""
        turn = self.turn
        served = turn.intent in JOURNEYS or search.has_page(turn.intent)
        if served and turn.confidence >= SURE and turn.intent != frame.journey:
            self.go(turn.intent)
            return
        self._hear(frame)
        repair.retry(self)

    def _interrupted(self, pending: Pending | None) -> bool:
        """Deal with what goes before any answer: an emergency, and the control words."""
        turn = self.turn
        if turn.intent in EMERGENCIES and turn.confidence >= VERY_SURE and turn.words >= 3:
            self.emergency(turn.intent)
            return True
        act = repair.CONTROL.get(turn.intent)
        free = pending is not None and pending.reader.free
        if act is None or turn.confidence < (VERY_SURE if free else SURE) or (free and turn.words > 10):
            return False
        if turn.intent in repair.GENTLE and pending and self._reads(pending):
            return False
        act(self)
        return True

    def _reads(self, pending: Pending) -> bool:
        try:
            return pending.reader.read(self.turn, pending.options) is not None
        except NotValid:
            return False

    def _asks_something_else(self, frame: Frame, pending: Pending, answer: Any) -> bool:
        """Return whether words that could be read as an answer are plainly another wish.

        They are when they ask, or when they only begin like a yes ("I would like to report a pothole").
        """
        turn = self.turn
        other = turn.intent != frame.journey and (turn.intent in JOURNEYS or search.has_page(turn.intent))
        if not other or turn.confidence < VERY_SURE or answer is False or turn.words < (1 if pending.reader.free else 4):
            return False
        return turn.asks or (answer is True and turn.words >= 5 and parse_yes_no(turn.text.split()[0]) is None)

    def _other_wish(self, frame: Frame, pending: Pending) -> bool:
        """Serve a wish that is not an answer: another journey, an answer, small talk. Return whether there was one."""
        turn = self.turn
        if turn.confidence < SURE:
            return False
        if turn.intent == frame.journey:
            self._hear(frame)
            return self._advanced(frame, pending)
        if turn.intent in EMERGENCIES:
            self.emergency(turn.intent)
        elif turn.intent in JOURNEYS or search.has_page(turn.intent):
            self.go(turn.intent)
        elif turn.intent in SMALL_TALK:
            small_talk.reply(self)
            self.resume()
        else:
            return False
        return True

    def _advanced(self, frame: Frame, pending: Pending) -> bool:
        """Run the journey on and return whether it came any further than the question that was open."""
        after, _ = self._pending(frame)
        if after is not None and after.name == pending.name:
            return False
        self.advance(frame)
        return True

    def _hear(self, frame: Frame) -> None:
        """Keep what else the message says for the questions to come."""
        turn = self.turn
        if turn.entities or turn.location or turn.photo_id:
            frame.said.insert(0, heard(turn, turn.intent == frame.journey))
            del frame.said[6:]

    def learn(self, frame: Frame, name: str, answer: Any) -> None:
        """Keep an answer."""
        frame.answers[name] = answer
        frame.failures = 0
        self.desk.failures = 0

    def _checked(self, frame: Frame, pending: Pending, answer: Any) -> None:
        if answer == CHANGE:
            repair.ask_what_to_change(self, frame, pending)
        else:
            self.learn(frame, CHECK, answer)
            self.advance(frame)

    def _not_valid(self, frame: Frame, pending: Pending, wrong: NotValid) -> None:
        if frame.failures >= 2:
            repair.offer_a_person(self, frame)
            self.replies.append(pending.reply)
            return
        own = f"{frame.journey}.{pending.name}.{wrong.word}"
        key = own if has_words(own) else f"desk.{pending.name}.{wrong.word}"
        self.say(key if has_words(key) else f"desk.answer.{wrong.word}", **wrong.values)
        self.replies.append(pending.reply)

    # -- running a journey -----------------------------------------------------------------------------------------

    def _talk(self, frame: Frame, silent: bool = False) -> Talk:
        return Talk(frame, self.desk, self.turn, self.systems, self.log, self.cache, silent=silent)

    def _pending(self, frame: Frame) -> tuple[Pending | None, Talk]:
        """Run the journey as far as it is known, silently, for its open question; None when it waits for a system."""
        told = list(frame.told)
        talk = self._talk(frame, silent=True)
        if frame.open is None:
            return None, talk
        try:
            JOURNEYS[frame.journey](talk)
        except Pending as pending:
            return pending, talk
        except (Ended, Unacted, BackOfficeError):
            pass
        finally:
            frame.told = told
        return None, talk

    def advance(self, frame: Frame) -> None:
        """Run the journey until it asks something or ends, and whatever it leads to."""
        for _ in range(MOST_STEPS):
            talk = self._talk(frame)
            try:
                JOURNEYS[frame.journey](talk)
            except Pending as pending:
                self.replies += talk.replies
                self._count_refusals(frame, pending, talk)
                frame.open = pending.name
                self.replies.append(pending.reply)
                return
            except BackOfficeError as error:
                self.replies += talk.replies
                self._unreachable(frame, error)
                return
            except Ended as ended:
                self.replies += talk.replies
                self.desk.stack.remove(frame)
                if ended.next_journey is None:
                    self.resume()
                    return
                frame = self.start(ended.next_journey, ended.answers)
        raise RuntimeError(f"{frame.journey} goes round in circles")

    def _count_refusals(self, frame: Frame, pending: Pending, talk: Talk) -> None:
        """Offer a person when answers that could be read could not be used, twice in a row."""
        if frame.open != pending.name:
            frame.failures = frame.refusals = 0
        if talk.refused:
            frame.refusals += 1
        if frame.refusals >= MOST_REFUSALS:
            frame.refusals = 0
            repair.offer_a_person(self, frame)

    def _unreachable(self, frame: Frame, error: BackOfficeError) -> None:
        """Say honestly that a system can't be reached; the answers are kept, and trying again is one press away."""
        logger.warning("%s stopped: %s", frame.journey, error)
        frame.open = frame.open or "retry"
        self.log.flag(self.turn.conversation_id, "failed_call")
        retry = Choice(words("desk.unreachable.retry"), Pressed("say", "retry").dump())
        person = offer("speak_to_person")
        self.say("desk.unreachable.ask", retry, person, system=words(f"systems.{error.system}"), kind="notice")

    def start(self, journey: str, answers: dict[str, Any] | None = None) -> Frame:
        """Put a journey on top of the stack, or raise the one of that name that waits there."""
        for frame in self.desk.stack:
            if frame.journey == journey and not answers:
                self.desk.raise_to_top(frame)
                return frame
        count = sum(1 for f in self.desk.stack if f.journey == journey)
        frame = Frame(f"{self.turn.conversation_id[:8]}-{self.turn.seq}-{journey}-{count}", journey, dict(answers or {}))
        if self.turn.text and not self.turn.pressed:
            frame.said.append(heard(self.turn, True))
        elif self.unsure:
            # What was said before "did you mean" is still said.
            frame.said.append(self.unsure)
        self.desk.push(frame)
        return frame

    def go(self, intent: str, answers: dict[str, Any] | None = None) -> None:
        """Start a journey, or give an answer and come back to the question that was open."""
        if intent in JOURNEYS:
            if self.desk.top and self.desk.top.journey != intent:
                self.say("desk.switch", title=words(f"intents.{self.desk.top.journey}"))
            self.advance(self.start(intent, answers))
        else:
            self.replies.append(search.answer(intent, self.turn))
            self.resume()

    def resume(self) -> None:
        """Come back to the journey that waits, if there is one."""
        frame = self.desk.top
        if frame is None:
            return
        if frame.open:
            self.say("desk.resume", title=words(f"intents.{frame.journey}"))
        self.advance(frame)

    # -- nothing is open -------------------------------------------------------------------------------------------

    def _open_floor(self) -> None:
        turn = self.turn
        if turn.intent in EMERGENCIES and turn.confidence >= UNSURE:
            self.emergency(turn.intent)
        elif turn.confidence < UNSURE or turn.intent == "out_of_scope":
            repair.lost(self)
        elif self.unsure and turn.intent == "deny":
            self.replies.append(search.find(str(self.unsure["text"])))
        elif turn.confidence < SURE and turn.intent not in CONVERSATION:
            repair.did_you_mean(self)
        elif turn.intent == "restart" or (turn.intent == "ask_to_repeat" and self.desk.last):
            repair.CONTROL[turn.intent](self)
        elif turn.intent in JOURNEYS or search.has_page(turn.intent):
            self.desk.failures = 0
            self.go(turn.intent)
        else:
            repair.CONTROL.get(turn.intent, repair.small)(self)

    def emergency(self, intent: str) -> None:
        """Give the emergency's approved words, flag the conversation, and leave what was under way where it was."""
        self.log.flag(self.turn.conversation_id, intent)
        reply = Reply(emergency.reply(intent, now()), kind="emergency", extra={"emergency": intent})
        self.replies.insert(0, reply)
        if self.desk.top:
            go_on = Choice(words("desk.carry_on"), Pressed("say", "resume").dump())
            self.replies[0] = replace(reply, choices=(go_on,))

    def _serve_waiting(self) -> None:
        """Start a second wish of an earlier message, once nothing else is open."""
        if self.desk.waiting and not self.desk.top:
            self.go(self.desk.waiting.pop(0))

"""Running journeys: as far as their open question, on with an answer, one after the other, and back to the one that waits.

What `loop` and `repair` decide, this does. Each turn first runs the top journey silently for its open question (`pending`),
and then runs it on with what was learnt (`advance`).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from actions.backoffice.errors import BackOfficeError
from actions.backoffice.systems import Systems
from actions.engine import search, small_talk, wishes
from actions.engine.desk import Desk, Frame, heard
from actions.engine.talk import Ended, Pending, Talk, Unacted, offer, way_back, when_safe
from actions.engine.turn import Pressed, Turn
from actions.engine.understanding import EMERGENCIES
from actions.journeys import JOURNEYS
from bot.emergency_reply import emergency_reply
from bot.log import Choice, ConversationLog, Reply
from bot.words import words

logger = logging.getLogger(__name__)
MOST_STEPS = 8
MOST_REFUSALS = 2


@dataclass
class Runner:
    """One turn's work: `replies` collects what is said, `desk` is the state that is left."""

    turn: Turn
    desk: Desk
    systems: Systems
    log: ConversationLog
    cache: dict[str, Any]
    replies: list[Reply] = field(default_factory=list)
    unsure: dict[str, Any] | None = None

    def say(self, key: str, *choices: Choice, kind: str = "answer", **values: Any) -> None:
        """Add a reply in the words of `key`."""
        self.replies.append(Reply(words(key, **values), tuple(choices), kind))

    def learn(self, frame: Frame, name: str, answer: Any) -> None:
        """Keep an answer."""
        frame.answers[name] = answer
        frame.failures = 0
        self.desk.failures = 0

    def hear(self, frame: Frame) -> None:
        """Keep what else the message says for the questions to come."""
        turn = self.turn
        if turn.entities or turn.location or turn.photo_id:
            frame.said.insert(0, heard(turn, turn.intent == frame.journey))
            del frame.said[6:]

    def _talk(self, frame: Frame, silent: bool = False) -> Talk:
        return Talk(frame, self.desk, self.turn, self.systems, self.log, self.cache, silent=silent)

    def pending(self, frame: Frame) -> tuple[Pending | None, Talk]:
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
                if ended.next_journey is None:
                    self.leave(frame)
                    return
                self.desk.stack.remove(frame)
                then, frame = frame.then, self.start(ended.next_journey, ended.answers)
                frame.then += [wish for wish in then if wish["intent"] != frame.journey]
        raise RuntimeError(f"{frame.journey} goes round in circles")

    def _count_refusals(self, frame: Frame, pending: Pending, talk: Talk) -> None:
        """Offer a person when answers that could be read could not be used, twice in a row."""
        if frame.open != pending.name:
            frame.failures = frame.refusals = 0
        if talk.refused:
            frame.refusals += 1
        if frame.refusals >= MOST_REFUSALS:
            frame.refusals = 0
            self.offer_a_person(frame)

    def _unreachable(self, frame: Frame, error: BackOfficeError) -> None:
        """Say honestly that a system can't be reached; the answers are kept, and trying again is one press away."""
        logger.warning("%s stopped: %s", frame.journey, error)
        frame.open = frame.open or "retry"
        self.log.flag(self.turn.conversation_id, "failed_call")
        retry = Choice(words("desk.unreachable.retry"), Pressed("say", "retry").dump())
        person = offer("speak_to_person")
        self.say("desk.unreachable.ask", retry, person, system=words(f"systems.{error.system}"), kind="notice")
        then, frame.then = frame.then, []
        if then:
            wishes.go_on(self, then)

    def start(self, journey: str, answers: dict[str, Any] | None = None) -> Frame:
        """Put a journey on top of the stack, or raise the one of that name that waits there."""
        for frame in self.desk.stack:
            # What is started now is no longer to come.
            frame.then = [wish for wish in frame.then if wish["intent"] != journey]
        for frame in self.desk.stack:
            if frame.journey == journey and not answers:
                self.desk.raise_to_top(frame)
                return frame
        count = sum(1 for f in self.desk.stack if f.journey == journey)
        frame = Frame(f"{self.turn.conversation_id[:8]}-{self.turn.seq}-{journey}-{count}", journey, dict(answers or {}))
        if self.turn.text and not self.turn.pressed:
            frame.said.append(heard(self.turn, True))
        if self.unsure:
            # What was said before "did you mean" is still said.
            frame.said.append(self.unsure)
        self.desk.push(frame)
        return frame

    def leave(self, frame: Frame) -> None:
        """Take a journey that is over off the desk, and go on with what else was asked for, or with the one that waits."""
        self.desk.stack.remove(frame)
        if frame.then:
            wishes.go_on(self, frame.then)
        else:
            self.resume()

    def go(self, intent: str, answers: dict[str, Any] | None = None, then: Sequence[dict[str, Any]] = ()) -> None:
        """Start a journey, or give an answer and come back to the question that was open.

        `then` is what else was asked for with it (`Wish.to_json`), and is served when the journey is over.
        """
        if intent in JOURNEYS or search.has_page(intent):
            self.desk.memory["served"] = intent
        if intent in JOURNEYS:
            if self.desk.top and self.desk.top.journey != intent:
                self.say("desk.switch", title=words(f"intents.{self.desk.top.journey}"))
            frame = self.start(intent, answers)
            frame.then += then
            self.advance(frame)
        elif intent in EMERGENCIES:
            self.emergency(intent)
        elif search.has_page(intent):
            self.replies.append(search.answer(intent, self.turn))
            self.resume()
        else:
            self.small_talk(intent)
            self.resume()

    def resume(self) -> None:
        """Come back to the journey that waits, if there is one."""
        frame = self.desk.top
        if frame is None:
            return
        if frame.open:
            self.say("desk.resume", title=words(f"intents.{frame.journey}"))
        self.advance(frame)

    def offer_a_person(self, frame: Frame | None) -> None:
        """Offer an adviser's call back."""
        if frame:
            frame.failures = 0
        self.desk.failures = 0
        self.log.flag(self.turn.conversation_id, "not_understood")
        choices = [offer("speak_to_person", words("desk.person.yes"))]
        if frame:
            choices.append(Choice(words("desk.stop"), Pressed("say", "stop").dump()))
        self.say("desk.person.offer", *choices)

    def emergency(self, intent: str) -> None:
        """Give the emergency's approved words, flag the conversation, and leave what was under way where it was."""
        self.log.flag(self.turn.conversation_id, intent)
        back = (way_back(),) if self.desk.top else ()
        self.replies.insert(0, replace(emergency_reply(intent), choices=back))
        others = [wish for wish in self.turn.wishes if wish.sure and wish.intent != intent]
        if others:
            self.replies.append(when_safe(others, back))

    def small_talk(self, intent: str) -> None:
        """Answer small talk; somebody who wants a person is served like a journey."""
        if intent == "speak_to_person":
            self.go(intent)
        else:
            self.replies.append(small_talk.reply(intent, busy=self.desk.top is not None))

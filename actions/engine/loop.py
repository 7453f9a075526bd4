"""The loop: one turn of a conversation, whatever journey it is in.

    a choice that was pressed      -> what it says
    a question is open             -> a control word, an answer, a correction, a digression, a switch, or not understood
    nothing is open                -> an emergency, a journey, an answer, small talk, "did you mean", or a search

Each turn first runs the journey to find its open question (`Pending`), reads the message against it, and runs the journey
again with what was learnt.
"""

from dataclasses import replace
from typing import Any

from actions.engine import repair, search, wishes
from actions.engine.context import in_context, notice_answered
from actions.engine.desk import Frame
from actions.engine.readers import Check, NotValid, Pick
from actions.engine.runner import Runner
from actions.engine.talk import CHANGE, CHECK, Pending
from actions.engine.turn import Pressed, Wish
from actions.engine.understanding import CONVERSATION, EMERGENCIES, SMALL_TALK, SURE, UNSURE, VERY_SURE
from actions.journeys import JOURNEYS
from bot.log import Reply
from bot.nlu.bare import parse_choice
from bot.nlu.values import parse_yes_no
from bot.safety.verdict import verdict
from bot.words import has_words, words

MOST_BARE_WORDS = 3
MOST_ANSWER_WORDS = 6
# Fewer in a question are an answer, and an emergency that is clear in fewer was answered before Rasa.
LEAST_ALARMING_WORDS = 5


class Loop(Runner):
    """One turn. `run` returns the replies (at least one) and leaves the new state in `desk`."""

    def run(self) -> list[Reply]:
        """Deal with the turn."""
        self.unsure, self.desk.unsure = self.desk.unsure, None
        if self.turn.pressed:
            self._pressed(self.turn.pressed)
        elif self.desk.top:
            self._in_journey(self.desk.top)
        else:
            self._open_floor()
        if not self.replies:
            self.replies.append(Reply(words("desk.open")))
        return self.replies

    # -- choices ---------------------------------------------------------------------------------------------------

    def _pressed(self, pressed: Pressed) -> None:
        if pressed.verb == "go":
            self.go(str(pressed.value), pressed.answers)
        elif pressed.verb == "find":
            self.replies.append(search.find(str(pressed.value)))
            self.resume()
        elif pressed.verb == "wish":
            wishes.serve(self, [replace(Wish.from_json(pressed.value), sure=True)])
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
            pending, _ = self.pending(frame)
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
        pending, talk = self.pending(frame)
        if self._interrupted(frame, pending):
            return
        if pending is None or pending.name != frame.open:
            # A question that was never put, because a system was not reached, is answered by nothing.
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
            self.hear(frame)
            if pending.name == CHECK:
                self._checked(frame, pending, answer)
            else:
                self.learn(frame, pending.name, answer)
                self.advance(frame)
            return
        if turn.photo_id or turn.location:
            self.hear(frame)
            self.advance(frame)
            return
        corrects = turn.intent in ("correct_detail", "deny", "inform") or pending.name == CHECK
        if corrects and repair.correct(self, frame, talk, pending):
            return
        if not self._other_wish(frame, pending):
            self.hear(frame)
            repair.not_understood(self, frame, pending)

    def _no_question(self, frame: Frame) -> None:
        """Deal with words while a journey waits for a system that was not reached: another wish, else it tries again."""
        turn = self.turn
        served = turn.intent in JOURNEYS or search.has_page(turn.intent)
        if served and turn.confidence >= SURE and turn.intent != frame.journey:
            self.go(turn.intent)
            return
        self.hear(frame)
        repair.retry(self)

    def _interrupted(self, frame: Frame, pending: Pending | None) -> bool:
        """Deal with what goes before any answer: an emergency, and the control words."""
        turn = self.turn
        if turn.words >= LEAST_ALARMING_WORDS and self._is_emergency(in_a_question=True):
            return True
        act = repair.CONTROL.get(turn.intent)
        free = pending is not None and pending.reader.free
        if act is None or turn.intent == frame.journey:
            return False
        if turn.confidence < (VERY_SURE if free else SURE) or (free and turn.words > 10):
            return False
        if pending and self._gives_way(pending):
            return False
        act(self)
        return True

    def _is_emergency(self, *, in_a_question: bool = False) -> bool:
        """Answer an emergency, if the message is one. Return whether it was."""
        intent = verdict(self.turn.text, self.turn.likely, in_a_question=in_a_question).intent
        if intent is not None:
            self.emergency(intent)
        return intent is not None

    def _gives_way(self, pending: Pending) -> bool:
        """Return whether what sounds like a control word is the answer: "it won't stop" is one of the dangers."""
        turn, reader = self.turn, pending.reader
        if turn.words <= MOST_BARE_WORDS and any(map(str.isdigit, turn.text)) and self._reads(pending):
            return True
        if reader.free:
            # Any words are an answer here, but not these when they are all that is said.
            return turn.intent in repair.GENTLE and not (turn.intent in repair.SHORT and turn.words <= repair.SHORT_WORDS)
        picks = isinstance(reader, Pick) and not isinstance(reader, Check)
        names_option = turn.words >= repair.LEAST_OPTION_WORDS or parse_choice(turn.text) is not None
        gentle = turn.intent in repair.GENTLE or (turn.intent in repair.GENTLE_WHEN_BARE and turn.words <= MOST_BARE_WORDS)
        return (gentle or (picks and names_option)) and self._reads(pending)

    def _reads(self, pending: Pending) -> bool:
        try:
            return pending.reader.read(self.turn, pending.options) is not None
        except NotValid:
            return False

    def _asks_something_else(self, frame: Frame, pending: Pending, answer: Any) -> bool:
        """Return whether words that could be read as an answer are plainly another wish.

        They are when they ask, when they only begin like a yes ("I would like to report a pothole"), or when what sounds
        like a number says what goes before ("report a pothole first").
        """
        turn = self.turn
        other = turn.intent != frame.journey and (turn.intent in JOURNEYS or search.has_page(turn.intent))
        if not other or turn.confidence < VERY_SURE or answer is False or turn.words < (1 if pending.reader.free else 4):
            return False
        before = turn.text.lower().rstrip(" .!").endswith(" first")
        return turn.asks or before or (answer is True and turn.words >= 5 and parse_yes_no(turn.text.split()[0]) is None)

    def _other_wish(self, frame: Frame, pending: Pending) -> bool:
        """Serve a wish that is not an answer: another journey, an answer, small talk. Return whether there was one."""
        turn = self.turn
        if self._is_emergency() or wishes.take_others(self, frame):
            return True
        # Two or three words that ask nothing are mostly an answer that could not be read.
        bare = turn.words <= MOST_BARE_WORDS and not turn.asks
        if turn.confidence < (VERY_SURE if bare else SURE):
            return False
        if turn.intent == frame.journey:
            self.hear(frame)
            return self._advanced(frame, pending)
        if turn.intent in JOURNEYS or search.has_page(turn.intent):
            self.go(turn.intent)
        elif turn.intent in SMALL_TALK:
            self.small_talk(turn.intent)
            self.resume()
        else:
            return False
        return True

    def _advanced(self, frame: Frame, pending: Pending) -> bool:
        """Run the journey on and return whether it came any further than the question that was open."""
        after, _ = self.pending(frame)
        if after is not None and after.name == pending.name:
            return False
        self.advance(frame)
        return True

    def _checked(self, frame: Frame, pending: Pending, answer: Any) -> None:
        if answer == CHANGE:
            repair.ask_what_to_change(self, frame, pending)
        else:
            self.learn(frame, CHECK, answer)
            self.advance(frame)

    def _not_valid(self, frame: Frame, pending: Pending, wrong: NotValid) -> None:
        if frame.failures >= 2:
            self.offer_a_person(frame)
            self.replies.append(pending.reply)
            return
        own = f"{frame.journey}.{pending.name}.{wrong.word}"
        key = own if has_words(own) else f"desk.{pending.name}.{wrong.word}"
        self.say(key if has_words(key) else f"desk.answer.{wrong.word}", **wrong.values)
        self.replies.append(pending.reply)

    # -- nothing is open -------------------------------------------------------------------------------------------

    def _answers_notice(self) -> bool:
        """Take a few words for one of the choices of what the council just said first: "no" to "is it fixed?"."""
        pressed = notice_answered(self.log, self.turn) if self.turn.words <= MOST_ANSWER_WORDS else None
        if pressed:
            self._pressed(pressed)
        return pressed is not None

    def _open_floor(self) -> None:
        if self._is_emergency() or self._answers_notice():
            return
        self.turn = turn = in_context(self.turn, self.desk.memory.get("served"))
        doubtful = turn.confidence < SURE or turn.intent in EMERGENCIES
        if wishes.take(self):
            self.desk.failures = 0
        elif turn.confidence < UNSURE or turn.intent == "out_of_scope":
            repair.lost(self)
        elif self.unsure and turn.intent == "affirm":
            # A yes to "did you mean one of these" says not which.
            self.desk.unsure = self.unsure
            repair.say_again(self)
        elif self.unsure and turn.intent == "deny":
            self.replies.append(search.find(str(self.unsure["text"])))
        elif doubtful and turn.intent not in CONVERSATION:
            repair.did_you_mean(self)
        elif turn.intent == "restart" or (turn.intent == "ask_to_repeat" and self.desk.last):
            repair.CONTROL[turn.intent](self)
        elif turn.intent in JOURNEYS or search.has_page(turn.intent):
            self.desk.failures = 0
            self.go(turn.intent)
        else:
            repair.CONTROL.get(turn.intent, repair.small)(self)

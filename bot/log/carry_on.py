"""Carrying a conversation on through another door, with a code that its resident passes on.

A code works once, and for minutes. It has 45 random bits, and of it only a keyed hash is kept: what is looked up in the
database tells by its time nothing about a code. A try is counted before it is looked at, and taken back when it was right.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.engine import Connection

from bot import clock
from bot.council import council
from bot.db import writing
from bot.log import codes, conversation, delivery, door, message
from bot.log.conversation import Conversation
from bot.log.door import Door
from bot.log.errors import CodeRefused, ConversationGone, TooManyTries
from bot.log.log import ConversationLog
from bot.log.message import Message
from bot.log.speech import Reply
from bot.words import words

# Crockford's base 32: without I, L and O, which look like others, and without U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, LETTERS = 3, 3
_LOOK_ALIKES = str.maketrans("OIL", "011")
_CODE = re.compile(f"[{ALPHABET}]{{{GROUPS * LETTERS}}}")
# What no word and no number has together: a letter that looks like no digit, and a digit that looks like no letter.
_PLAIN = re.compile("(?=.*[A-Z])(?=.*[2-9])")


def as_code(text: str) -> str | None:
    """Return the code that somebody typed, as `CarryOn.code` gave it, or None when the text is none.

    Small letters, spaces and dashes, and letters that look like digits are forgiven.
    """
    plain = re.sub(r"[\s\-–—]", "", text).upper().translate(_LOOK_ALIKES)
    return _grouped(plain) if _CODE.fullmatch(plain) and _PLAIN.match(plain) else None


@dataclass(frozen=True)
class _Try:
    """A try that was counted: the code's keyed hash, and under which subjects and day it counts."""

    digest: str
    subjects: tuple[str, ...]
    day: date

    def take_back(self, conn: Connection) -> None:
        for subject in self.subjects:
            codes.uncount(conn, subject, self.day)


class CarryOn:
    """The codes and the doors of one conversation log. Safe to share between threads."""

    def __init__(self, log: ConversationLog) -> None:
        self._log = log

    def code(self, conversation_id: str) -> str:
        """Return a new code for a conversation, such as "K7Q-F3M-XA2"; an earlier one is void. Raises ConversationGone."""
        made = _new_code()
        with writing(self._log.engine) as conn:
            opens = conversation.newest(conn, conversation_id).id
            codes.keep(conn, f"carry on {opens}", opens, self._digest(made), clock.now() + _good_for())
        return made

    def redeem(
        self, typed: str, channel: str, user_key: str, *, message_id: str = "", first: tuple[Reply, ...] = ()
    ) -> list[Message]:
        """Let the door of that session or chat lead to the code's conversation from now on.

        Returns what is said in it: what comes `first`, that it goes on here too, and the question that is open, again. What
        was said behind the door before stays for staff. The code is used up; by the same door and in the same message it may
        come again, as when somebody clicks twice, and then nothing is said. Raises CodeRefused when it is wrong, used or
        too old, TooManyTries, and ConversationGone when the resident's own conversation was erased or left meanwhile.
        """
        tried = self._tried(typed, f"{channel}\0{user_key}")
        used = self._log.keyed_hash(f"carry on, used\0{tried.digest}\0{channel}\0{user_key}\0{message_id}")
        try:
            return self._redeem(tried, used, channel, user_key, first)
        except ConversationGone:
            # The same click, twice at once: the first one has taken the door away from here.
            return self._redeem(tried, used, channel, user_key, first)

    def _redeem(self, tried: "_Try", used: str, channel: str, user_key: str, first: tuple[Reply, ...]) -> list[Message]:
        here, now = self._log.open(channel, user_key).id, clock.now()
        with writing(self._log.engine) as conn:
            target = codes.subject_of(conn, tried.digest, now)
            # Everyone locks conversations in this order, so that two who swap can't wait for each other.
            for each in sorted({here, target or here}):
                conversation.find(conn, each, lock=True)
            entered = door.find(conn, channel, self._log.user_hash(channel, user_key))
            if entered is None or entered.conversation_id != here:
                raise ConversationGone(here)
            if target and codes.use_up(conn, tried.digest, now):
                door.move(conn, entered, target)
                codes.keep(conn, f"carried on {used}", target, used, now + _good_for())
                said = _tell(conn, target, entered, first)
            elif codes.subject_of(conn, used, now) == here:
                said = []
            else:
                raise CodeRefused
            tried.take_back(conn)
            return said

    def look_up(self, typed: str, who: str) -> Conversation:
        """Return the code's conversation for an adviser, `who` was told the code; it stays good for the resident.

        Raises CodeRefused and TooManyTries.
        """
        tried = self._tried(typed, f"staff\0{who}")
        with writing(self._log.engine) as conn:
            found = codes.subject_of(conn, tried.digest, clock.now())
            if found is None:
                raise CodeRefused
            tried.take_back(conn)
            return conversation.find(conn, found)

    def _tried(self, typed: str, who: str) -> "_Try":
        """Count a try and return it. What has not the form of a code is refused, and is no try."""
        code = as_code(typed)
        if code is None:
            raise CodeRefused
        limits, now = council()["carry_on"], clock.now()
        mine, everybodys = self._log.keyed_hash(f"carry on, tries\0{who}"), f"carry on, everybody's tries at {now.hour}"
        with writing(self._log.engine) as conn:
            for subject, most in ((mine, limits["tries_a_day"]), (everybodys, limits["tries_an_hour"])):
                if codes.count(conn, subject, now.date()) > most:
                    raise TooManyTries
        return _Try(self._digest(code), (mine, everybodys), now.date())

    def _digest(self, code: str) -> str:
        return self._log.keyed_hash(f"carry on, code\0{code}")


def _good_for() -> timedelta:
    return timedelta(minutes=council()["carry_on"]["code_minutes"])


def _new_code() -> str:
    while True:
        made = "".join(secrets.choice(ALPHABET) for _ in range(GROUPS * LETTERS))
        # One in thirteen would read as a word or a number.
        if _PLAIN.match(made):
            return _grouped(made)


def _grouped(plain: str) -> str:
    return "-".join(plain[place : place + LETTERS] for place in range(0, len(plain), LETTERS))


def _tell(conn: Connection, conversation_id: str, new: Door, first: tuple[Reply, ...]) -> list[Message]:
    """Say at every door that the conversation goes on at the new one, and there put the open question again."""
    question = message.open_question(conn, conversation_id)
    said = [message.later(conn, conversation_id, reply) for reply in first]
    notice = message.later(conn, conversation_id, Reply(words(f"carry_on.moved.{new.channel}"), kind="notice"))
    for other in door.of(conn, conversation_id):
        if other.id != new.id:
            delivery.queue(conn, conversation_id, [notice.seq], other.id)
    return [*said, notice, *([message.later(conn, conversation_id, question)] if question else [])]

"""What is answered at once, before Rasa: a card number, an emergency, another language.

The classifier reads English only, so its verdict on another language means nothing and no wish is taken from it. An
answer to a question that is open is another matter: a postcode, a date, a reference or a telephone number is the same in
every language. Such a message goes on, with what the rules found in it and without the classifier's intent (docs/adr/0008).
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from actions.engine.talk import way_back
from bot import clock
from bot.channels import asides
from bot.emergency_reply import emergency_reply
from bot.language_reply import emergency_replies, notice
from bot.log import ConversationLog, Inbound, Reply, Understood
from bot.log.message import OUT, QUESTION, QUESTION_WITHIN
from bot.nlu.ruler import find_entities
from bot.safety import emergency, foreign, language
from bot.words import words

FLAG = "other_language"  # the flag is this, a colon and the code
# A bare number is an answer only when there is little else: "numer domu 4", but not "it has leaked for 3 days".
FEW_WORDS = 3
_VALUES = frozenset(
    "postcode phone date time amount number address_line "
    "account_reference rent_reference report_reference repair_reference".split()
)


@dataclass(frozen=True)
class AtOnce:
    """What is said first. Rasa is asked after it, unless `understood` says what the message was.

    `flags` are for staff, beside those of emergencies. With `values_only` the engine may read values in it, and no wish.
    """

    replies: tuple[Reply, ...] = ()
    flags: tuple[str, ...] = ()
    understood: Understood | None = None
    values_only: bool = False


def at_once(log: ConversationLog, inbound: Inbound) -> AtOnce:
    """Return what is answered before Rasa. Reads the log; writes nothing, so that it may be asked again.

    In a conversation that begins by a door, the notice about privacy comes first; only an emergency goes before it.
    """
    said = _said_at_once(log, inbound)
    if inbound.door_id is None or inbound.seq > 1 or asides.name_of(inbound) in asides.WITHOUT_NOTICE:
        return said
    notice = (asides.privacy(),)
    urgent = any(reply.kind == "emergency" for reply in said.replies)
    return replace(said, replies=(*said.replies, *notice) if urgent else (*notice, *said.replies))


def _said_at_once(log: ConversationLog, inbound: Inbound) -> AtOnce:
    aside = asides.name_of(inbound)
    if aside is not None:
        back = (way_back(),) if _question_is_open(log, inbound) else ()
        return AtOnce(asides.replies(aside, back), understood=Understood(inbound.choice_value, 1.0, model="channel"))
    if _is_one_more_photo(log, inbound):
        return AtOnce(understood=Understood("photo", 1.0, model="channel"))
    warning = (Reply(words("gate.card"), kind="notice"),) if inbound.flagged == "card" else ()
    if inbound.choice_value is not None:
        return AtOnce(warning)
    heard = language.hear(inbound.text)
    found = _emergency(inbound.text, heard)
    if found:
        code, intent = found
        replies = emergency_replies(code, intent) if code else (emergency_reply(intent),)
        understood = Understood(intent, 1.0, entities=_named(code), model="emergency check")
        return AtOnce((*warning, *_with_way_back(log, inbound, replies)), _flags(code), understood)
    if heard.code:
        said = _in_other_language(log, inbound, heard.code)
        return replace(said, replies=(*warning, *said.replies))
    return AtOnce(warning)


def _is_one_more_photo(log: ConversationLog, inbound: Inbound) -> bool:
    """Say whether this is a photo without words of an album that has begun: the first one was answered for all."""
    if inbound.album is None or inbound.text:
        return False
    return log.album(inbound.conversation_id, inbound.album)[0].seq < inbound.seq


def is_emergency(text: str) -> bool:
    """Say whether a text speaks of an emergency, in English or in another language."""
    return _emergency(text, language.hear(text)) is not None


def _emergency(text: str, heard: language.Heard) -> tuple[str | None, str] | None:
    """Return (language, emergency), the language None for English; the more urgent when two languages speak of one."""
    intent, theirs = emergency.check(text), foreign.check(text, heard)
    if theirs is None:
        return (heard.code, intent) if intent else None
    if intent is None:
        return theirs
    return theirs[0], min(intent, theirs[1], key=emergency.emergencies().index)


def _in_other_language(log: ConversationLog, inbound: Inbound, code: str) -> AtOnce:
    said, flags = notice(code), _flags(code)
    if _has_value(inbound.text) and _question_is_open(log, inbound):
        told_before = set(flags) & set(log.conversation(inbound.conversation_id).flags)
        return AtOnce(() if told_before else (said,), flags, values_only=True)
    understood = Understood(FLAG, 1.0, entities=_named(code), model="language check")
    return AtOnce(_with_way_back(log, inbound, (said,)), flags, understood)


def _flags(code: str | None) -> tuple[str, ...]:
    return (f"{FLAG}:{code}",) if code else ()


def _named(code: str | None) -> list[dict[str, Any]]:
    return [{"entity": "language", "value": code}] if code else []


def _has_value(text: str) -> bool:
    """Say whether there is something in the text that is the same in every language: it has a digit, or is an email."""
    if len(text.split()) <= FEW_WORDS and re.search(r"\d", text):
        return True
    return any(
        one["entity"] == "email" or (one["entity"] in _VALUES and re.search(r"\d", text[one["start"] : one["end"]]))
        for one in find_entities(text, clock.today())
    )


def _with_way_back(log: ConversationLog, inbound: Inbound, replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """Add the way back to a question that was open: the task is where it was."""
    if not _question_is_open(log, inbound):
        return replies
    return (*replies[:-1], replace(replies[-1], choices=(way_back(),)))


def _question_is_open(log: ConversationLog, inbound: Inbound) -> bool:
    """Say whether the last thing that was said, but for emergencies and notices, is a question."""
    lately = log.messages(inbound.conversation_id, max(0, inbound.seq - QUESTION_WITHIN))
    said = [m.kind for m in lately if m.direction == OUT and m.seq < inbound.seq and m.kind not in ("emergency", "notice")]
    return said[-1:] == [QUESTION]

"""Asides: what a channel answers by itself, without understanding anything: its commands, and what it can't read.

An aside is stored like any message, with a mark in the place of a choice's value, so that the transcript has it and a
crash loses neither it nor its answer.
"""

from actions.engine.small_talk import examples
from bot.council import council
from bot.log import Choice, Inbound, Reply
from bot.settings import get_settings
from bot.words import has_words, words

_MARK = "aside:"
DELETE, KEEP = "delete_yes", "delete_no"
# Nobody is told what becomes of their words where none are taken.
WITHOUT_NOTICE = frozenset({"group", "start"})
# Where a code belongs that is made when the reply is sent: no code is in the log.
CODE_HERE, NO_CODE = "code", "XXX-XXX-XXX"


def value(name: str | None) -> str | None:
    """Return an aside as the value that is stored with its message."""
    return f"{_MARK}{name}" if name else None


def name_in(choice_value: str | None) -> str | None:
    """Return the aside's name in a stored value, or None when it is none."""
    return choice_value.removeprefix(_MARK) if choice_value and choice_value.startswith(_MARK) else None


def name_of(inbound: Inbound) -> str | None:
    """Return the name of the aside that a message is, or None."""
    return name_in(inbound.choice_value)


def privacy() -> Reply:
    """Return the notice of what becomes of what is said on a channel outside the council."""
    return Reply(words("telegram.privacy"), kind="notice")


def replies(name: str, back: tuple[Choice, ...]) -> tuple[Reply, ...]:
    """Return what is said to an aside. `back` is the way back to a question that is open, none when there is none."""
    if name == "start":
        return (privacy(), Reply(words("telegram.reply.start"), back or examples(), kind="notice"))
    if name == "web":
        return (_way_to_the_web(),)
    if name == "delete":
        yes, no = words("page.delete.confirm"), words("page.delete.back")
        both = (Choice(yes, f"{_MARK}{DELETE}"), Choice(no, f"{_MARK}{KEEP}"))
        return (Reply(words("telegram.reply.delete"), both, kind="notice"),)
    if name == "help":
        back = back or examples()
    settings = get_settings()
    limits = {"limit": f"{settings.message_characters:,}", "megabytes": settings.photo_bytes // 1_000_000}
    limits["minutes"] = council()["carry_on"]["code_minutes"]
    key = f"telegram.reply.{name}"
    return (Reply(words(key if has_words(key) else f"gate.{name}", **limits), back, kind="notice"),)


def _way_to_the_web() -> Reply:
    """Return the link to the page that carries on, with its code behind the "#": no server and no preview sees that."""
    page = f"{get_settings().public_url}/chat/carry-on"
    minutes = council()["carry_on"]["code_minutes"]
    text = words("carry_on.web", link=f"{page}#{NO_CODE}", code=NO_CODE, page=page, minutes=minutes)
    return Reply(text, kind="notice", extra={CODE_HERE: True})

"""What is said to a message in another language. Each reply is in one language, which it carries for the page."""

from dataclasses import replace

from bot import clock
from bot.emergency_reply import emergency_reply
from bot.log import Reply
from bot.safety import foreign
from bot.safety.languages import languages
from bot.words import words


def notice(code: str) -> Reply:
    """Return, in that language, that the assistant works in English for now; in English when it has no text of its own."""
    theirs = _in_language(code, Reply(foreign.notice(code), kind="notice"))
    return theirs or Reply(words("other_language.english"), kind="notice")


def emergency_replies(code: str, intent: str) -> tuple[Reply, ...]:
    """Return the approved words for an emergency, in that language if it has a text, and then in English.

    Raises KeyError for another intent.
    """
    approved = emergency_reply(intent)
    theirs = _in_language(code, replace(approved, text=foreign.emergency_reply(code, intent, clock.now())))
    return (theirs, approved) if theirs else (approved,)


def _in_language(code: str, reply: Reply) -> Reply | None:
    """Return the reply marked with its language and direction, None when it has no words."""
    if not reply.text:
        return None
    return replace(reply, extra={**reply.extra, "lang": code, "dir": languages()[code].dir})

"""A conversation as plain text that its resident, or an officer, can read."""

from datetime import datetime

from sqlalchemy.engine import Connection

from bot.clock import LONDON
from bot.log import conversation, message
from bot.log.message import Message
from bot.safety.languages import name_of
from bot.words import words


def transcript(conn: Connection, conversation_id: str) -> str:
    """Return who said what and when, on the council's wall clock. Raises ConversationGone when it is unknown."""
    found = conversation.find(conn, conversation_id)
    if found.erased:
        return words("transcript.erased")
    lines = [words("transcript.heading", when=moment(found.created_at))]
    for said in message.after(conn, conversation_id, 0):
        lines += ["", *_lines(said)]
    return "\n".join(lines) + "\n"


def moment(at: datetime) -> str:
    """Return a time as GOV.UK writes it, for example "25 December 2026 at 11:30pm"."""
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y} at {local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def _lines(said: Message) -> list[str]:
    who = words("transcript.resident" if said.direction == message.IN else "transcript.assistant")
    lines = [words("transcript.said", who=who, when=moment(said.at))]
    if "lang" in said.extra:
        lines = [words("transcript.said_in", who=who, when=moment(said.at), language=name_of(said.extra["lang"]))]
    if said.text:
        lines.append(said.text)
    if said.photo_id:
        lines.append(words("transcript.photo"))
    if said.location:
        lines.append(words("transcript.location"))
    lines += [words("transcript.choice", title=offered.title) for offered in said.choices]
    return lines

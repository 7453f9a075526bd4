"""Choices: what was offered, and so what may come back."""

import secrets
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.log.speech import Choice
from bot.log.tables import metadata

choices = sa.Table(
    "choices",
    metadata,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Index("ix_choices_conversation_id_seq", "conversation_id", "seq"),
)

_INSERT = choices.insert()
_OF_CONVERSATION = sa.select(choices).where(choices.c.conversation_id == sa.bindparam("conversation_id"))
_BY_ID = _OF_CONVERSATION.where(choices.c.id == sa.bindparam("choice_id"))
_BY_MESSAGE = _OF_CONVERSATION.where(choices.c.seq.between(sa.bindparam("first"), sa.bindparam("last"))).order_by(
    choices.c.seq, choices.c.position
)


@dataclass(frozen=True)
class Offered(Choice):
    """A choice that was offered in a conversation. `id` is 16 random URL-safe characters and says nothing."""

    id: str
    seq: int


def offer(conn: Connection, conversation_id: str, seq: int, offers: tuple[Choice, ...]) -> tuple[Offered, ...]:
    """Store what message `seq` offers and return it with its ids, in the same order."""
    made = tuple(Offered(choice.title, choice.value, secrets.token_urlsafe(12), seq) for choice in offers)
    if made:
        rows = [
            {
                "id": choice.id,
                "conversation_id": conversation_id,
                "seq": seq,
                "position": position,
                "title": choice.title,
                "value": choice.value,
            }
            for position, choice in enumerate(made)
        ]
        conn.execute(_INSERT, rows)
    return made


def find(conn: Connection, conversation_id: str, choice_id: str) -> Offered | None:
    """Return the choice if it was offered in that conversation, else None."""
    row = conn.execute(_BY_ID, {"conversation_id": conversation_id, "choice_id": choice_id}).one_or_none()
    return _from_row(row) if row else None


def by_message(conn: Connection, conversation_id: str, seqs: list[int]) -> dict[int, tuple[Offered, ...]]:
    """Return the choices of these messages, in the order shown, by message number."""
    if not seqs:
        return {}
    rows = conn.execute(_BY_MESSAGE, {"conversation_id": conversation_id, "first": min(seqs), "last": max(seqs)})
    found: dict[int, tuple[Offered, ...]] = {}
    for row in rows:
        found[row.seq] = (*found.get(row.seq, ()), _from_row(row))
    return found


def _from_row(row: Any) -> Offered:
    return Offered(row.title, row.value, row.id, row.seq)

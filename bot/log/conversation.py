"""Conversations: who talks, known only by a keyed hash, and when."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import clock
from bot.log.errors import ConversationGone
from bot.log.tables import UtcTime, metadata

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False),
    sa.Column("erased_at", UtcTime),
    sa.Column("last_seq", sa.Integer, nullable=False, server_default="0"),
    sa.Column("flags", sa.JSON, nullable=False),
    # Where its resident went on by another conversation's code. No foreign key: SQLite adds none to a table that is there.
    sa.Column("continued_in", sa.String(32)),
    sa.Index("ix_conversations_last_at", "last_at"),
    sa.Index("ix_conversations_continued_in", "continued_in"),
)

# Made once: SQLAlchemy takes four times as long to put a statement together as to run it.
_BY_ID = sa.select(conversations).where(conversations.c.id == sa.bindparam("conversation_id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_CHANGE = conversations.update().where(conversations.c.id == sa.bindparam("conversation_id"))


@dataclass(frozen=True)
class Conversation:
    """One resident's conversation. `channel` is where it began, `last_seq` the number of its newest message, 0 when none.

    `continued_in` is the conversation with which its resident went on instead, if so.
    """

    id: str
    channel: str
    created_at: datetime
    last_at: datetime
    last_seq: int
    flags: tuple[str, ...]
    erased: bool
    continued_in: str | None = None


def user_hash(secret: str, channel: str, user_key: str) -> str:
    """Return the keyed hash (HMAC-SHA256, hex) that stands for a session or a chat; the key itself is never stored."""
    return hmac.new(secret.encode(), f"{channel}\0{user_key}".encode(), hashlib.sha256).hexdigest()


def from_row(row: Any) -> Conversation:
    """Return a row as a value."""
    return Conversation(
        id=row.id,
        channel=row.channel,
        created_at=row.created_at,
        last_at=row.last_at,
        last_seq=row.last_seq,
        flags=tuple(row.flags),
        erased=row.erased_at is not None,
        continued_in=row.continued_in,
    )


def start(conn: Connection, channel: str) -> Conversation:
    """Return a new conversation."""
    now, conversation_id = clock.now(), uuid.uuid4().hex
    values = {
        "id": conversation_id,
        "channel": channel,
        "created_at": now,
        "last_at": now,
        "last_seq": 0,
        "flags": [],
    }
    conn.execute(conversations.insert().values(**values))
    return find(conn, conversation_id)


def find(conn: Connection, conversation_id: str, *, lock: bool = False) -> Conversation:
    """Return the conversation, held until the transaction ends when `lock`. Raises ConversationGone when there is none.

    An erased one is returned as such; `live` refuses it.
    """
    query = _BY_ID_LOCKED if lock else _BY_ID
    row = conn.execute(query, {"conversation_id": conversation_id}).one_or_none()
    if row is None:
        raise ConversationGone(conversation_id)
    return from_row(row)


def live(conn: Connection, conversation_id: str) -> Conversation:
    """Return the conversation, locked for this transaction. Raises ConversationGone when it is erased or unknown."""
    found = find(conn, conversation_id, lock=True)
    if found.erased:
        raise ConversationGone(conversation_id)
    return found


def newest(conn: Connection, conversation_id: str) -> Conversation:
    """Return the live conversation in which this one goes on, itself as a rule, locked. Raises ConversationGone."""
    found = live(conn, conversation_id)
    while found.continued_in:
        found = live(conn, found.continued_in)
    return found


def go_on_in(conn: Connection, conversation_id: str, other_id: str) -> None:
    """Mark a conversation as one that its resident left for another."""
    conn.execute(_CHANGE, {"conversation_id": conversation_id, "continued_in": other_id})


def former(conn: Connection, conversation_id: str) -> list[str]:
    """Return the ids of the conversations that were left for this one, directly or not, the farthest first."""
    left = sa.select(conversations.c.id).where(conversations.c.continued_in == conversation_id)
    return [found for near in conn.execute(left).scalars().all() for found in (*former(conn, near), near)]


def advance(conn: Connection, conversation: Conversation, count: int) -> list[int]:
    """Allot the next `count` message numbers of a locked conversation and return them in order."""
    last = conversation.last_seq + count
    conn.execute(_CHANGE, {"conversation_id": conversation.id, "last_seq": last, "last_at": clock.now()})
    return list(range(conversation.last_seq + 1, last + 1))


def flag(conn: Connection, conversation_id: str, kind: str) -> None:
    """Mark the conversation for staff, once for each kind. Raises ConversationGone."""
    found = live(conn, conversation_id)
    if kind not in found.flags:
        conn.execute(_CHANGE, {"conversation_id": conversation_id, "flags": [*found.flags, kind]})


def close(conn: Connection, conversation_id: str) -> None:
    """Mark the conversation erased. What remains is a channel and two times."""
    values = {"erased_at": clock.now(), "flags": [], "continued_in": None}
    conn.execute(_CHANGE, {"conversation_id": conversation_id, **values})

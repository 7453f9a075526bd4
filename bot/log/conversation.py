"""Conversations: who talks, known only by a keyed hash, and when."""

import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.log.errors import ConversationGone
from bot.log.tables import UtcTime, metadata

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("user_hash", sa.String(64), nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("last_at", UtcTime, nullable=False),
    sa.Column("erased_at", UtcTime),
    sa.Column("last_seq", sa.Integer, nullable=False, server_default="0"),
    sa.Column("flags", sa.JSON, nullable=False),
    sa.Index(
        "uq_conversations_live",
        "channel",
        "user_hash",
        unique=True,
        sqlite_where=sa.text("erased_at IS NULL"),
        postgresql_where=sa.text("erased_at IS NULL"),
    ),
    sa.Index("ix_conversations_last_at", "last_at"),
)

# Made once: SQLAlchemy takes four times as long to put a statement together as to run it.
_OF_SESSION = sa.select(conversations).where(
    conversations.c.channel == sa.bindparam("channel"),
    conversations.c.user_hash == sa.bindparam("user_hash"),
    conversations.c.erased_at.is_(None),
)
_BY_ID = sa.select(conversations).where(conversations.c.id == sa.bindparam("conversation_id"))
_BY_ID_LOCKED = _BY_ID.with_for_update()
_CHANGE = conversations.update().where(conversations.c.id == sa.bindparam("conversation_id"))


@dataclass(frozen=True)
class Conversation:
    """One resident's conversation on one channel. `last_seq` is the number of its newest message, 0 when none."""

    id: str
    channel: str
    created_at: datetime
    last_at: datetime
    last_seq: int
    flags: tuple[str, ...]
    erased: bool


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
    )


def find_live(conn: Connection, channel: str, hashed: str) -> Conversation | None:
    """Return the conversation that this session has open, or None."""
    row = conn.execute(_OF_SESSION, {"channel": channel, "user_hash": hashed}).one_or_none()
    return from_row(row) if row else None


def start(conn: Connection, channel: str, hashed: str) -> Conversation:
    """Return a new conversation, or the one that another process started in the same moment."""
    now, conversation_id = clock.now(), uuid.uuid4().hex
    values = {
        "id": conversation_id,
        "channel": channel,
        "user_hash": hashed,
        "created_at": now,
        "last_at": now,
        "last_seq": 0,
        "flags": [],
    }
    try:
        with conn.begin_nested():
            conn.execute(conversations.insert().values(**values))
    except IntegrityError:
        other = find_live(conn, channel, hashed)
        if other is None:
            raise
        return other
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
    """Mark the conversation erased and cut its tie to the session. What remains is a channel and two times."""
    values = {"erased_at": clock.now(), "user_hash": "", "flags": []}
    conn.execute(_CHANGE, {"conversation_id": conversation_id, **values})

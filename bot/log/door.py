"""Doors: by which channel, and as whom there, a resident comes into a conversation. A conversation may have several."""

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.log import codes, conversation
from bot.log.conversation import Conversation, conversations
from bot.log.errors import ConversationGone
from bot.log.tables import UtcTime, metadata

doors = sa.Table(
    "doors",
    metadata,
    sa.Column("channel", sa.String(32), primary_key=True),
    sa.Column("user_hash", sa.String(64), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("since", UtcTime, nullable=False),
    # When it took over from the conversation's other doors, by the machine's time: a frozen clock puts nothing in order.
    sa.Column("last_used_at", UtcTime, nullable=False),
    sa.Index("ix_doors_conversation_id", "conversation_id"),
)

# Made once: SQLAlchemy takes four times as long to put a statement together as to run it.
_THIS = (doors.c.channel == sa.bindparam("of_channel"), doors.c.user_hash == sa.bindparam("of_user"))
_LEADS_TO = sa.select(conversations).join(doors, doors.c.conversation_id == conversations.c.id).where(*_THIS)
_LAST_USED = (
    sa.select(doors)
    .where(doors.c.conversation_id == sa.bindparam("conversation"))
    .order_by(doors.c.last_used_at.desc())
    .limit(1)
)
_CHANGE = doors.update().where(*_THIS)


@dataclass(frozen=True)
class Door:
    """One way in. `user_hash` stands for a session or a chat; `since` is when it began to lead to this conversation."""

    channel: str
    user_hash: str
    conversation_id: str
    since: datetime
    last_used_at: datetime


def leads_to(conn: Connection, channel: str, user_hash: str) -> Conversation | None:
    """Return the conversation behind a door, or None when there is no such door."""
    row = conn.execute(_LEADS_TO, _named(channel, user_hash)).one_or_none()
    return conversation.from_row(row) if row else None


def make(conn: Connection, channel: str, user_hash: str) -> Conversation:
    """Return a new conversation behind a new door, or the one that another process began there in the same moment."""
    try:
        with conn.begin_nested():
            begun = conversation.start(conn, channel)
            values = {"since": clock.now(), "last_used_at": _machine_time()}
            conn.execute(doors.insert().values(channel=channel, user_hash=user_hash, conversation_id=begun.id, **values))
    except IntegrityError:
        other = leads_to(conn, channel, user_hash)
        if other is None:
            raise
        return other
    return begun


def last_used(conn: Connection, conversation_id: str) -> Door | None:
    """Return the door through which the resident last spoke, or None when no door leads there any more."""
    row = conn.execute(_LAST_USED, {"conversation": conversation_id}).one_or_none()
    return Door(**row) if row else None


def use(conn: Connection, channel: str, user_hash: str) -> None:
    """Note that the resident speaks through this door now."""
    conn.execute(_CHANGE, {**_named(channel, user_hash), "last_used_at": _machine_time()})


def move(conn: Connection, channel: str, user_hash: str, former: Conversation, target: str) -> None:
    """Let a door lead to the conversation `target`. The caller has locked both.

    When no other door leads to the former one, that one is over: it goes on in `target` (an empty one is deleted), and its
    code opens nothing any more. Raises ConversationGone when the door did not lead to `former`.
    """
    here = (doors.c.channel == channel, doors.c.user_hash == user_hash, doors.c.conversation_id == former.id)
    values = {"conversation_id": target, "since": clock.now(), "last_used_at": _machine_time()}
    if not conn.execute(doors.update().where(*here).values(**values)).rowcount:
        raise ConversationGone(former.id)
    if former.id == target or last_used(conn, former.id):
        return
    codes.forget(conn, former.id)
    if former.last_seq:
        conversation.go_on_in(conn, former.id, target)
    else:
        conn.execute(conversations.delete().where(conversations.c.id == former.id))


def _named(channel: str, user_hash: str) -> dict[str, Any]:
    return {"of_channel": channel, "of_user": user_hash}


def _machine_time() -> datetime:
    return datetime.now(timezone.utc)

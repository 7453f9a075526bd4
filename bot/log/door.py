"""Doors: the ways by which a conversation reaches its resident when the council writes, not only when they ask.

The website needs none: the page asks for what is new. Telegram has one for each chat. The chat is known by the same
keyed hash as its conversation; the address that sending needs is sealed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.db import reading, writing
from bot.log import conversation
from bot.log.tables import UtcTime, metadata
from bot.sealed import Sealer

doors = sa.Table(
    "doors",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("user_hash", sa.String(64), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("blocked_at", UtcTime),
    sa.Column("reminders_stopped_at", UtcTime),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.UniqueConstraint("channel", "user_hash"),
    sa.Index("ix_doors_conversation_id", "conversation_id"),
)


@dataclass(frozen=True)
class Door:
    """One way to a resident. `blocked`: they want nothing sent. `reminders_stopped`: they want answers and no reminders."""

    id: int
    conversation_id: str
    channel: str
    blocked: bool
    reminders_stopped: bool


class Doors:
    """The doors of one database. Synchronous, as all of the log."""

    def __init__(self, engine: Engine, secret: str) -> None:
        """`secret` keys the hashes, as in the log, and seals the addresses: `SECRET_KEY`."""
        self._engine = engine
        self._secret = secret
        self._sealer = Sealer(secret)

    def enter(self, channel: str, user_key: str) -> Door:
        """Return the door of somebody who writes, made with its conversation if there is none, and not blocked any more.

        `user_key` is what the channel sends to, for example the number of a chat.
        """
        hashed = self._hash(channel, user_key)
        with reading(self._engine) as conn:
            found = _find(conn, channel, hashed)
        if found and not found.blocked:
            return found
        with writing(self._engine) as conn:
            return _entered(conn, channel, hashed, self._sealer.seal(user_key))

    def find(self, channel: str, user_key: str) -> Door | None:
        """Return the door of somebody who has written before, else None."""
        with reading(self._engine) as conn:
            return _find(conn, channel, self._hash(channel, user_key))

    def of(self, conversation_id: str) -> list[Door]:
        """Return a conversation's doors, oldest first."""
        wanted = sa.select(doors).where(doors.c.conversation_id == conversation_id).order_by(doors.c.id)
        with reading(self._engine) as conn:
            return [_from_row(row) for row in conn.execute(wanted)]

    def address(self, door_id: int) -> str | None:
        """Return what the channel sends to, or None when the door is gone or was sealed with another `SECRET_KEY`."""
        with reading(self._engine) as conn:
            sealed = conn.execute(sa.select(doors.c.address).where(doors.c.id == door_id)).scalar_one_or_none()
        return self._sealer.open(sealed) if sealed else None

    def stop_reminders(self, conversation_id: str) -> None:
        """Note that the resident of this conversation wants no reminders by any of its doors; answers still come."""
        self._remind(conversation_id, clock.now())

    def allow_reminders(self, conversation_id: str) -> None:
        """Take the stop back: the resident asked for a reminder."""
        self._remind(conversation_id, None)

    def _remind(self, conversation_id: str, stopped_at: datetime | None) -> None:
        change = doors.update().where(doors.c.conversation_id == conversation_id)
        with writing(self._engine) as conn:
            conn.execute(change.values(reminders_stopped_at=stopped_at))

    def _hash(self, channel: str, user_key: str) -> str:
        return conversation.user_hash(self._secret, channel, user_key)


def _find(conn: Connection, channel: str, hashed: str) -> Door | None:
    wanted = sa.select(doors).where(doors.c.channel == channel, doors.c.user_hash == hashed)
    row = conn.execute(wanted).one_or_none()
    return _from_row(row) if row else None


def _entered(conn: Connection, channel: str, hashed: str, sealed: str) -> Door:
    found = _find(conn, channel, hashed)
    if found is None:
        held = conversation.find_live(conn, channel, hashed) or conversation.start(conn, channel, hashed)
        row = {"channel": channel, "user_hash": hashed, "address": sealed, "created_at": clock.now()}
        try:
            with conn.begin_nested():
                conn.execute(doors.insert().values(conversation_id=held.id, **row))
        except IntegrityError:
            pass  # Another process made it in the same moment.
    else:
        conn.execute(doors.update().where(doors.c.id == found.id).values(blocked_at=None))
    entered = _find(conn, channel, hashed)
    assert entered is not None, "it was just made"
    return entered


def _from_row(row: Any) -> Door:
    return Door(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        blocked=row.blocked_at is not None,
        reminders_stopped=row.reminders_stopped_at is not None,
    )

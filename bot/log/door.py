"""Doors: by which channel, and as whom there, a resident comes into a conversation. A conversation may have several.

A session or a chat is known by a keyed hash. Where the council can write by itself, the door has an address too, sealed: on
Telegram the chat. The website's doors have none: the page asks for what is new.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.db import reading, writing
from bot.log import codes, conversation
from bot.log.conversation import conversations
from bot.log.tables import UtcTime, metadata
from bot.sealed import Sealer

NO_ADDRESS = ""

doors = sa.Table(
    "doors",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("user_hash", sa.String(64), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("blocked_at", UtcTime),
    sa.Column("created_at", UtcTime, nullable=False),
    # When it took over from the conversation's other doors, by the machine's time: a frozen clock puts nothing in order.
    sa.Column("last_used_at", UtcTime, nullable=False),
    sa.UniqueConstraint("channel", "user_hash"),
    sa.Index("ix_doors_conversation_id", "conversation_id"),
)

# Made once: SQLAlchemy takes four times as long to put a statement together as to run it.
_other = doors.alias("other")
_used_later = sa.select(_other.c.id).where(
    _other.c.conversation_id == doors.c.conversation_id, _other.c.last_used_at > doors.c.last_used_at
)
_DOORS = sa.select(doors, (~_used_later.exists()).label("in_use"))
_FIND = _DOORS.where(doors.c.channel == sa.bindparam("channel"), doors.c.user_hash == sa.bindparam("user_hash"))
_OF = _DOORS.where(doors.c.conversation_id == sa.bindparam("conversation")).order_by(doors.c.id)


@dataclass(frozen=True)
class Door:
    """One way in, and to a resident. `in_use`: they spoke by this one last, of all the conversation's doors.

    `blocked`: they want nothing sent.
    """

    id: int
    conversation_id: str
    channel: str
    blocked: bool
    in_use: bool


def find(conn: Connection, channel: str, user_hash: str) -> Door | None:
    """Return the door of a session or a chat, or None when it was never there."""
    row = conn.execute(_FIND, {"channel": channel, "user_hash": user_hash}).one_or_none()
    return _from_row(row) if row else None


def of(conn: Connection, conversation_id: str) -> list[Door]:
    """Return a conversation's doors, oldest first."""
    return [_from_row(row) for row in conn.execute(_OF, {"conversation": conversation_id})]


def in_use(conn: Connection, conversation_id: str) -> Door | None:
    """Return the door by which the resident last spoke, or None when no door leads there any more."""
    return next((door for door in of(conn, conversation_id) if door.in_use), None)


def enter(conn: Connection, channel: str, user_hash: str, address: str) -> Door:
    """Return the door of somebody who writes: made with its conversation if there is none, in use and not blocked."""
    if find(conn, channel, user_hash) is None:
        _make(conn, channel, user_hash, address)
    here = (doors.c.channel == channel, doors.c.user_hash == user_hash)
    conn.execute(doors.update().where(*here).values(blocked_at=None, last_used_at=clock.machine_now()))
    entered = find(conn, channel, user_hash)
    assert entered is not None, "it was just made"
    return entered


def move(conn: Connection, door: Door, conversation_id: str) -> None:
    """Let a door lead to another conversation. The caller has locked both.

    When no other door leads to the former one, that one is over: it goes on in the other (an empty one is deleted), and its
    code opens nothing any more.
    """
    values = {"conversation_id": conversation_id, "last_used_at": clock.machine_now()}
    conn.execute(doors.update().where(doors.c.id == door.id).values(**values))
    if of(conn, door.conversation_id):
        return
    codes.forget(conn, door.conversation_id)
    if conversation.find(conn, door.conversation_id).last_seq:
        conversation.go_on_in(conn, door.conversation_id, conversation_id)
    else:
        conn.execute(conversations.delete().where(conversations.c.id == door.conversation_id))


class Doors:
    """The doors of one database. Synchronous, as all of the log."""

    def __init__(self, engine: Engine, secret: str) -> None:
        """`secret` keys the hashes, as in the log, and seals the addresses: `SECRET_KEY`."""
        self._engine = engine
        self._secret = secret
        self._sealer = Sealer(secret)

    def enter(self, channel: str, user_key: str) -> Door:
        """Return the door of somebody who writes, made with its conversation if there is none, and not blocked any more.

        From now on what the council writes goes there. `user_key` is what the channel sends to, such as a chat's number.
        """
        hashed = self._hash(channel, user_key)
        with reading(self._engine) as conn:
            found = find(conn, channel, hashed)
        if found and found.in_use and not found.blocked:
            return found
        with writing(self._engine) as conn:
            return enter(conn, channel, hashed, self._sealer.seal(user_key))

    def find(self, channel: str, user_key: str) -> Door | None:
        """Return the door of somebody who has written before, else None."""
        with reading(self._engine) as conn:
            return find(conn, channel, self._hash(channel, user_key))

    def of(self, conversation_id: str) -> list[Door]:
        """Return a conversation's doors, oldest first."""
        with reading(self._engine) as conn:
            return of(conn, conversation_id)

    def address(self, door_id: int) -> str | None:
        """Return what the channel sends to, or None when the door is gone or was sealed with another `SECRET_KEY`."""
        with reading(self._engine) as conn:
            sealed = conn.execute(sa.select(doors.c.address).where(doors.c.id == door_id)).scalar_one_or_none()
        return self._sealer.open(sealed) if sealed else None

    def _hash(self, channel: str, user_key: str) -> str:
        return conversation.user_hash(self._secret, channel, user_key)


def _make(conn: Connection, channel: str, user_hash: str, address: str) -> None:
    """Make a door and its conversation, unless another process does in the same moment."""
    now = clock.now()
    times = {"created_at": now, "last_used_at": clock.machine_now()}
    try:
        with conn.begin_nested():
            begun = conversation.start(conn, channel)
            row = {"conversation_id": begun.id, "channel": channel, "user_hash": user_hash, "address": address}
            conn.execute(doors.insert().values(**row, **times))
    except IntegrityError:
        if find(conn, channel, user_hash) is None:
            raise


def _from_row(row: Any) -> Door:
    return Door(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        blocked=row.blocked_at is not None,
        in_use=bool(row.in_use),
    )

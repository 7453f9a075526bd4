"""Deliveries: what became of each reply that a channel has to bring to its resident.

A reply and its delivery are stored in one transaction, whoever writes it: a turn, the outcome of a payment, a reference
after an outage, a reminder. So what is said is sent, though the process is killed between the two.

Sent once: a delivery is claimed (due -> sending, on disk) right before the one call that sends it, and noted right after
it. Killed before the claim, it is still due and is sent. Killed between the claim and the note, nobody can know whether the
other side had taken it, and the Bot API has nothing to ask: neither a key that makes a call idempotent, nor a way to read
what was sent. Then it is *unsure* and is not sent again, because the promise is "once"; staff see it in the morning's list.
That window is one HTTP call long. A long reply has several parts, each claimed for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot import clock
from bot.db import reading, writing
from bot.log import states
from bot.log.door import NO_ADDRESS, doors
from bot.log.tables import UtcTime, metadata

# Longer than any call may take. A claim that is older belongs to a process that died.
CLAIM = timedelta(seconds=30)

deliveries = sa.Table(
    "deliveries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("door_id", sa.ForeignKey("doors.id", ondelete="CASCADE"), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    # How many parts of the message were sent.
    sa.Column("part", sa.Integer, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    # When it may be tried; while it is being sent, when its claim ends. The machine's time: a frozen clock stands still.
    sa.Column("next_try_at", UtcTime, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.UniqueConstraint("door_id", "conversation_id", "seq"),
    sa.Index("ix_deliveries_state_next_try_at", "state", "next_try_at"),
    sa.Index("ix_deliveries_conversation_id", "conversation_id"),
)

_earlier = deliveries.alias("earlier")


@dataclass(frozen=True)
class Delivery:
    """A claimed delivery: part number `part` (from 0) of message `seq` is to be sent now, by its claimer alone."""

    id: int
    conversation_id: str
    seq: int
    door_id: int
    part: int
    attempts: int


class Deliveries:
    """The deliveries of one database. Safe to share between threads, and between processes that all send."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, channel: str) -> Delivery | None:
        """Take the next delivery of a channel that is due, or return None.

        The replies of a door go out one by one, in order. A claim that ended without a note becomes unsure.
        """
        now = clock.machine_now()
        with reading(self._engine) as conn:
            lapsed = conn.execute(sa.select(deliveries.c.id).where(*_lapsed(now)).limit(1)).first()
            row = conn.execute(_next(channel, now)).first()
        if lapsed:
            with writing(self._engine) as conn:
                conn.execute(deliveries.update().where(*_lapsed(now)).values(state=states.UNSURE, updated_at=now))
        if row is None:
            return None
        taken = {"state": states.SENDING, "attempts": row.attempts + 1, "next_try_at": now + CLAIM, "updated_at": now}
        mine = (deliveries.c.id == row.id, deliveries.c.state == states.DUE, deliveries.c.part == row.part)
        with writing(self._engine) as conn:
            if not conn.execute(deliveries.update().where(*mine).values(**taken)).rowcount:
                return None
        return Delivery(row.id, row.conversation_id, row.seq, row.door_id, row.part, row.attempts + 1)

    def sent(self, delivery: Delivery, more: bool) -> None:
        """Note that the part was sent; with `more` the next part is due."""
        self._note(delivery, states.DUE if more else states.DELIVERED, part=delivery.part + 1)

    def again(self, delivery: Delivery, seconds: float) -> None:
        """Give a claimed part back that was certainly not sent, for a try after so many seconds."""
        self._note(delivery, states.DUE, next_try_at=clock.machine_now() + timedelta(seconds=seconds))

    def unsure(self, delivery: Delivery) -> None:
        """Note that nobody can tell whether the part was sent. It is not sent again."""
        self._note(delivery, states.UNSURE)

    def refused(self, delivery: Delivery) -> None:
        """Note that the other side does not take this message."""
        self._note(delivery, states.UNDELIVERABLE)

    def block(self, door_id: int) -> None:
        """Send nothing more to this door, also not what waits, until its resident writes again."""
        waiting = (deliveries.c.door_id == door_id, deliveries.c.state.in_([states.DUE, states.SENDING]))
        with writing(self._engine) as conn:
            conn.execute(doors.update().where(doors.c.id == door_id).values(blocked_at=clock.now()))
            conn.execute(
                deliveries.update().where(*waiting).values(state=states.UNDELIVERABLE, updated_at=clock.machine_now())
            )

    def of(self, conversation_id: str) -> dict[int, str]:
        """Return the state of each message of a conversation that is delivered, by its number."""
        wanted = sa.select(deliveries).where(deliveries.c.conversation_id == conversation_id)
        with reading(self._engine) as conn:
            return {row.seq: row.state for row in conn.execute(wanted)}

    def _note(self, delivery: Delivery, state: str, **values: Any) -> None:
        # Only our own claim: one that ended, and another's, are left alone.
        ours = (
            deliveries.c.id == delivery.id,
            deliveries.c.state == states.SENDING,
            deliveries.c.attempts == delivery.attempts,
        )
        now = clock.machine_now()
        values = {"next_try_at": now, **values}
        with writing(self._engine) as conn:
            conn.execute(deliveries.update().where(*ours).values(state=state, updated_at=now, **values))


def queue(conn: Connection, conversation_id: str, seqs: Sequence[int], door_id: int) -> None:
    """Make the delivery of these replies due, in the caller's transaction. A blocked door gets none of them.

    Nothing is delivered to a door without an address.
    """
    found = conn.execute(sa.select(doors.c.blocked_at, doors.c.address).where(doors.c.id == door_id)).one_or_none()
    if found is None or found.address == NO_ADDRESS or not seqs:
        return
    now = clock.machine_now()
    row = {
        "conversation_id": conversation_id,
        "door_id": door_id,
        "state": states.UNDELIVERABLE if found.blocked_at else states.DUE,
        "part": 0,
        "attempts": 0,
        "next_try_at": now,
        "updated_at": now,
    }
    conn.execute(deliveries.insert(), [{**row, "seq": seq} for seq in seqs])


def _next(channel: str, now: datetime) -> sa.sql.Select:
    """Return the query for the oldest due delivery of those that are first in the queue of their door."""
    open_before = sa.select(_earlier.c.id).where(
        _earlier.c.door_id == deliveries.c.door_id,
        _earlier.c.id < deliveries.c.id,
        _earlier.c.state.in_([states.DUE, states.SENDING]),
    )
    return (
        sa.select(deliveries)
        .join(doors, doors.c.id == deliveries.c.door_id)
        .where(
            deliveries.c.state == states.DUE,
            deliveries.c.next_try_at <= now,
            doors.c.channel == channel,
            ~open_before.exists(),
        )
        .order_by(deliveries.c.next_try_at, deliveries.c.id)
        .limit(1)
    )


def _lapsed(now: datetime) -> tuple[Any, ...]:
    return (deliveries.c.state == states.SENDING, deliveries.c.next_try_at <= now)

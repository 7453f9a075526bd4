"""Commitments: what the resident confirmed, and what came of it.

A commitment is begun before the back office is asked and settled after, so that a crash between the two leaves a row
that says so. Its key makes the act happen once: the same key is the same act. Keys carry no personal data, since they
outlive the conversation.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.log import conversation, states
from bot.log.errors import UnknownCommitment
from bot.log.tables import UtcTime, metadata

PAY = "pay"  # the system of payments

# How long an act may take. A commitment that is still untouched after it belongs to a process that died.
CLAIM = timedelta(minutes=2)
# How often Pay is asked after a payment.
PAY_SOONEST, PAY_LATEST = timedelta(seconds=5), timedelta(minutes=5)

commitments = sa.Table(
    "commitments",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="SET NULL")),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("system", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("reference", sa.Text),
    sa.Column("request", sa.JSON, nullable=False),
    sa.Column("result", sa.JSON, nullable=False),
    sa.Column("due", UtcTime),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try_at", UtcTime),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Column("erased_at", UtcTime),
    sa.Index("ix_commitments_conversation_id", "conversation_id"),
    sa.Index("ix_commitments_next_try_at", "next_try_at"),
    sa.Index("ix_commitments_kind_reference", "kind", "reference"),
    sa.Index("ix_commitments_created_at", "created_at"),
)

# A payment that Pay has: it is asked after, and never tried again.
_PAYMENT = sa.and_(commitments.c.system == PAY, commitments.c.reference.is_not(None))


@dataclass(frozen=True)
class Commitment:
    """One act. `request` and `result` are JSON objects, empty once erased; `attempts` counts the calls of `settle`.

    `is_new`: this call of `begin` made it (only its caller may act). `changed`: this call of `settle` changed its state
    (only its caller tells the resident).
    """

    key: str
    conversation_id: str | None
    kind: str
    system: str
    state: str
    owner: str
    reference: str | None
    request: dict[str, Any]
    result: dict[str, Any]
    due: datetime | None
    attempts: int
    next_try_at: datetime | None
    created_at: datetime
    updated_at: datetime
    erased: bool
    is_new: bool = False
    changed: bool = False


def begin(
    conn: Connection,
    key: str,
    *,
    conversation_id: str,
    kind: str,
    system: str,
    request: dict[str, Any],
    owner: str,
    due: datetime | None,
) -> Commitment:
    """Store a commitment in state requested, or return the one that has this key, as it is."""
    conversation.live(conn, conversation_id)
    known = find(conn, key)
    if known:
        return known
    now = clock.now()
    row = {
        "key": key,
        "conversation_id": conversation_id,
        "kind": kind,
        "system": system,
        "state": states.REQUESTED,
        "owner": owner,
        "request": request,
        "result": {},
        "due": due,
        "attempts": 0,
        "next_try_at": clock.machine_now() + CLAIM,
        "created_at": now,
        "updated_at": now,
    }
    try:
        with conn.begin_nested():
            conn.execute(commitments.insert().values(**row))
    except IntegrityError:
        return _existing(conn, key)
    return replace(_existing(conn, key), is_new=True)


def settle(
    conn: Connection,
    key: str,
    state: str,
    *,
    reference: str | None,
    result: dict[str, Any] | None,
    next_try_at: datetime | None,
) -> Commitment:
    """Move a commitment to `state`. `reference` and `result` are kept when None, `next_try_at` is replaced."""
    held = _existing(conn, key).conversation_id
    if held:
        # Everyone locks the conversation first, then its rows; the other order could deadlock with an erasure.
        conversation.find(conn, held, lock=True)
    row = conn.execute(sa.select(commitments).where(commitments.c.key == key).with_for_update()).one()
    states.check_commitment(key, row.state, state)
    values: dict[str, Any] = {"state": state, "updated_at": clock.now()}
    if row.state in states.OPEN:
        values["attempts"] = row.attempts + 1
        values["next_try_at"] = next_try_at if state in states.OPEN else None
    if reference is not None:
        values["reference"] = reference
    if result is not None and row.erased_at is None:
        values["result"] = result
    conn.execute(commitments.update().where(commitments.c.key == key).values(**values))
    return replace(_existing(conn, key), changed=row.state != state)


def find(conn: Connection, key: str) -> Commitment | None:
    """Return the commitment with that key, or None."""
    found = _many(conn, sa.select(commitments).where(commitments.c.key == key))
    return found[0] if found else None


def of_conversation(conn: Connection, conversation_id: str) -> list[Commitment]:
    """Return a conversation's commitments, oldest first."""
    return _many(
        conn,
        sa.select(commitments).where(commitments.c.conversation_id == conversation_id).order_by(commitments.c.id),
    )


def by_reference(conn: Connection, kind: str, reference: str) -> Commitment | None:
    """Return the newest commitment of that kind that has the back office's reference, or None."""
    found = _many(
        conn,
        sa.select(commitments)
        .where(commitments.c.kind == kind, commitments.c.reference == reference)
        .order_by(commitments.c.id.desc())
        .limit(1),
    )
    return found[0] if found else None


def due_for_retry(conn: Connection, now: datetime, limit: int) -> list[Commitment]:
    """Take the open commitments whose next try is due, the longest due first, and hide them from others for `CLAIM`."""
    found = _many(
        conn,
        sa.select(commitments)
        .where(
            commitments.c.state.in_(sorted(states.OPEN)),
            commitments.c.next_try_at <= now,
            commitments.c.erased_at.is_(None),
            sa.not_(_PAYMENT),
        )
        .order_by(commitments.c.next_try_at, commitments.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True),
    )
    if found:
        keys = [commitment.key for commitment in found]
        conn.execute(commitments.update().where(commitments.c.key.in_(keys)).values(next_try_at=now + CLAIM))
    return [replace(commitment, next_try_at=now + CLAIM) for commitment in found]


def open_payments(conn: Connection, now: datetime, limit: int) -> list[Commitment]:
    """Take the payments that were begun and are not over, the longest not asked after first.

    A payment is asked after every `PAY_SOONEST` at first, and then after a sixth of its age, up to `PAY_LATEST`.
    """
    due = sa.or_(commitments.c.next_try_at.is_(None), commitments.c.next_try_at <= now)
    found = _many(
        conn,
        sa.select(commitments)
        .where(_PAYMENT, commitments.c.state.in_(sorted(states.OPEN)), due)
        .order_by(commitments.c.next_try_at.is_not(None), commitments.c.next_try_at, commitments.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True),
    )
    for payment in found:
        wait = min(max((clock.now() - payment.updated_at) / 6, PAY_SOONEST), PAY_LATEST)
        conn.execute(commitments.update().where(commitments.c.key == payment.key).values(next_try_at=now + wait))
    return found


def forget(conn: Connection, conversation_id: str) -> int:
    """Take the personal data out of a conversation's commitments; kind, state and reference stay. Return how many."""
    done = conn.execute(
        commitments.update()
        .where(commitments.c.conversation_id == conversation_id, commitments.c.erased_at.is_(None))
        .values(request={}, result={}, next_try_at=None, erased_at=clock.now())
    )
    return int(done.rowcount)


def _existing(conn: Connection, key: str) -> Commitment:
    found = find(conn, key)
    if found is None:
        raise UnknownCommitment(key)
    return found


def _many(conn: Connection, query: Any) -> list[Commitment]:
    return [_from_row(row) for row in conn.execute(query)]


def _from_row(row: Any) -> Commitment:
    return Commitment(
        key=row.key,
        conversation_id=row.conversation_id,
        kind=row.kind,
        system=row.system,
        state=row.state,
        owner=row.owner,
        reference=row.reference,
        request=row.request,
        result=row.result,
        due=row.due,
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        erased=row.erased_at is not None,
    )

"""Notices: what the council says first, as one table of what is due.

A row is one thing to be said on one channel: into the conversation ("here"), by text or by email. It is said once:
whoever wants to say it takes a lease first, and says it only while the row is still due and the lease still theirs.
`due_at` and `expires_at` are the council's time (`bot.clock`, so `NOW` moves them); tries and leases are the machine's.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.log import states
from bot.log.tables import UtcTime, metadata

HERE, TEXT, EMAIL = "here", "text", "email"
PUSHING = frozenset({"telegram"})  # the channels on which a message reaches somebody who is not looking
# How long saying one may take. A row that is due after it belongs to a process that died.
LEASE = timedelta(minutes=2)

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(64), nullable=False, unique=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="SET NULL")),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("stop_code", sa.String(24), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("about", sa.JSON, nullable=False),
    sa.Column("consent", sa.Text, nullable=False),
    sa.Column("consented_at", UtcTime, nullable=False),
    sa.Column("any_hour", sa.Boolean, nullable=False),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try_at", UtcTime, nullable=False),
    sa.Column("lease", sa.String(32)),
    # By Notify only: how often it was posted, when it last was and nothing is known of it, its id there, its receipt.
    sa.Column("posts", sa.Integer, nullable=False),
    sa.Column("posted_at", UtcTime),
    sa.Column("provider_id", sa.Text),
    sa.Column("delivery", sa.Text),
    sa.Column("why", sa.Text),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Column("erased_at", UtcTime),
    sa.Index("ix_notices_state_due_at", "state", "due_at"),
    sa.Index("ix_notices_conversation_id", "conversation_id"),
    sa.Index("ix_notices_stop_code", "stop_code"),
    sa.Index("ix_notices_provider_id", "provider_id"),
    sa.Index("ix_notices_kind_subject", "kind", "subject"),
)


@dataclass(frozen=True)
class Plan:
    """Something to be said from `due_at` on, and not after `expires_at`.

    The same `key` is planned once; it carries no personal data. `address` is a telephone number (E.164) or an email
    address, None for "here". `subject` is what it is about (a repair's reference), `about` what saying it needs (JSON).
    `consent` is the key of the words to which the resident agreed. `any_hour`: it was asked for at that time of day.
    """

    key: str
    kind: str
    channel: str
    due_at: datetime
    expires_at: datetime
    subject: str
    consent: str
    address: str | None = None
    about: dict[str, Any] = field(default_factory=dict)
    any_hour: bool = False
    consented_at: datetime | None = None


@dataclass(frozen=True)
class Follow:
    """What an act that was done brings with it: (kind, subject) of what no longer holds, and what is planned."""

    replaces: tuple[tuple[str, str], ...] = ()
    plans: tuple[Plan, ...] = ()


@dataclass(frozen=True)
class Notice:
    """A row. `attempts` counts the leases since it became due, `posts` what was handed to Notify."""

    id: int
    key: str
    conversation_id: str | None
    channel: str
    address: str | None
    stop_code: str
    kind: str
    subject: str
    about: dict[str, Any]
    consent: str
    consented_at: datetime
    any_hour: bool
    due_at: datetime
    expires_at: datetime
    state: str
    attempts: int
    next_try_at: datetime
    lease: str | None
    posts: int
    posted_at: datetime | None
    provider_id: str | None
    delivery: str | None
    why: str | None
    created_at: datetime
    updated_at: datetime

    @property
    def reference(self) -> str:
        """Return the reference under which Notify has the newest post, other for each post."""
        return f"{self.key}-{self.posts}"


def key_of(*parts: str) -> str:
    """Return a key made of what makes a notice the same one."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


def stop_code_of(secret: str, channel: str, to: str) -> str:
    """Return the code that stops everything to one number, address or conversation: 24 characters, 120 bits."""
    digest = hmac.new(secret.encode(), f"stop\0{channel}\0{to}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest)[:24].decode().lower()


def plan(conn: Connection, secret: str, conversation_id: str | None, wanted: Plan) -> bool:
    """Store what is to be said, in state due. Return whether it is new: the same key changes nothing."""
    if _one(conn, notices.c.key == wanted.key):
        return False
    now = clock.now()
    values = {
        **vars(wanted),
        "conversation_id": conversation_id,
        "stop_code": stop_code_of(secret, wanted.channel, wanted.address or conversation_id or ""),
        "consented_at": wanted.consented_at or now,
        "state": states.DUE,
        "attempts": 0,
        "next_try_at": clock.machine_now(),
        "posts": 0,
        "created_at": now,
        "updated_at": now,
    }
    try:
        with conn.begin_nested():
            conn.execute(notices.insert().values(**values))
    except IntegrityError:
        return False
    return True


def follow(conn: Connection, secret: str, conversation_id: str, wanted: Follow) -> None:
    """Let what no longer holds lapse, and plan what is new."""
    for kind, subject in wanted.replaces:
        move(conn, states.LAPSED, notices.c.kind == kind, notices.c.subject == subject)
    for one in wanted.plans:
        plan(conn, secret, conversation_id, one)


def claim(conn: Connection, lease: str, without: frozenset[str]) -> Notice | None:
    """Take what is due the longest, of other kinds and channels than `without`, and hide it for `LEASE`; else None."""
    now = clock.machine_now()
    query = (
        sa.select(notices)
        .where(
            notices.c.state == states.DUE,
            notices.c.due_at <= clock.now(),
            notices.c.next_try_at <= now,
            notices.c.kind.not_in(without),
            notices.c.channel.not_in(without),
        )
        .order_by(notices.c.due_at, notices.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    here = notices.c.id == row.id
    conn.execute(notices.update().where(here).values(next_try_at=now + LEASE, lease=lease, attempts=row.attempts + 1))
    return _one(conn, here)


def move(conn: Connection, state: str, *where: Any, **values: Any) -> int:
    """Bring the rows to a state, those that may go there, and return how many did."""
    before = sorted(states.NOTICE_BEFORE[state])
    changed = notices.update().where(notices.c.state.in_(before), *where)
    return int(conn.execute(changed.values(state=state, updated_at=clock.now(), **values)).rowcount)


def held(notice: Notice) -> tuple[Any, ...]:
    """Return the condition that a row is still due and still leased to whoever has `notice`."""
    return notices.c.id == notice.id, notices.c.lease == notice.lease, notices.c.state == states.DUE


def find(conn: Connection, *where: Any) -> list[Notice]:
    """Return the rows, oldest first."""
    return [_from_row(row) for row in conn.execute(sa.select(notices).where(*where).order_by(notices.c.id))]


def forget(conn: Connection, conversation_id: str) -> None:
    """Stop a conversation's notices and take the personal data out of them; kind, state and times stay."""
    here = notices.c.conversation_id == conversation_id
    move(conn, states.STOPPED, here)
    gone: dict[str, Any] = {"address": None, "about": {}, "subject": "", "stop_code": "", "erased_at": clock.now()}
    conn.execute(notices.update().where(here).values(**gone))


def _one(conn: Connection, where: Any) -> Notice | None:
    found = find(conn, where)
    return found[0] if found else None


def _from_row(row: Any) -> Notice:
    return Notice(**{name: getattr(row, name) for name in Notice.__dataclass_fields__})

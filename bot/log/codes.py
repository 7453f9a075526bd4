"""One-time codes, and how often somebody guessed wrong. Only keyed digests are kept, never a code or an account."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.db import reading, writing
from bot.log.tables import UtcTime, metadata

codes = sa.Table(
    "one_time_codes",
    metadata,
    sa.Column("purpose", sa.String(128), primary_key=True),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Index("ix_one_time_codes_digest", "digest"),
)
failures = sa.Table(
    "code_failures",
    metadata,
    sa.Column("subject", sa.String(64), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)


def keep(conn: Connection, purpose: str, subject: str, digest: str, expires_at: datetime) -> None:
    """Keep the digest of a code, in the place of an earlier one for that purpose."""
    conn.execute(codes.delete().where(codes.c.purpose == purpose))
    conn.execute(codes.insert().values(purpose=purpose, subject=subject, digest=digest, expires_at=expires_at))


def subject_of(conn: Connection, digest: str, now: datetime) -> str | None:
    """Return what a code in time is for, or None. The code stays good."""
    query = sa.select(codes.c.subject).where(codes.c.digest == digest, codes.c.expires_at >= now)
    subject: str | None = conn.execute(query).scalar_one_or_none()
    return subject


def use_up(conn: Connection, digest: str, now: datetime) -> bool:
    """Take a code away and return whether it was there and in time: True for one caller only."""
    return bool(conn.execute(codes.delete().where(codes.c.digest == digest, codes.c.expires_at >= now)).rowcount)


def forget(conn: Connection, subject: str) -> None:
    """Take away the codes for a subject."""
    conn.execute(codes.delete().where(codes.c.subject == subject))


def count(conn: Connection, subject: str, day: date) -> int:
    """Count a try and return how many that makes on the day, also when others count in the same moment."""
    here = (failures.c.subject == subject, failures.c.day == day)
    one_more = failures.update().where(*here).values(count=failures.c["count"] + 1)
    if not conn.execute(one_more).rowcount:
        try:
            with conn.begin_nested():
                conn.execute(failures.insert().values(subject=subject, day=day, count=1))
        except IntegrityError:
            conn.execute(one_more)
    return int(conn.execute(_count(subject, day)).scalar_one())


def uncount(conn: Connection, subject: str, day: date) -> None:
    """Take back a try that was counted: it was right."""
    here = (failures.c.subject == subject, failures.c.day == day)
    conn.execute(failures.update().where(*here).values(count=failures.c["count"] - 1))


class Codes:
    """The codes of one database. `purpose` is the task that a code is for, `subject` a digest of what it protects."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, purpose: str, subject: str, digest: str, expires_at: datetime) -> None:
        """Keep the digest of a code, in the place of an earlier one for that purpose."""
        with writing(self._engine) as conn:
            keep(conn, purpose, subject, digest, expires_at)

    def redeem(self, purpose: str, digest: str, now: datetime) -> bool:
        """Return whether this is the code and it is in time; a code works once."""
        with writing(self._engine) as conn:
            used = conn.execute(
                codes.delete().where(codes.c.purpose == purpose, codes.c.digest == digest, codes.c.expires_at >= now)
            )
            return bool(used.rowcount)

    def failed(self, subject: str, day: date, most: int) -> int:
        """Count a wrong try and return how many are left today."""
        with writing(self._engine) as conn:
            return most - count(conn, subject, day)

    def locked(self, subject: str, day: date, most: int) -> bool:
        """Return whether there were too many wrong tries today."""
        with reading(self._engine) as conn:
            return (conn.execute(_count(subject, day)).scalar_one_or_none() or 0) >= most


def _count(subject: str, day: date) -> sa.sql.Select:
    return sa.select(failures.c["count"]).where(failures.c.subject == subject, failures.c.day == day)

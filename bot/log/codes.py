"""One-time codes, and how often somebody guessed wrong. Only keyed digests are kept, never a code or an account."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.db import reading, writing
from bot.log.tables import UtcTime, metadata

codes = sa.Table(
    "one_time_codes",
    metadata,
    sa.Column("purpose", sa.String(128), primary_key=True),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
)
failures = sa.Table(
    "code_failures",
    metadata,
    sa.Column("subject", sa.String(64), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)


class Codes:
    """The codes of one database. `purpose` is the task that a code is for, `subject` a digest of what it protects."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, purpose: str, subject: str, digest: str, expires_at: datetime) -> None:
        """Keep the digest of a code, in the place of an earlier one for that purpose."""
        with writing(self._engine) as conn:
            conn.execute(codes.delete().where(codes.c.purpose == purpose))
            conn.execute(codes.insert().values(purpose=purpose, subject=subject, digest=digest, expires_at=expires_at))

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
            held = conn.execute(_count(subject, day)).scalar_one_or_none()
            if held is None:
                conn.execute(failures.insert().values(subject=subject, day=day, count=1))
            else:
                here = (failures.c.subject == subject, failures.c.day == day)
                conn.execute(failures.update().where(*here).values(count=held + 1))
            return most - (held or 0) - 1

    def locked(self, subject: str, day: date, most: int) -> bool:
        """Return whether there were too many wrong tries today."""
        with reading(self._engine) as conn:
            return (conn.execute(_count(subject, day)).scalar_one_or_none() or 0) >= most


def _count(subject: str, day: date) -> sa.sql.Select:
    return sa.select(failures.c["count"]).where(failures.c.subject == subject, failures.c.day == day)

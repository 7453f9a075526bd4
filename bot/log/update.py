"""Which updates were served already. The numbers alone say nothing of anybody; so they outlive an erasure."""

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from bot import clock
from bot.db import reading, writing
from bot.log.tables import UtcTime, metadata

updates = sa.Table(
    "telegram_updates",
    metadata,
    sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("served_at", UtcTime, nullable=False),
    sa.Index("ix_telegram_updates_served_at", "served_at"),
)


class Updates:
    """The served updates of one database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def served(self, update_id: int) -> bool:
        """Return whether this update was served."""
        with reading(self._engine) as conn:
            return conn.execute(sa.select(updates).where(updates.c.update_id == update_id)).first() is not None

    def note(self, update_id: int) -> None:
        """Note that this update was served. To note it twice is no error."""
        with writing(self._engine) as conn:
            try:
                with conn.begin_nested():
                    conn.execute(updates.insert().values(update_id=update_id, served_at=clock.now()))
            except IntegrityError:
                pass  # Another process served it in the same moment.

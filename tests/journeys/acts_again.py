"""Letting time go by for what was kept."""

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa

from actions.engine.desks import Desks
from actions.outbox import Outbox
from bot.log.commitment import commitments


def later_round(desks: Desks) -> None:
    """Do one round of the outbox as if everything that waits for its next try were due."""
    past = datetime.now(timezone.utc) - timedelta(seconds=1)
    with desks.log.engine.begin() as conn:
        waiting = commitments.c.next_try_at.is_not(None)
        conn.execute(sa.update(commitments).where(waiting).values(next_try_at=past))
    Outbox(desks.systems, desks.log).round()

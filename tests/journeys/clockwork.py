"""A notifier whose clock is set by the test, in front of a sandbox that keeps its own."""

from datetime import datetime, timedelta, timezone

import pytest

from actions.engine.desks import Desks
from actions.notices.notifier import Notifier
from bot.clock import LONDON
from bot.log.notice import notices


class Clockwork:
    """`at` sets the council's clock (London) and does one round there, as if every wait for a next try were over."""

    def __init__(self, desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
        self.desks = desks
        self.notifier = Notifier(desks.systems, desks.log)
        self.began = datetime.now(timezone.utc)  # when the newest round began, by the machine
        self._monkeypatch = monkeypatch

    def set(self, local: str) -> None:
        """Set the clock: "2026-11-25 19:00"."""
        moment = datetime.fromisoformat(local).replace(tzinfo=LONDON).astimezone(timezone.utc)
        self._monkeypatch.setenv("NOW", moment.isoformat())

    def at(self, local: str) -> None:
        """Set the clock and do a round."""
        self.set(local)
        self.began = datetime.now(timezone.utc)
        past = self.began - timedelta(seconds=1)
        with self.desks.log.engine.begin() as conn:
            conn.execute(notices.update().values(next_try_at=past))
        self.notifier.round()

    def look(self) -> None:
        """Do a round that looks for news, however lately it did."""
        Notifier(self.desks.systems, self.desks.log).round()

"""Bank holidays of England and Wales: GOV.UK's JSON, or the copy in `data/` when it can't be reached."""

import json
import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from actions.backoffice.cache import TtlCache
from actions.backoffice.deadline import deadline
from actions.backoffice.errors import BackOfficeError
from actions.backoffice.http import Door
from bot.settings import ROOT

DAY = 24 * 3600.0
COPY = ROOT / "data" / "bank-holidays.json"
COPY_SECONDS = 300.0
# There is a copy, so a slow calendar must not eat a resident's turn.
MOST_SECONDS = 2.5
DIVISION = "england-and-wales"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BankHoliday:
    """A bank holiday: "Boxing Day", with `notes` "Substitute day" or ""."""

    date: date
    title: str
    notes: str


class Calendar:
    """The client. It raises no error of the back office: the copy stands in."""

    def __init__(self, base_url: str, copy: Path = COPY) -> None:
        self._door = Door("calendar", base_url)
        self._copy = copy
        self._cache: TtlCache[tuple[BankHoliday, ...]] = TtlCache(DAY)

    def bank_holidays(self) -> list[BankHoliday]:
        """Return them in order of date. Kept for 24 hours; the copy for five minutes, and then GOV.UK is asked again.

        Raises OSError or ValueError when the copy is needed and is missing or damaged.
        """
        kept = self._cache.get(DIVISION)
        if kept is None:
            kept, seconds = self._load()
            self._cache.keep(DIVISION, kept, seconds)
        return list(kept)

    def _load(self) -> tuple[tuple[BankHoliday, ...], float]:
        """Return them with the seconds to keep them for."""
        try:
            with deadline(MOST_SECONDS):
                return self._door.get("bank holidays", "/bank-holidays.json").read(_holidays), DAY
        except BackOfficeError as error:
            logger.warning("using the copy of the bank holidays: %s", error)
        return _holidays(json.loads(self._copy.read_text(encoding="utf-8"))), COPY_SECONDS


def _holidays(body: Any) -> tuple[BankHoliday, ...]:
    events = body[DIVISION]["events"]
    holidays = [BankHoliday(date.fromisoformat(e["date"]), str(e["title"]), str(e.get("notes") or "")) for e in events]
    return tuple(sorted(holidays, key=lambda holiday: holiday.date))

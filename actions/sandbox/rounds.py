"""When the crews come. Pure dates: nothing stored, the same street and day always give the same answer.

The weekday is the sector digit modulo 5 (0 is Monday). Refuse and recycling alternate by the fortnight, garden waste
goes with recycling, food every week. A bank holiday moves that day's and the week's later collections one day later;
at Christmas the council's own list (`data/christmas_collections.json`) says the day.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

from actions.sandbox.world import Home, Street
from bot.clock import LONDON

BINS = ("refuse", "recycling", "food", "garden")
CREW_DAY_ENDS = time(17, 0)
_HERE = Path(__file__).resolve()
_BANK_HOLIDAYS = _HERE.parents[2] / "data" / "bank-holidays.json"
_CHRISTMAS = _HERE.parent / "data" / "christmas_collections.json"


@dataclass(frozen=True)
class Collection:
    """One visit: the bin, the day of the rota, the day that the crew comes, and why the two differ (None: same)."""

    bin: str
    usual: date
    date: date
    reason: str | None


@lru_cache(maxsize=1)
def bank_holidays() -> dict[date, str]:
    """Return the bank holidays of England and Wales, with their titles, from `data/bank-holidays.json`."""
    events = json.loads(_BANK_HOLIDAYS.read_text(encoding="utf-8"))["england-and-wales"]["events"]
    return {date.fromisoformat(event["date"]): str(event["title"]) for event in events}


@lru_cache(maxsize=1)
def _christmas() -> dict[date, date]:
    moves = json.loads(_CHRISTMAS.read_text(encoding="utf-8"))["moves"]
    return {date.fromisoformat(usual): date.fromisoformat(moved) for usual, moved in moves.items()}


def bins_of(home: Home) -> tuple[str, ...]:
    """Return the bins of a home; a flat has no garden bin."""
    return BINS[:3] if home.is_flat else BINS


def moved(usual: date) -> tuple[date, str | None]:
    """Return the day that a collection of the rota happens, and the holiday that moved it (None when nothing did)."""
    if usual in _christmas():
        return _christmas()[usual], "Christmas"
    monday = usual - timedelta(days=usual.weekday())
    day, reasons = usual, []
    for holiday in sorted(bank_holidays()):
        if monday <= holiday <= day:
            day += timedelta(days=1)
            reasons.append(bank_holidays()[holiday])
    return day, " and ".join(reasons) or None


def collections(street: Street, wanted: str, start: date, end: date) -> list[Collection]:
    """Return the visits for one kind of bin whose real day is from `start` to `end`, both included, in order."""
    found = []
    day = start - timedelta(days=start.weekday() + 7) + timedelta(days=street.sector % 5)
    while day <= end:
        week = (day.toordinal() - 1) // 7 + street.area
        if wanted == "food" or (week % 2 == 0) == (wanted == "refuse"):
            real, reason = moved(day)
            if start <= real <= end:
                found.append(Collection(wanted, day, real, reason))
        day += timedelta(days=7)
    return found


def last(street: Street, wanted: str, now: datetime) -> Collection:
    """Return the last visit whose day has come: today's from midnight on. `now` is aware."""
    today = now.astimezone(LONDON).date()
    return collections(street, wanted, today - timedelta(days=28), today)[-1]


def upcoming(street: Street, wanted: str, now: datetime, days: int = 84) -> list[Collection]:
    """Return the visits of the next `days` days; today's as long as the crew's day (until 17:00) is not over."""
    local = now.astimezone(LONDON)
    first = local.date() + timedelta(days=0 if local.time() < CREW_DAY_ENDS else 1)
    return collections(street, wanted, first, local.date() + timedelta(days=days))

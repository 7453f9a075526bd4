"""What the repairs service can do and when: the triage tree, and the diary of one operative for each patch.

A patch is an area and a sector, so a slot taken by one home is gone for its neighbours. Slots are 08:00 to 12:00 and
12:00 to 16:00, Ashcombe's wall clock, on working days: from the next one for priority 2 (done within 5 working days),
from the third for priority 3 (20). The diary of AZ9 9ZZ always comes back empty, as it does when the scheduler behind
the real service fails: an empty list does not mean that there are no slots.
"""

import json
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from actions.sandbox import rounds, world
from bot import clock

KINDS = ("TENANT", "LEASEHOLD", "COMMUNAL")
# Triage leaves that end the journey, and the query value that the caller wants to see for each.
EXITS = {
    "emergency": "emergencyValue",
    "notEligible": "notEligibleNonEmergencyValue",
    "unableToBook": "unableToBookValue",
    "contactUs": "contactUsValue",
}
SLOTS = ((time(8), time(12)), (time(12), time(16)))
DAYS_FOR_REPAIR = {"2": 5, "3": 20}
_FIRST_WORKING_DAY = {"2": 1, "3": 3}
_DAYS_SHOWN = 5
_HORIZON = timedelta(days=90)
_SILENT = "AZ9 9ZZ"
_TRIAGE = Path(__file__).resolve().parent / "data" / "triage.json"


@lru_cache(maxsize=1)
def _trees() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(_TRIAGE.read_text(encoding="utf-8"))
    return found


def triage(kind: str, words: dict[str, str]) -> list[dict[str, Any]]:
    """Return the tree of a kind of repair: value, display, and options where it goes on.

    `words` has the caller's value for each early exit, by the keys of EXITS.
    """

    def shown(option: dict[str, Any]) -> dict[str, Any]:
        value = words[option["exit"]] if "exit" in option else option["value"]
        rest = {"options": [shown(inner) for inner in option["options"]]} if "options" in option else {}
        return {"value": value, "display": option["display"], **rest}

    return [shown(option) for option in _trees()[kind.lower()]]


def job(kind: str, location: str, problem: str, issue: str) -> tuple[str, str] | None:
    """Return the invented SOR code and the priority of a leaf; None when it is not one that can be booked."""
    options = _trees()[kind.lower()]
    found: dict[str, Any] | None = None
    for value in (location, problem, issue):
        if found is not None and "options" not in found:
            break
        found = next((o for o in options if o["value"] == value and "exit" not in o), None)
        if found is None:
            return None
        options = found.get("options", [])
    return (found["sorCode"], found["priority"]) if found and "sorCode" in found else None


def location_id(home: world.Home) -> str:
    """Return the repairs service's own number for a home: eight digits."""
    return f"0{home.uprn[5:]}"


def block_id(street: world.Street) -> str:
    """Return the number of the shared areas of a street's block of flats."""
    return f"0{street.area}{street.sector}{street.index:03d}10"


def postcode_of(location: str, kind: str) -> str | None:
    """Return the postcode of a location that the council repairs in that way; None when there is none."""
    if len(location) != 8 or not location.startswith("0"):
        return None
    if kind == "COMMUNAL":
        home = world.address(f"10009{location[1:6]}11") if location.endswith("10") else None
        return home.postcode if home else None
    home = world.address(f"10009{location[1:]}")
    return home.postcode if home and home.tenure == kind.lower() else None


def patch_of(location: str) -> str:
    """Return the patch of a location."""
    return location[:3]


def is_working_day(day: date) -> bool:
    """Whether repairs are done that day."""
    return day.weekday() < 5 and day not in rounds.bank_holidays()


def first_day(priority: str) -> date:
    """Return the first day that a job of this priority may be booked for."""
    day, left = clock.today(), _FIRST_WORKING_DAY[priority]
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day


def free(priority: str, location: str, kind: str, since: date, taken: set[datetime]) -> list[tuple[datetime, datetime]]:
    """Return the free slots of the first five working days from `since` that have one; local, without offset."""
    found: list[tuple[datetime, datetime]] = []
    day = max(first_day(priority), since)
    end = clock.today() + _HORIZON
    while day <= end and len({start.date() for start, _ in found}) < _DAYS_SHOWN:
        slots = [(datetime.combine(day, start), datetime.combine(day, finish)) for start, finish in SLOTS]
        found += [slot for slot in slots if is_working_day(day) and slot[0] not in taken]
        day += timedelta(days=1)
    return [] if postcode_of(location, kind) == _SILENT else found


def may_book(priority: str, start: datetime, end: datetime) -> bool:
    """Whether these are the ends of a slot that such a job can have; not whether it is free."""
    fits = (start.time(), end.time()) in SLOTS and start.date() == end.date() and is_working_day(start.date())
    return fits and first_day(priority) <= start.date() <= clock.today() + _HORIZON

"""When the council's office is open, and what a working day is.

Opening hours are Open Referral UK schedule objects in `data/council.yml`; bank holidays are GOV.UK's own file, kept in
`data/bank-holidays.json`. Nothing here reads the clock: every function is given its moment or its day.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.council import council
from bot.settings import ROOT

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
UNDERSTOOD = {
    "freq",
    "byday",
    "interval",
    "dtstart",
    "until",
    "valid_from",
    "valid_to",
    "opens_at",
    "closes_at",
    "timezone",
}
IGNORED = {"id", "description", "notes", "attributes", "metadata", "attending_type", "schedule_link"}
FURTHEST_DAYS = 400


@dataclass(frozen=True)
class Schedule:
    """One line of opening hours: on which days, from when, until when (wall clock of the council)."""

    freq: str
    days: frozenset[tuple[int, int]]  # (ordinal in the month or 0 for every one, weekday with Monday 0)
    interval: int
    first: date | None
    last: date | None
    opens: time
    closes: time

    def covers(self, day: date) -> bool:
        """Say whether this schedule opens the office on `day`, bank holidays apart."""
        if (self.first and day < self.first) or (self.last and day > self.last):
            return False
        if self.freq == "WEEKLY":
            return (0, day.weekday()) in self.days and self._in_step(day)
        from_start = (day.day - 1) // 7 + 1
        from_end = -((_month_days(day) - day.day) // 7 + 1)
        return any(weekday == day.weekday() and nth in (0, from_start, from_end) for nth, weekday in self.days)

    def _in_step(self, day: date) -> bool:
        if self.interval == 1 or self.first is None:
            return True
        weeks = (_monday(day) - _monday(self.first)).days // 7
        return weeks % self.interval == 0


def parse_schedule(entry: Mapping[str, Any]) -> Schedule:
    """Return the schedule that one Open Referral UK object describes.

    Raises ValueError when it uses a part of RFC 5545 that is not read here, so that hours are never half understood.
    """
    unknown = set(entry) - UNDERSTOOD - IGNORED
    if unknown:
        raise ValueError(f"opening hours use {', '.join(sorted(unknown))}, which this service does not read")
    freq = str(entry.get("freq", ""))
    if freq not in ("WEEKLY", "MONTHLY"):
        raise ValueError(f"opening hours have freq {freq!r}; WEEKLY and MONTHLY are read")
    interval = int(entry.get("interval", 1))
    first = _day(entry.get("dtstart") or entry.get("valid_from"))
    if interval != 1 and (freq != "WEEKLY" or first is None):
        raise ValueError("opening hours with an interval need freq WEEKLY and dtstart or valid_from")
    return Schedule(
        freq=freq,
        days=frozenset(_byday(part, freq) for part in str(entry["byday"]).split(",")),
        interval=interval,
        first=first,
        last=_day(entry.get("until") or entry.get("valid_to")),
        opens=time.fromisoformat(entry["opens_at"]),
        closes=time.fromisoformat(entry["closes_at"]),
    )


def is_open(moment: datetime) -> bool:
    """Say whether the office is open at `moment` (aware; ValueError when naive). Closing time itself is closed."""
    local = _local(moment)
    return any(opens <= local < closes for opens, closes in _openings(local.date()))


def next_opening(moment: datetime) -> datetime:
    """Return the next time the doors open after `moment`, on the council's wall clock.

    While the office is open, that is the opening after this one. Raises LookupError when it never opens again.
    """
    local = _local(moment)
    for ahead in range(FURTHEST_DAYS):
        for opens, _ in _openings(local.date() + timedelta(days=ahead)):
            if opens > local:
                return opens
    raise LookupError("the opening hours in data/council.yml never open the office again")


def is_working_day(day: date) -> bool:
    """Say whether the office opens at all on `day`: in its hours, and not a bank holiday."""
    return bank_holiday(day) is None and any(schedule.covers(day) for schedule in _schedules())


def next_working_day(day: date) -> date:
    """Return the first working day after `day`."""
    return add_working_days(day, 1)


def add_working_days(day: date, n: int) -> date:
    """Return the `n`th working day after `day` (before it when `n` is negative; `day` itself when 0)."""
    step = timedelta(days=1 if n > 0 else -1)
    remaining, idle = abs(n), 0
    while remaining:
        day += step
        idle += 1
        if is_working_day(day):
            remaining, idle = remaining - 1, 0
        if idle > FURTHEST_DAYS:
            raise LookupError("the opening hours in data/council.yml have no working days")
    return day


def working_days_between(a: date, b: date) -> int:
    """Return how many working days come after `a`, up to and including `b`; negative when `b` is before `a`."""
    if b < a:
        return -working_days_between(b, a)
    return sum(is_working_day(a + timedelta(days=ahead)) for ahead in range(1, (b - a).days + 1))


def call_back_promise(moment: datetime) -> datetime:
    """Return the time by which somebody rings back: the `call_back.by` of the next day whose office has yet to open.

    Asked at 2am on a Monday that is Monday; asked after the doors have opened, it is the next working day.
    """
    by = time.fromisoformat(council()["call_back"]["by"])
    return datetime.combine(next_opening(moment).date(), by, tzinfo=_zone())


def quiet_until(moment: datetime) -> datetime | None:
    """Return when the quiet hours end, when no reminder is sent, or None outside them (aware; ValueError when naive)."""
    quiet = council()["reminders"]["quiet"]
    begins, ends = time.fromisoformat(quiet["from"]), time.fromisoformat(quiet["until"])
    local = _local(moment)
    if ends <= local.time() < begins:
        return None
    return wall_clock(local.date() + timedelta(days=local.time() >= begins), ends)


def wall_clock(day: date, at: time) -> datetime:
    """Return the moment, in UTC, at which the council's clock shows that time on that day."""
    return datetime.combine(day, at, tzinfo=_zone()).astimezone(timezone.utc)


def bank_holiday(day: date) -> str | None:
    """Return GOV.UK's title of the bank holiday in England and Wales on `day`, or None."""
    return bank_holidays().get(day)


@lru_cache(maxsize=1)
def bank_holidays() -> dict[date, str]:
    """Return the bank holidays of England and Wales by day, from `data/bank-holidays.json`."""
    published = json.loads((ROOT / "data" / "bank-holidays.json").read_text(encoding="utf-8"))
    events = published["england-and-wales"]["events"]
    return {date.fromisoformat(event["date"]): event["title"] for event in events}


def _openings(day: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the office opens and closes on `day`, earliest first."""
    if bank_holiday(day) is not None:
        return
    zone = _zone()
    for schedule in sorted(_schedules(), key=lambda schedule: schedule.opens):
        if schedule.covers(day):
            opens = datetime.combine(day, schedule.opens, tzinfo=zone)
            yield opens, datetime.combine(day, schedule.closes, tzinfo=zone)


@lru_cache(maxsize=1)
def _schedules() -> tuple[Schedule, ...]:
    return tuple(parse_schedule(entry) for entry in council()["hours"])


@lru_cache(maxsize=1)
def _zone() -> ZoneInfo:
    return ZoneInfo(council()["timezone"])


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(_zone())


def _byday(part: str, freq: str) -> tuple[int, int]:
    ordinal, weekday = part.strip()[:-2], part.strip()[-2:]
    if weekday not in WEEKDAYS or (ordinal and freq == "WEEKLY"):
        raise ValueError(f"opening hours have byday {part!r}, which is not a day of a {freq} schedule")
    return int(ordinal or 0), WEEKDAYS.index(weekday)


def _day(value: object) -> date | None:
    """Return a day from YAML, where an unquoted ISO date is already one."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month_days(day: date) -> int:
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (following - timedelta(days=1)).day

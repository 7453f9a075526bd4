"""Dates and times of day in British English, as residents type them.

Words for days look forward unless they say otherwise: "tuesday" is the coming one. A find that could also be meant backward
("it was due on tuesday") carries the last such day in extra["or_past"].
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from bot.nlu.found import Found, without_overlaps

DAYS = {
    "monday": 0, "mon": 0, "munday": 0,
    "tuesday": 1, "tues": 1, "tue": 1, "teusday": 1, "tuseday": 1, "tuesay": 1,
    "wednesday": 2, "weds": 2, "wed": 2, "wensday": 2, "wednsday": 2, "wendsday": 2, "wedneday": 2, "wednesdy": 2,
    "thursday": 3, "thurs": 3, "thur": 3, "thu": 3, "thusday": 3, "thrusday": 3, "thurday": 3,
    "friday": 4, "fri": 4, "firday": 4, "frday": 4,
    "saturday": 5, "sat": 5, "satuday": 5, "saterday": 5, "satday": 5,
    "sunday": 6, "sun": 6, "sundy": 6,
}  # fmt: skip
MONTHS = {
    "january": 1, "jan": 1, "february": 2, "febuary": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4, "may": 5,
    "june": 6, "jun": 6, "july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9, "sept": 9, "sep": 9,
    "october": 10, "oct": 10, "november": 11, "nov": 11, "december": 12, "decemeber": 12, "dec": 12,
}  # fmt: skip
FEASTS = {
    "christmas eve": (12, 24), "xmas eve": (12, 24), "christmas day": (12, 25), "xmas day": (12, 25),
    "boxing day": (12, 26), "new years eve": (12, 31), "new year's eve": (12, 31), "new years day": (1, 1),
    "new year's day": (1, 1),
}  # fmt: skip
COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "couple of": 2, "a couple of": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
NEAR = {
    "today": 0, "2day": 0, "tonight": 0, "tonite": 0, "2nite": 0, "this morning": 0, "this afternoon": 0,
    "this evening": 0, "tomorrow": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1, "tomorrrow": 1, "tmrw": 1, "tmr": 1,
    "tomoz": 1, "2moro": 1, "2morrow": 1, "tomoro": 1, "yesterday": -1, "yesterdy": -1, "yday": -1, "last night": -1,
    "day after tomorrow": 2, "day before yesterday": -2,
}  # fmt: skip
_SHORT = {"sat", "sun", "wed", "mon"}  # also other words: taken as days only beside a cue

_DAY = "|".join(sorted(DAYS, key=len, reverse=True))
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_COUNT = "[0-9]{1,3}|" + "|".join(sorted(COUNTS, key=len, reverse=True))
_NTH = r"(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?"
_SINCE = re.compile(r"\bsince\s+(?:the\s+|about\s+|around\s+)*$", re.IGNORECASE)
_YEAR = r"(?:,?\s+(?P<y>20[0-9]{2}))?"
_LEAD = rf"(?:\b(?:{_DAY})\b,?\s+(?:the\s+)?)?"

Reader = Callable[[re.Match[str], date], Found | None]


def find_dates(text: str, today: date) -> list[Found]:
    """Return the dates in `text` in order; each value is a date.

    extra["grain"] is "day", "week" (the value is its Monday), "weekend" (its Saturday) or "month" (its first);
    extra["or_past"], where present, is the date of the same words meant backward. Days that don't exist are not found.
    """
    return [_since(one, text) for one in without_overlaps(_all_dates(text, today))]


def _since(one: Found, text: str) -> Found:
    """Turn a day backward after "since": nothing has been going on since a day that is still to come."""
    if "or_past" in one.extra and _SINCE.search(text[: one.start]):
        return Found(date.fromisoformat(one.extra["or_past"]), one.start, one.end, {"grain": one.extra["grain"]})
    return one


def _all_dates(text: str, today: date) -> Iterator[Found]:
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            found = read(match, today)
            if found is not None:
                yield found


def _found(match: re.Match[str], day: date | None, grain: str = "day", past: date | None = None) -> Found | None:
    if day is None:
        return None
    extra = {"grain": grain} if past is None or past == day else {"grain": grain, "or_past": past.isoformat()}
    return Found(day, match.start(), match.end(), extra)


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shift(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None


def _without_year(match: re.Match[str], month: int, day: int, today: date) -> Found | None:
    years = [made for year in range(today.year - 4, today.year + 9) if (made := _safe(year, month, day))]
    ahead = next((made for made in years if made >= today), None)
    behind = next((made for made in reversed(years) if made <= today), None)
    return _found(match, ahead, past=behind)


def _iso(match: re.Match[str], today: date) -> Found | None:
    return _found(match, _safe(int(match["y"]), int(match["m"]), int(match["d"])))


def _numeric(match: re.Match[str], today: date) -> Found | None:
    day, month = int(match["d"]), int(match["m"])
    if match["y"]:
        return _found(match, _safe(int(match["y"]) + (2000 if len(match["y"]) == 2 else 0), month, day))
    if (day, month) == (24, 7):  # round the clock, not July
        return None
    return _without_year(match, month, day, today)


def _named_month(match: re.Match[str], today: date) -> Found | None:
    month, day = MONTHS[match["m"].lower()], int(match["d"])
    if match["y"]:
        return _found(match, _safe(int(match["y"]), month, day))
    return _without_year(match, month, day, today)


def _feast(match: re.Match[str], today: date) -> Found | None:
    month, day = FEASTS[match[0].lower().replace("’", "'")]
    return _without_year(match, month, day, today)


def _day_of_month(match: re.Match[str], today: date) -> Found | None:
    day = int(match["d"])
    ahead = behind = None
    for step in range(3):
        ahead = ahead or _in_month(today, step, day, lambda made: made >= today)
        behind = behind or _in_month(today, -step, day, lambda made: made <= today)
    return _found(match, ahead, past=behind)


def _in_month(today: date, step: int, day: int, wanted: Callable[[date], bool]) -> date | None:
    first = _month(today, step)
    made = _safe(first.year, first.month, day)
    return made if made and wanted(made) else None


def _near(match: re.Match[str], today: date) -> Found | None:
    return _found(match, _shift(today, NEAR[re.sub(r"\s+", " ", match["n"].lower())]))


def _weeks_on(match: re.Match[str], today: date) -> Found | None:
    words = match["c"].lower()
    weeks = 2 if words.endswith("fortnight") else _count(re.sub(r"\s*weeks?$", "", words))
    return _found(match, _shift(_from_word(match["on"].lower(), today), 7 * weeks))


def _day_week(match: re.Match[str], today: date) -> Found | None:
    return _found(match, _shift(_from_word(match["on"].lower(), today), 7))


def _from_word(word: str, today: date) -> date:
    if word in DAYS:
        return _coming(DAYS[word], today)
    return today + timedelta(days=NEAR[word])


def _ahead_or_ago(match: re.Match[str], today: date) -> Found | None:
    unit = match["u"].lower()
    count = _count((match["c"] or "a").lower())
    sign = -1 if match["back"] else 1
    if unit.startswith("month"):
        later = _month(today, sign * count)
        return _found(match, later.replace(day=min(today.day, monthrange(later.year, later.month)[1])))
    days = {"d": 1, "w": 7, "f": 14}[unit[0]]  # day, week, fortnight
    return _found(match, _shift(today, sign * count * days))


def _count(words: str) -> int:
    words = re.sub(r"\s+", " ", words).strip()
    return int(words) if words.isdigit() else COUNTS.get(words, 1)


def _span(match: re.Match[str], today: date) -> Found | None:
    which, unit = match["w"].lower(), match["u"].lower()
    step = {"last": -1, "next": 1}.get(which, 0)
    monday = today - timedelta(days=today.weekday())
    if unit == "month":
        return _found(match, _month(today, step), "month")
    if unit == "weekend":
        return _found(match, monday + timedelta(days=7 * step + 5), "weekend")
    return _found(match, monday + timedelta(days=7 * step), "week")


def _week_after_next(match: re.Match[str], today: date) -> Found | None:
    return _found(match, today - timedelta(days=today.weekday()) + timedelta(days=14), "week")


def _month_alone(match: re.Match[str], today: date) -> Found | None:
    found = _without_year(match, MONTHS[match["m"].lower()], 1, today.replace(day=1))
    last = found.value.replace(year=found.value.year - 1) if found else None
    return _found(match, found.value, "month", past=last) if found else None


def _month(today: date, step: int) -> date:
    months = today.year * 12 + today.month - 1 + step
    return date(months // 12, months % 12 + 1, 1)


def _week_day(match: re.Match[str], today: date) -> Found | None:
    which, cue, name = ((match[part] or "").strip().lower() for part in ("w", "cue", "d"))
    alone = match[0].strip() == match.string.strip(" .,!?")
    if name in _SHORT and not (which or cue or alone or match["after"] is not None):
        return None
    weekday = DAYS[name]
    back = (today.weekday() - weekday) % 7
    if which == "last":
        return _found(match, _shift(today, -(back or 7)))
    if which == "next":
        return _found(match, _in_week(today, 1, weekday))
    last = today - timedelta(days=back)
    if cue == "since":
        return _found(match, last)
    return _found(match, today if which == "this" and back == 0 else _coming(weekday, today), past=last)


def _day_of_week(match: re.Match[str], today: date) -> Found | None:
    return _found(match, _in_week(today, -1 if match["w"].lower() == "last" else 1, DAYS[match["d"].lower()]))


def _in_week(today: date, weeks: int, weekday: int) -> date:
    return today + timedelta(days=7 * weeks + weekday - today.weekday())


def _coming(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _reader(pattern: str, read: Reader) -> tuple[re.Pattern[str], Reader]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII), read


_NEAR = "|".join(sorted((name.replace(" ", r"\s+") for name in NEAR), key=len, reverse=True))
_ON = rf"{_DAY}|today|tomorrow|tomorow|tommorow"
_UNIT = "days?|weeks?|fortnights?|months?"
_READERS: list[tuple[re.Pattern[str], Reader]] = [
    _reader(r"\b(?P<y>20[0-9]{2})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})\b", _iso),
    _reader(
        r"(?<![\w/.£-])(?P<d>[0-9]{1,2})(?P<s>[/.-])(?P<m>[0-9]{1,2})(?P=s)(?P<y>20[0-9]{2}|[0-9]{2})(?![\w/-])",
        _numeric,
    ),
    _reader(
        r"(?<![\w/.£-])(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})(?P<y>)(?![\w/]|\.[0-9]|\s+(?:hour|price|full|empty|mile|way))",
        _numeric,
    ),
    _reader(rf"{_LEAD}\b{_NTH}\s*(?:of\s+)?(?P<m>{_MONTH})\b{_YEAR}", _named_month),
    _reader(rf"{_LEAD}\b(?P<m>{_MONTH})\s+(?:the\s+)?{_NTH}\b(?!:){_YEAR}", _named_month),
    _reader(rf"\b(?:{'|'.join(FEASTS)})\b".replace("'", "['’]"), _feast),
    _reader(
        rf"\b(?P<c>(?:{_COUNT})\s+weeks?|(?:a\s+)?fortnight|(?<!this )(?<!next )(?<!last )week)"
        rf"\s+(?:on\s+|from\s+)?(?P<on>{_ON})\b(?!\s+(?:last|ago))",
        _weeks_on,
    ),
    _reader(rf"\b(?P<d>{_DAY})\s+(?:of\s+)?(?P<w>next|last)\s+week\b", _day_of_week),
    _reader(rf"\b(?P<w>next|last)\s+week\s+(?:on\s+)?(?P<d>{_DAY})\b", _day_of_week),
    _reader(rf"\b(?P<on>{_ON})\s+week\b", _day_week),
    _reader(rf"\b(?P<n>{_NEAR})\b", _near),
    _reader(r"\b(?:the\s+)?week\s+after\s+next\b", _week_after_next),
    _reader(rf"\b(?:in|within)\s+(?P<c>{_COUNT})\s+(?P<u>{_UNIT})\b(?P<back>)(?!\s+ago)", _ahead_or_ago),
    _reader(r"\bin\s+(?:a\s+)?(?P<u>fortnight)(?P<c>)(?P<back>)\b", _ahead_or_ago),
    _reader(rf"\b(?P<c>{_COUNT})\s+(?P<u>{_UNIT})['’]?\s+(?:(?P<back>ago|back)\b|time\b)", _ahead_or_ago),
    _reader(r"\b(?P<w>this|next|last|the)\s+(?P<u>weekend)\b", _span),
    _reader(r"\b(?P<w>this|next|last)\s+(?P<u>week|month)\b", _span),
    _reader(
        rf"\b(?:(?:{_DAY}),?\s+(?:the\s+)?|the\s+)(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)\b(?!\s+(?:one|option|choice|time|floor|bin|street|road|avenue))",
        _day_of_month,
    ),
    _reader(
        rf"(?P<cue>\b(?:on|by|until|till|from|since|for)\s+)?(?:\b(?P<w>this|next|last)\s+(?:coming\s+)?)?"
        rf"(?<!every )(?<!each )(?<!good )\b(?P<d>{_DAY})\b(?!['’]?s\b)"
        r"(?P<after>(?=\s+(?:morning|afternoon|evening|night|am|pm|the\b|[0-9])))?",
        _week_day,
    ),
    _reader(r"\b(?P<d>[0-9]{1,2})(?:st|nd|rd|th)\b(?=\s*[.!?]?\s*$)", _day_of_month),
    _reader(rf"(?<=\bin )(?P<m>{_MONTH})\b", _month_alone),
]

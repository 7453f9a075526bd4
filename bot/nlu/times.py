"""Times of day, as residents type them: "morning", "afternoon", "evening", or a clock time as "14:30"."""

import re
from collections.abc import Callable, Iterator

from bot.nlu.found import Found, without_overlaps

PARTS = {
    "morning": "morning", "mornin": "morning", "am": "morning", "afternoon": "afternoon", "arvo": "afternoon",
    "pm": "afternoon", "evening": "evening", "tonight": "evening", "tonite": "evening", "midday": "12:00",
    "noon": "12:00", "lunchtime": "12:00", "midnight": "00:00",
}  # fmt: skip
HOURS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
_DAYS = "day mon tue tues wed weds thu thur thurs fri sat sun tomorrow tmrw tmr the".split()
_BEFORE_AM = "|".join(rf"(?<={day}\s)" for day in _DAYS)
_HOUR = "[0-9]{1,2}|" + "|".join(HOURS)
Reader = Callable[[re.Match[str]], str | None]


def find_times(text: str) -> list[Found]:
    """Return the times of day in `text` in order. Hours 1 to 6 without "am" are taken as afternoon."""
    return without_overlaps(_all_times(text))


def _all_times(text: str) -> Iterator[Found]:
    for pattern, read in _READERS:
        for match in pattern.finditer(text):
            value = read(match)
            if value is not None:
                yield Found(value, match.start(), match.end())


def _clock(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    hour = _hour(parts["h"])
    return _time(hour, int(parts.get("m") or 0), (parts.get("half") or "").lower())


def _half(match: re.Match[str]) -> str | None:
    hour, words = _hour(match["h"]), match["past"].lower()
    if "to" in words.split():
        return _time(hour - 1 or 12, 45, "")
    return _time(hour, 15 if words.startswith("quarter") else 30, "")


def _hour(words: str) -> int:
    return HOURS.get(words.lower()) or int(words)


def _time(hour: int, minute: int, half: str) -> str | None:
    half = half.replace(".", "")
    if half and not 1 <= hour <= 12:
        half = ""
    if half == "pm" or (not half and 1 <= hour <= 6):
        hour = hour % 12 + 12
    elif half == "am":
        hour %= 12
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _written(match: re.Match[str]) -> str | None:
    """24-hour and other written times: only a single digit from 1 to 6 is moved to the afternoon."""
    hour, minute = int(match["h"]), int(match["m"])
    if match["half"]:
        return _time(hour, minute, match["half"].lower())
    if match["h"].startswith("0") or hour > 6:
        return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None
    return _time(hour, minute, "")


def _part(match: re.Match[str]) -> str | None:
    return PARTS[re.sub(r"\s+", "", match[0].lower()).removesuffix("s")]


def _reader(pattern: str, read: Reader) -> tuple[re.Pattern[str], Reader]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII), read


_READERS: list[tuple[re.Pattern[str], Reader]] = [
    _reader(r"(?<![\w:.£/])(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2})\s*(?P<half>[ap]\.?m\b)?(?![\w:])", _written),
    _reader(r"(?<![\w:.£/])(?P<h>[0-9]{1,2})[.:](?P<m>[0-9]{2})\s*(?P<half>[ap]\.?m\b)", _written),
    _reader(rf"(?<![\w:.£/])(?P<h>{_HOUR})\s*(?P<half>[ap]\.?m\b)", _clock),
    _reader(rf"\b(?P<h>{_HOUR})\s*o['’]?\s?clock\b", _clock),
    _reader(rf"\b(?P<past>half(?:\s+past)?|quarter\s+(?:past|to))\s+(?P<h>{_HOUR})\b", _half),
    _reader(
        r"\b(?:at|after|before|around|about|from|by)\s+(?P<h>[0-9]{1,2})(?=\s*(?:$|[.,!?]|on\b|tomorrow|today|please))",
        _clock,
    ),
    # "I am" is no morning: only after a day, "the" or alone.
    _reader(rf"(?:{_BEFORE_AM}|^\s*)am(?=\W*$|\s+(?:please|or|if|slot|would))", _part),
    _reader(
        r"(?<!good )(?<!good)(?<!nice )(?<!lovely )\b(?:mornings?|mornin|after\s?noons?|arvo|pm|evenings?|tonight|tonite"
        r"|mid\s?day|noon|lunch\s?time|midnight)\b(?!\s+all\b)",
        _part,
    ),
]

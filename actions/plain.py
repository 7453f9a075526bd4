"""How days, times, numbers and bins are told to residents."""

from datetime import date, datetime, time

from actions.backoffice.waste import BinService
from bot.clock import LONDON
from bot.council import council


def day(value: date) -> str:
    """Return a day as residents read it: Tuesday 1 December."""
    return f"{value:%A} {value.day} {value:%B}"


def slot_words(start: datetime, end: datetime) -> str:
    """Return an appointment as residents read it: Tuesday 1 December, 8am to 12pm."""
    return f"{day(start.astimezone(LONDON).date())}, {hour(start.astimezone(LONDON))} to {hour(end.astimezone(LONDON))}"


def hour(at: datetime | time) -> str:
    """Return a time on the wall clock as residents read it: 8am, 12:30pm."""
    minutes = f":{at:%M}" if at.minute else ""
    return f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}"


def sentence(text: str) -> str:
    """Return words as they stand at the start of a line."""
    return text[:1].upper() + text[1:]


def national(number: str) -> str:
    """Return an E.164 number as people in the UK write it: 07700 900123."""
    return f"0{number[3:7]} {number[7:]}" if number.startswith("+44") else number


def bin_name(service: BinService) -> str:
    """Return what this council calls a bin."""
    return str(council()["bins"]["names"].get(service.bin, service.name))

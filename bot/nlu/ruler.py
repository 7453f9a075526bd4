"""All entities of a text as plain dicts, in Rasa's shape."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from bot.nlu import contact, dates, money, places, times, values
from bot.nlu.found import Found
from bot.nlu.references import find_references
from bot.nlu.words import words

EXTRACTOR = "EntityRuler"

Pairs = Iterable[tuple[str, Found]]


def find_entities(text: str, today: date) -> list[dict[str, Any]]:
    """Return the entities of `text` in order: {"entity", "value", "start", "end", "confidence": 1.0, "extractor", "extra"?}.

    Values are JSON: dates ISO, money pence, phones E.164, postcodes "AZ1 2BB". `extra` is there only when something more is
    known: {"grain": "week"}, {"or_past": "2026-11-24"}, {"issue": "noHotWater"}, {"item": "mattress"}.
    What is one thing by its shape (a phone, a reference) is nothing else as well.
    """
    text = text.encode("utf-8", "replace").decode()  # spaCy refuses lone surrogates; one "?" each keeps the places
    found: list[tuple[str, Found]] = []
    for find in _FORMAL:
        found += [pair for pair in find(text, today) if not _taken(pair[1], found)]
    formal = list(found)
    for find in _LOOSE:
        found += [pair for pair in find(text, today) if not _taken(pair[1], formal)]
    return [_entity(name, one) for name, one in sorted(found, key=lambda pair: (pair[1].start, -pair[1].end))]


def _taken(one: Found, found: list[tuple[str, Found]]) -> bool:
    return any(one.start < other.end and other.start < one.end for _, other in found)


def _entity(name: str, one: Found) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "entity": name,
        "value": one.value.isoformat() if isinstance(one.value, date) else one.value,
        "start": one.start,
        "end": one.end,
        "confidence": 1.0,
        "extractor": EXTRACTOR,
    }
    return {**entity, "extra": one.extra} if one.extra else entity


def _named(name: str, find: Callable[[str], list[Found]]) -> Callable[[str, date], Pairs]:
    return lambda text, today: ((name, one) for one in find(text))


def _dates(text: str, today: date) -> Iterator[tuple[str, Found]]:
    return (("date", one) for one in dates.find_dates(text, today))


def _addresses(text: str, today: date) -> Iterator[tuple[str, Found]]:
    """Give the addresses, the places that are more than an address's own street, and the numbers outside both."""
    addresses = places.find_addresses(text)
    for one in addresses:
        yield "address_line", one
    for place in places.find_places(text):
        if not any(one.start <= place.start and place.end <= one.end for one in addresses):
            yield "place", place
            addresses = [*addresses, place]
    for number in values.find_numbers(text):
        if not any(one.start <= number.start and number.end <= one.end for one in addresses):
            yield "number", number


_FORMAL: list[Callable[[str, date], Pairs]] = [
    _named("email", contact.find_emails),
    lambda text, today: find_references(text),
    _named("phone", contact.find_phones),
    _named("postcode", contact.find_postcodes),
]
_LOOSE: list[Callable[[str, date], Pairs]] = [
    _dates,
    _named("time", times.find_times),
    _named("amount", money.find_amounts),
    _addresses,
    lambda text, today: words().find(text),
]

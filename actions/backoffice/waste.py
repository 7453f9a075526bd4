"""Bin days and what the crews logged: UKBinCollectionData's server, and MHCLG's waste standard (services, events)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from actions.backoffice.errors import NotFound
from actions.backoffice.http import Door, segment

# Words in a council's own name for a bin, and our name for it: the keys of `bins.names` in council.yml.
WORDS = {
    "food": ("food", "caddy"),
    "garden": ("garden", "brown"),
    "glass": ("glass",),
    "recycling": ("recycl", "blue"),
    "refuse": ("refuse", "general", "rubbish", "residual", "household", "black", "waste"),
}


@dataclass(frozen=True)
class Collection:
    """A day when a bin is collected. `bin` is refuse, recycling, food, garden or glass, else the council's name."""

    bin: str
    next_date: date


@dataclass(frozen=True)
class Event:
    """What a crew logged: its type in the waste standard ("Contaminated"), and when.

    `general` is True when it was about the round or the street ("Breakdown"), not about this home.
    """

    type: str
    logged: datetime
    general: bool


@dataclass(frozen=True)
class BinService:
    """A bin of a home, with its last and its next collection.

    `usual_date` is the day of the rota when `next_date` was moved, with `change_reason` ("Boxing Day"); else None.
    `round_late_until` is the day when a late round is known to come, `report_open` the reference of an open missed bin
    report; None else. `assisted`: the crew fetches it from the door.
    """

    id: str
    name: str
    bin: str
    frequency: str
    last_date: date | None
    last_event: Event | None
    next_date: date | None
    usual_date: date | None
    change_reason: str | None
    round_late_until: date | None
    report_open: str | None
    assisted: bool


class Waste:
    """The client. Errors: see `Door`; the published server answers 500 (Retryable) for a home that it doesn't know."""

    def __init__(self, base_url: str, council: str, website: str) -> None:
        """`council` is the name of its module in UKBinCollectionData; `website` is asked for by that server."""
        self._door = Door("waste", base_url)
        self._path = f"/api/bin_collection/{segment(council)}"
        self._website = website

    def collections(self, uprn: str, postcode: str) -> list[Collection]:
        """Return every collection that is known, soonest first; a bin comes more than once."""
        params = {"url": self._website, "uprn": uprn, "postcode": postcode}
        found = self._door.get("collections", self._path, params=params).read(
            lambda body: [_collection(one) for one in body["bins"]]
        )
        return sorted(found, key=lambda collection: collection.next_date)

    def next_collections(self, uprn: str, postcode: str) -> list[Collection]:
        """Return the next collection of each bin, soonest first."""
        first: dict[str, Collection] = {}
        for collection in self.collections(uprn, postcode):
            first.setdefault(collection.bin, collection)
        return list(first.values())

    def services(self, uprn: str, postcode: str) -> list[BinService]:
        """Return the bins of a home, with what was logged on their last collection; [] for a home that has none.

        Where the services come without their events, the events are asked for too and put to the last collection. A
        council that has only UKBinCollectionData's server gets the next dates, and nothing about the last collection.
        """
        try:
            body = self._door.get("services", "/services", params={"uprn": uprn})
        except NotFound:
            return [_dates_only(collection) for collection in self.next_collections(uprn, postcode)]
        raw = body.read(lambda items: [(one, _service(one)) for one in items])
        if all("events" in (one.get("last_collection") or {"events": []}) for one, _ in raw):
            return [service for _, service in raw]
        events = self._door.get("events", "/events", params={"uprn": uprn}).json()
        return body.read(lambda items: [_service(one, events) for one in items])


def _dates_only(collection: Collection) -> BinService:
    return BinService(
        id=collection.bin,
        name=collection.bin,
        bin=collection.bin,
        frequency="",
        last_date=None,
        last_event=None,
        next_date=collection.next_date,
        usual_date=None,
        change_reason=None,
        round_late_until=None,
        report_open=None,
        assisted=False,
    )


def bin_of(name: str) -> str:
    """Return our name for what a council calls a bin; its own name in lower case when no word is known."""
    lowered = name.strip().lower()
    return next((ours for ours, words in WORDS.items() if any(word in lowered for word in words)), lowered)


def _collection(one: Any) -> Collection:
    return Collection(bin_of(str(one["type"])), datetime.strptime(one["collectionDate"], "%d/%m/%Y").date())


def _service(one: Any, events: Iterable[Any] = ()) -> BinService:
    last, following = one.get("last_collection") or {}, one.get("next_collection") or {}
    usual, moved = _day(following.get("date")), _day(following.get("changed_date"))
    last_date = _day(last.get("date"))
    logged = last.get("events") or [e for e in events if e.get("service") == one["id"]]
    return BinService(
        id=str(one["id"]),
        name=str(one["name"]),
        bin=bin_of(str(one.get("code") or one["name"])),
        frequency=str(one.get("frequency") or ""),
        last_date=last_date,
        last_event=_last_event(logged, last_date),
        next_date=moved or usual,
        usual_date=usual if moved and moved != usual else None,
        change_reason=(following.get("changed_date_reason") or None) if moved else None,
        round_late_until=_day(one.get("round_late_until")),
        report_open=str(one["report_open"]) if one.get("report_open") else None,
        assisted=bool(one.get("assisted")),
    )


def _last_event(logged: Iterable[Any], last_date: date | None) -> Event | None:
    """Return the newest event since the last collection's day; one about this home goes before a general one."""
    found = [
        Event(
            str(e["type"]),
            datetime.fromisoformat(e["date_created"].replace("Z", "+00:00")),
            e.get("service_type") == "general",
        )
        for e in logged
    ]
    since = [event for event in found if last_date is None or event.logged.date() >= last_date]
    return max(since, key=lambda event: (not event.general, event.logged), default=None)


def _day(text: Any) -> date | None:
    return date.fromisoformat(str(text)[:10]) if text else None

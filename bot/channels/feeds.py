"""A home's bin days as a calendar that a phone keeps up to date."""

import asyncio
import hmac
import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from icalendar import Calendar, Event
from sanic.response import HTTPResponse, raw

from actions.backoffice.deadline import deadline
from actions.backoffice.errors import BackOfficeError
from actions.backoffice.systems import Systems
from actions.backoffice.waste import BinService, Collection
from bot.channels.trouble import Trouble
from bot.council import council
from bot.feeds import calendar_signature
from bot.hours import bank_holiday
from bot.settings import Settings
from bot.words import words

_NAME = re.compile(r"([0-9]{1,12})-([0-9a-f]{24})\.ics")
SECONDS = 9.0
RETRY_SECONDS = 600


class Feeds:
    """The handler."""

    def __init__(self, settings: Settings, systems: Systems) -> None:
        self._secret = settings.secret_key
        self._systems = systems

    async def bins(self, request: Any, name: str) -> HTTPResponse:
        """`GET /bins/<uprn>-<signature>.ics`: every known collection. 503 with Retry-After when nobody can tell them."""
        parts = _NAME.fullmatch(name)
        if parts is None or not hmac.compare_digest(calendar_signature(parts[1], self._secret), parts[2]):
            raise Trouble(404, "not_found")
        try:
            services, collections = await asyncio.to_thread(self._days, parts[1])
        except BackOfficeError:
            raise Trouble(503, "internal", headers={"Retry-After": str(RETRY_SECONDS)}) from None
        if not services and not collections:
            raise Trouble(404, "not_found")
        headers = {"Cache-Control": "private, max-age=3600", "Content-Disposition": 'inline; filename="bins.ics"'}
        return raw(calendar(parts[1], services, collections), content_type="text/calendar; charset=utf-8", headers=headers)

    def _days(self, uprn: str) -> tuple[list[BinService], list[Collection]]:
        with deadline(SECONDS):
            services = self._systems.waste.services(uprn, "")
            return services, self._systems.waste.collections(uprn, "") if services else []


def calendar(uprn: str, services: Iterable[BinService], collections: Iterable[Collection]) -> bytes:
    """Return the iCalendar (RFC 5545): an all-day event for each bin and day, with an id that never changes."""
    found = Calendar()
    found.add("prodid", "-//Night Desk//Bin days//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    title = words("page.feed.title")
    for name, value in (("x-wr-calname", title), ("x-wr-timezone", council()["timezone"]), ("x-published-ttl", "PT12H")):
        found.add(name, value)
    notes = {(one.bin, one.next_date): one for one in services if one.next_date}
    days = {(one.bin, one.next_date) for one in collections} | {key for key in notes if key[1]}
    for wanted, day in sorted((wanted, day) for wanted, day in days if day):
        found.add_component(_event(uprn, wanted, day, notes.get((wanted, day))))
    return bytes(found.to_ical())


def _event(uprn: str, wanted: str, day: date, service: BinService | None) -> Event:
    event = Event()
    event.add("uid", f"{uprn}-{wanted}-{day:%Y%m%d}@night-desk")
    # The same event has the same stamp, so that a calendar does not take it for a changed one.
    event.add("dtstamp", datetime.combine(day - timedelta(days=84), time(), timezone.utc))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", words("page.feed.summary", bin=council()["bins"]["names"].get(wanted, wanted)))
    event.add("transp", "TRANSPARENT")
    note = _note(day, service)
    if note:
        event.add("description", note)
    return event


def _note(day: date, service: BinService | None) -> str:
    """Return why the day is not the usual one, as the crews' own system says; else the bank holiday of that week."""
    if service and service.usual_date and service.change_reason:
        usual = f"{service.usual_date:%A} {service.usual_date.day} {service.usual_date:%B}"
        return words("page.feed.moved", usual=usual, reason=service.change_reason)
    monday = day - timedelta(days=day.weekday())
    holidays = [bank_holiday(monday + timedelta(days=ahead)) for ahead in range(7)]
    title = next((holiday for holiday in holidays if holiday), None)
    return words("page.feed.holiday", holiday=title) if title else ""

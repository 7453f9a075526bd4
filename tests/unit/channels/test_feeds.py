from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import requests
from icalendar import Calendar

from actions.backoffice.waste import BinService, Collection
from bot.channels.feeds import calendar
from bot.clock import today
from bot.council import council
from bot.feeds import calendar_signature
from bot.words import words
from tests.scripted import Site

UPRN = "100091202104"


@pytest.fixture
def path(site: Site, sandbox: str) -> Iterator[str]:
    """The address of a home's calendar, with a sandbox that is well."""
    yield f"{site.url}/bins/{UPRN}-{calendar_signature(UPRN, site.settings.secret_key)}.ics"
    requests.delete(f"{sandbox}/faults", timeout=10)


def test_the_calendar_has_every_bin_on_its_days(path: str) -> None:
    answer = requests.get(path, timeout=20)
    assert answer.headers["Content-Type"].startswith("text/calendar")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    summaries = {str(event["summary"]) for event in events}
    for name in council()["bins"]["names"].values():
        assert any(name in summary for summary in summaries), name
    days = [event.decoded("dtstart") for event in events]
    assert min(days) >= today()
    assert max(days) > today() + timedelta(days=50)
    assert all(event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1) for event in events)


def test_the_ids_are_stable_and_each_is_there_once(path: str) -> None:
    first, second = requests.get(path, timeout=20).content, requests.get(path, timeout=20).content
    assert first == second
    ids = [str(event["uid"]) for event in Calendar.from_ical(first).walk("VEVENT")]
    assert len(set(ids)) == len(ids)
    assert all(uid.startswith(f"{UPRN}-") and uid.endswith("@night-desk") for uid in ids)


def service(wanted: str, day: date, usual: date | None = None, reason: str | None = None) -> BinService:
    return BinService(wanted, wanted, wanted, "weekly", None, None, day, usual, reason, None, None, False)


def test_why_a_day_moved_is_said() -> None:
    moved = service("food", date(2026, 12, 29), usual=date(2026, 12, 28), reason="Boxing Day")
    later = [Collection("food", date(2026, 12, 29)), Collection("food", date(2027, 1, 5))]
    [first, second] = Calendar.from_ical(calendar(UPRN, [moved], later)).walk("VEVENT")
    assert str(first["description"]) == words("page.feed.moved", usual="Monday 28 December", reason="Boxing Day")
    assert "description" not in second


def test_a_bank_holiday_in_the_week_is_said() -> None:
    [event] = Calendar.from_ical(calendar(UPRN, [], [Collection("food", date(2026, 12, 31))])).walk("VEVENT")
    assert str(event["description"]) == words("page.feed.holiday", holiday="Boxing Day")


def test_an_address_that_we_did_not_sign_is_not_found(site: Site, path: str) -> None:
    other = f"{site.url}/bins/100091202105-{path.rpartition('-')[2]}"
    for wrong in (other, f"{site.url}/bins/{UPRN}.ics", f"{site.url}/bins/{UPRN}-{'0' * 24}.ics", f"{path}x"):
        assert requests.get(wrong, timeout=20).status_code == 404


def test_when_nobody_can_tell_the_calendar_says_come_back(path: str, sandbox: str) -> None:
    requests.put(f"{sandbox}/faults/waste", json={"kind": "500", "count": 20}, timeout=10)
    answer = requests.get(path, timeout=20)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 60

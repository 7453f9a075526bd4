"""Journeys that begin in one place and end in another, against everything running, with their result in the back office."""

import re
from collections.abc import Callable

import pytest
import requests

from bot.words import words
from tests.council import ACCOUNT, GOOD_CARD, Council, link_in, pay, photo_with_place, reference_in
from tests.stack import Resident, Stack
from tests.telegram.bot_api import BotApi
from tests.telegram.people import Person

CODE = r"([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})"
MOVED = words("carry_on.moved.telegram")
PLACE = {"lat": 52.2471, "lng": -1.4023}
# Which answers to choose, where there is one that goes straight on.
STRAIGHT = ("No, this",)


@pytest.fixture
def resident(everything: Stack) -> Resident:
    """Somebody on the page, with an empty sandbox behind it."""
    everything.reset()
    return Resident(everything.base_url)


@pytest.fixture
def person(telegram: BotApi, everything: Stack) -> Person:
    """Somebody on Telegram, who has not written yet."""
    return Person(telegram, everything.base_url)


def post(resident: Resident, path: str, **fields: str) -> str:
    headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
    answer = resident.session.post(f"{resident.base_url}{path}", data=fields or "", headers=headers, timeout=20)
    assert answer.ok, answer.text
    return answer.text


def code_for_telegram(resident: Resident) -> str:
    found = re.search(rf"https://t\.me/night_desk_bot\?start={CODE}", post(resident, "/chat/carry-on/code"))
    assert found
    return found[1]


def answer_until(
    wanted: str, said: str, choose: Callable[[], list[str]], press: Callable[[str], str], say: Callable[[], str]
) -> str:
    """Answer what a report asks, until it asks something with these words."""
    for _ in range(8):
        if wanted in said:
            return said
        titles = choose()
        straight = [title for title in titles if title.startswith(STRAIGHT)]
        said = press((straight or titles)[0]) if titles else say()
    pytest.fail(f"{wanted!r} was not asked, but {said!r}")


def test_a_report_begun_on_the_page_goes_on_in_telegram_and_is_sent_from_another_browser(
    resident: Resident, person: Person, council: Council, everything: Stack
) -> None:
    resident.say("there's a street light out")
    answer = resident.send(location=PLACE)
    assert answer.status_code == 200, answer.text
    asked = answer.json()["replies"][-1]

    code = code_for_telegram(resident)
    said = person.say(f"/start {code}")
    assert person.seen[0].text == words("telegram.privacy")
    assert MOVED in said
    assert person.seen[-1].text.startswith(asked["text"])
    assert [button["text"] for button in person.seen[-1].buttons] == [choice["title"] for choice in asked["choices"]]
    answer_until(
        "add a photo",
        person.seen[-1].text,
        lambda: [button["text"] for button in person.seen[-1].buttons],
        person.press,
        lambda: person.say("out since Sunday, number 14 on the post"),
    )
    assert "Check this" in person.send_photo(photo_with_place())

    found = re.search(rf"/chat/carry-on#{CODE}", person.say("carry on on the web"))
    assert found
    other = Resident(everything.base_url)
    page = post(other, "/chat/carry-on", code=found[1])
    assert "out since Sunday" in page and "/photos/" in page
    other.later()
    assert "Check this" in other.replies[-1]["text"]
    reference = reference_in(other.choose("Yes, that's right"))

    report = council.report(reference)
    assert report["service_code"] == "street_light" and "out since Sunday" in report["description"]
    assert (float(report["lat"]), float(report["long"])) == pytest.approx((PLACE["lat"], PLACE["lng"]), abs=1e-4)
    assert requests.get(report["media_url"], timeout=10).ok
    assert reference in resident.session.get(f"{resident.base_url}/chat", timeout=10).text
    assert person.hear() == words("carry_on.moved.web")


def test_a_payment_begun_on_the_page_tells_its_outcome_in_telegram(
    resident: Resident, person: Person, council: Council
) -> None:
    resident.say("I'd like to settle some of my council tax now")
    resident.choose("Yes, I want to pay now")
    resident.say(ACCOUNT)
    resident.say("£120.50")
    link = link_in(resident.choose("Yes, that's right"))
    person.say(code_for_telegram(resident))
    pay(link, GOOD_CARD)
    assert "Paid: £120.50" in person.hear("Paid: £120.50")


def test_a_task_begun_in_telegram_is_finished_on_the_page(
    telegram: BotApi, resident: Resident, person: Person, council: Council
) -> None:
    person.say("the recycling crew drove straight past us today, we're at 4 Church Gardens AZ1 1BB")
    found = re.search(rf"/chat/carry-on#{CODE}", person.say("/web"))
    assert found
    post(resident, "/chat/carry-on", code=found[1])
    resident.later()
    reference = reference_in(resident.choose("Yes, that's right"))
    [report] = council.get("/open311/requests.json", service_code="missed_bin")
    assert report["service_request_id"] == reference


def test_no_code_is_in_any_log_or_in_the_database(resident: Resident, person: Person, everything: Stack) -> None:
    resident.say("hello there, good evening to you")
    used = code_for_telegram(resident)
    person.say(f"/start {used}")
    found = re.search(rf"/chat/carry-on#{CODE}", person.say("/web"))
    assert found
    person.say("K7Q-F3M-XA2")
    written = "".join(everything.log_of(name) for name in ("assistant", "actions", "sandbox"))
    database = b"".join(path.read_bytes() for path in everything.folder.glob("night-desk.db*"))
    for code in (used, found[1], "K7Q-F3M-XA2"):
        assert code not in written
        assert code.encode() not in database

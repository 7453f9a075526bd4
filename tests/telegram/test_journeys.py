"""The journeys of the main job by Telegram's updates over HTTP, against everything running, with their result in the
back office. What is said is a resident's, what is checked is the council's."""

import io
import re
from datetime import date

import pytest
import requests
from PIL import Image

from tests.council import ACCOUNT, CAMERA, GOOD_CARD, Council, link_in, pay, photo_with_place, reference_in
from tests.stack import Stack
from tests.telegram.bot_api import TOKEN, BotApi
from tests.telegram.people import SECRET, Person


@pytest.fixture
def person(api: BotApi, everything: Stack) -> Person:
    """Somebody who has just pressed "Start", with an empty sandbox behind it."""
    everything.reset()
    made = Person(api, everything.base_url)
    made.say("/start")
    return made


def answers_until(person: Person, said: str, wanted: str) -> str:
    """Answer what a street report asks, until it asks something with these words."""
    for _ in range(8):
        if wanted in said:
            return said
        if "already reported" in said:
            said = person.press("No, this is another")
        elif person.seen[-1].buttons:
            said = person.press(person.seen[-1].buttons[0]["text"])
        else:
            said = person.say("a mattress and three bags of rubble")
    pytest.fail(f"{wanted!r} was not asked, but {said!r}")


def test_a_bin_day_is_told(person: Person, council: Council) -> None:
    person.say("which day do you empty our bins, it's AZ1 2BB")
    said = person.say("4")
    first: dict[str, date] = {}
    for kind, day in sorted(council.collections(council.uprn("AZ1 2BB", "4")), key=lambda found: found[1]):
        first.setdefault(kind, day)
    assert len(first) == 4
    for day in first.values():
        assert f"{day:%A} {day.day} {day:%B}" in said
    assert re.search(r"https?://\S+\.ics", said)
    # The address was typed, so its buttons are still there.
    assert "finished" in person.press("3 Mill Lane")


def test_council_tax_is_paid_and_the_outcome_comes_into_the_chat(person: Person, council: Council) -> None:
    person.say("I'd like to settle some of my council tax now")
    person.press("Yes, I want to pay now")
    person.say(ACCOUNT)
    said = person.say("£120.50")
    assert ACCOUNT in said and "£120.50" in said
    link = link_in(person.press("Yes, that's right"))
    [held] = council.payments()
    assert held["amount"] == 12050
    assert pay(link, GOOD_CARD).headers["Location"] == held["return_url"]
    assert council.payment(held["payment_id"])["state"]["status"] == "success"
    assert "open your chat there" in requests.get(held["return_url"], timeout=10).text
    assert held["payment_id"] in person.hear("Paid: £120.50")
    person.silence(7)
    assert sum("Paid: £120.50" in shown.text for shown in person.seen) == 1


def test_a_repair_is_booked(person: Person, council: Council) -> None:
    person.say("the tap in my kitchen keeps dripping, I rent from the council at AZ1 2BB")
    said = person.press("None of these")
    if "Which are you?" in said:
        person.press("I rent my home")
    said = person.press("2 Mill Lane")
    if "mobile" not in said:
        person.say("it drips day and night")
    person.say("07700 900123")
    slot = person.seen[-1].buttons[0]["text"]
    person.press(slot)
    said = person.press("Yes, that's right")
    booked = council.repair("AZ1 2BB", reference_in(said))
    assert booked and slot in said
    [text] = council.texts("07700900123")
    assert reference_in(said) in text["body"]


def test_a_street_problem_is_reported_with_its_place_and_an_album(
    person: Person, council: Council, everything: Stack
) -> None:
    said = person.say("someone's dumped an old mattress in the lane")
    if "Where is it?" not in said:
        said = person.press("Dumped rubbish")
    assert 'choose "Location"' in said
    uprn = council.uprn("AZ2 3DD", "3")
    [home] = [
        r["DPA"]
        for r in council.get("/places/search/places/v1/postcode", postcode="AZ2 3DD", output_srs="EPSG:4326")["results"]
        if str(r["DPA"]["UPRN"]) == uprn
    ]
    said = person.share(home["LAT"], home["LNG"])
    said = answers_until(person, said, "add a photo")
    assert "paperclip" in said
    content = photo_with_place()
    assert CAMERA in content
    said = person.send_photo(content, media_group_id="77", wait=False)
    person.send_photo(photo_with_place(), media_group_id="77", wait=False)
    assert "2 photos" in person.hear("Check this")
    person.silence()
    found = council.report(reference_in(person.press("Yes, that's right")))
    assert found["service_code"] == "fly_tipping" and "mattress" in found["description"]
    assert abs(found["lat"] - home["LAT"]) < 0.001 and abs(found["long"] - home["LNG"]) < 0.001
    kept = requests.get(found["media_url"], timeout=10)
    picture = Image.open(io.BytesIO(kept.content))
    assert picture.size == (320, 200) and not picture.getexif() and CAMERA not in kept.content


def test_a_missed_bin_is_reported_once_however_often_yes_is_brought(person: Person, council: Council) -> None:
    person.say("the recycling crew drove straight past us today, we're at 4 Church Gardens AZ1 1BB")
    yes = person.press_update(*person.button("Yes, that's right"))
    for _ in range(3):
        answer = person.bring(yes)
        assert answer is not None and answer.status_code == 200
    reference = reference_in(person.hear("reference is"))
    person.silence()
    [found] = council.get("/open311/requests.json", service_code="missed_bin")
    assert found["service_request_id"] == reference


def test_a_person_is_asked_for_by_a_command(person: Person) -> None:
    said = person.say("/human")
    assert "ring you back" in said
    assert "number" in person.press("Yes, ring me back")


def test_an_emergency_goes_before_the_notice(api: BotApi, everything: Stack) -> None:
    person = Person(api, everything.base_url)
    person.say("there's a really strong smell of gas in the hallway. And which day do you empty our bins?")
    urgent, notice, besides = person.seen
    assert "0800 111 999" in urgent.text
    assert "Telegram is a company outside the council" in notice.text
    assert "When you are safe" in besides.text and besides.buttons


def test_neither_the_token_nor_a_chat_nor_what_was_said_is_in_any_log_or_readable_in_the_database(
    person: Person, everything: Stack
) -> None:
    person.say("which day do you empty our bins, it's AZ1 2BB")
    everything_written = "".join(everything.log_of(name) for name in ("assistant", "actions", "sandbox"))
    database = b"".join(path.read_bytes() for path in everything.folder.glob("night-desk.db*"))
    for secret in (TOKEN, SECRET, str(person.chat)):
        assert secret not in everything_written
        assert secret.encode() not in database
    assert "AZ1 2BB" not in everything_written

"""Every journey from outside: by the fixed HTTP interface, with its result in the back office by the published contracts.

Nothing here knows the code. What is said is a resident's, what is checked is the council's.
"""

import io
import re
import uuid
from datetime import date

import pytest
import requests
from icalendar import Calendar
from PIL import Image

from tests.council import (
    ACCOUNT,
    CAMERA,
    DECLINED_CARD,
    GOOD_CARD,
    OTHER_ACCOUNT,
    Council,
    link_in,
    pay,
    photo_with_place,
    reference_in,
)
from tests.stack import Resident, Stack


@pytest.fixture
def council(stack: Stack) -> Council:
    """The back office behind the stack."""
    return Council(stack.sandbox_url)


def asks_to_pay(resident: Resident, account: str = ACCOUNT, amount: str = "£120.50") -> str:
    resident.say("I'd like to settle some of my council tax now")
    resident.choose("Yes, I want to pay now")
    resident.say(account)
    said = resident.say(amount)
    assert account in said and amount in said
    return resident.choose("Yes, that's right")


def books_a_repair(resident: Resident, phone: str = "07700 900123") -> tuple[str, str]:
    """Book a repair at 2 Mill Lane. Returns what was said at last, and the appointment's words."""
    resident.say("the tap in my kitchen keeps dripping, I rent from the council at AZ1 2BB")
    resident.choose("None of these")
    if "Which are you?" in resident.replies[-1]["text"]:
        resident.choose("I rent my home")
    resident.choose("2 Mill Lane")
    if "mobile" not in resident.replies[-1]["text"]:
        resident.say("it drips day and night")
    resident.say(phone)
    slot = next(c["title"] for c in resident.replies[-1]["choices"])
    resident.choose(slot)
    return resident.choose("Yes, that's right"), slot


def test_a_bin_day_is_that_of_the_crews_own_calendar(resident: Resident, council: Council) -> None:
    resident.say("which day do you empty our bins, it's AZ1 2BB")
    said = resident.say("4")
    uprn = council.uprn("AZ1 2BB", "4")
    first: dict[str, date] = {}
    for kind, day in sorted(council.collections(uprn), key=lambda found: found[1]):
        first.setdefault(kind, day)
    assert len(first) == 4
    for day in first.values():
        assert f"{day:%A} {day.day} {day:%B}" in said


def test_the_calendar_feed_has_every_collection_with_ids_that_stay(resident: Resident, council: Council) -> None:
    resident.say("which day do you empty our bins, it's AZ1 2BB")
    said = resident.say("4")
    feed = re.search(r"https?://\S+\.ics", said)
    assert feed
    read = []
    for _ in range(2):
        answer = requests.get(feed[0], timeout=10)
        assert answer.headers["Content-Type"].startswith("text/calendar")
        events = Calendar.from_ical(answer.content).walk("VEVENT")
        read.append({str(event["UID"]): event.decoded("DTSTART") for event in events})
    assert read[0] == read[1] and len(read[0]) > 20
    assert sorted(read[0].values()) == sorted(day for _, day in council.collections(council.uprn("AZ1 2BB", "4")))
    forged = re.sub(r"-[0-9a-f]{24}", "-" + "0" * 24, feed[0])
    assert requests.get(forged, timeout=10).status_code == 404


def test_a_missed_bin_is_reported_for_its_home_and_only_once(stack: Stack, resident: Resident, council: Council) -> None:
    resident.say("the recycling crew drove straight past us today, we're at 4 Church Gardens AZ1 1BB")
    reference = reference_in(resident.choose("Yes, that's right"))
    found = council.report(reference)
    assert found["service_code"] == "missed_bin" and found["status"] == "open"
    assert found["extended_attributes"] == {"bin": "recycling", "uprn": council.uprn("AZ1 1BB", "4")}
    neighbour = Resident(stack.base_url)
    said = neighbour.say("the recycling crew drove straight past us today, we're at 4 Church Gardens AZ1 1BB")
    assert "already reported" in said and reference in said
    assert len(council.get("/open311/requests.json", service_code="missed_bin")) == 1


def test_a_bin_is_ordered_for_its_home(resident: Resident, council: Council) -> None:
    resident.say("could I get hold of a replacement food caddy, ours was nicked")
    resident.say("one")
    resident.say("AZ1 2BB")
    said = resident.choose("3 Mill Lane")
    assert "Food caddy" in said and "Free" in said
    found = council.report(reference_in(resident.choose("Yes, that's right")))
    assert found["service_code"] == "container_request"
    assert found["extended_attributes"]["container"] == "food" and found["extended_attributes"]["quantity"] == "1"
    assert found["extended_attributes"]["uprn"] == council.uprn("AZ1 2BB", "3")


def test_a_payment_is_paid_at_pay_and_its_outcome_comes_back(resident: Resident, council: Council) -> None:
    said = asks_to_pay(resident)
    [held] = council.payments()
    assert held["amount"] == 12050 and ACCOUNT in held["description"] and held["reference"] in said
    assert pay(link_in(said), GOOD_CARD).headers["Location"] == held["return_url"]
    assert council.payment(held["payment_id"])["state"]["status"] == "success"
    later = resident.later()
    assert "Paid: £120.50" in later and held["payment_id"] in later
    resident.session.get(held["return_url"], timeout=10).raise_for_status()
    updates = resident.session.get(f"{resident.base_url}/chat/updates?after=0", timeout=40).json()["replies"]
    assert sum("Paid: £120.50" in reply["text"] for reply in updates) == 1


def test_a_declined_card_can_be_tried_again_and_is_charged_once(resident: Resident, council: Council) -> None:
    pay(link_in(asks_to_pay(resident)), DECLINED_CARD)
    assert "declined" in resident.later()
    resident.choose("Try to pay again")
    resident.choose("Yes, I want to pay now")
    resident.say("£120.50")
    pay(link_in(resident.choose("Yes, that's right")), GOOD_CARD)
    assert "Paid: £120.50" in resident.later()
    states = sorted(p["state"]["status"] for p in council.payments())
    assert states == ["failed", "success"]


def test_asking_again_gives_the_same_open_payment(resident: Resident, council: Council) -> None:
    asks_to_pay(resident)
    resident.say("I'd like to settle some of my council tax now")
    resident.choose("Yes, I want to pay now")
    said = resident.say(ACCOUNT)
    assert "already have a payment" in said
    [held] = council.payments()
    pay(link_in(said), GOOD_CARD)
    assert council.payment(held["payment_id"])["state"]["status"] == "success"


def test_pressing_yes_twice_makes_one_payment(resident: Resident, council: Council) -> None:
    resident.say("I'd like to settle some of my council tax now")
    resident.choose("Yes, I want to pay now")
    resident.say(OTHER_ACCOUNT)
    resident.say("£15")
    yes = resident.replies[-1]["choices"][0]["id"]
    message_id = str(uuid.uuid4())
    answers = [resident.send(message_id, choice=yes), resident.send(message_id, choice=yes), resident.send(choice=yes)]
    assert [a.status_code for a in answers] == [200, 200, 200]
    assert answers[0].json() == answers[1].json()
    assert len(council.payments()) == 1


def test_somebody_who_struggles_never_gets_a_link_to_pay(resident: Resident, council: Council) -> None:
    said = [resident.say("I'd like to settle some of my council tax now")]
    said.append(resident.choose("No, I can't pay"))
    said.append(resident.choose("I've had a reminder"))
    said.append(resident.choose("Yes, ring me"))
    said.append(resident.say("07700 900456"))
    said.append(resident.choose("Yes, that's right"))
    assert "midday on Wednesday 25 November" in said[-1] and "07700 900456" in said[-1]
    assert not any("/secure/" in text for text in said)
    assert not any("arrears" in text.lower() for text in said[2:])
    assert council.payments() == []


def test_balances_are_off_until_the_council_turns_them_on(resident: Resident, council: Council) -> None:
    said = resident.say("what do I still owe you for council tax")
    assert "can't show balances" in said and "£" not in said
    assert council.get("/notify/v2/notifications")["notifications"] == []


def test_a_repair_is_booked_texted_looked_up_moved_and_cancelled(stack: Stack, resident: Resident, council: Council) -> None:
    said, slot = books_a_repair(resident)
    reference = reference_in(said)
    booked = council.repair("AZ1 2BB", reference)
    assert booked and slot in said
    assert slot.split(", ")[0].split(" ", 1)[1] in booked["appointmentTime"]["display"]
    [text] = council.texts("07700900123")
    assert reference in text["body"]

    other = Resident(stack.base_url)
    other.say(f"when is someone coming for repair {reference}")
    assert slot in other.say("AZ1 2BB")

    other.say(f"I need a different appointment for repair {reference}")
    chosen = next(c["title"] for c in other.replies[-1]["choices"] if c["title"] != slot)
    other.choose(chosen)
    assert "Moved" in other.choose("Yes, that's right")
    moved = council.repair("AZ1 2BB", reference)
    assert moved and moved["appointmentTime"] != booked["appointmentTime"]

    other.say("please cancel that repair")
    assert "Cancelled" in other.choose("Yes, that's right")
    assert council.repair("AZ1 2BB", reference) is None
    assert len(council.texts("07700900123")) == 3


def test_a_wrong_postcode_shows_no_repair(stack: Stack, resident: Resident) -> None:
    said, slot = books_a_repair(resident)
    other = Resident(stack.base_url)
    other.say(f"when is someone coming for repair {reference_in(said)}")
    answer = other.say("AZ1 2BD")
    assert slot not in answer and "I found no repair" in answer


def test_a_street_problem_is_reported_with_a_photo_that_tells_nothing_more(
    stack: Stack, resident: Resident, council: Council
) -> None:
    resident.say("someone's dumped an old mattress in the lane")
    while "photo" not in resident.replies[-1]["text"]:
        text = resident.replies[-1]["text"]
        if "Where is it?" in text:
            resident.say("AZ2 3DD, behind the garages")
        elif "already reported" in text:
            resident.choose("No, this is another")
        elif resident.replies[-1].get("choices"):
            resident.choose(resident.replies[-1]["choices"][0]["title"])
        else:
            resident.say("a mattress and three bags of rubble")
    content = photo_with_place()
    assert CAMERA in content and Image.open(io.BytesIO(content)).getexif().get_ifd(0x8825)
    answer = resident.session.post(
        f"{resident.base_url}/chat/photos",
        data={"id": str(uuid.uuid4())},
        files={"photo": ("IMG_0001.JPG", content, "image/jpeg")},
        timeout=20,
    )
    assert answer.status_code == 200, answer.text
    resident.replies = answer.json()["replies"]
    found = council.report(reference_in(resident.choose("Yes, that's right")))
    assert found["service_code"] == "fly_tipping" and "mattress" in found["description"]
    kept = requests.get(found["media_url"], timeout=10)
    assert kept.headers["Content-Type"] == "image/jpeg"
    picture = Image.open(io.BytesIO(kept.content))
    assert picture.size == (320, 200) and not picture.getexif() and "comment" not in picture.info
    assert CAMERA not in kept.content and b"Exif" not in kept.content and b"taken at home" not in kept.content

    other = Resident(stack.base_url)
    said = other.say(f"any progress on report {found['service_request_id']}")
    assert "Fly-tipping" in said or "dumped" in said.lower()
    assert "work has not started" in said and "mattress" not in said


def test_a_place_from_the_browser_is_where_the_report_is(resident: Resident, council: Council) -> None:
    resident.say("there's a street light out")
    wants = [reply.get("wants") for reply in resident.replies]
    assert "location" in wants, resident.replies
    answer = resident.send(location={"lat": 52.2471, "lng": -1.4023})
    assert answer.status_code == 200, answer.text
    resident.replies = answer.json()["replies"]
    while "Check this" not in resident.replies[-1]["text"]:
        titles = [c["title"] for c in resident.replies[-1].get("choices", ())]
        if "No photo" in titles:
            resident.choose("No photo")
        elif titles:
            resident.choose("No, this" if any(t.startswith("No, this") for t in titles) else titles[0])
        else:
            resident.say("out since Sunday, number 14 on the post")
    found = council.report(reference_in(resident.choose("Yes, that's right")))
    assert found["service_code"] == "street_light"
    assert (float(found["lat"]), float(found["long"])) == pytest.approx((52.2471, -1.4023), abs=1e-4)


def test_what_became_of_a_report_is_what_the_back_office_says(resident: Resident, council: Council) -> None:
    requests.post(
        f"{council.url}/open311/servicerequestupdates.json",
        data={
            "api_key": "sandbox-open311-key",
            "service_request_id": "100001",
            "update_id": "of-the-tests",
            "status": "in_progress",
            "updated_datetime": "2026-11-24T15:00:00+00:00",
            "description": "The crew is on its way.",
        },
        timeout=10,
    ).raise_for_status()
    assert "work is under way" in resident.say("what's going on with report number 100001")


def test_a_call_back_is_left_with_the_number_and_the_time(resident: Resident) -> None:
    resident.say("could you put me through to a human being")
    resident.choose("Yes, ring me back")
    resident.say("07700 900456")
    resident.say("a bill that went to the wrong house")
    said = resident.choose("Yes, that's right")
    assert "07700 900456" in said and "midday on Wednesday 25 November" in said and "reference is ND-" in said
    copy = resident.session.get(f"{resident.base_url}/chat/transcript", timeout=10)
    assert "a bill that went to the wrong house" in copy.text

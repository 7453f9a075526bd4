"""Housing repairs, held to the facts noted of Housing Repairs Online."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.contract.published import contract

WORDS = {
    "emergencyValue": "EM",
    "notEligibleNonEmergencyValue": "NE",
    "unableToBookValue": "UB",
    "contactUsValue": "CU",
}
TAP = {"repairLocation": "kitchen", "repairProblem": "sink", "repairIssue": "taps", "locationId": "01202104"}
FIND = "Repair/TenantOrLeaseholdPropertyRepair"


def get(base: str, path: str, **query: str) -> requests.Response:
    return requests.get(f"{base}/repairs/{path}", params=query, timeout=10)


def post(base: str, path: str, body: Any = None, **query: str) -> requests.Response:
    token = requests.post(f"{base}/repairs/Authentication?identifier=sandbox-repairs-identifier", timeout=10).text
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{base}/repairs/{path}", params=query, json=body, headers=headers, timeout=10)


def slots(base: str, kind: str = "Tenant", **change: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(base, f"Appointments/Available{kind}Appointments", **(TAP | change)).json()
    return found


def booking(slot: dict[str, Any] | None, **change: Any) -> dict[str, Any]:
    time = {"startDateTime": slot["startTime"], "endDateTime": slot["endTime"], "display": "a day"} if slot else None
    return {
        "postcode": "AZ1 2BB",
        "address": {"display": "4 Mill Lane", "locationId": "01202104"},
        "location": {"value": "kitchen", "display": "Kitchen"},
        "problem": {"value": "sink", "display": "Sink"},
        "issue": {"value": "taps", "display": "Taps"},
        "contactPersonNumber": "07700900000",
        "description": {"text": "Tap drips", "locationText": None, "base64Img": None, "fileExtension": None},
        "contactDetails": {"type": "text", "value": "07700900000"},
        "time": time,
    } | change


def test_a_wrong_identifier_or_token_is_401_and_a_write_needs_a_token(sandbox: str) -> None:
    url = f"{sandbox}/repairs"
    assert requests.post(f"{url}/Authentication?identifier=wrong", timeout=10).status_code == 401
    assert requests.post(f"{url}/Repair/TenantRepair", json={}, timeout=10).status_code == 401
    wrong = {"Authorization": "Bearer a.b.c"}
    assert requests.get(f"{url}/Addresses/TenantAddresses?postcode=AZ1 2BB", headers=wrong, timeout=10).status_code == 401
    assert get(sandbox, "Addresses/TenantAddresses", postcode="AZ1 2BB").status_code == 200


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("Tenant", ["2 Mill Lane", "4 Mill Lane", "6 Mill Lane", "8 Mill Lane"]),
        ("Leasehold", [f"Flat {n}, Mill Lane House" for n in (1, 2, 3)]),
        ("Communal", ["Mill Lane House"]),
    ],
)
def test_each_kind_of_home_has_its_addresses(sandbox: str, kind: str, lines: list[str]) -> None:
    found = get(sandbox, f"Addresses/{kind}Addresses", postcode="az12bb").json()
    published = contract("housing-repairs/http-contract.json")["GET /Addresses/TenantAddresses?postcode="]["200"][0]
    assert set(found[0]) == set(published)
    assert [one["addressLine1"] for one in found] == lines
    assert get(sandbox, f"Addresses/{kind}Addresses", postcode="SW1A 1AA").json() == []


def test_the_triage_needs_all_four_words_and_says_which_is_missing(sandbox: str) -> None:
    for name in WORDS:
        rest = {other: word for other, word in WORDS.items() if other != name}
        response = get(sandbox, "RepairTriage/TenantRepairTriageOptions", **rest)
        assert (response.status_code, name in response.text) == (400, True)


def leaves(options: list[dict[str, Any]], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for option in options:
        assert set(option) <= {"value", "display", "options"}
        here = (*path, option["value"])
        found += leaves(option["options"], here) if "options" in option else [here]
    return found


@pytest.mark.parametrize("kind", ["Tenant", "Leasehold", "Communal"])
def test_every_leaf_can_be_booked_or_is_one_of_the_four_exits(sandbox: str, kind: str) -> None:
    tree = get(sandbox, f"RepairTriage/{kind}RepairTriageOptions", **WORDS).json()
    found = leaves(tree)
    assert {leaf[-1] for leaf in found} & set(WORDS.values())
    location = {"Tenant": "01202104", "Leasehold": "01202111", "Communal": "01202110"}[kind]
    for leaf in [leaf for leaf in found if leaf[-1] not in WORDS.values()][::5]:
        named = dict(zip(("repairLocation", "repairProblem", "repairIssue"), (*leaf, "")[:3], strict=True))
        assert slots(sandbox, kind, **named, locationId=location)


def test_no_price_code_is_shown_to_the_caller(sandbox: str) -> None:
    assert "ZZ" not in get(sandbox, "RepairTriage/TenantRepairTriageOptions", **WORDS).text


def test_slots_are_half_days_of_working_days_in_local_time(sandbox: str) -> None:
    found = slots(sandbox)
    assert set(found[0]) == {"id", "startTime", "endTime"}
    assert {(s["startTime"][11:], s["endTime"][11:]) for s in found} == {
        ("08:00:00", "12:00:00"),
        ("12:00:00", "16:00:00"),
    }
    days = [date.fromisoformat(s["startTime"][:10]) for s in found]
    assert len(set(days)) == 5
    assert all(day.weekday() < 5 for day in days)


def test_urgent_work_can_be_booked_sooner_and_a_later_start_can_be_asked_for(sandbox: str) -> None:
    urgent = slots(sandbox, repairIssue="blockedSink")
    routine = slots(sandbox)
    assert urgent[0]["startTime"] < routine[0]["startTime"]
    later = (date.fromisoformat(routine[0]["startTime"][:10]) + timedelta(days=14)).isoformat()
    assert slots(sandbox, fromDate=later)[0]["startTime"] >= later


def test_one_place_always_has_an_empty_diary_and_that_is_no_error(sandbox: str) -> None:
    place = get(sandbox, "Addresses/TenantAddresses", postcode="AZ9 9ZZ").json()[0]["locationId"]
    assert slots(sandbox, locationId=place) == []


def test_a_job_or_place_that_is_not_ours_is_500_text(sandbox: str) -> None:
    for change in ({"repairIssue": "sausage"}, {"locationId": "01202101"}, {"repairIssue": "emergency"}):
        response = get(sandbox, "Appointments/AvailableTenantAppointments", **(TAP | change))
        assert response.status_code == 500
        assert response.headers["content-type"].startswith("text/plain")
    assert get(sandbox, "Appointments/AvailableTenantAppointments", **TAP, fromDate="soon").status_code == 400


def test_a_booking_gets_an_id_takes_its_slot_and_can_be_found(sandbox: str) -> None:
    slot = slots(sandbox)[0]
    made = post(sandbox, "Repair/TenantRepair", booking(slot)).json()
    assert set(made) == {"id"}
    assert re.fullmatch(r"(?=.*[A-F])(?=.*[0-9])[0-9A-F]{8}", made["id"])
    assert slot not in slots(sandbox)
    found = get(sandbox, FIND, postcode="az1 2bb", repairId=made["id"]).json()
    name = "GET /Repair/TenantOrLeaseholdPropertyRepair?postcode=&repairId="
    assert set(found) == set(contract("housing-repairs/http-contract.json")[name]["200"])
    assert found["appointmentTime"]["startDateTime"] == slot["startTime"]
    assert found["repairType"] == "TENANT"
    assert made["id"] in requests.get(f"{sandbox}/repairs/", timeout=10).text


def test_a_slot_is_given_once(sandbox: str) -> None:
    slot = slots(sandbox)[0]
    assert post(sandbox, "Repair/TenantRepair", booking(slot)).status_code == 200
    second = post(sandbox, "Repair/TenantRepair", booking(slot))
    assert second.status_code == 500
    assert second.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "change",
    [
        {"postcode": "AZ1 2BD"},
        {"address": {"display": "1 Mill Lane", "locationId": "01202101"}},
        {"issue": {"value": "EM", "display": "Gas"}},
        {"description": {"text": ""}},
        {"contactDetails": None},
        {"time": None},
        {"time": {"startDateTime": "2027-01-11T09:00:00", "endDateTime": "2027-01-11T10:00:00"}},
        {"time": {"startDateTime": "2001-01-11T08:00:00", "endDateTime": "2001-01-11T12:00:00"}},
    ],
)
def test_a_booking_that_will_not_do_is_500_text_and_books_nothing(sandbox: str, change: dict[str, Any]) -> None:
    before = slots(sandbox)
    response = post(sandbox, "Repair/TenantRepair", booking(before[0]) | change)
    assert response.status_code == 500
    assert response.text
    assert slots(sandbox) == before


def test_a_body_that_is_not_json_is_400(sandbox: str) -> None:
    assert post(sandbox, "Repair/TenantRepair", ["a list"]).status_code == 400


def test_a_cancelled_repair_frees_its_slot_and_is_cancelled_only_once(sandbox: str) -> None:
    slot = slots(sandbox)[0]
    made = post(sandbox, "Repair/TenantRepair", booking(slot)).json()["id"]
    key = {"postcode": "AZ1 2BB", "repairId": made}
    assert post(sandbox, f"{FIND}Cancel", **key).status_code == 200
    again = post(sandbox, f"{FIND}Cancel", **key)
    assert (again.status_code, "already been cancelled" in again.text) == (200, True)
    assert slot in slots(sandbox)
    assert get(sandbox, FIND, **key).status_code == 404
    assert post(sandbox, f"{FIND}Cancel", postcode="AZ1 2BD", repairId=made).status_code == 404


def test_an_appointment_can_be_moved_to_a_free_slot_only(sandbox: str) -> None:
    first, second, third = slots(sandbox)[:3]
    made = post(sandbox, "Repair/TenantRepair", booking(first)).json()["id"]
    post(sandbox, "Repair/TenantRepair", booking(second)).raise_for_status()
    key = {"postcode": "AZ1 2BB", "repairId": made}

    def move(slot: dict[str, Any]) -> requests.Response:
        return post(sandbox, f"{FIND}ChangeAppointmentSlot", booking(slot)["time"], **key)

    assert (move(first).status_code, "same start" in move(first).text) == (200, True)
    assert move(second).status_code == 500
    assert move(third).status_code == 200
    assert get(sandbox, FIND, **key).json()["appointmentTime"]["startDateTime"] == third["startTime"]
    assert first in slots(sandbox)
    assert post(sandbox, f"{FIND}ChangeAppointmentSlot", {}, **key).status_code == 400
    wrong = post(sandbox, f"{FIND}ChangeAppointmentSlot", booking(third)["time"], postcode="AZ1 2BB", repairId="0")
    assert wrong.status_code == 404


def test_a_leaseholder_books_like_a_tenant(sandbox: str) -> None:
    job = {"repairLocation": "outside", "repairProblem": "drains", "repairIssue": "blocked", "locationId": "01202111"}
    slot = slots(sandbox, "Leasehold", **job)[0]
    body = booking(slot) | {
        "address": {"display": "Flat 1", "locationId": "01202111"},
        "location": {"value": "outside", "display": "Outside"},
        "problem": {"value": "drains", "display": "Drains"},
        "issue": {"value": "blocked", "display": "Blocked"},
    }
    made = post(sandbox, "Repair/LeaseholdRepair", body).json()["id"]
    assert get(sandbox, FIND, postcode="AZ1 2BB", repairId=made).json()["repairType"] == "LEASEHOLD"


def test_shared_areas_get_the_first_slot_and_the_days_that_it_takes(sandbox: str) -> None:
    body = booking(None) | {
        "address": {"display": "Mill Lane House", "locationId": "01202110"},
        "location": {"value": "communal", "display": "Shared areas"},
        "problem": {"value": "lights", "display": "Lights"},
        "issue": {"value": "lightOut", "display": "A light"},
    }
    made = post(sandbox, "Repair/CommunalRepair", body).json()
    assert set(made) == {"id", "daysForRepair"}
    listed = get(sandbox, "Repair/CommunalPropertyRepairs", propertyReference="01202110").json()
    assert [(one["id"], one["status"], one["contactDetails"]) for one in listed] == [(made["id"], "SCHEDULED", None)]
    assert datetime.fromisoformat(listed[0]["appointmentTime"]["startDateTime"]).hour in (8, 12)

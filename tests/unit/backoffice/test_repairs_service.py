"""Housing Repairs Online: what its sandbox never does."""

from typing import Any

import pytest

from actions.backoffice.errors import Final, OutcomeUnknown, Retryable
from actions.backoffice.homes import Option, Property, Slot, local_time
from actions.backoffice.repairs import RepairPaths, RepairRequest, Repairs

SIGN_IN = "/Authentication"
ADDRESSES = "/Addresses/TenantAddresses"
HOME = Property("00012345", "4 Mill Lane, Ashcombe", "AZ1 2BB")
SLOT = Slot(local_time("2027-01-11T08:00:00"), local_time("2027-01-11T12:00:00"))


def request(slot: Slot | None = SLOT) -> RepairRequest:
    room, problem, issue = Option("kitchen", "Kitchen"), Option("sink", "Sink"), Option("taps", "Taps")
    return RepairRequest(HOME, room, problem, issue, "Tap drips", "07700900123", "text", "07700900123", slot)


def test_a_slot_is_described_in_the_words_of_the_contract() -> None:
    assert SLOT.display == "11 January 2027 between 8:00am to 12:00pm"


def test_a_token_is_used_again_until_its_time_is_nearly_up(told: Any) -> None:
    told.tell(SIGN_IN, "a.b.c")
    told.tell(ADDRESSES, [])
    repairs = Repairs(told.url, "me")
    repairs.addresses("tenant", "AZ1 2BB")
    repairs.addresses("tenant", "AZ1 2BB")
    assert [asked[1] for asked in told.asked] == [SIGN_IN, ADDRESSES, ADDRESSES]
    assert told.asked[1][4]["authorization"] == "Bearer a.b.c"


def test_a_token_that_is_refused_after_all_is_replaced_once_even_for_a_write(told: Any) -> None:
    told.tell(SIGN_IN, "a.b.c", '"d.e.f"')
    told.tell(ADDRESSES, [])
    told.tell("/Repair/TenantRepair", (401, ""), {"id": "1A2B3C4D"})
    repairs = Repairs(told.url, "me")
    repairs.addresses("tenant", "AZ1 2BB")
    assert repairs.book("tenant", request()).id == "1A2B3C4D"
    assert told.asked[-1][4]["authorization"] == "Bearer d.e.f"


def test_a_wrong_identifier_is_final_and_not_tried_again(told: Any) -> None:
    told.tell(SIGN_IN, (401, ""))
    with pytest.raises(Final):
        Repairs(told.url, "wrong").addresses("tenant", "AZ1 2BB")
    assert len(told.asked) == 1


def test_a_failed_sign_in_means_that_a_booking_was_not_made(told: Any) -> None:
    told.tell(SIGN_IN, (500, ""))
    with pytest.raises(Retryable):
        Repairs(told.url, "me").book("tenant", request())


def test_a_sign_in_page_in_place_of_a_token_is_a_failed_read(told: Any) -> None:
    told.tell(SIGN_IN, "<html>\r\nHello")
    with pytest.raises(Retryable):
        Repairs(told.url, "me").triage("tenant")


@pytest.mark.parametrize("answer", [(500, "Error"), "Booked!", {}, {"id": ""}, {"id": None}])
def test_a_booking_without_a_reference_has_an_unknown_outcome(told: Any, answer: object) -> None:
    told.tell(SIGN_IN, "a.b.c")
    told.tell("/Repair/TenantRepair", answer)
    with pytest.raises(OutcomeUnknown):
        Repairs(told.url, "me").book("tenant", request())


def test_a_communal_booking_has_no_time_and_says_how_many_days(told: Any) -> None:
    told.tell(SIGN_IN, "a.b.c")
    told.tell("/Repair/CommunalRepair", {"id": "1A2B3C4D", "daysForRepair": 20})
    booked = Repairs(told.url, "me").book("communal", request(slot=None))
    assert (booked.id, booked.days_for_repair) == ("1A2B3C4D", 20)
    assert b'"time"' not in told.asked[-1][3]


def test_the_paths_of_another_version_are_settings(told: Any) -> None:
    told.tell(SIGN_IN, "a.b.c")
    told.tell("/Addresses", [{"locationId": "1", "addressLine1": "4 Mill Lane", "postCode": "AZ1 2BB"}])
    paths = RepairPaths(addresses="/Addresses")
    assert Repairs(told.url, "me", paths).addresses("tenant", "AZ1 2BB") == [Property("1", "4 Mill Lane", "AZ1 2BB")]


def test_a_repair_that_the_landlord_only_half_knows_can_be_read(told: Any) -> None:
    told.tell(SIGN_IN, "a.b.c")
    half = {
        "address": {"display": "4 Mill Lane"},
        "location": {"value": "kitchen", "display": "Kitchen"},
        "problem": {},
    }
    told.tell("/Repair/TenantOrLeaseholdPropertyRepair", half | {"appointmentTime": None, "status": "CANCELLED"})
    repair = Repairs(told.url, "me").get("AZ1 2BB", "1A2B3C4D")
    assert repair
    assert (repair.slot, repair.problem, repair.cancelled, repair.kind) == (None, None, True, "tenant")

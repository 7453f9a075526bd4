"""Waste, revenues, Notify, Pay and the calendar: what their sandboxes never say."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from actions.backoffice.calendar import Calendar
from actions.backoffice.errors import Final, NotFound, OutcomeUnknown, Retryable
from actions.backoffice.notify import Notify
from actions.backoffice.pay import Pay
from actions.backoffice.postcodes import Postcodes
from actions.backoffice.revenues import pence, revenues
from actions.backoffice.systems import Systems
from actions.backoffice.waste import Waste, bin_of
from bot.settings import Settings

KEY = "name-00000000-0000-4000-8000-000000000001-00000000-0000-4000-8000-000000000002"


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("General Waste", "refuse"),
        ("Mixed recycling", "recycling"),
        ("Food Waste", "food"),
        ("Garden Waste", "garden"),
        ("Black bin", "refuse"),
        ("Household Waste and Recycling", "recycling"),
        ("refuse", "refuse"),
        ("Textiles", "textiles"),
    ],
)
def test_a_councils_name_for_a_bin_becomes_ours(name: str, ours: str) -> None:
    assert bin_of(name) == ours


def test_services_that_come_without_their_events_are_given_them_from_the_events(told: Any) -> None:
    last = {"date": "2026-11-20"}
    told.tell("/services", [{"id": "1-r", "name": "Recycling", "last_collection": last, "next_collection": None}])
    event = {"service": "1-r", "type": "Contaminated", "service_type": "service"}
    told.tell(
        "/events",
        [
            event | {"date_created": "2026-11-06T10:00:00+00:00", "type": "Too heavy"},
            event | {"date_created": "2026-11-20T10:00:00Z"},
            event | {"date_created": "2026-11-20T11:00:00Z", "type": "Breakdown", "service_type": "general"},
            event | {"date_created": "2026-11-20T10:00:00Z", "service": "1-x", "type": "Damaged"},
        ],
    )
    (service,) = Waste(told.url, "Council", "https://www.ashcombe.example").services("1", "AZ1 2BB")
    assert service.last_event and service.last_event.type == "Contaminated"
    assert (service.last_date, service.next_date) == (date(2026, 11, 20), None)


def test_the_next_collection_of_each_bin_comes_soonest_first(told: Any) -> None:
    days = [("General Waste", "28/12/2026"), ("Food Waste", "21/12/2026"), ("General Waste", "14/12/2026")]
    told.tell("/api/bin_collection/Council", {"bins": [{"type": t, "collectionDate": d} for t, d in days]})
    found = Waste(told.url, "Council", "https://www.ashcombe.example").next_collections("1", "AZ1 2BB")
    assert [(c.bin, c.next_date) for c in found] == [("refuse", date(2026, 12, 14)), ("food", date(2026, 12, 21))]


@pytest.mark.parametrize("body", [{"bins": [{"type": "x", "collectionDate": "2026-12-01"}]}, {}, []])
def test_bin_days_of_another_shape_are_a_failed_read(told: Any, body: object) -> None:
    told.tell("/api/bin_collection/Council", body)
    with pytest.raises(Retryable):
        Waste(told.url, "Council", "https://www.ashcombe.example").collections("1", "AZ1 2BB")


@pytest.mark.parametrize(("pounds", "expected"), [(412.5, 41250), (0.29, 29), (-10.01, -1001), ("1.005", 101), (0, 0)])
def test_pounds_become_pence_exactly(pounds: object, expected: int) -> None:
    assert pence(pounds) == expected


def test_an_account_of_a_supplier_without_our_extra_path_has_no_instalment_or_telephone(told: Any) -> None:
    told.tell(
        "/council-tax/71234567",
        {"accountReference": 71234567, "accountCheckDigit": "1", "accountBalance": 412.5, "propertyAddress": None},
    )
    account = revenues("hackney", told.url, "key").account("712345671")
    assert account
    assert (account.reference, account.balance_pence, account.next_instalment) == ("712345671", 41250, None)
    assert (account.phone, account.payment_method, account.postcode) == (None, None, "")


def test_an_account_whose_check_digit_is_another_is_not_that_account(told: Any) -> None:
    told.tell("/council-tax/71234567", {"accountReference": 71234567, "accountCheckDigit": "1", "accountBalance": 412.5})
    assert revenues("hackney", told.url, "key").account("712345672") is None


@pytest.mark.parametrize("adapter", ["hackney", "ims"])
@pytest.mark.parametrize("reference", ["", "7", "../../1", "７１２３４５６７１", "712345671"])
def test_what_is_no_reference_or_no_account_is_none(told: Any, adapter: str, reference: str) -> None:
    assert revenues(adapter, told.url, "key").account(reference) is None


def test_ims_says_400_to_any_fault_of_its_own_so_it_may_be_asked_again(told: Any) -> None:
    told.tell("/api/AccountHolders/712345671", (400, ""))
    with pytest.raises(Retryable):
        revenues("ims", told.url, "key").account("712345671")


def test_an_adapter_that_does_not_exist_is_named_at_the_start() -> None:
    with pytest.raises(ValueError, match="REVENUES_ADAPTER='civica'"):
        Systems.from_settings(Settings(revenues_adapter="civica"))


def test_a_notify_key_of_another_shape_is_named_at_the_start_without_being_shown() -> None:
    with pytest.raises(ValueError, match="NOTIFY_API_KEY") as caught:
        Systems.from_settings(Settings(notify_api_key="hunter2"))
    assert "hunter2" not in str(caught.value)


def test_a_text_goes_below_the_path_of_the_base_url(told: Any) -> None:
    told.tell("/notify/v2/templates", {"templates": [{"id": "t-1", "name": "code", "type": "sms"}]})
    told.tell("/notify/v2/notifications/sms", (201, {"id": "n-1"}))
    notify = Notify(f"{told.url}/notify", KEY)
    assert notify.text("07700 900123", "code", {"code": "1"}, "ND-A") == "n-1"
    notify.text("07700 900123", "code", {"code": "1"}, "ND-A")
    assert [asked[1].rsplit("/", 1)[1] for asked in told.asked] == ["templates", "sms", "sms"]
    assert json.loads(told.asked[1][3]) == {
        "phone_number": "07700 900123",
        "template_id": "t-1",
        "personalisation": {"code": "1"},
        "reference": "ND-A",
    }
    assert told.asked[1][4]["user-agent"].startswith("NOTIFY-API-PYTHON-CLIENT/13")


def test_a_template_that_notify_does_not_have_is_not_found_and_nothing_is_sent(told: Any) -> None:
    told.tell("/v2/templates", {"templates": [{"id": "t-1", "name": "code", "type": "email"}]})
    with pytest.raises(NotFound):
        Notify(told.url, KEY).text("07700 900123", "code", {}, "ND-A")
    assert len(told.asked) == 1


@pytest.mark.parametrize("answer", [(500, ""), (201, "thanks"), (201, {}), (201, [1])])
def test_a_text_without_a_clear_answer_has_an_unknown_outcome(told: Any, answer: object) -> None:
    told.tell("/v2/notifications/sms", answer)
    with pytest.raises(OutcomeUnknown):
        Notify(told.url, KEY).text("07700 900123", "00000000-0000-4000-8000-000000000009", {}, "ND-A")


def test_a_number_that_notify_refuses_is_final_with_its_code(told: Any) -> None:
    refusal = {"status_code": 400, "errors": [{"error": "ValidationError", "message": "phone_number Not a UK mobile"}]}
    told.tell("/v2/notifications/sms", (400, refusal))
    with pytest.raises(Final) as caught:
        Notify(told.url, KEY).text("1", "00000000-0000-4000-8000-000000000009", {}, "ND-A")
    assert (caught.value.status, caught.value.code) == (400, "ValidationError")


@pytest.mark.parametrize("answer", [{}, {"notifications": [{}]}, "no"])
def test_a_list_of_texts_of_another_shape_is_a_failed_read(told: Any, answer: object) -> None:
    told.tell("/v2/notifications", answer)
    with pytest.raises(Retryable):
        Notify(told.url, KEY).find("ND-A")


@pytest.mark.parametrize("answer", [(201, {}), (201, "ok"), (500, {"code": "P0198"}), (201, {"payment_id": "1"})])
def test_a_payment_without_a_clear_answer_has_an_unknown_outcome(told: Any, answer: object) -> None:
    told.tell("/v1/payments", answer)
    with pytest.raises(OutcomeUnknown):
        Pay(told.url, "key").create(100, "ND-A", "Council tax", "https://www.ashcombe.example")


def test_a_postcode_without_a_place_has_none(told: Any) -> None:
    result = {"admin_district": "Jersey", "codes": {"admin_district": "L99999999"}, "latitude": None}
    told.tell("/postcodes/JE2%203AB", {"status": 200, "result": result})
    district = Postcodes(told.url).lookup("JE2 3AB")
    assert district and district.lat is None


def test_the_copy_of_the_bank_holidays_stands_in_and_is_not_asked_for_again_at_once(told: Any, tmp_path: Path) -> None:
    copy = tmp_path / "bank-holidays.json"
    event = {"title": "Boxing Day", "date": "2026-12-28", "notes": "Substitute day", "bunting": True}
    copy.write_text(json.dumps({"england-and-wales": {"division": "england-and-wales", "events": [event]}}))
    told.tell("/bank-holidays.json", (500, ""))
    calendar = Calendar(told.url, copy)
    (holiday,) = calendar.bank_holidays()
    assert (holiday.date, holiday.title, holiday.notes) == (date(2026, 12, 28), "Boxing Day", "Substitute day")
    asked = len(told.asked)
    calendar.bank_holidays()
    assert len(told.asked) == asked


def test_the_copy_that_ships_with_the_assistant_can_be_read() -> None:
    holidays = Calendar("http://127.0.0.1:9").bank_holidays()
    assert any(h.title == "Boxing Day" and h.notes == "Substitute day" for h in holidays)


def test_a_council_with_only_the_bin_day_server_still_gives_the_next_dates(told: Any) -> None:
    days = [("General Waste", "14/12/2026"), ("Food Waste", "21/12/2026")]
    told.tell("/api/bin_collection/Council", {"bins": [{"type": t, "collectionDate": d} for t, d in days]})
    found = Waste(told.url, "Council", "https://www.ashcombe.example").services("1", "AZ1 2BB")
    assert [(s.bin, s.next_date, s.last_date) for s in found] == [
        ("refuse", date(2026, 12, 14), None),
        ("food", date(2026, 12, 21), None),
    ]

"""Bin days: UKBinCollectionData's output schema, MHCLG's services and events, and that they agree."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
import requests

from actions.sandbox import world
from tests.contract.published import SHARED, contract, hold

COUNCIL = "AshcombeBoroughCouncil"
TYPES = {"refuse": "General Waste", "recycling": "Recycling", "food": "Food Waste", "garden": "Garden Waste"}


def uprn(number: int) -> str:
    return next(home.uprn for home in world.addresses("AZ1 2BB") if home.number == number)


def bins(base: str, council: str = COUNCIL, **query: str) -> requests.Response:
    return requests.get(f"{base}/waste/api/bin_collection/{council}", params={"url": "x"} | query, timeout=10)


def services(base: str, number: int) -> dict[str, Any]:
    answer = requests.get(f"{base}/waste/services", params={"uprn": uprn(number)}, timeout=10)
    return {service["code"]: service for service in answer.json()}


def test_bin_days_are_as_the_published_schema_says(sandbox: str) -> None:
    found = bins(sandbox, uprn=uprn(4)).json()
    hold(found, contract("bins/output.schema"))
    assert {one["type"] for one in found["bins"]} == set(TYPES.values())


def test_a_house_number_with_its_postcode_will_do_for_a_uprn(sandbox: str) -> None:
    by_number = bins(sandbox, postcode="AZ1 2BB", house_number="4").json()
    assert by_number == bins(sandbox, uprn=uprn(4)).json()


@pytest.mark.parametrize("council", [COUNCIL, "BrackwaterCouncil"])
def test_an_unknown_home_or_council_is_500_with_code_and_message(sandbox: str, council: str) -> None:
    response = bins(sandbox, council, uprn="1" if council == COUNCIL else uprn(4))
    assert response.status_code == 500
    hold(response.json(), contract("bins/swagger.yaml")["definitions"]["Error"])
    assert set(response.json()) == {"code", "message"}


def test_a_missing_url_is_a_bad_request(sandbox: str) -> None:
    assert bins(sandbox, url="", uprn=uprn(4)).status_code == 400


@pytest.mark.parametrize("number", [1, 4, 5, 6, 7, 8, 11])
def test_both_contracts_give_a_home_the_same_next_dates(sandbox: str, number: int) -> None:
    first: dict[str, date] = {}
    for one in bins(sandbox, uprn=uprn(number)).json()["bins"]:
        first.setdefault(one["type"], datetime.strptime(one["collectionDate"], "%d/%m/%Y").date())
    found = services(sandbox, number)
    assert set(found) == set(TYPES) - ({"garden"} if number == 11 else set())
    for code, service in found.items():
        coming = service["next_collection"]
        assert date.fromisoformat(coming.get("changed_date", coming["date"])) == first[TYPES[code]]
        assert date.fromisoformat(service["last_collection"]["date"]) <= first[TYPES[code]]


def test_number_5_had_its_recycling_left_as_contaminated(sandbox: str) -> None:
    service = services(sandbox, 5)["recycling"]
    event = service["last_collection"]["events"][0]
    assert event["type"] == "Contaminated"
    known = (contract_text("bins/collection_event_types.csv")).splitlines()
    assert any(line.startswith("Contaminated,") for line in known)
    assert services(sandbox, 5)["refuse"]["last_collection"]["events"] == []
    listed = requests.get(f"{sandbox}/waste/events", params={"uprn": uprn(5)}, timeout=10).json()
    assert listed == [event]


def contract_text(name: str) -> str:
    path = SHARED / "contracts" / name
    if not path.exists():
        pytest.skip(f"no published contracts at {SHARED / 'contracts'}: set SHARED_DIR")
    return path.read_text(encoding="utf-8")


def test_events_are_filtered_by_date_and_type(sandbox: str) -> None:
    def listed(**query: str) -> list[Any]:
        answer = requests.get(f"{sandbox}/waste/events", params={"uprn": uprn(5)} | query, timeout=10)
        found: list[Any] = answer.json()
        return found

    day = datetime.fromisoformat(listed()[0]["date_created"]).date()
    after = (day + timedelta(days=1)).isoformat()
    assert len(listed(start_date=day.isoformat(), end_date=after)) == 1
    assert listed(start_date=after) == []
    assert listed(end_date=day.isoformat()) == []
    assert listed(type="Too heavy") == []
    assert requests.get(f"{sandbox}/waste/events?uprn=1&start_date=soon", timeout=10).status_code == 400
    assert requests.get(f"{sandbox}/waste/events", timeout=10).status_code == 400


def test_number_6_s_refuse_round_is_late_until_tomorrow_and_only_that(sandbox: str) -> None:
    found = services(sandbox, 6)
    late = date.fromisoformat(found["refuse"]["round_late_until"])
    assert timedelta(0) <= late - datetime.now(timezone.utc).date() <= timedelta(days=2)
    assert found["food"]["round_late_until"] is None
    assert services(sandbox, 4)["refuse"]["round_late_until"] is None


def test_number_7_s_missed_bin_is_a_report_that_open311_knows(sandbox: str) -> None:
    reference = services(sandbox, 7)["refuse"]["report_open"]
    found = requests.get(f"{sandbox}/open311/requests/{reference}.json", timeout=10).json()[0]
    assert (found["service_code"], found["status"]) == ("missed_bin", "open")
    assert found["extended_attributes"] == {"uprn": uprn(7), "bin": "refuse"}


def test_number_8_has_assisted_collection(sandbox: str) -> None:
    assert {service["assisted"] for service in services(sandbox, 8).values()} == {True}
    assert {service["assisted"] for service in services(sandbox, 4).values()} == {False}


def test_a_missed_bin_reported_by_open311_shows_until_it_is_closed(sandbox: str) -> None:
    assert services(sandbox, 4)["food"]["report_open"] is None
    fields = {
        "api_key": "sandbox-open311-key",
        "service_code": "missed_bin",
        "address_string": "4 Mill Lane",
        "attribute[uprn]": uprn(4),
        "attribute[bin]": "food",
    }
    reference = requests.post(f"{sandbox}/open311/requests.json", data=fields, timeout=10).json()[0]["service_request_id"]
    assert services(sandbox, 4)["food"]["report_open"] == reference
    assert services(sandbox, 4)["refuse"]["report_open"] is None
    closing = {
        "api_key": "sandbox-open311-key",
        "service_request_id": reference,
        "update_id": "1",
        "status": "CLOSED",
        "updated_datetime": datetime.now(timezone.utc).isoformat(),
        "description": "Emptied",
    }
    requests.post(f"{sandbox}/open311/servicerequestupdates.json", data=closing, timeout=10).raise_for_status()
    assert services(sandbox, 4)["food"]["report_open"] is None


def test_a_home_of_nowhere_has_no_services(sandbox: str) -> None:
    assert requests.get(f"{sandbox}/waste/services?uprn=1", timeout=10).json() == []
    assert requests.get(f"{sandbox}/waste/services", timeout=10).status_code == 400
    one = requests.get(f"{sandbox}/waste/services/{uprn(4)}-food", timeout=10).json()
    assert one["name"] == "Food waste"
    assert requests.get(f"{sandbox}/waste/services/{uprn(11)}-garden", timeout=10).status_code == 404

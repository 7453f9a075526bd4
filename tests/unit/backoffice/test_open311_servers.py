"""Open311 as FixMyStreet's adapter and other servers speak it."""

from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl

import pytest

from actions.backoffice.errors import OutcomeUnknown
from actions.backoffice.open311 import Open311

NOW = datetime.now(timezone.utc)
REPORT: dict[str, Any] = {
    "service_request_id": "77",
    "status": "open",
    "service_code": "pothole",
    "requested_datetime": NOW.isoformat(),
    "description": "A hole.\nRef ND-AAAAAAAA",
    "lat": "52.2",
    "long": "-1.5",
}


def client(told: Any) -> Open311:
    return Open311(told.url, "ashcombe", "key")


def test_a_report_is_a_form_with_its_attributes_photos_and_our_reference_in_the_last_line(told: Any) -> None:
    told.tell("/requests.json", [{"service_request_id": 77}])
    reference = client(told).report(
        "pothole",
        "A hole.\nIt is deep.",
        our_ref="ND-AAAAAAAA",
        lat=52.2,
        lng=-1.5,
        uprn="10009",
        attributes={"size": "large", "dangers": ["cars", "bikes"]},
        media_urls=["https://a/1", "https://a/2"],
        contact={"phone": "07700 900123", "email": ""},
    )
    assert reference == "77"
    _, _, _, body, headers = told.asked[0]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(body.decode()) == [
        ("jurisdiction_id", "ashcombe"),
        ("api_key", "key"),
        ("service_code", "pothole"),
        ("description", "A hole.\nIt is deep.\nRef ND-AAAAAAAA"),
        ("lat", "52.200000"),
        ("long", "-1.500000"),
        ("phone", "07700 900123"),
        ("attribute[size]", "large"),
        ("attribute[dangers][]", "cars"),
        ("attribute[dangers][]", "bikes"),
        ("attribute[uprn]", "10009"),
        ("media_url", "https://a/1"),
        ("media_url", "https://a/2"),
    ]


def test_a_long_description_is_cut_before_our_reference(told: Any) -> None:
    told.tell("/requests.json", [{"service_request_id": "77"}])
    client(told).report("pothole", "x" * 5000, our_ref="ND-AAAAAAAA", address="Mill Lane")
    description = dict(parse_qsl(told.asked[0][3].decode()))["description"]
    assert len(description) == 4000
    assert description.endswith("\nRef ND-AAAAAAAA")


def test_a_token_is_asked_for_its_reference(told: Any) -> None:
    told.tell("/requests.json", [{"token": "abcdefabcdef"}])
    told.tell("/tokens/abcdefabcdef.json", [{"token": "abcdefabcdef"}], [{"service_request_id": "78", "token": "x"}])
    assert client(told).report("graffiti", "Paint", our_ref="ND-A", address="Mill Lane") == "78"


def test_a_token_without_a_reference_yet_is_returned_and_can_be_asked_for_later(told: Any) -> None:
    told.tell("/requests.json", [{"token": "abcdefabcdef"}])
    told.tell("/tokens/abcdefabcdef.json", (500, ""))
    open311 = client(told)
    assert open311.report("graffiti", "Paint", our_ref="ND-A", address="Mill Lane") == "abcdefabcdef"
    told.tell("/tokens/abcdefabcdef.json", [{"token": "abcdefabcdef", "service_request_id": "77"}])
    told.tell("/requests/77.json", [REPORT])
    found = open311.request("abcdefabcdef")
    assert found and found.id == "77"


@pytest.mark.parametrize("body", [[], {}, [{}], [{"service_request_id": ""}], "thanks"])
def test_an_answer_without_a_reference_leaves_the_outcome_unknown(told: Any, body: object) -> None:
    told.tell("/requests.json", body)
    with pytest.raises(OutcomeUnknown):
        client(told).report("pothole", "A hole", our_ref="ND-A", address="Mill Lane")


def test_a_report_is_found_by_our_reference_on_a_line_of_its_own(told: Any) -> None:
    other = REPORT | {"service_request_id": "76", "description": "See Ref ND-AAAAAAAA of last week\nRef ND-B"}
    told.tell("/requests.json", [other, REPORT])
    assert client(told).find("pothole", "ND-AAAAAAAA", NOW) == "77"
    assert client(told).find("pothole", "ND-CCCCCCCC", NOW) is None


def test_a_search_starts_a_little_early_and_at_most_90_days_back(told: Any) -> None:
    told.tell("/requests.json", [])
    open311 = client(told)
    open311.find("pothole", "ND-A", NOW - timedelta(hours=1))
    open311.find("pothole", "ND-A", NOW - timedelta(days=365))
    recent, old = (datetime.fromisoformat(dict(a[2])["start_date"].replace("Z", "+00:00")) for a in told.asked)
    assert timedelta(minutes=64) < NOW - recent < timedelta(minutes=66)
    assert NOW - old < timedelta(days=90, minutes=1)


def test_only_open_reports_within_the_distance_are_nearby_nearest_first(told: Any) -> None:
    far = REPORT | {"service_request_id": "1", "lat": 52.2030}
    near = REPORT | {"service_request_id": "2", "lat": 52.2010, "status": "investigating"}
    shut = REPORT | {"service_request_id": "3", "status": "fixed"}
    nowhere = REPORT | {"service_request_id": "4", "lat": None, "long": ""}
    told.tell("/requests.json", [far, near, shut, nowhere, REPORT])
    found = client(told).nearby("pothole", 52.2, -1.5, 250, NOW - timedelta(days=90))
    assert [(one.request.id, one.metres) for one in found] == [("77", 0), ("2", 111)]


def test_booleans_may_be_words_and_questions_come_in_their_order(told: Any) -> None:
    told.tell("/services.json", [{"service_code": "a", "service_name": "A", "metadata": "true", "groups": ["Roads"]}])
    told.tell(
        "/services/a.json",
        {
            "service_code": "a",
            "attributes": [
                {"code": "b", "datatype": "text", "required": "false", "variable": "false", "order": "2"},
                {"code": "a", "datatype": "string", "required": "true", "variable": "true", "order": "1"},
                {"code": "e", "datatype": "string", "required": "true", "order": 3, "automated": "server_set"},
            ],
        },
    )
    open311 = client(told)
    assert [(s.group, s.has_attributes) for s in open311.services()] == [("Roads", True)]
    first, second, third = open311.definition("a")
    assert (first.code, first.required, first.asked, first.automated) == ("a", True, True, False)
    assert (second.code, second.required, second.asked) == ("b", False, False)
    assert third.automated
    open311.services()
    open311.definition("a")
    assert len(told.asked) == 2


def test_a_service_without_questions_has_none(told: Any) -> None:
    assert client(told).definition("a") == []


@pytest.mark.parametrize("reference", ["", " ", ".", "..", "999", "no/such?report"])
def test_a_report_that_is_not_there_is_none(told: Any, reference: str) -> None:
    assert client(told).request(reference) is None

"""The sandbox's Open311 endpoint, held to GeoReport v2's schemas and FixMyStreet's extensions."""

from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from tests.contract.published import contract, hold

KEY = "sandbox-open311-key"
POTHOLE = {
    "api_key": KEY,
    "jurisdiction_id": "ashcombe",
    "service_code": "pothole",
    "lat": "52.2551",
    "long": "-1.4678",
    "description": "A hole as wide as a plate",
    "attribute[where]": "edge",
    "attribute[easting]": "434000",
    "attribute[anything]": "let through",
}


def post(base: str, fields: dict[str, str], path: str = "requests.json") -> requests.Response:
    return requests.post(f"{base}/open311/{path}", data=fields, timeout=10)


def get(base: str, path: str, **query: str) -> Any:
    response = requests.get(f"{base}/open311/{path}", params=query, timeout=10)
    response.raise_for_status()
    return response.json()


def test_the_services_are_as_the_schema_says(sandbox: str) -> None:
    services = get(sandbox, "services.json")
    hold(services, contract("open311/services.json"), "open311")
    assert {"pothole", "missed_bin", "container_request", "abandoned_vehicle"} <= {s["service_code"] for s in services}


def test_every_definition_is_as_the_schema_says(sandbox: str) -> None:
    schema = contract("open311/service-definition.json")
    for service in get(sandbox, "services.json"):
        definition = get(sandbox, f"services/{service['service_code']}.json")
        hold(definition, schema, "open311")
        automated = [a["code"] for a in definition["attributes"] if a.get("automated") == "server_set"]
        assert automated == ["easting", "northing", "fixmystreet_id"]


def test_a_report_gets_the_next_reference_and_can_be_read_back(sandbox: str) -> None:
    first, second = post(sandbox, POTHOLE).json(), post(sandbox, POTHOLE).json()
    assert first[0]["service_request_id"] == "200001"
    assert second[0]["service_request_id"] == "200002"
    assert first[0]["service_notice"]
    found = get(sandbox, "requests/200001.json")
    hold(found, contract("open311/requests.json"), "open311")
    assert (found[0]["status"], found[0]["description"]) == ("open", POTHOLE["description"])
    assert (found[0]["lat"], found[0]["long"]) == (52.2551, -1.4678)
    assert found[0]["extended_attributes"]["anything"] == "let through"


def test_the_listing_is_as_the_schema_says_and_has_the_two_old_reports_in_mill_lane(sandbox: str) -> None:
    found = get(sandbox, "requests.json", status="open")
    assert [(r["service_request_id"], r["service_code"]) for r in found] == [
        ("100002", "street_light"),
        ("100001", "pothole"),
    ]
    hold([r for r in found if r["status"] == "open"], contract("open311/requests.json"), "open311")
    assert all("Mill Lane" in r["address"] for r in found)
    assert found[0]["status"] == "investigating"


@pytest.mark.parametrize("key", [None, "wrong"])
def test_a_report_without_the_right_key_is_403_with_a_list_of_errors(sandbox: str, key: str | None) -> None:
    fields = {name: value for name, value in POTHOLE.items() if name != "api_key"} | ({"api_key": key} if key else {})
    response = post(sandbox, fields)
    assert response.status_code == 403
    assert response.json()[0]["code"] == 403
    assert get(sandbox, "requests.json", start_date="2000-01-01", service_request_id="200001") == []


def test_a_wrong_key_is_refused_on_a_read_too_and_no_key_is_served(sandbox: str) -> None:
    assert requests.get(f"{sandbox}/open311/requests.json?api_key=wrong", timeout=10).status_code == 403
    assert requests.get(f"{sandbox}/open311/requests.json", timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"service_code": "street_light"}, 400, "attribute[fault] is required"),
        ({"attribute[where]": "on the moon"}, 400, "not one of its values"),
        ({"lat": ""}, 400, "lat and long"),
        ({"lat": "north"}, 400, "must be numbers"),
        ({"lat": "nan"}, 400, "out of range"),
        ({"lat": "", "long": ""}, 400, "address_string"),
        ({"description": "x" * 4001}, 400, "4000"),
        ({"service_code": "sausage"}, 400, "service_code"),
        ({"jurisdiction_id": "elsewhere"}, 404, "jurisdiction_id"),
    ],
)
def test_a_report_that_is_not_right_is_refused(sandbox: str, change: dict[str, str], status: int, said: str) -> None:
    response = post(sandbox, POTHOLE | change)
    assert response.status_code == status
    assert said in response.json()[0]["description"]


def test_a_missed_bin_needs_the_uprn(sandbox: str) -> None:
    fields = {"api_key": KEY, "service_code": "missed_bin", "address_string": "4 Mill Lane", "attribute[bin]": "food"}
    assert "attribute[uprn]" in post(sandbox, fields).json()[0]["description"]
    assert post(sandbox, fields | {"attribute[uprn]": "100091202104"}).status_code == 200


def test_a_batch_service_gives_a_token_that_becomes_a_reference(sandbox: str) -> None:
    fields = POTHOLE | {"service_code": "abandoned_vehicle", "attribute[how_long]": "weeks"}
    token = post(sandbox, fields).json()[0]["token"]
    assert "service_request_id" not in get(sandbox, f"tokens/{token}.json")[0]
    assert get(sandbox, f"tokens/{token}.json")[0] == {"token": token, "service_request_id": "200001"}
    assert requests.get(f"{sandbox}/open311/tokens/none.json", timeout=10).status_code == 404


def test_reports_are_filtered_by_reference_service_status_and_time(sandbox: str) -> None:
    post(sandbox, POTHOLE)
    by_reference = get(sandbox, "requests.json", service_request_id="200001,100002,999999")
    assert [r["service_request_id"] for r in by_reference] == ["200001", "100002"]
    assert [r["service_request_id"] for r in get(sandbox, "requests.json", service_code="street_light")] == ["100002"]
    assert [r["service_request_id"] for r in get(sandbox, "requests.json", status="closed")] == ["100003"]
    made = datetime.fromisoformat(get(sandbox, "requests/200001.json")[0]["requested_datetime"])
    since = (made - timedelta(hours=1)).isoformat()
    assert [r["service_request_id"] for r in get(sandbox, "requests.json", start_date=since)] == ["200001"]
    assert get(sandbox, "requests.json", start_date="2019-01-01T00:00:00Z", end_date="2019-02-01T00:00:00Z") == []
    wrong = requests.get(f"{sandbox}/open311/requests.json?start_date=yesterday", timeout=10)
    assert wrong.status_code == 400


def test_unknown_reports_services_and_formats_are_404(sandbox: str) -> None:
    for path in ("requests/999999.json", "requests/x.json", "services/sausage.json"):
        response = requests.get(f"{sandbox}/open311/{path}", timeout=10)
        assert response.status_code == 404
        assert response.json()[0]["code"] == 404


def test_xml_says_the_same_as_json(sandbox: str) -> None:
    services = ElementTree.fromstring(requests.get(f"{sandbox}/open311/services.xml", timeout=10).content)
    assert services.tag == "services"
    assert services.findtext("service/service_code") == "pothole"
    assert services.findtext("service/metadata") == "true"
    answer = ElementTree.fromstring(post(sandbox, POTHOLE | {"description": "<b>&\x0b"}, "requests.xml").content)
    assert answer.findtext("request/service_request_id") == "200001"
    light = ElementTree.fromstring(requests.get(f"{sandbox}/open311/services/street_light.xml", timeout=10).content)
    assert light.findtext("service_definition/attributes/attribute/values/value/key") == "out"
    refused = ElementTree.fromstring(post(sandbox, {}, "requests.xml").content)
    assert refused.findtext("error/code") == "403"


def test_a_status_changes_by_an_update_which_is_taken_once(sandbox: str) -> None:
    post(sandbox, POTHOLE)
    update = {
        "api_key": KEY,
        "service_request_id": "200001",
        "update_id": "u1",
        "status": "FIXED",
        "updated_datetime": "2030-01-01T10:00:00Z",
        "description": "Filled",
    }
    assert post(sandbox, update, "servicerequestupdates.json").json()[0]["update_id"]
    repeated = post(sandbox, update, "servicerequestupdates.json")
    assert repeated.status_code == 400
    assert "already exists" in repeated.json()[0]["description"]
    assert post(sandbox, update | {"status": "SLEEPING"}, "servicerequestupdates.json").status_code == 400
    assert post(sandbox, update | {"service_request_id": "7"}, "servicerequestupdates.json").status_code == 404
    found = get(sandbox, "requests/200001.json")[0]
    assert (found["status"], found["status_notes"]) == ("fixed", "Filled")
    listed = get(sandbox, "servicerequestupdates.json", start_date="2029-12-31T00:00:00Z", end_date="2030-01-02T00:00:00Z")
    assert [(u["service_request_id"], u["status"]) for u in listed] == [("200001", "fixed")]


def test_photos_come_by_url_or_as_files(sandbox: str) -> None:
    files = {"photo1": ("a.jpg", b"\xff\xd8\xff", "image/jpeg")}
    fields = POTHOLE | {"media_url": "https://example.com/a.jpg"}
    requests.post(f"{sandbox}/open311/requests.json", data=fields, files=files, timeout=10).raise_for_status()
    found = get(sandbox, "requests/200001.json")[0]
    assert found["media_url"] == "https://example.com/a.jpg"
    assert requests.get(found["media_urls"][1], timeout=10).content == b"\xff\xd8\xff"


def test_the_page_for_people_escapes_what_residents_wrote(sandbox: str) -> None:
    post(sandbox, POTHOLE | {"description": "<script>alert(1)</script>"})
    page = requests.get(f"{sandbox}/open311/", timeout=10).text
    assert "<script>" not in page
    assert "200001" in page


def test_discovery_names_the_endpoint_that_it_was_asked_at(sandbox: str) -> None:
    assert get(sandbox, "discovery.json")["endpoints"][0]["url"] == f"{sandbox}/open311"

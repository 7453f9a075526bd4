"""OS Places: rows of the two data sets become addresses that a resident can choose from."""

from typing import Any

import pytest

from actions.backoffice.errors import Final, Retryable
from actions.backoffice.places import Places, addresses_of, line_of

PATH = "/search/places/v1/postcode"
HEADER: dict[str, Any] = {"header": {"totalresults": 0}}


def row(kind: str, uprn: str, number: str = "4", **more: object) -> dict[str, dict[str, object]]:
    names = {"DPA": ("POST_TOWN", "POSTCODE"), "LPI": ("TOWN_NAME", "POSTCODE_LOCATOR")}[kind]
    record: dict[str, object] = {
        "UPRN": uprn,
        "ADDRESS": f"{number}, MILL LANE, ASHCOMBE, AZ1 2BB",
        names[0]: "ASHCOMBE",
        names[1]: "AZ1 2BB",
        "LAT": 52.2,
        "LNG": -1.5,
        "CLASSIFICATION_CODE": "RD04",
        "LOCAL_CUSTODIAN_CODE_DESCRIPTION": "ASHCOMBE",
        "POSTAL_ADDRESS_CODE": "D",
        **({"USRN": "22701338"} if kind == "LPI" else {}),
        **more,
    }
    return {kind: record}


def test_the_two_records_of_a_home_become_one_address_with_its_street_number() -> None:
    (address,) = addresses_of([row("DPA", "1"), row("LPI", "1")])
    assert (address.uprn, address.line, address.postcode) == ("1", "4 Mill Lane", "AZ1 2BB")
    assert (address.usrn, address.lat, address.lng) == ("22701338", 52.2, -1.5)
    assert address.residential


def test_an_address_of_only_one_data_set_is_kept() -> None:
    assert [a.uprn for a in addresses_of([row("DPA", "1"), row("LPI", "2")])] == ["1", "2"]


@pytest.mark.parametrize(
    "more",
    [
        {"LOCAL_CUSTODIAN_CODE_DESCRIPTION": "ORDNANCE SURVEY"},
        {"LOCAL_CUSTODIAN_CODE_DESCRIPTION": "HIGHWAYS ENGLAND"},
        {"POSTAL_ADDRESS_CODE": "N"},
    ],
)
def test_a_record_that_is_nobodys_address_takes_its_uprn_out(more: dict[str, str]) -> None:
    assert addresses_of([row("DPA", "1"), row("LPI", "1", **more)]) == []


def test_a_shop_is_not_residential() -> None:
    (address,) = addresses_of([row("DPA", "1", CLASSIFICATION_CODE="CR08")])
    assert not address.residential


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("4, MILL LANE, ASHCOMBE, AZ1 2BB", "4 Mill Lane"),
        ("12A, MILL LANE, ASHCOMBE, AZ1 2BB", "12A Mill Lane"),
        ("12-14, MILL LANE, ASHCOMBE, AZ1 2BB", "12-14 Mill Lane"),
        ("FLAT 2, MILL LANE HOUSE, MILL LANE, ASHCOMBE, AZ1 2BB", "Flat 2, Mill Lane House, Mill Lane"),
        ("FLAT 2, 9, MILL LANE, ASHCOMBE, AZ1 2BB", "Flat 2, 9 Mill Lane"),
        ("ST. JOHN'S HALL, QUEEN'S ROAD, ASHCOMBE, AZ1 2BB", "St. John's Hall, Queen's Road"),
        ("ASHCOMBE", "Ashcombe"),
    ],
)
def test_an_address_is_written_as_people_write_it(address: str, line: str) -> None:
    assert line_of(address, "ASHCOMBE", "AZ1 2BB") == line


def test_houses_come_in_the_order_of_their_numbers_and_are_kept(told: Any) -> None:
    told.tell(PATH, HEADER | {"results": [row("DPA", n, n) for n in ("10", "2", "1")]})
    places = Places(told.url, "key")
    assert [a.line for a in places.by_postcode("AZ1 2BB")] == ["1 Mill Lane", "2 Mill Lane", "10 Mill Lane"]
    places.by_postcode("az12bb")
    assert len(told.asked) == 1


@pytest.mark.parametrize("answer", [HEADER, HEADER | {"results": None}, HEADER | {"results": []}, (404, "")])
def test_no_addresses_is_an_empty_list(told: Any, answer: object) -> None:
    told.tell(PATH, answer)
    assert Places(told.url, "key").by_postcode("AZ1 2BB") == []


def test_a_long_street_is_read_page_by_page(told: Any) -> None:
    first = [row("DPA", str(n), str(n)) for n in range(100)]
    told.tell(PATH, HEADER | {"results": first}, HEADER | {"results": [row("DPA", "100", "100")]})
    assert len(Places(told.url, "key").by_postcode("AZ1 2BB")) == 101
    assert dict(told.asked[1][2])["offset"] == "100"


@pytest.mark.parametrize("answer", [[], {"results": []}, HEADER | {"results": [{"DPA": {}}]}, "text"])
def test_an_answer_of_another_shape_is_a_failed_read(told: Any, answer: object) -> None:
    told.tell(PATH, answer)
    with pytest.raises(Retryable):
        Places(told.url, "key").by_postcode("AZ1 2BB")


def test_a_wrong_key_is_final_and_the_failure_is_not_kept(told: Any) -> None:
    fault = {"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}}
    told.tell(PATH, (401, fault), HEADER)
    places = Places(told.url, "wrong")
    with pytest.raises(Final) as caught:
        places.by_postcode("AZ1 2BB")
    assert caught.value.code == "oauth.v2.InvalidApiKey"
    assert places.by_postcode("AZ1 2BB") == []

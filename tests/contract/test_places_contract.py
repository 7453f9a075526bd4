"""Addresses as OS Places gives them, and districts as postcodes.io does."""

from typing import Any

import pytest
import requests

from tests.contract.published import contract, from_openapi, hold

KEY = "sandbox-places-key"


def places(base: str, way: str, **query: str) -> requests.Response:
    return requests.get(f"{base}/places/search/places/v1/{way}", params=query, timeout=10)


def rows(base: str, way: str, **query: str) -> list[dict[str, Any]]:
    answer = places(base, way, **query).json()
    return [next(iter(result.values())) for result in answer.get("results", [])]


def test_a_postcode_gives_rows_with_the_fields_of_the_published_example(sandbox: str) -> None:
    example = contract("addresses/postcode_response.example.json")
    answer = places(sandbox, "postcode", postcode="AZ12BB", dataset="DPA,LPI", output_srs="WGS84", key=KEY).json()
    assert set(answer["header"]) == set(example["header"])
    assert answer["header"]["totalresults"] == len(answer["results"]) == 23
    variable = {"BUILDING_NUMBER", "SUB_BUILDING_NAME", "BUILDING_NAME", "PAO_START_NUMBER", "PAO_TEXT", "SAO_TEXT"}
    variable |= {"TOPOGRAPHY_LAYER_TOID"}
    for dataset in ("DPA", "LPI"):
        wanted = next(r[dataset] for r in example["results"] if dataset in r)
        for result in answer["results"]:
            if dataset in result:
                assert set(wanted) - set(result[dataset]) <= variable
                same = set(wanted) & set(result[dataset])
                assert {n: type(wanted[n]) for n in same} == {n: type(result[dataset][n]) for n in same}
    assert KEY not in answer["header"]["uri"]


def test_a_home_is_in_both_data_sets_and_only_lpi_has_the_usrn(sandbox: str) -> None:
    found = rows(sandbox, "postcode", postcode="AZ1 2BB", dataset="DPA,LPI", output_srs="WGS84")
    mine = [row for row in found if row["UPRN"] == "100091202104"]
    assert [row["ADDRESS"] for row in mine] == ["4, MILL LANE, ASHCOMBE, AZ1 2BB"] * 2
    assert ["USRN" in row for row in mine] == [False, True]
    assert mine[0]["CLASSIFICATION_CODE"].startswith("R")


def test_there_is_a_row_that_nobody_lives_at(sandbox: str) -> None:
    found = rows(sandbox, "postcode", postcode="AZ1 2BB", dataset="LPI")
    assert [row["POSTAL_ADDRESS_CODE"] for row in found].count("N") == 1


def test_coordinates_are_degrees_only_when_they_are_asked_for(sandbox: str) -> None:
    assert "LAT" not in rows(sandbox, "postcode", postcode="AZ1 2BB")[0]
    assert 52 < rows(sandbox, "postcode", postcode="AZ1 2BB", output_srs="EPSG:4326")[0]["LAT"] < 53


def test_results_are_absent_when_there_are_none(sandbox: str) -> None:
    for way, query in (("postcode", {"postcode": "AZ0 2CC"}), ("uprn", {"uprn": "1"}), ("find", {"query": "nowhere"})):
        answer = places(sandbox, way, **query)
        assert answer.status_code == 200
        assert "results" not in answer.json()


def test_pages_are_cut_by_maxresults_and_offset(sandbox: str) -> None:
    answer = places(sandbox, "postcode", postcode="AZ1 2BB", maxresults="2", offset="1").json()
    assert answer["header"]["totalresults"] == 11
    assert [r["DPA"]["BUILDING_NUMBER"] for r in answer["results"]] == ["2", "3"]
    assert places(sandbox, "postcode", postcode="AZ1 2").json()["header"]["totalresults"] == 4400


@pytest.mark.parametrize(
    ("way", "query"),
    [
        ("postcode", {"postcode": "sausage"}),
        ("postcode", {}),
        ("postcode", {"postcode": "AZ1 2BB", "maxresults": "101"}),
        ("postcode", {"postcode": "AZ1 2BB", "dataset": "XYZ"}),
        ("postcode", {"postcode": "AZ1 2BB", "output_srs": "MARS"}),
        ("uprn", {"uprn": "four"}),
        ("find", {"query": " "}),
        ("nearest", {"point": "here"}),
        ("nearest", {"point": "1.2.3,4"}),
        ("nearest", {"point": "100,200", "srs": "WGS84"}),
    ],
)
def test_a_query_that_will_not_do_is_400_in_the_published_shape(sandbox: str, way: str, query: dict[str, str]) -> None:
    response = places(sandbox, way, **query)
    assert response.status_code == 400
    example = contract("addresses/errors.example.json")["400"]
    assert set(response.json()["error"]) == set(example["error"])
    if query == {"postcode": "sausage"}:
        assert response.json() == example


def test_a_wrong_key_is_401_and_none_is_served(sandbox: str) -> None:
    response = places(sandbox, "postcode", postcode="AZ1 2BB", key="wrong")
    assert response.status_code == 401
    assert set(response.json()["fault"]) == {"faultstring", "detail"}
    assert places(sandbox, "postcode", postcode="AZ1 2BB").status_code == 200


def test_a_token_is_given_for_the_key_and_serves_in_its_place(sandbox: str) -> None:
    url = f"{sandbox}/places/oauth2/token/v1"
    examples = contract("addresses/errors.example.json")
    token = requests.post(url, auth=(KEY, "secret"), data={"grant_type": "client_credentials"}, timeout=10).json()
    assert set(token) == set(examples["token_200"])
    refused = requests.post(url, auth=("wrong", "secret"), timeout=10)
    assert (refused.status_code, refused.json()) == (401, examples["401_token_endpoint"])
    search = f"{sandbox}/places/search/places/v1/uprn?uprn=100091202104"
    for bearer, status in ((token["access_token"], 200), ("wrong", 401)):
        answer = requests.get(search, headers={"Authorization": f"Bearer {bearer}"}, timeout=10)
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("text", "uprns"),
    [
        ("4 Mill Lane", ["100091202104"]),
        ("flat 2, mill lane house", ["100091202112"]),
        ("4, AZ1 2BB", ["100091202104"]),
        ("outside 4 mill lane by the school", ["100091202104"]),
    ],
)
def test_an_address_is_found_by_its_text(sandbox: str, text: str, uprns: list[str]) -> None:
    assert [row["UPRN"] for row in rows(sandbox, "find", query=text)] == uprns


def test_a_common_street_name_has_more_than_one_postcode(sandbox: str) -> None:
    assert len({row["POSTCODE"] for row in rows(sandbox, "find", query="1 Church Lane")}) > 1


def test_the_nearest_home_is_found_by_degrees_or_by_the_grid(sandbox: str) -> None:
    home = rows(sandbox, "uprn", uprn="100091202104", output_srs="WGS84")[0]
    point = f"{home['LAT']},{home['LNG']}"
    assert rows(sandbox, "nearest", point=point, srs="WGS84")[0]["UPRN"] == home["UPRN"]
    grid = f"{home['X_COORDINATE']},{home['Y_COORDINATE']}"
    assert rows(sandbox, "nearest", point=grid)[0]["UPRN"] == home["UPRN"]
    assert rows(sandbox, "nearest", point="51.5,-0.1", srs="WGS84", radius="1000") == []


@pytest.mark.parametrize(("postcode", "gss"), [("az12bb", "E07999001"), ("SW1A 1AA", "E09000033"), ("BX3 4AB", "E07999002")])
def test_a_postcode_is_in_the_district_that_postcodes_io_says(sandbox: str, postcode: str, gss: str) -> None:
    spec = contract("addresses/postcodes-io.openapi.json")
    answer = requests.get(f"{sandbox}/places/postcodes/{postcode}", timeout=10).json()
    schema = from_openapi(spec["components"]["schemas"]["PostcodeResponse"])
    hold(answer, schema | {"components": from_openapi(spec["components"])})
    assert answer["result"]["codes"]["admin_district"] == gss


@pytest.mark.parametrize(
    ("postcode", "said"),
    [("AZ1 2CC", "Invalid postcode"), ("ZE1 0AA", "Postcode not found"), ("x", "Invalid postcode")],
)
def test_an_unknown_postcode_is_404(sandbox: str, postcode: str, said: str) -> None:
    response = requests.get(f"{sandbox}/places/postcodes/{postcode}", timeout=10)
    assert (response.status_code, response.json()) == (404, {"status": 404, "error": said})


def test_postcodes_are_validated_and_looked_up_in_bulk(sandbox: str) -> None:
    base = f"{sandbox}/places/postcodes"
    assert requests.get(f"{base}/AZ1 2BB/validate", timeout=10).json() == {"status": 200, "result": True}
    assert requests.get(f"{base}/ZE1 0AA/validate", timeout=10).json() == {"status": 200, "result": False}
    found = requests.post(base, json={"postcodes": ["AZ1 2BB", "nowhere"]}, timeout=10).json()["result"]
    assert [(one["query"], one["result"] is None) for one in found] == [("AZ1 2BB", False), ("nowhere", True)]
    assert requests.post(base, json={"postcodes": ["x"] * 101}, timeout=10).status_code == 400
    assert requests.post(base, data="{", timeout=10).status_code == 400


def test_a_point_has_a_nearest_postcode_or_none(sandbox: str) -> None:
    home = rows(sandbox, "uprn", uprn="100091202104", output_srs="WGS84")[0]
    base = f"{sandbox}/places/postcodes"
    near = requests.get(base, params={"lon": home["LNG"], "lat": home["LAT"]}, timeout=10).json()
    assert near["result"][0]["postcode"] == "AZ1 2BB"
    assert requests.get(f"{base}?lon=0&lat=0", timeout=10).json() == {"status": 200, "result": None}
    assert requests.get(f"{base}?lon=x&lat=0", timeout=10).status_code == 400

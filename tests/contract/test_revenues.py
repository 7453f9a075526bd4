"""Council tax in both published shapes, our own extra, and the bank holidays."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests

from actions.sandbox.revenues import check_digit, find
from tests.contract.published import contract
from tests.servers import start_sandbox


def get(sandbox: str, path: str, **headers: str) -> requests.Response:
    return requests.get(f"{sandbox}/revenues/{path}", headers=headers, timeout=10)


def test_both_shapes_have_the_published_fields(sandbox: str) -> None:
    shapes = contract("council-tax/shapes.json")
    hackney = get(sandbox, "council-tax/700000011").json()
    assert kinds(hackney) == kinds(shapes["hackney_single_view_council_tax_record"]["example"])
    ims = get(sandbox, "api/AccountHolders/700000011").json()
    assert kinds(ims) == kinds(shapes["localgov_ims_account_holder"]["example"])


def kinds(document: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in document.items()}


def test_an_account_is_the_same_in_every_shape(sandbox: str) -> None:
    hackney = get(sandbox, "council-tax/700000011").json()
    assert get(sandbox, "council-tax/70000001").json() == hackney
    assert (hackney["accountReference"], hackney["accountCheckDigit"]) == (70000001, "1")
    ims = get(sandbox, "api/AccountHolders/700000011").json()
    extra = get(sandbox, "council-tax/700000011/instalments").json()
    assert hackney["accountBalance"] == ims["CurrentBalance"] > 0
    assert hackney["propertyAddress"]["postcode"] == ims["Postcode"] == extra["postcode"] == "AZ1 2BB"
    assert "Mill Lane" in ims["AddressLine1"]
    assert extra["contactNumber"] == "07700 900011"
    assert 0 < extra["nextInstalment"]["amount"] <= ims["CurrentBalance"]


@pytest.mark.parametrize("reference", ["700000012", "612345671", "7000000111", "70000001x", "7", "712345678"])
def test_a_reference_that_is_not_well_formed_is_not_found(sandbox: str, reference: str) -> None:
    for path in (f"council-tax/{reference}", f"council-tax/{reference}/instalments"):
        assert get(sandbox, path).status_code == 404
    missing = get(sandbox, f"api/AccountHolders/{reference}")
    assert (missing.status_code, missing.content) == (404, b"")


def test_a_wrong_key_is_refused(sandbox: str) -> None:
    assert get(sandbox, "council-tax/700000011", **{"x-api-key": "wrong"}).status_code == 403
    assert get(sandbox, "council-tax/700000011", **{"x-api-key": "sandbox-revenues-key"}).status_code == 200


@pytest.mark.parametrize(
    ("now", "due", "share"),
    [("2026-06-10", "2026-07-01", 7), ("2026-12-31", "2027-01-01", 1), ("2026-01-15", "2026-02-01", 1)],
)
def test_what_is_owed_is_shared_over_the_months_up_to_january(tmp_path: Path, now: str, due: str, share: int) -> None:
    for url in start_sandbox(tmp_path, NOW=f"{now}T12:00:00+00:00"):
        owed = get(url, "council-tax/700000011").json()["accountBalance"]
        following = get(url, "council-tax/700000011/instalments").json()["nextInstalment"]
    assert following["date"] == due
    assert following["amount"] == pytest.approx(owed / share, abs=0.01)


def test_the_published_examples_have_the_right_last_digit() -> None:
    for reference in ("712345671", "700000011", "700000038", "710000006"):
        assert check_digit(reference[:8]) == int(reference[8])


def test_accounts_owe_or_are_clear_or_in_credit_and_always_have_a_real_postcode() -> None:
    accounts = [account for number in range(70000001, 70002000) if (account := find(str(number)))]
    assert len(accounts) > 1700
    assert {(account.balance > 0) - (account.balance < 0) for account in accounts} == {-1, 0, 1}
    for account in accounts:
        assert re.fullmatch(r"AZ[1-9] [0-9][ABDEFGHJLNPQRSTUWXYZ]{2}", account.postcode)
        assert (account.next_amount is None) == (account.balance <= 0)
        assert account.phone is None or re.fullmatch(r"07700 900\d{3}", account.phone)


def test_the_bank_holidays_have_the_shape_of_gov_uk(sandbox: str) -> None:
    served = requests.get(f"{sandbox}/calendar/bank-holidays.json", timeout=10)
    assert served.headers["Content-Type"] == "application/json"
    published = contract("calendars-hours/bank-holidays.json")
    assert served.json().keys() <= published.keys()
    division = served.json()["england-and-wales"]
    assert division["division"] == "england-and-wales"
    assert kinds(division["events"][0]) == kinds(published["england-and-wales"]["events"][0])
    assert {"title": "Christmas Day", "date": "2026-12-25", "notes": "", "bunting": True} in division["events"]

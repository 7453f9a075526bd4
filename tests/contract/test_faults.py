"""Each fault as a client meets it, on the wire."""

import time
from typing import Any

import pytest
import requests

KEY = {"Authorization": "Bearer api_test_sandbox"}
PAYMENT = {"amount": 100, "reference": "r", "description": "d", "return_url": "http://127.0.0.1:5005/"}


def fault(sandbox: str, system: str, **wanted: Any) -> None:
    requests.put(f"{sandbox}/faults/{system}", json=wanted, timeout=10).raise_for_status()


def create(sandbox: str, seconds: float = 10) -> requests.Response:
    return requests.post(f"{sandbox}/pay/v1/payments", json=PAYMENT, headers=KEY, timeout=seconds)


def created(sandbox: str) -> int:
    total: int = requests.get(f"{sandbox}/pay/v1/payments", timeout=10).json()["total"]
    return total


def test_down_drops_the_connection_and_does_nothing(sandbox: str) -> None:
    fault(sandbox, "pay", kind="down", count=2)
    for _ in range(2):
        with pytest.raises(requests.ConnectionError):
            create(sandbox)
    assert created(sandbox) == 0


def test_reset_does_the_work_and_then_drops_the_connection(sandbox: str) -> None:
    fault(sandbox, "pay", kind="reset")
    with pytest.raises(requests.ConnectionError):
        create(sandbox)
    assert created(sandbox) == 1


def test_a_dropped_connection_is_dropped_for_a_client_that_keeps_it_open(sandbox: str) -> None:
    with requests.Session() as session:
        api = f"{sandbox}/pay/v1/payments"
        assert session.get(api, timeout=10).status_code == 200
        for kind in ("down", "reset"):
            fault(sandbox, "pay", kind=kind)
            with pytest.raises(requests.ConnectionError):
                session.get(api, timeout=10)
            assert session.get(api, timeout=10).status_code == 200


def test_timeout_gives_no_answer_and_does_nothing(sandbox: str) -> None:
    fault(sandbox, "pay", kind="timeout")
    with pytest.raises(requests.ReadTimeout):
        create(sandbox, seconds=0.3)
    assert created(sandbox) == 0


def test_slow_answers_after_three_seconds(sandbox: str) -> None:
    fault(sandbox, "pay", kind="slow")
    started = time.monotonic()
    assert create(sandbox).status_code == 201
    assert 2.9 < time.monotonic() - started < 6


@pytest.mark.parametrize(
    ("system", "path"),
    [
        ("pay", "/pay/v1/payments"),
        ("notify", "/notify/v2/notifications"),
        ("notify", "/v2/notifications"),
        ("open311", "/open311/services.json"),
        ("repairs", "/repairs/Addresses/TenantAddresses?postcode=AZ1+2BB"),
        ("waste", "/waste/services?uprn=100091202101"),
        ("places", "/places/search/places/v1/postcode?postcode=AZ1+2BB"),
        ("postcodes", "/places/postcodes/AZ12BB"),
        ("revenues", "/revenues/council-tax/700000011"),
        ("calendar", "/calendar/bank-holidays.json"),
    ],
)
def test_every_system_can_be_made_to_fail(sandbox: str, system: str, path: str) -> None:
    for kind, status in (("500", 500), ("429", 429), ("garbage", 200)):
        fault(sandbox, system, kind=kind)
        failed = requests.get(sandbox + path, timeout=10)
        assert failed.status_code == status
    with pytest.raises(requests.JSONDecodeError):
        failed.json()
    assert requests.get(f"{sandbox}/faults", timeout=10).json() == {}


def test_the_errors_of_pay_and_notify_have_their_own_shape(sandbox: str) -> None:
    fault(sandbox, "pay", kind="429")
    assert create(sandbox).json()["code"] == "P0900"
    fault(sandbox, "notify", kind="429")
    errors = requests.get(f"{sandbox}/notify/v2/notifications", timeout=10).json()
    assert (errors["status_code"], errors["errors"][0]["error"]) == (429, "RateLimitError")


def test_a_fault_is_counted_off_and_touches_one_system_and_one_method(sandbox: str) -> None:
    fault(sandbox, "pay", kind="500", count=2, method="POST")
    assert requests.get(f"{sandbox}/pay/v1/payments", timeout=10).status_code == 200
    assert requests.get(f"{sandbox}/calendar/bank-holidays.json", timeout=10).status_code == 200
    assert [create(sandbox).status_code for _ in range(3)] == [500, 500, 201]


def test_the_pages_for_people_never_fail(sandbox: str) -> None:
    for system in ("pay", "notify", "open311", "repairs"):
        fault(sandbox, system, kind="down", count=100)
    for path in ("/", "/pay/payments", "/notify/texts", "/open311/", "/repairs/"):
        shown = requests.get(sandbox + path, timeout=10)
        assert (path, shown.status_code) == (path, 200)
        assert "<h1" in shown.text
    requests.delete(f"{sandbox}/faults", timeout=10).raise_for_status()
    assert create(sandbox).status_code == 201


@pytest.mark.parametrize(
    ("system", "wanted", "status"),
    [
        ("parking", {"kind": "down"}, 404),
        ("pay", {"kind": "explode"}, 400),
        ("pay", {"kind": "down", "count": 0}, 400),
        ("pay", {"kind": "down", "count": True}, 400),
        ("pay", {"kind": "down", "method": "BREW"}, 400),
        ("pay", ["down"], 400),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox: str, system: str, wanted: Any, status: int) -> None:
    assert requests.put(f"{sandbox}/faults/{system}", json=wanted, timeout=10).status_code == status
    assert requests.get(f"{sandbox}/faults", timeout=10).json() == {}


def test_reset_empties_everything(sandbox: str) -> None:
    create(sandbox)
    fault(sandbox, "waste", kind="down")
    assert requests.post(f"{sandbox}/reset", timeout=10).status_code == 204
    assert created(sandbox) == 0
    assert requests.get(f"{sandbox}/faults", timeout=10).json() == {}


def test_the_front_page_says_what_can_be_tried(sandbox: str) -> None:
    shown = requests.get(sandbox, timeout=10).text
    for words in ("Mill Lane", "700000011", "4444333322221111", "one_time_code", "/faults/pay", "no key at all"):
        assert words in shown

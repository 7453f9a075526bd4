"""The sandbox's GOV.UK Pay against the published specification, and what its hosted page does."""

import hashlib
import hmac
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from openapi_core import Spec, V30ResponseValidator, validate_response
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from schemathesis import checks

from actions.sandbox.payments import signature
from tests.contract.listening import Listener
from tests.contract.published import contract
from tests.servers import start_sandbox, wait_until

KEY = {"Authorization": "Bearer api_test_sandbox"}
PAYMENT = {
    "amount": 14500,
    "reference": "700000011",
    "description": "Council tax",
    "return_url": "http://127.0.0.1:5005/payments/4f1c",
    "metadata": {"conversation": "c0ffee", "attempt": 1, "test": True},
}
PAYS, DECLINED = "4444 3333 2222 1111", "4000-0000-0000-0002"


def create(sandbox: str, **changes: Any) -> requests.Response:
    return requests.post(f"{sandbox}/pay/v1/payments", json=PAYMENT | changes, headers=KEY, timeout=10)


def get(sandbox: str, payment_id: str) -> dict[str, Any]:
    found = requests.get(f"{sandbox}/pay/v1/payments/{payment_id}", headers=KEY, timeout=10)
    found.raise_for_status()
    told: dict[str, Any] = found.json()
    return told


def pay(payment: dict[str, Any], number: str, **fields: str) -> requests.Response:
    """Go through the hosted page as a browser does, up to the redirect to the return URL or the page with errors."""
    browser = requests.Session()
    form = browser.get(payment["_links"]["next_url"]["href"], timeout=10)
    form.raise_for_status()
    card = {"cardNo": number, "expiryMonth": "12", "expiryYear": "2099", "cardholderName": "A Example", "cvc": "123"}
    return browser.post(form.url, data=card | fields, timeout=10, allow_redirects=False)


def repaired(sandbox: str) -> dict[str, Any]:
    """The published specification with the sandbox as its server, and two schemas that its own examples contradict."""
    published: dict[str, Any] = contract("govuk-pay/publicapi_spec.json")
    published["servers"] = [{"url": f"{sandbox}/pay"}]
    schemas = published["components"]["schemas"]
    schemas["ExternalMetadata"] = {"type": "object", "example": {"property1": "value1"}}
    schemas["PostLink"]["properties"]["params"] = {"type": "object"}
    return published


@pytest.fixture
def to_contract(sandbox: str) -> Any:
    """Check a response against the published specification."""
    spec = Spec.from_dict(repaired(sandbox))

    def check(response: requests.Response) -> requests.Response:
        validate_response(
            RequestsOpenAPIRequest(response.request),
            RequestsOpenAPIResponse(response),
            spec=spec,
            cls=V30ResponseValidator,
        )
        return response

    return check


def test_each_answer_has_the_published_shape(sandbox: str, to_contract: Any) -> None:
    api = f"{sandbox}/pay/v1/payments"
    made = to_contract(create(sandbox)).json()
    assert made["state"] == {"status": "created", "finished": False}
    assert re.fullmatch(r"[0-9a-v]{26}", made["payment_id"])
    for path in ("", f"/{made['payment_id']}", f"/{made['payment_id']}/events", f"/{made['payment_id']}/refunds"):
        assert to_contract(requests.get(api + path, headers=KEY, timeout=10)).status_code == 200
    pay(made, PAYS)
    assert to_contract(requests.get(made["_links"]["self"]["href"], headers=KEY, timeout=10)).status_code == 200
    assert to_contract(requests.get(f"{api}/none", headers=KEY, timeout=10)).json()["code"] == "P0200"
    assert to_contract(create(sandbox, amount=0)).status_code == 422
    assert to_contract(requests.post(api, data="{", headers=KEY, timeout=10)).json()["code"] == "P0197"
    assert to_contract(requests.get(f"{api}?state=paid", headers=KEY, timeout=10)).json()["code"] == "P0401"


@pytest.fixture
def pay_schema(sandbox_url: str) -> Any:
    """The published specification, made ready to generate requests for the sandbox."""
    schema = schemathesis.openapi.from_dict(repaired(sandbox_url))
    schema.config.update(base_url=f"{sandbox_url}/pay", headers=KEY)
    return schema


requests_made_up = (
    schemathesis.pytest.from_fixture("pay_schema")
    .include(path_regex=r"^/v1/payments")
    .exclude(path_regex="refunds", method="POST")
    .exclude(path_regex="refunds/")
)


@requests_made_up.parametrize()
@settings(max_examples=10, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_requests_made_up_from_the_specification_are_answered_by_it(case: Any) -> None:
    case.call_and_validate(
        checks=[checks.not_a_server_error, checks.response_schema_conformance, checks.content_type_conformance]
    )


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"amount": None}, 400, "P0101", "amount"),
        ({"reference": " "}, 400, "P0101", "reference"),
        ({"return_url": None}, 400, "P0101", "return_url"),
        ({"amount": "145"}, 422, "P0102", "amount"),
        ({"amount": 14500.5}, 422, "P0102", "amount"),
        ({"amount": -1}, 422, "P0102", "amount"),
        ({"amount": 10_000_001}, 422, "P0102", "amount"),
        ({"reference": "x" * 256}, 422, "P0102", "reference"),
        ({"description": 7}, 422, "P0102", "description"),
        ({"return_url": "javascript:alert(1)"}, 422, "P0102", "return_url"),
        ({"language": "fr"}, 422, "P0102", "language"),
        ({"metadata": {}}, 422, "P0102", "metadata"),
        ({"metadata": {"k" * 31: "v"}}, 422, "P0102", "metadata"),
        ({"metadata": {"k": "v" * 101}}, 422, "P0102", "metadata"),
        ({"metadata": {"k": {"nested": 1}}}, 422, "P0102", "metadata"),
        ({"metadata": {str(n): n for n in range(16)}}, 422, "P0102", "metadata"),
    ],
)
def test_a_wrong_payment_is_refused_by_field(
    sandbox: str, changes: dict[str, Any], status: int, code: str, field: str
) -> None:
    refused = create(sandbox, **changes)
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (status, code, field)
    assert requests.get(f"{sandbox}/pay/v1/payments", timeout=10).json()["total"] == 0


def test_a_wrong_key_is_refused_and_a_read_without_one_is_served(sandbox: str) -> None:
    api, wrong = f"{sandbox}/pay/v1/payments", {"Authorization": "Bearer api_test_wrong"}
    assert requests.post(api, json=PAYMENT, headers=wrong, timeout=10).status_code == 401
    assert requests.post(api, json=PAYMENT, timeout=10).status_code == 401
    assert requests.get(api, headers=wrong, timeout=10).status_code == 401
    assert requests.get(api, timeout=10).status_code == 200


def test_an_idempotency_key_gives_the_first_payment_again(sandbox: str) -> None:
    def post(key: str, **changes: Any) -> requests.Response:
        headers = KEY | {"Idempotency-Key": key}
        return requests.post(f"{sandbox}/pay/v1/payments", json=PAYMENT | changes, headers=headers, timeout=10)

    first, again, other = post("once-1"), post("once-1"), post("once-1", amount=1)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["payment_id"] == again.json()["payment_id"]
    assert (other.status_code, other.json()["code"]) == (409, "P0191")
    bad = post("not allowed!")
    assert (bad.status_code, bad.json()["header"]) == (422, "Idempotency-Key")


def test_search_finds_by_reference_and_state_a_page_at_a_time(sandbox: str) -> None:
    made = [create(sandbox, reference=reference).json() for reference in ("a", "b", "b", "b")]
    pay(made[1], PAYS)
    api = f"{sandbox}/pay/v1/payments"
    found = requests.get(f"{api}?reference=b&display_size=2", timeout=10).json()
    assert (found["total"], found["count"], found["page"]) == (3, 2, 1)
    assert [row["payment_id"] for row in found["results"]] == [made[3]["payment_id"], made[2]["payment_id"]]
    rest = requests.get(found["_links"]["next_page"]["href"], timeout=10).json()
    assert [row["payment_id"] for row in rest["results"]] == [made[1]["payment_id"]]
    paid = requests.get(f"{api}?reference=b&state=success", timeout=10).json()
    assert paid["total"] == 1
    assert requests.get(f"{api}?page=9", timeout=10).status_code == 404


def test_a_good_card_pays_and_leads_back_to_the_service(sandbox: str) -> None:
    made = create(sandbox).json()
    back = pay(made, PAYS)
    assert (back.status_code, back.headers["Location"]) == (303, PAYMENT["return_url"])
    paid = get(sandbox, made["payment_id"])
    assert paid["state"] == {"status": "success", "finished": True}
    assert paid["card_details"]["last_digits_card_number"] == "1111"
    assert paid["metadata"] == PAYMENT["metadata"]
    assert "next_url" not in paid["_links"]
    states = [event["state"]["status"] for event in requests.get(paid["_links"]["events"]["href"]).json()["events"]]
    assert states == ["created", "started", "submitted", "success"]


def test_a_declined_card_fails_the_payment(sandbox: str) -> None:
    made = create(sandbox).json()
    assert pay(made, DECLINED).status_code == 303
    state = get(sandbox, made["payment_id"])["state"]
    assert (state["status"], state["finished"], state["code"]) == ("failed", True, "P0010")


def test_the_payer_can_cancel(sandbox: str) -> None:
    made, browser = create(sandbox).json(), requests.Session()
    form = browser.get(made["_links"]["next_url"]["href"], timeout=10)
    back = browser.post(f"{form.url}/cancel", timeout=10, allow_redirects=False)
    assert back.headers["Location"] == PAYMENT["return_url"]
    assert get(sandbox, made["payment_id"])["state"]["code"] == "P0030"


def test_the_service_can_cancel_what_is_not_finished(sandbox: str) -> None:
    made = create(sandbox).json()
    first = requests.post(made["_links"]["cancel"]["href"], headers=KEY, timeout=10)
    again = requests.post(made["_links"]["cancel"]["href"], headers=KEY, timeout=10)
    assert (first.status_code, again.status_code, again.json()["code"]) == (204, 400, "P0501")
    assert get(sandbox, made["payment_id"])["state"]["code"] == "P0040"
    assert "Your payment was cancelled" in requests.Session().get(made["_links"]["next_url"]["href"], timeout=10).text


def test_a_payment_link_works_once_and_reading_the_payment_gives_another(sandbox: str) -> None:
    made = create(sandbox).json()
    link = made["_links"]["next_url"]["href"]
    assert "Enter card details" in requests.Session().get(link, timeout=10).text
    assert requests.Session().get(link, timeout=10).status_code == 404
    fresh = get(sandbox, made["payment_id"])["_links"]["next_url"]["href"]
    assert fresh != link
    assert "Enter card details" in requests.Session().get(fresh, timeout=10).text


def test_a_delayed_payment_is_captured_by_the_service(sandbox: str) -> None:
    made = create(sandbox, delayed_capture=True).json()
    pay(made, PAYS)
    waiting = get(sandbox, made["payment_id"])
    assert waiting["state"] == {"status": "capturable", "finished": False}
    captured = requests.post(waiting["_links"]["capture"]["href"], headers=KEY, timeout=10)
    assert (captured.status_code, get(sandbox, made["payment_id"])["state"]["status"]) == (204, "success")


def test_wrong_card_details_are_named_and_never_repeated(sandbox: str) -> None:
    made = create(sandbox).json()
    wrong = pay(made, "4929 0000 0000 6", expiryMonth="13", cardholderName="", cvc="98765")
    assert wrong.status_code == 400
    for words in ("There is a problem", "Use one of the mock cards", "month and year", "name on your card", "security"):
        assert words in wrong.text
    assert "4929" not in wrong.text
    assert "98765" not in wrong.text
    assert get(sandbox, made["payment_id"])["state"]["status"] == "started"


def test_a_payment_ends_after_90_minutes(tmp_path: Path) -> None:
    for url in start_sandbox(tmp_path, NOW="2026-12-01T20:00:00+00:00"):
        made = create(url).json()
    for url in start_sandbox(tmp_path, NOW="2026-12-01T21:29:00+00:00"):
        assert get(url, made["payment_id"])["state"]["status"] == "created"
    for url in start_sandbox(tmp_path, NOW="2026-12-01T21:30:00+00:00"):
        ended = get(url, made["payment_id"])
        assert (ended["state"]["status"], ended["state"]["code"]) == ("failed", "P0020")
        assert "next_url" not in ended["_links"]


def test_the_signature_is_the_published_one() -> None:
    made = signature("We captured a £10 payment! 💷".encode(), "This is my secret key! 🔑")
    assert made == "a678c8326237dc08acabed4ec3948ee82f94c4b35cdc44b68f26fa8ef595efff"


def test_each_change_is_told_signed_and_again_when_the_listener_fails(tmp_path: Path, listener: Listener) -> None:
    listener.refusals = 1
    for url in start_sandbox(tmp_path, PAY_WEBHOOK_TARGET=listener.url, PAY_WEBHOOK_SECRET="not the default"):
        made = create(url).json()
        pay(made, PAYS)
        wait_until(lambda: len(listener.heard) >= 4)
    told = {message["event_type"] for message in listener.bodies()}
    assert told == {"card_payment_started", "card_payment_succeeded", "card_payment_captured"}
    for body, headers in listener.heard:
        assert headers["Pay-Signature"] == hmac.new(b"not the default", body, hashlib.sha256).hexdigest()
    for message in listener.bodies():
        assert (message["resource_type"], message["resource_id"]) == ("payment", made["payment_id"])
        assert message["resource"]["metadata"] == PAYMENT["metadata"]


def test_no_card_number_is_ever_written_down(tmp_path: Path) -> None:
    for url in start_sandbox(tmp_path):
        pay(create(url).json(), PAYS)
        pay(create(url).json(), DECLINED)
        pay(create(url).json(), "4929000000006", cvc="987")
        with sqlite3.connect(tmp_path / "sandbox.db") as connection:
            dump = "\n".join(connection.iterdump())
    written = dump + "".join(path.read_text("latin-1") for path in tmp_path.iterdir())
    assert "700000011" in written
    for secret in ("4444333322221111", "4444 3333", "4000000000000002", "4000-0000", "4929000000006"):
        assert secret not in written


def test_people_can_read_the_list_of_payments(sandbox: str) -> None:
    pay(create(sandbox).json(), DECLINED)
    listed = requests.get(f"{sandbox}/pay/payments", timeout=10).text
    assert "£145.00" in listed
    assert "Payment method rejected" in listed

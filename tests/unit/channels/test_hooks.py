import hashlib
import hmac
import json
from typing import Any

import pytest
import requests

from actions.backoffice.systems import Systems
from bot.log import CarryOn, Commitment, ConversationLog
from bot.log.states import CONFIRMED, REJECTED, REQUESTED
from bot.settings import Settings
from bot.words import words
from tests.scripted import Scripted, Site, Visitor

TOKEN = "a-return-token"


def body(payment_id: str, **state: Any) -> bytes:
    event = {
        "resource_id": payment_id,
        "resource_type": "payment",
        "event_type": "card_payment_succeeded",
        "resource": {"payment_id": payment_id, "state": state},
    }
    return json.dumps(event).encode()


def told(site: Site, content: bytes, signature: str | None = None) -> requests.Response:
    secret = site.settings.pay_webhook_secret.encode()
    headers = {"Pay-Signature": signature or hmac.new(secret, content, hashlib.sha256).hexdigest()}
    return requests.post(f"{site.url}/webhooks/pay", data=content, headers=headers, timeout=20)


@pytest.fixture
def payment(visitor: Visitor, agent: Scripted, log: ConversationLog) -> Commitment:
    """A payment that this visitor has begun."""
    visitor.say("hello")
    request = {"account": "712345671", "amount_pence": 14500, "return_token": TOKEN}
    conversation = str(agent.heard[-1].sender_id)
    log.begin("k", conversation_id=conversation, kind="payment", system="pay", request=request, owner="council_tax")
    return log.settle("k", REQUESTED, reference="pay1")


def replies(visitor: Visitor) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = visitor.http.get(f"{visitor.url}/chat/updates?after=2", timeout=40).json()["replies"]
    return found


def test_a_paid_payment_is_told_once_however_often_it_is_said(
    site: Site, visitor: Visitor, payment: Commitment, log: ConversationLog
) -> None:
    for _ in range(2):
        assert told(site, body("pay1", status="success", finished=True)).status_code == 200
    found = log.commitment(payment.key)
    assert found and found.state == CONFIRMED
    assert [(reply["payment"], "£145" in reply["text"]) for reply in replies(visitor)] == [("paid", True)]


def test_a_cancelled_payment_can_be_tried_again(
    site: Site, visitor: Visitor, payment: Commitment, log: ConversationLog
) -> None:
    told(site, body("pay1", status="failed", finished=True, code="P0030"))
    found = log.commitment(payment.key)
    assert found and found.state == REJECTED
    [reply] = replies(visitor)
    assert reply["payment"] == "cancelled"
    assert len(reply["choices"]) == 1


def test_words_that_contradict_the_first_change_nothing(site: Site, payment: Commitment, log: ConversationLog) -> None:
    told(site, body("pay1", status="success", finished=True))
    assert told(site, body("pay1", status="failed", finished=True, code="P0030")).status_code == 200
    found = log.commitment(payment.key)
    assert found and found.state == CONFIRMED


def test_a_payment_under_way_and_one_that_is_not_ours_change_nothing(
    site: Site, payment: Commitment, log: ConversationLog
) -> None:
    assert told(site, body("pay1", status="started", finished=False)).status_code == 200
    assert told(site, body("another", status="success", finished=True)).status_code == 200
    found = log.commitment(payment.key)
    assert found and found.state == REQUESTED


@pytest.mark.parametrize("signature", ["", "0" * 64, "é"])
def test_what_pay_did_not_sign_changes_nothing(
    site: Site, payment: Commitment, log: ConversationLog, signature: str
) -> None:
    content = body("pay1", status="success", finished=True)
    headers = {"Pay-Signature": signature.encode()}
    answer = requests.post(f"{site.url}/webhooks/pay", data=content, headers=headers, timeout=20)
    assert answer.status_code == 401
    found = log.commitment(payment.key)
    assert found and found.state == REQUESTED


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"resource_id": 7, "resource": {"state": {}}}'])
def test_what_pay_signed_and_can_not_be_read_is_refused(site: Site, content: bytes) -> None:
    assert told(site, content).status_code == 400


def test_the_signature_is_that_of_the_published_vector() -> None:
    key, content = "This is my secret key! 🔑".encode(), "We captured a £10 payment! 💷".encode()
    signed = hmac.new(key, content, hashlib.sha256).hexdigest()
    assert signed == "a678c8326237dc08acabed4ec3948ee82f94c4b35cdc44b68f26fa8ef595efff"


def test_a_payer_who_comes_back_is_told_how_it_ended(
    site: Site, visitor: Visitor, agent: Scripted, log: ConversationLog, settings: Settings, sandbox: str
) -> None:
    visitor.say("hello")
    systems = Systems.from_settings(settings)
    made = systems.pay.create(14500, "ref", "Council tax", "https://nightdesk.ashcombe.example/chat", {})
    request = {"account": "712345671", "amount_pence": 14500, "return_token": TOKEN}
    conversation = str(agent.heard[-1].sender_id)
    log.begin("k", conversation_id=conversation, kind="payment", system="pay", request=request, owner="council_tax")
    log.settle("k", REQUESTED, reference=made.id)
    back = f"{visitor.url}/chat/return/{TOKEN}"
    answer = visitor.http.get(back, allow_redirects=False, timeout=20)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/chat#last")
    systems.pay.cancel(made.id)
    visitor.http.get(back, allow_redirects=False, timeout=20)
    assert [reply["payment"] for reply in replies(visitor)] == ["cancelled"]


def test_a_payer_who_comes_back_while_pay_is_away_reaches_the_page(
    site: Site, visitor: Visitor, payment: Commitment
) -> None:
    answer = visitor.http.get(f"{visitor.url}/chat/return/{TOKEN}", allow_redirects=False, timeout=20)
    assert answer.status_code == 303


def test_a_payer_who_went_on_with_another_conversation_since_reaches_the_page(
    site: Site, visitor: Visitor, payment: Commitment, log: ConversationLog
) -> None:
    code = CarryOn(log).code(log.open("telegram", "a chat").id)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    visitor.http.post(f"{visitor.url}/chat/carry-on", data={"code": code}, headers=headers, timeout=20)
    answer = visitor.http.get(f"{visitor.url}/chat/return/{TOKEN}", allow_redirects=False, timeout=20)
    assert (answer.status_code, answer.headers.get("Location")) == (303, "/chat#last")


def test_a_payer_who_began_elsewhere_is_told_to_go_back_there(site: Site, visitor: Visitor, payment: Commitment) -> None:
    others = [visitor.http.get(f"{visitor.url}/chat/return/{token}", timeout=20) for token in ("wrong", "%00")]
    others.append(requests.get(f"{site.url}/chat/return/{TOKEN}", timeout=20))
    for answer in others:
        assert answer.status_code == 200 and words("page.returned.title") in answer.text


def notified(site: Site, token: str, content: Any) -> int:
    headers = {"Authorization": token.encode()}
    return requests.post(f"{site.url}/webhooks/notify", json=content, headers=headers, timeout=20).status_code


def test_what_became_of_a_text_is_kept_without_the_number(site: Site, log: ConversationLog) -> None:
    conversation = log.open("web", "somebody")
    log.begin("t", conversation_id=conversation.id, kind="text", system="notify", request={}, owner="contact_centre")
    log.settle("t", CONFIRMED, reference="n1", result={"template": "booked"})
    token = f"Bearer {site.settings.notify_callback_token}"
    assert notified(site, token, {"id": "n1", "status": "delivered", "to": "07700900123"}) == 200
    found = log.commitment("t")
    assert found and found.result == {"template": "booked", "delivery": "delivered"}
    assert notified(site, token, {"id": "unknown", "status": "delivered"}) == 200
    assert notified(site, token, {"id": 7}) == 400


@pytest.mark.parametrize("token", ["", "Bearer wrong", "sandbox-callback-token", "Bearer é"])
def test_a_callback_without_the_token_is_refused(site: Site, token: str) -> None:
    assert notified(site, token, {"id": "n1", "status": "delivered"}) == 401

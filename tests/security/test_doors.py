"""Every door of the running processes: what is open to all, what asks for a session or a secret, and what it says."""

import hashlib
import hmac
import json
import re
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.web import WebChannel
from bot.db import make_engine
from bot.log import ConversationLog
from bot.settings import Settings
from tests.stack import Resident, Stack

# Everything that answers somebody without a session or a secret. A new address is a decision.
OPEN = {
    "GET /",
    "GET /chat",
    "GET /chat/carry-on",
    "GET /chat/carry-on/code",
    "GET /chat/delete",
    "GET /chat/messages",
    "GET /chat/photos",
    "GET /chat/return/<token:str>",
    "GET /widget.js",
    "GET /static/<name:str>",
    "GET /health/live",
    "GET /health/ready",
}
RASAS_OWN = (
    "/status",
    "/version",
    "/domain",
    "/model",
    "/model/parse",
    "/conversations/x/tracker",
    "/conversations/x/messages",
    "/webhooks/rest/webhook",
    "/webhooks/callback/webhook",
    "/webhooks/web/webhook",
    "/socket.io/",
)
SECRET = "the secret of these actions"


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """(method, address) of every route of the assistant."""
    database = f"sqlite:///{tmp_path_factory.mktemp('routes') / 'x.db'}"
    settings, log = replace(Settings(), secret_key="x"), ConversationLog(make_engine(database), "x")
    sites = [channel(settings, log).blueprint(None) for channel in (WebChannel, TelegramChannel)]
    there = [route for site in sites for route in site._future_routes]
    return sorted((method, str(route.uri)) for route in there for method in route.methods or ())


def url_of(stack: Stack, address: str) -> str:
    return stack.base_url + re.sub(r"<[^>]+>", "0" * 32, address)


def test_every_route_is_on_the_list_or_lets_nobody_in_without_proof(stack: Stack, routes: list[tuple[str, str]]) -> None:
    assert len(routes) > 15
    assert {f"{method} {address}" for method, address in routes} >= OPEN
    for method, address in routes:
        answer = requests.request(method, url_of(stack, address), timeout=10, allow_redirects=False)
        if f"{method} {address}" in OPEN:
            assert answer.status_code in (200, 303, 404), (method, address, answer.status_code)
        else:
            assert answer.status_code in (401, 403, 404, 415), (method, address, answer.status_code)


def test_every_route_and_every_error_carries_the_security_headers(stack: Stack, routes: list[tuple[str, str]]) -> None:
    for method, address in [*routes, ("GET", "/nowhere"), ("PUT", "/chat"), ("GET", "/%00"), ("POST", "/")]:
        headers = requests.request(method, url_of(stack, address), timeout=10, allow_redirects=False).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy, address
        assert "frame-ancestors 'self'" in policy and "base-uri 'none'" in policy, address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Referrer-Policy"] == "same-origin", address
        assert "Access-Control-Allow-Origin" not in headers, address
        assert "sanic" not in headers.get("Server", "").lower(), address


@pytest.mark.parametrize("path", RASAS_OWN)
def test_nothing_of_rasas_own_doors_is_there(stack: Stack, path: str) -> None:
    for method in ("GET", "POST"):
        assert requests.request(method, f"{stack.base_url}{path}", json={}, timeout=10).status_code in (404, 405)


def test_the_processes_listen_on_loopback_only(stack: Stack) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: it finds the address that would be used
        own = str(probe.getsockname()[0])
    if own.startswith("127."):
        pytest.skip("this machine has no other address")
    for url in (stack.base_url, stack.action_url, stack.sandbox_url):
        with socket.socket() as knock:
            knock.settimeout(2)
            assert knock.connect_ex((own, urlsplit(url).port)) != 0, url


def test_the_action_server_answers_nobody_without_the_secret(stack: Stack) -> None:
    call = {"next_action": "validate_journey_form", "sender_id": "x", "tracker": {"sender_id": "very private words"}}
    for headers in ({}, {"X-Action-Secret": ""}, {"X-Action-Secret": "wrong"}, {"X-Action-Secret": SECRET[:-1]}):
        answer = requests.post(f"{stack.action_url}/webhook", json=call, headers=headers, timeout=10)
        assert answer.status_code == 403 and "private" not in answer.text
    for path in ("/", "/actions", "/webhook"):
        assert requests.get(f"{stack.action_url}{path}", timeout=10).status_code in (404, 405)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"very private words", {}, 422),
        (b'{"next_action": "validate_journey_form"}', {}, 422),
        (b'["very private words"]', {}, 422),
        (b'{"next_action": "very private words", "tracker": {"sender_id": "x"}}', {}, 404),
        (b'{"next_action": "validate_journey_form", "tracker": "very private words"}', {}, 422),
        (b'{"next_action": "validate_journey_form", "tracker": {}}', {}, 422),
        (b"x" * 600_000, {}, 413),
        (b"\x1f\x8b\x08", {"Content-Encoding": "gzip"}, 413),
    ],
)
def test_the_action_server_never_repeats_what_it_was_sent(
    stack: Stack, body: bytes, headers: dict[str, str], status: int
) -> None:
    headers = {"X-Action-Secret": SECRET, **headers}
    answer = requests.post(f"{stack.action_url}/webhook", data=body, headers=headers, timeout=10)
    assert answer.status_code == status and "private" not in answer.text and "Traceback" not in answer.text
    assert "private" not in (stack.folder / "actions.log").read_text(encoding="utf-8")


def signed(body: bytes, secret: str = "sandbox-webhook-secret") -> dict[str, str]:
    return {"Pay-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def told(payment_id: str, status: str = "success") -> bytes:
    state = {"status": status, "finished": True}
    return json.dumps({"resource_id": payment_id, "resource": {"payment_id": payment_id, "state": state}}).encode()


def test_a_payment_is_settled_only_by_what_pay_signed(stack: Stack, resident: Resident) -> None:
    resident.say("I'd like to settle some of my council tax this evening")
    resident.choose("Yes, I want to pay now")
    resident.say("712345671")
    resident.say("£120")
    resident.choose("Yes, that's right")
    found: Any = requests.get(f"{stack.sandbox_url}/pay/v1/payments", timeout=10).json()
    body = told(found["results"][0]["payment_id"])
    hook = f"{stack.base_url}/webhooks/pay"
    forged: list[dict[str, str]] = [
        {},
        {"Pay-Signature": ""},
        signed(body, "guess"),
        signed(body + b" "),
        {"Pay-Signature": "é"},
    ]
    for headers in forged:
        raw = {name: value.encode() for name, value in headers.items()}
        assert requests.post(hook, data=body, headers=raw, timeout=10).status_code == 401
    assert "Paid:" not in resident.session.get(f"{stack.base_url}/chat/transcript", timeout=10).text
    for _ in range(2):
        assert requests.post(hook, data=body, headers=signed(body), timeout=10).status_code == 200
    assert resident.session.get(f"{stack.base_url}/chat/transcript", timeout=10).text.count("Paid: £120.00") == 1


@pytest.mark.parametrize(
    "body", [told("nobody-knows-it"), b"{}", b"[]", b"\xff", b'{"resource_id": 1, "resource": []}', b"[" * 9999]
)
def test_a_signed_message_about_nothing_of_ours_changes_nothing(stack: Stack, body: bytes) -> None:
    answer = requests.post(f"{stack.base_url}/webhooks/pay", data=body, headers=signed(body), timeout=10)
    assert answer.status_code == (200 if b"nobody" in body else 400)


def test_a_text_receipt_needs_its_token(stack: Stack) -> None:
    hook, body = f"{stack.base_url}/webhooks/notify", {"id": "x", "status": "delivered"}
    for token in ("", "Bearer", "Bearer wrong", "sandbox-callback-token"):
        assert requests.post(hook, json=body, headers={"Authorization": token}, timeout=10).status_code == 401
    right = {"Authorization": "Bearer sandbox-callback-token"}
    assert requests.post(hook, json=body, headers=right, timeout=10).status_code == 200
    assert requests.post(hook, json=[1], headers=right, timeout=10).status_code == 400


def test_the_return_from_pay_tells_nothing_to_others(stack: Stack, resident: Resident) -> None:
    resident.say("hello there, good evening to you")
    for token in ("0" * 32, "x", "%2e%2e"):
        answer = resident.session.get(f"{stack.base_url}/chat/return/{token}", timeout=10, allow_redirects=False)
        assert answer.status_code in (200, 404) and "good evening" not in answer.text


def test_no_secret_and_nothing_that_a_resident_said_is_in_any_log(stack: Stack, resident: Resident) -> None:
    resident.say("I've lost track of when the dustcart does our road, AZ1 2BB")
    for path in Path(stack.folder).glob("*.log"):
        text = path.read_text(encoding="utf-8", errors="replace")
        keys = (SECRET, "the secret of this stack", "api_test_sandbox", "sandbox-webhook-secret")
        for private in (*keys, "AZ1 2BB", "AZ1%202BB", "AZ1+2BB", "dustcart"):
            assert private not in text, f"{private!r} is in {path.name}"

"""The sandbox's GOV.UK Notify against the published specification and the official client."""

import base64
import json
import re
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
import requests
from notifications_python_client import NotificationsAPIClient
from notifications_python_client.errors import HTTPError

from tests.contract.listening import Listener
from tests.contract.published import contract, from_openapi, hold
from tests.servers import start_sandbox, wait_until

SERVICE, SECRET = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
KEY = f"sandbox-{SERVICE}-{SECRET}"
CODE = "a5c00000-0000-4000-8000-000000000004"
EMAIL = "a5c00000-0000-4000-8000-000000000015"
LETTER = "a5c00000-0000-4000-8000-000000000025"
VALUES = {"code": "402913", "minutes": 10}
REPORT = {"what": "a pothole", "reference": "1042"}
PHONE = "07700 900011"


@pytest.fixture
def client(sandbox: str) -> NotificationsAPIClient:
    """The official client; it drops the path of a base URL, so it talks to the root."""
    return NotificationsAPIClient(KEY, base_url=sandbox)


def bearer(secret: str = SECRET, **claims: Any) -> dict[str, str]:
    token = jwt.encode({"iss": SERVICE, "iat": int(time.time())} | claims, secret, "HS256")
    return {"Authorization": f"Bearer {token}"}


def check(document: dict[str, Any], name: str) -> None:
    """Compare with one published schema."""
    schemas = from_openapi(contract("govuk-notify/schema.json"))["components"]["schemas"]
    if name == "GetOneMessageResponse":
        # A delivered text fits two of its four variants, which "oneOf" forbids: take the one of this type.
        schemas[name] = next(one for one in schemas[name]["oneOf"] if one["title"] == document["type"])
    hold(document, schemas[name] | {"components": {"schemas": schemas}})


def test_each_answer_has_the_published_shape(client: NotificationsAPIClient, sandbox: str) -> None:
    text = client.send_sms_notification(PHONE, CODE, VALUES, reference="otp-1")
    email = client.send_email_notification("a.example@example.org", EMAIL, REPORT, reference="e-1")
    lines = {"address_line_1": "1 Mill Lane", "address_line_2": "Ashcombe", "address_line_3": "AZ1 2BB"}
    letter = client.send_letter_notification(LETTER, lines | REPORT, reference="l-1")
    check(text, "SendTextMessageResponse")
    check(email, "SendEmailResponse")
    check(letter, "SendNormalLetterResponse")
    for made in (text, email, letter):
        check(client.get_notification_by_id(made["id"]), "GetOneMessageResponse")
    requests.post(f"{sandbox}/notify/received", json={"phone": PHONE, "text": "STOP"}, timeout=5).raise_for_status()
    check(client.get_received_texts(), "GetReceivedTextMessagesResponse")
    check(client.get_all_templates(), "TemplatesResponse")
    check(client.post_template_preview(CODE, VALUES), "TemplatePreviewResponse")


def test_a_text_is_filled_in_and_found_by_its_reference(client: NotificationsAPIClient) -> None:
    made = client.send_sms_notification(PHONE, CODE, VALUES, reference="otp-7")
    assert made["content"]["body"].startswith("402913 is your code")
    assert client.get_template(made["template"]["id"])["name"] == "one_time_code"
    client.send_sms_notification(PHONE, CODE, VALUES, reference="otp-8")
    found = client.get_all_notifications(reference="otp-7")["notifications"]
    assert [(one["id"], one["status"], one["phone_number"]) for one in found] == [(made["id"], "delivered", "07700900011")]


def test_the_list_goes_back_page_by_page(client: NotificationsAPIClient) -> None:
    sent = [client.send_sms_notification(PHONE, CODE, VALUES, reference=str(n))["id"] for n in range(3)]
    older = client.get_all_notifications(older_than=sent[2])["notifications"]
    assert [one["id"] for one in older] == [sent[1], sent[0]]
    assert [one["id"] for one in client.get_all_notifications_iterator()] == sent[::-1]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"phone_number": None}, "ValidationError", "phone_number None is not of type string"),
        ({"template_id": "7"}, "ValidationError", "template_id is not a valid UUID"),
        ({"phone_number": "0770090001"}, "ValidationError", "phone_number Not enough digits"),
        ({"phone_number": "077009000111"}, "ValidationError", "phone_number Too many digits"),
        ({"phone_number": "01632960100"}, "ValidationError", "phone_number Not a UK mobile number"),
        ({"phone_number": "0770090OO11"}, "ValidationError", "phone_number Must not contain letters or symbols"),
        ({"phone_number": "+33612345678"}, "BadRequestError", "Cannot send to international mobile numbers"),
        ({"personalisation": {"code": "1"}}, "BadRequestError", "Missing personalisation: minutes"),
        ({"template_id": EMAIL}, "BadRequestError", "email template is not suitable for sms notification"),
        ({"template_id": str(uuid4())}, "BadRequestError", "Template not found"),
        ({"colour": "red"}, "ValidationError", "Additional properties are not allowed (colour was unexpected)"),
        ({"reference": "x" * 1001}, "ValidationError", f"reference {'x' * 40}... is too long"),
    ],
)
def test_a_wrong_text_is_refused_in_the_words_of_notify(
    sandbox: str, change: dict[str, Any], error: str, message: str
) -> None:
    body = {"phone_number": PHONE, "template_id": CODE, "personalisation": VALUES} | change
    refused = requests.post(f"{sandbox}/notify/v2/notifications/sms", json=body, headers=bearer(), timeout=10)
    assert refused.status_code == 400
    assert refused.json() == {"status_code": 400, "errors": [{"error": error, "message": message}]}
    assert requests.get(f"{sandbox}/notify/v2/notifications", timeout=10).json()["notifications"] == []


def test_the_official_client_reads_the_errors(client: NotificationsAPIClient) -> None:
    with pytest.raises(HTTPError) as missing:
        client.get_notification_by_id(str(uuid4()))
    assert (missing.value.status_code, missing.value.message[0]["error"]) == (404, "NoResultFound")
    with pytest.raises(HTTPError) as wrong:
        client.send_sms_notification(PHONE, CODE, {})
    assert (wrong.value.status_code, wrong.value.message[0]["error"]) == (400, "BadRequestError")


@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({}, 401, "must be provided"),
        (bearer(secret="1" * 36), 403, "signature"),
        (bearer(iss=str(uuid4())), 403, "service not found"),
        (bearer(iat=int(time.time()) - 3600), 403, "within 30 seconds"),
        (bearer(iat=int(time.time()) + 3600), 403, "within 30 seconds"),
        (bearer(iat="now"), 403, "Invalid token|within 30 seconds"),
        ({"Authorization": "Bearer nonsense"}, 403, "Invalid token"),
    ],
)
def test_a_write_needs_a_fresh_token_signed_with_the_key(
    sandbox: str, headers: dict[str, str], status: int, words: str
) -> None:
    body = {"phone_number": PHONE, "template_id": CODE, "personalisation": VALUES}
    refused = requests.post(f"{sandbox}/notify/v2/notifications/sms", json=body, headers=headers, timeout=10)
    assert (refused.status_code, refused.json()["errors"][0]["error"]) == (status, "AuthError")
    assert re.search(words, refused.json()["errors"][0]["message"])


def test_an_unsigned_token_is_refused(sandbox: str) -> None:
    parts = [{"alg": "none", "typ": "JWT"}, {"iss": SERVICE, "iat": int(time.time())}]
    token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."
    headers = {"Authorization": f"Bearer {token}"}
    assert requests.get(f"{sandbox}/notify/v2/notifications", headers=headers, timeout=10).status_code == 403


@pytest.mark.parametrize(
    ("phone", "status"), [("07700900003", "temporary-failure"), ("+44 7700 900002", "permanent-failure")]
)
def test_the_failing_numbers_fail(client: NotificationsAPIClient, phone: str, status: str) -> None:
    made = client.send_sms_notification(phone, CODE, VALUES)
    assert client.get_notification_by_id(made["id"])["status"] == status


@pytest.mark.parametrize("phone", ["07700900000", "07700900111", "07700900222"])
def test_the_smoke_numbers_leave_nothing_behind(client: NotificationsAPIClient, phone: str) -> None:
    made = client.send_sms_notification(phone, CODE, VALUES)
    with pytest.raises(HTTPError) as missing:
        client.get_notification_by_id(made["id"])
    assert missing.value.status_code == 404


def test_a_letter_needs_an_address(client: NotificationsAPIClient) -> None:
    for lines in ({"address_line_1": "1 Mill Lane"}, {f"address_line_{n}": "Mill Lane" for n in (1, 2, 3)}):
        with pytest.raises(HTTPError) as refused:
            client.send_letter_notification(LETTER, lines | REPORT)
        assert refused.value.status_code == 400


def test_a_receipt_is_posted_with_our_bearer_token(tmp_path: Path, listener: Listener) -> None:
    target = {"NOTIFY_CALLBACK_TARGET": listener.url, "NOTIFY_CALLBACK_TOKEN": "ours"}
    for url in start_sandbox(tmp_path, **target):
        made = NotificationsAPIClient(KEY, base_url=url).send_sms_notification(PHONE, CODE, VALUES, reference="otp-1")
        wait_until(lambda: len(listener.heard) == 1)
    (receipt,), ((_, headers),) = listener.bodies(), listener.heard
    assert headers["Authorization"] == "Bearer ours"
    assert (receipt["id"], receipt["reference"], receipt["status"]) == (made["id"], "otp-1", "delivered")
    check(receipt, "SmsCallbackRequest")


def test_people_can_read_the_texts_newest_first(sandbox: str, client: NotificationsAPIClient) -> None:
    for code in ("111111", "222222"):
        client.send_sms_notification(PHONE, CODE, VALUES | {"code": code})
    client.send_sms_notification(PHONE, CODE, VALUES | {"code": "<b>"})
    shown = requests.get(f"{sandbox}/notify/texts", timeout=10).text
    assert shown.index("&lt;b&gt; is your code") < shown.index("222222 is your code") < shown.index("111111 is your")

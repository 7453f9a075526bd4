"""What GOV.UK Notify accepts: its tokens, its templates and the checks of a request, with the errors in its words.

Source: the published specification, and the errors listed in Notify's documentation.
"""

import base64
import binascii
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt
import yaml
from starlette.requests import Request

from actions.sandbox.pages import TEMPLATES as FOLDER

DEFAULT_KEY = "sandbox-00000000-0000-4000-8000-000000000001-00000000-0000-4000-8000-000000000002"
CLOCK_SECONDS = 30
SMS_CHARACTERS = 918
FIELDS = {
    "sms": {"phone_number", "template_id", "personalisation", "reference", "sms_sender_id"},
    "email": {
        "email_address",
        "template_id",
        "personalisation",
        "reference",
        "email_reply_to_id",
        "one_click_unsubscribe_url",
        "sanitise_content_for",
    },
    "letter": {"template_id", "personalisation", "reference"},
    "precompiled": {"reference", "content", "postage"},
}
REQUIRED = {
    "sms": ("phone_number", "template_id"),
    "email": ("email_address", "template_id"),
    "letter": ("template_id", "personalisation"),
    "precompiled": ("reference", "content"),
}
POSTAGE = ("first", "second", "economy")
ADDRESS_LINES = tuple(f"address_line_{number}" for number in range(1, 8))
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
_PLACEHOLDER = re.compile(r"\(\(([^()]+)\)\)")


@dataclass(frozen=True)
class Template:
    """A message with ((placeholders)). `type` is sms, email or letter; `subject` is None for sms."""

    id: str
    name: str
    type: str
    body: str
    subject: str | None = None
    version: int = 1

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of the placeholders, in the order in which they appear first."""
        return tuple(dict.fromkeys(_PLACEHOLDER.findall(f"{self.subject or ''} {self.body}")))

    def render(self, values: Mapping[str, object]) -> tuple[str | None, str]:
        """Return the subject and the body, filled in. Raises Refused when a value is missing."""
        missing = [name for name in self.fields if values.get(name) is None]
        if missing:
            raise Refused(400, "BadRequestError", f"Missing personalisation: {', '.join(missing)}")
        return self.subject and _fill(self.subject, values), _fill(self.body, values)


TEMPLATES = {made["id"]: Template(**made) for made in yaml.safe_load((FOLDER / "notify.yml").read_text("utf-8"))}


class Refused(Exception):
    """A request that Notify refuses: the HTTP status, and the errors of its body."""

    def __init__(self, status: int, error: str, *messages: str) -> None:
        super().__init__(*messages)
        self.status = status
        self.body = {"status_code": status, "errors": [{"error": error, "message": text} for text in messages]}


def _fill(text: str, values: Mapping[str, object]) -> str:
    def value(match: re.Match[str]) -> str:
        given = values[match[1]]
        return "\n".join(f"* {item}" for item in given) if isinstance(given, list) else str(given)

    return _PLACEHOLDER.sub(value, text)


def check_token(request: Request) -> None:
    """Check the bearer token against `NOTIFY_API_KEY`. Raises Refused: 401 without one, 403 with a wrong one.

    The time in a token is the real one, also while `NOW` freezes the council's clock, as the official client's is.
    """
    header = request.headers.get("authorization", "")
    if not header.lower().startswith("bearer "):
        raise Refused(401, "AuthError", "Unauthorized: authentication token must be provided")
    key = os.environ.get("NOTIFY_API_KEY", DEFAULT_KEY)
    options = {"verify_iat": False, "verify_exp": False, "verify_aud": False}
    try:
        claims = jwt.decode(header[7:].strip(), key[-36:], algorithms=["HS256"], options=options)  # type: ignore[arg-type]
    except jwt.InvalidTokenError:
        raise Refused(403, "AuthError", "Invalid token: signature, api token not found") from None
    if claims.get("iss") != key[-73:-37]:
        raise Refused(403, "AuthError", "Invalid token: service not found")
    issued = claims.get("iat")
    if not isinstance(issued, (int, float)) or abs(time.time() - issued) > CLOCK_SECONDS:
        raise Refused(403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds")


def check_body(kind: str, body: Mapping[str, Any]) -> None:
    """Check the fields of a request to send. Raises Refused with every fault that Notify's schema would find."""
    wrong = [f"{name} is a required property" for name in REQUIRED[kind] if name not in body]
    extra = sorted(body.keys() - FIELDS[kind])
    if extra:
        names = ", ".join(extra)
        wrong.append(f"Additional properties are not allowed ({names} {'was' if len(extra) == 1 else 'were'} unexpected)")
    for name in ("phone_number", "email_address", "template_id", "reference", "content", "postage"):
        if name in body and not (isinstance(body[name], str) or (name == "reference" and body[name] is None)):
            wrong.append(f"{name} {body[name]} is not of type string")
    for name in ("template_id", "sms_sender_id", "email_reply_to_id"):
        if name in body and isinstance(body[name], str) and not is_uuid(body[name]):
            wrong.append(f"{name} is not a valid UUID")
    if len(body.get("reference") or "") > 1000:
        wrong.append(f"reference {str(body['reference'])[:40]}... is too long")
    if not isinstance(body.get("personalisation", {}), dict):
        wrong.append(f"personalisation {body['personalisation']} is not of type object")
    if wrong:
        raise Refused(400, "ValidationError", *wrong)
    for name in ("sms_sender_id", "email_reply_to_id"):
        if name in body:
            raise Refused(400, "BadRequestError", f"{name} {body[name]} does not exist in database for service id sandbox")


def template_for(kind: str, template_id: str) -> Template:
    """Return the template. Raises Refused when there is none, or when it is of another kind."""
    found = TEMPLATES.get(template_id.lower())
    if found is None:
        raise Refused(400, "BadRequestError", "Template not found")
    if found.type != kind:
        raise Refused(400, "BadRequestError", f"{found.type} template is not suitable for {kind} notification")
    return found


def check_phone(number: str) -> str:
    """Return a UK mobile number as 07700900123. Raises Refused in Notify's words."""
    if re.search(r"[^\d\s()+.-]", number):
        raise Refused(400, "ValidationError", "phone_number Must not contain letters or symbols")
    digits = re.sub(r"\D", "", number)
    national = re.sub(r"^(00)?44(0)?", "0", digits) if re.match(r"(00)?44", digits) else digits
    if number.strip().startswith("+") and not digits.startswith("44"):
        raise Refused(400, "BadRequestError", "Cannot send to international mobile numbers")
    national = national if national.startswith("0") else f"0{national}"
    if len(national) < 11:
        raise Refused(400, "ValidationError", "phone_number Not enough digits")
    if len(national) > 11:
        raise Refused(400, "ValidationError", "phone_number Too many digits")
    if not national.startswith("07"):
        raise Refused(400, "ValidationError", "phone_number Not a UK mobile number")
    return national


def check_email(address: str) -> str:
    """Return the address. Raises Refused when it is none."""
    if len(address) > 320 or ".." in address or not _EMAIL.fullmatch(address.strip()):
        raise Refused(400, "ValidationError", "email_address Not a valid email address")
    return address.strip()


def check_address(values: Mapping[str, Any]) -> list[str]:
    """Return the lines of a letter's address, three to seven, the last a postcode. Raises Refused."""
    lines = [str(values[name]).strip() for name in ADDRESS_LINES if str(values.get(name) or "").strip()]
    if len(lines) < 3:
        raise Refused(400, "ValidationError", "Address must be at least 3 lines")
    if not _POSTCODE.fullmatch(lines[-1]):
        raise Refused(400, "ValidationError", "Last line of address must be a real UK postcode or another country")
    return lines


def check_precompiled(body: Mapping[str, Any]) -> str:
    """Return the postage of a letter sent as a PDF. Raises Refused when the file or the postage is wrong."""
    postage = body.get("postage", "second")
    if postage not in POSTAGE:
        raise Refused(400, "ValidationError", "postage invalid. It must be either first, second or economy")
    try:
        content = base64.b64decode(body["content"], validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "BadRequestError", "Cannot decode letter content (invalid base64 encoding)") from None
    if not content.startswith(b"%PDF-"):
        raise Refused(400, "BadRequestError", "Letter content is not a valid PDF")
    return str(postage)


def is_uuid(text: str) -> bool:
    """Tell whether a text is a UUID in the usual form."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False

"""What GOV.UK Pay accepts in a request, and the words and codes with which it refuses the rest.

Source: the published specification and the validation in alphagov/pay-publicapi.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

STATES = ("created", "started", "submitted", "capturable", "success", "failed", "cancelled", "error")
AMOUNT = (1, 10_000_000)
LONGEST = {"reference": 255, "description": 255, "return_url": 2000, "email": 254}
PAGE_SIZE = 500


class Invalid(Exception):
    """A request that Pay refuses: the HTTP status and the error body."""

    def __init__(self, status: int, code: str, description: str, **where: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"code": code, "description": description, **where}


def _wrong(field: str, why: str) -> Invalid:
    return Invalid(422, "P0102", f"Invalid attribute value: {field}. {why}", field=field)


def check_payment(body: Mapping[str, Any]) -> None:
    """Check the body of `POST /v1/payments`. Raises Invalid for the first thing that is wrong."""
    for field in ("amount", "reference", "description", "return_url"):
        value = body.get(field)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise Invalid(400, "P0101", f"Missing mandatory attribute: {field}", field=field)
    amount = body["amount"]
    if type(amount) is not int:
        raise _wrong("amount", "Must be a valid numeric format")
    if amount < AMOUNT[0]:
        raise _wrong("amount", f"Must be greater than or equal to {AMOUNT[0]}")
    if amount > AMOUNT[1]:
        raise _wrong("amount", f"Must be less than or equal to {AMOUNT[1]}")
    for field, longest in LONGEST.items():
        value = body.get(field)
        if value is not None and not isinstance(value, str):
            raise _wrong(field, "Must be a valid string format")
        if value is not None and len(value) > longest:
            raise _wrong(field, f"Must be less than or equal to {longest} characters length")
    _check_url(body["return_url"])
    _check_options(body)
    if "metadata" in body:
        _check_metadata(body["metadata"])


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _wrong("return_url", "Must be a valid URL format") from None
    if parts.scheme not in ("http", "https") or not parts.netloc or not url.isprintable() or " " in url:
        raise _wrong("return_url", "Must be a valid URL format")


def _check_options(body: Mapping[str, Any]) -> None:
    for field in ("moto", "delayed_capture"):
        if field in body and not isinstance(body[field], bool):
            raise _wrong(field, "Must be true or false")
    if body.get("moto"):
        raise Invalid(422, "P0196", "MOTO payments are not enabled for this account.")
    if "language" in body and body["language"] not in ("en", "cy"):
        raise _wrong("language", 'Must be "en" or "cy"')
    mode = body.get("authorisation_mode", "web")
    if mode not in ("web", "agreement", "moto_api"):
        raise _wrong("authorisation_mode", "Must be one of web, agreement, moto_api")
    if mode == "moto_api":
        raise Invalid(422, "P0195", "Using authorisation_mode of moto_api is not allowed for this account")
    for field in ("agreement_id", "set_up_agreement"):
        if field in body:
            raise Invalid(400, "P0103", f"Invalid attribute value: {field}. Agreement ID does not exist", field=field)
    if mode == "agreement":
        raise Invalid(422, "P0101", "Missing mandatory attribute: agreement_id", field="agreement_id")
    if not isinstance(body.get("prefilled_cardholder_details", {}), dict):
        raise _wrong("prefilled_cardholder_details", "Must be an object")


def _check_metadata(metadata: object) -> None:
    if not isinstance(metadata, dict):
        raise _wrong("metadata", "Must be an object of JSON key-value pairs")
    if not 1 <= len(metadata) <= 15:
        raise _wrong("metadata", "Must have between 1 and 15 key-value pairs")
    if any(not 1 <= len(key) <= 30 for key in metadata):
        raise _wrong("metadata", "Keys must be between 1 and 30 characters long")
    if any(not isinstance(value, (str, bool, int, float)) for value in metadata.values()):
        raise _wrong("metadata", "Values must be of type String, Boolean or Number")
    if any(len(str(value)) > 100 for value in metadata.values()):
        raise _wrong("metadata", "Values must be no greater than 100 characters long")


def check_key(key: str) -> None:
    """Check an `Idempotency-Key`. Raises Invalid (422, naming the header)."""
    if not re.fullmatch(r"[a-zA-Z0-9-]{1,255}", key):
        why = "Header [Idempotency-Key] can have a size between 1 and 255 and only letters, numbers and hyphens"
        raise Invalid(422, "P0102", why, header="Idempotency-Key")


def check_search(query: Mapping[str, str]) -> tuple[int, int]:
    """Check a search; return the number of the page, from 1, and the size of a page. Raises Invalid (422, P0401)."""
    wrong = [name for name in ("from_date", "to_date") if name in query and not _is_time(query[name])]
    wrong += [name for name in ("from_settled_date", "to_settled_date") if name in query and not _is_date(query[name])]
    if query.get("state", "created") not in STATES:
        wrong.append("state")
    if len(query.get("reference", "")) > LONGEST["reference"]:
        wrong.append("reference")
    page, size = query.get("page", "1"), query.get("display_size", str(PAGE_SIZE))
    if not re.fullmatch(r"[1-9][0-9]{0,6}", page):
        wrong.append("page")
    if not re.fullmatch(r"[1-9][0-9]{0,2}", size) or int(size) > PAGE_SIZE:
        wrong.append("display_size")
    if wrong:
        names = ", ".join(wrong)
        raise Invalid(
            422,
            "P0401",
            f"Invalid parameters: {names}. See Public API documentation for the correct data formats",
        )
    return int(page), int(size)


def _is_time(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return False
    return True

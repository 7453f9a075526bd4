"""The error bodies of the published contracts, read in one place."""

import json
from typing import Any


def problem_of(content: bytes) -> tuple[str, str]:
    """Return the code and the message of an error body; ("", "") when it follows none of the contracts.

    Shapes: Pay and UKBinCollectionData `{code, description | message}`, Notify `{errors: [{error, message}]}`, Open311
    `[{code, description}]` and its adapter's `{errors: [...]}`, OS Places `{error: {statuscode, message}}` and
    `{fault: {faultstring, detail: {errorcode}}}`, postcodes.io `{status, error}`, plain text for repairs.
    """
    try:
        body: Any = json.loads(content)
    except (ValueError, RecursionError):
        return "", content.decode("utf-8", "replace")[:500].strip()
    if isinstance(body, dict) and isinstance(body.get("errors"), list):
        body = body["errors"]
    if isinstance(body, list):
        body = body[0] if body else {}
    if not isinstance(body, dict):
        return "", str(body)[:500]
    if isinstance(body.get("fault"), dict):
        fault = body["fault"]
        detail = fault.get("detail")
        return _text(detail.get("errorcode") if isinstance(detail, dict) else ""), _text(fault.get("faultstring"))
    if isinstance(body.get("error"), dict):
        body = body["error"]
    code = body.get("code") or body.get("statuscode") or (body.get("error") if "message" in body else "")
    message = body.get("description") or body.get("message") or body.get("error")
    return _text(code), _text(message)


def _text(value: object) -> str:
    return "" if value is None else str(value)[:500]

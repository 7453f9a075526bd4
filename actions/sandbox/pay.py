"""GOV.UK Pay's public API, version 1: card payments through the hosted page (`pay_page`). No agreements, no refunds."""

import hashlib
import json
import os
import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from actions.sandbox import payments, store
from actions.sandbox.pay_rules import Invalid, check_key, check_payment, check_search
from bot import clock

SCHEMA = payments.SCHEMA
KEY_LIFETIME = timedelta(hours=24)

Handler = Callable[[Request], Awaitable[Response]]


def api_key() -> str:
    """Return the one key that is accepted: `PAY_API_KEY`."""
    return os.environ.get("PAY_API_KEY", "api_test_sandbox")


def endpoint(handler: Handler) -> Handler:
    """Check the key, end the overdue payments, and answer a refusal in Pay's form.

    A write needs the key. A read with a wrong key is refused; a read without one is served (see the sandbox's page).
    """

    @wraps(handler)
    async def checked(request: Request) -> Response:
        given = request.headers.get("authorization")
        right = secrets.compare_digest((given or "").encode(), f"Bearer {api_key()}".encode())
        if not right and (given is not None or request.method != "GET"):
            return JSONResponse({"description": "Credentials are required to access this resource"}, 401)
        payments.expire()
        try:
            return await handler(request)
        except Invalid as refusal:
            return JSONResponse(refusal.body, refusal.status)

    return checked


def base(request: Request) -> str:
    """Return the address of this API as the client sees it."""
    return f"{request.base_url}pay"


def _link(request: Request, connection: sqlite3.Connection, row: sqlite3.Row) -> str | None:
    if row["status"] not in ("created", "started"):
        return None
    return f"{base(request)}/secure/{payments.token(connection, row['payment_id'])}"


async def _body(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent. Raises Invalid (400, P0197) for anything that is not one."""
    try:
        body = json.loads(await request.body())
        json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Invalid(400, "P0197", "Unable to parse JSON")
    return body


@endpoint
async def create(request: Request) -> Response:
    """`POST /v1/payments`: 201 with the payment; 200 with the first one when an Idempotency-Key is seen again."""
    key = request.headers.get("idempotency-key", "")
    if key:
        check_key(key)
    wanted = await _body(request)
    check_payment(wanted)
    digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
    with store.transaction() as connection:
        row = _earlier(connection, key, digest) if key else None
        status = 200 if row else 201
        if row is None:
            row = payments.add(connection, wanted)
            if key:
                made = (key, digest, row["payment_id"], row["created"])
                connection.execute("INSERT OR REPLACE INTO payment_keys VALUES (?, ?, ?, ?)", made)
        told = payments.to_json(row, base(request), _link(request, connection, row))
    return JSONResponse(told, status, {"Location": told["_links"]["self"]["href"]})


def _earlier(connection: sqlite3.Connection, key: str, digest: str) -> sqlite3.Row | None:
    since = payments.timestamp(clock.now() - KEY_LIFETIME)
    used = connection.execute("SELECT * FROM payment_keys WHERE key = ? AND created > ?", (key, since)).fetchone()
    if used is None:
        return None
    if used["body"] != digest:
        why = "The Idempotency-Key you sent has already been used to create a payment with a different body"
        raise Invalid(409, "P0191", why, header="Idempotency-Key")
    return payments.find(connection, used["payment_id"])


def _found(connection: sqlite3.Connection, request: Request, code: str) -> sqlite3.Row:
    row = payments.find(connection, request.path_params["payment_id"])
    if row is None:
        raise Invalid(404, code, "Not found")
    return row


@endpoint
async def get(request: Request) -> Response:
    """`GET /v1/payments/{id}`: the payment, with a fresh `next_url` while it can still be paid."""
    with store.transaction() as connection:
        row = _found(connection, request, "P0200")
        return JSONResponse(payments.to_json(row, base(request), _link(request, connection, row)))


FILTERS = {
    "reference": "reference = ?",
    "state": "status = ?",
    "from_date": "created >= ?",
    "to_date": "created < ?",
    "email": "instr(lower(email), lower(?)) > 0",
    "card_brand": "lower(json_extract(card, '$.card_brand')) = lower(?)",
    "cardholder_name": "instr(lower(json_extract(card, '$.cardholder_name')), lower(?)) > 0",
    "last_digits_card_number": "json_extract(card, '$.last_digits_card_number') = ?",
    "first_digits_card_number": "json_extract(card, '$.first_digits_card_number') = ?",
    "agreement_id": "? IS NULL",
}


@endpoint
async def search(request: Request) -> Response:
    """`GET /v1/payments`: the payments that match, newest first, a page at a time; 422 P0401, 404 P0402."""
    query = {name: value for name, value in request.query_params.items() if value}
    page, size = check_search(query)
    names = [name for name in FILTERS if name in query]
    where = " AND ".join(FILTERS[name] for name in names) or "1"
    values = [query[name].replace("Z", ".000Z") if name.endswith("_date") else query[name] for name in names]
    # Only the texts in FILTERS get into these statements.
    counted = f"SELECT count(*) FROM payments WHERE {where}"  # noqa: S608
    wanted = f"SELECT * FROM payments WHERE {where} ORDER BY rowid DESC LIMIT ? OFFSET ?"  # noqa: S608
    with store.connect() as connection:
        (total,) = connection.execute(counted, values).fetchone()
        rows = connection.execute(wanted, (*values, size, (page - 1) * size)).fetchall()
    if not rows and page > 1:
        raise Invalid(404, "P0402", "Page not found")
    found = {
        "total": total,
        "count": len(rows),
        "page": page,
        "results": [payments.to_json(row, base(request)) for row in rows],
        "_links": _page_links(request, query, page, max(1, -(-total // size))),
    }
    return JSONResponse(found)


def _page_links(request: Request, query: dict[str, str], page: int, last: int) -> dict[str, dict[str, str]]:
    pages = {"self": page, "first_page": 1, "last_page": last}
    if page > 1:
        pages["prev_page"] = page - 1
    if page < last:
        pages["next_page"] = page + 1
    here = f"{base(request)}/v1/payments"
    return {name: {"href": f"{here}?{urlencode(query | {'page': str(number)})}"} for name, number in pages.items()}


@endpoint
async def cancel(request: Request) -> Response:
    """`POST /v1/payments/{id}/cancel`: 204; 404; 400 P0501 when it is finished."""
    with store.connect() as connection:
        row = _found(connection, request, "P0500")
    try:
        payments.move(row["payment_id"], "cancelled", "P0040")
    except payments.NotAllowed:
        raise Invalid(400, "P0501", "Cancellation of payment failed") from None
    return Response(status_code=204)


@endpoint
async def capture(request: Request) -> Response:
    """`POST /v1/payments/{id}/capture`: 204; 404; 409 P1003 when there is nothing to capture."""
    with store.connect() as connection:
        row = _found(connection, request, "P1000")
    if row["status"] != "capturable":
        raise Invalid(409, "P1003", "Payment cannot be captured")
    payments.move(row["payment_id"], "success")
    return Response(status_code=204)


@endpoint
async def events(request: Request) -> Response:
    """`GET /v1/payments/{id}/events`: the states that the payment has been in, oldest first."""
    with store.connect() as connection:
        row = _found(connection, request, "P0300")
        rows = connection.execute(
            "SELECT * FROM payment_events WHERE payment_id = ? ORDER BY rowid", (row["payment_id"],)
        ).fetchall()
    here = f"{base(request)}/v1/payments/{row['payment_id']}"
    told = [
        {
            "payment_id": event["payment_id"],
            "state": payments.state(event["status"], event["code"]),
            "updated": event["updated"],
            "_links": {"payment_url": {"href": here, "method": "GET"}},
        }
        for event in rows
    ]
    links = {"self": {"href": f"{here}/events", "method": "GET"}}
    return JSONResponse({"payment_id": row["payment_id"], "events": told, "_links": links})


@endpoint
async def refunds(request: Request) -> Response:
    """`GET /v1/payments/{id}/refunds`: none; the sandbox gives no refunds."""
    with store.connect() as connection:
        row = _found(connection, request, "P0800")
    here = f"{base(request)}/v1/payments/{row['payment_id']}"
    links = {"self": {"href": f"{here}/refunds", "method": "GET"}, "payment": {"href": here, "method": "GET"}}
    return JSONResponse({"payment_id": row["payment_id"], "_embedded": {"refunds": []}, "_links": links})


routes = [
    Route("/v1/payments", create, methods=["POST"]),
    Route("/v1/payments", search, methods=["GET"]),
    Route("/v1/payments/{payment_id}", get, methods=["GET"]),
    Route("/v1/payments/{payment_id}/cancel", cancel, methods=["POST"]),
    Route("/v1/payments/{payment_id}/capture", capture, methods=["POST"]),
    Route("/v1/payments/{payment_id}/events", events, methods=["GET"]),
    Route("/v1/payments/{payment_id}/refunds", refunds, methods=["GET"]),
]

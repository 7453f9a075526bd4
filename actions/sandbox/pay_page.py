"""GOV.UK Pay's hosted page, for the mock cards only. No card number or security code is stored, logged or repeated."""

import re
import secrets
import sqlite3
from contextlib import suppress
from datetime import datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from actions.sandbox import payments, store
from actions.sandbox.pages import page
from bot import clock

SCHEMA = "CREATE TABLE IF NOT EXISTS payment_sessions (session TEXT NOT NULL, payment_id TEXT NOT NULL)"
PAGES = ("/secure", "/card_details/", "/payments")
COOKIE = "sandbox_pay_session"

# What each mock card does, as in Pay's own test accounts: the state, the code, the brand.
CARDS = {
    "4444333322221111": ("success", None, "Visa"),
    "4000058260000005": ("success", None, "Visa"),
    "4000000000000002": ("failed", "P0010", "Visa"),
    "4000000000000119": ("error", "P0050", "Visa"),
}


async def enter(request: Request) -> Response:
    """`/pay/secure/<token>`: use the token up, remember the browser by a cookie, and go to the card form.

    A token that was used goes on working for the browser that used it, until the payment is finished.
    """
    given = request.path_params.get("token") or str((await request.form()).get("chargeTokenId", ""))
    session = request.cookies.get(COOKIE) or secrets.token_urlsafe(24)
    payments.expire()
    with store.transaction() as connection:
        row = connection.execute("SELECT * FROM payment_tokens WHERE token = ?", (given,)).fetchone()
        if row is None or (row["used"] and not _allowed(connection, session, row["payment_id"])):
            return page(request, "pay_message.html", 404, key="used")
        connection.execute("UPDATE payment_tokens SET used = 1 WHERE token = ?", (given,))
        connection.execute("INSERT INTO payment_sessions VALUES (?, ?)", (session, row["payment_id"]))
    answer = RedirectResponse(f"/pay/card_details/{row['payment_id']}", 303)
    answer.set_cookie(COOKIE, session, path="/pay", httponly=True, samesite="lax")
    return answer


def _allowed(connection: sqlite3.Connection, session: str, payment_id: str) -> bool:
    query = "SELECT 1 FROM payment_sessions WHERE session = ? AND payment_id = ?"
    return connection.execute(query, (session, payment_id)).fetchone() is not None


def _payment(request: Request) -> sqlite3.Row | None:
    """Return the payment that this browser may pay, or None."""
    payments.expire()
    payment_id = request.path_params["payment_id"]
    with store.connect() as connection:
        if not _allowed(connection, request.cookies.get(COOKIE, ""), payment_id):
            return None
        return payments.find(connection, payment_id)


async def card_details(request: Request) -> Response:
    """The card form, and what it sends. Ends by sending the browser to the payment's `return_url`."""
    row = _payment(request)
    if row is None:
        return page(request, "pay_message.html", 404, key="used")
    if row["status"] not in ("created", "started"):
        return page(request, "pay_message.html", key=row["code"] or row["status"], payment=row)
    if row["status"] == "created":
        row = payments.move(row["payment_id"], "started")
    if request.method == "GET":
        return page(request, "pay_card.html", payment=row, errors={}, given={})
    form = await request.form()
    errors = check(form)
    if errors:
        kept = {name: form.get(name, "") for name in ("expiryMonth", "expiryYear", "cardholderName")}
        return page(request, "pay_card.html", 400, payment=row, errors=errors, given=kept)
    # Paid or cancelled from another window in the meantime: the service asks Pay which.
    with suppress(payments.NotAllowed):
        _authorise(row["payment_id"], form, bool(row["delayed_capture"]))
    return RedirectResponse(row["return_url"], 303)


async def cancel(request: Request) -> Response:
    """The payer gives up: failed, P0030; back to the `return_url`."""
    row = _payment(request)
    if row is None:
        return page(request, "pay_message.html", 404, key="used")
    with suppress(payments.NotAllowed):
        payments.move(row["payment_id"], "failed", "P0030")
    return RedirectResponse(row["return_url"], 303)


def check(form: FormData) -> dict[str, str]:
    """Return what is wrong with the card: the name of the field to the name of the words in `pay_card.html`."""
    errors: dict[str, str] = {}
    number = _digits(form, "cardNo")
    if not number:
        errors["cardNo"] = "number_missing"
    elif number not in CARDS:
        errors["cardNo"] = "number_unknown"
    expiry = _expiry(form)
    if expiry is None:
        errors["expiryMonth"] = "expiry_wrong"
    elif expiry < (clock.today().year, clock.today().month):
        errors["expiryMonth"] = "expiry_past"
    name = str(form.get("cardholderName", "")).strip()
    if not name:
        errors["cardholderName"] = "name_missing"
    elif len(name) > 255 or re.search(r"\d{5}", name):
        errors["cardholderName"] = "name_wrong"
    if not re.fullmatch(r"\d{3,4}", _digits(form, "cvc")):
        errors["cvc"] = "cvc_wrong"
    return errors


def _digits(form: FormData, name: str) -> str:
    return re.sub(r"[\s-]", "", str(form.get(name, "")))


def _expiry(form: FormData) -> tuple[int, int] | None:
    """Return the year and the month that were given; two digits of a year are taken for 20xx."""
    month, year = _digits(form, "expiryMonth"), _digits(form, "expiryYear")
    if not re.fullmatch(r"\d{1,2}", month) or not re.fullmatch(r"(20)?\d\d", year):
        return None
    try:
        ends = datetime(2000 + int(year[-2:]), int(month), 1)
    except ValueError:
        return None
    return ends.year, ends.month


def _authorise(payment_id: str, form: FormData, delayed: bool) -> None:
    number = _digits(form, "cardNo")
    status, code, brand = CARDS[number]
    year, month = _expiry(form) or (0, 0)
    card = {
        "card_brand": brand,
        "card_type": "debit",
        "last_digits_card_number": number[-4:],
        "expiry_date": f"{month:02d}/{year % 100:02d}",
        "cardholder_name": str(form["cardholderName"]).strip(),
    }
    payments.move(payment_id, "submitted", card=card)
    payments.move(payment_id, "capturable" if delayed and status == "success" else status, code)


async def listing(request: Request) -> Response:
    """`/pay/payments`: the payments of this sandbox, newest first."""
    payments.expire()
    with store.connect() as connection:
        rows = connection.execute("SELECT * FROM payments ORDER BY rowid DESC LIMIT 200").fetchall()
    return page(request, "pay_list.html", payments=rows, messages=payments.MESSAGES)


routes = [
    Route("/secure", enter, methods=["POST"]),
    Route("/secure/{token}", enter, methods=["GET"]),
    Route("/card_details/{payment_id}", card_details, methods=["GET", "POST"]),
    Route("/card_details/{payment_id}/cancel", cancel, methods=["POST"]),
    Route("/payments", listing, methods=["GET"]),
]

"""What the sandbox's GOV.UK Pay knows: payments, their states, their links, and the signed messages about them."""

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from actions.sandbox import store, webhooks
from bot import clock

SCHEMA = """
CREATE TABLE IF NOT EXISTS payments (
    payment_id TEXT PRIMARY KEY, created TEXT NOT NULL, expires TEXT NOT NULL, amount INTEGER NOT NULL,
    reference TEXT NOT NULL, description TEXT NOT NULL, return_url TEXT NOT NULL, language TEXT NOT NULL, email TEXT,
    metadata TEXT, delayed_capture INTEGER NOT NULL, status TEXT NOT NULL, code TEXT, card TEXT
);
CREATE INDEX IF NOT EXISTS payments_reference ON payments (reference);
CREATE TABLE IF NOT EXISTS payment_events (
    payment_id TEXT NOT NULL, status TEXT NOT NULL, code TEXT, updated TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS payment_tokens (token TEXT PRIMARY KEY, payment_id TEXT NOT NULL, used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS payment_keys (
    key TEXT PRIMARY KEY, body TEXT NOT NULL, payment_id TEXT NOT NULL, created TEXT NOT NULL
);
"""

LIFETIME = timedelta(minutes=90)
OPEN = ("created", "started", "submitted", "capturable")
TRANSITIONS = {
    "created": ("started", "failed", "cancelled"),
    "started": ("submitted", "failed", "cancelled", "error"),
    "submitted": ("success", "capturable", "failed", "cancelled", "error"),
    "capturable": ("success", "failed", "cancelled", "error"),
}
MESSAGES = {
    "P0010": "Payment method rejected",
    "P0020": "Payment expired",
    "P0030": "Payment was cancelled by the user",
    "P0040": "Payment was cancelled by the service",
    "P0050": "Payment provider returned an error",
}
EVENTS = {
    "started": ("card_payment_started",),
    "success": ("card_payment_succeeded", "card_payment_captured"),
    "capturable": ("card_payment_succeeded",),
    "failed": ("card_payment_failed",),
    "error": ("card_payment_failed",),
}


class NotAllowed(Exception):
    """The payment can't go from the state that it is in to the state that was asked for."""


def new_id() -> str:
    """Return a fresh id in Pay's form: 26 lower-case letters and digits, 130 bits."""
    alphabet = "0123456789abcdefghijklmnopqrstuv"
    return "".join(secrets.choice(alphabet) for _ in range(26))


def timestamp(moment: datetime) -> str:
    """Return a UTC time in Pay's form, for example 2026-01-21T17:15:00.000Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def add(connection: sqlite3.Connection, wanted: dict[str, Any]) -> sqlite3.Row:
    """Insert a payment from a checked request (see `pay_rules`); return its row."""
    now, payment_id = clock.now(), new_id()
    metadata = wanted.get("metadata")
    connection.execute(
        "INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'created', NULL, NULL)",
        (
            payment_id,
            timestamp(now),
            timestamp(now + LIFETIME),
            wanted["amount"],
            wanted["reference"],
            wanted["description"],
            wanted["return_url"],
            wanted.get("language", "en"),
            wanted.get("email"),
            None if metadata is None else json.dumps(metadata),
            int(wanted.get("delayed_capture", False)),
        ),
    )
    _note(connection, payment_id, "created", None)
    row = find(connection, payment_id)
    assert row is not None
    return row


def find(connection: sqlite3.Connection, payment_id: str) -> sqlite3.Row | None:
    """Return the row of a payment, or None."""
    found: sqlite3.Row | None = connection.execute("SELECT * FROM payments WHERE payment_id = ?", (payment_id,)).fetchone()
    return found


def move(payment_id: str, status: str, code: str | None = None, card: dict[str, str] | None = None) -> sqlite3.Row:
    """Bring a payment to a state and send the messages that go with it; return its row.

    `card` holds what Pay keeps of a card (brand, last four digits, expiry, name), never its number.
    Raises NotAllowed, also for a payment that does not exist.
    """
    with store.transaction() as connection:
        before = find(connection, payment_id)
        if before is None or status not in TRANSITIONS.get(before["status"], ()):
            raise NotAllowed(status)
        connection.execute(
            "UPDATE payments SET status = ?, code = ?, card = coalesce(?, card) WHERE payment_id = ?",
            (status, code, json.dumps(card) if card else None, payment_id),
        )
        _note(connection, payment_id, status, code)
        row = find(connection, payment_id)
        assert row is not None
    for event in ("card_payment_expired",) if code == "P0020" else EVENTS.get(status, ()):
        _tell(event, row)
    return row


def expire() -> None:
    """End the payments whose 90 minutes are over."""
    marks = ", ".join("?" for _ in OPEN)
    query = f"SELECT payment_id FROM payments WHERE expires <= ? AND status IN ({marks})"  # noqa: S608
    with store.connect() as connection:
        overdue = connection.execute(query, (timestamp(clock.now()), *OPEN)).fetchall()
    for row in overdue:
        # Another request may have ended it in the meantime.
        with suppress(NotAllowed):
            move(row["payment_id"], "failed", "P0020")


def token(connection: sqlite3.Connection, payment_id: str) -> str:
    """Return a fresh single-use token for the hosted page of a payment."""
    made = secrets.token_urlsafe(24)
    connection.execute("INSERT INTO payment_tokens VALUES (?, ?, 0)", (made, payment_id))
    return made


def state(status: str, code: str | None) -> dict[str, object]:
    """Return Pay's state object."""
    told: dict[str, object] = {"status": status, "finished": status not in OPEN}
    if code:
        told |= {"code": code, "message": MESSAGES[code]}
    return told


def to_json(row: sqlite3.Row, api: str | None = None, next_url: str | None = None) -> dict[str, Any]:
    """Return a payment as the API gives it, without links when `api` (the base of the API's addresses) is None."""
    paid = row["status"] == "success"
    told: dict[str, Any] = {
        "payment_id": row["payment_id"],
        "amount": row["amount"],
        "reference": row["reference"],
        "description": row["description"],
        "return_url": row["return_url"],
        "language": row["language"],
        "state": state(row["status"], row["code"]),
        "payment_provider": "sandbox",
        "created_date": row["created"],
        "delayed_capture": bool(row["delayed_capture"]),
        "moto": False,
        "authorisation_mode": "web",
        "refund_summary": {
            "status": "available" if paid else "unavailable" if row["status"] not in OPEN else "pending",
            "amount_available": row["amount"],
            "amount_submitted": 0,
        },
        "settlement_summary": {"captured_date": row["created"][:10]} if paid else {},
    }
    if row["metadata"]:
        told["metadata"] = json.loads(row["metadata"])
    if row["email"]:
        told["email"] = row["email"]
    if row["card"]:
        told["card_details"] = json.loads(row["card"])
    if api:
        told["_links"] = _links(row, f"{api}/v1/payments/{row['payment_id']}", next_url)
    return told


def _links(row: sqlite3.Row, here: str, next_url: str | None) -> dict[str, Any]:
    links: dict[str, Any] = {
        "self": {"href": here, "method": "GET"},
        "events": {"href": f"{here}/events", "method": "GET"},
        "refunds": {"href": f"{here}/refunds", "method": "GET"},
    }
    if row["status"] in OPEN:
        links["cancel"] = {"href": f"{here}/cancel", "method": "POST"}
    if row["status"] == "capturable":
        links["capture"] = {"href": f"{here}/capture", "method": "POST"}
    if next_url:
        base, _, made = next_url.rpartition("/")
        links["next_url"] = {"href": next_url, "method": "GET"}
        links["next_url_post"] = {
            "type": "application/x-www-form-urlencoded",
            "params": {"chargeTokenId": made},
            "href": base,
            "method": "POST",
        }
    return links


def _note(connection: sqlite3.Connection, payment_id: str, status: str, code: str | None) -> None:
    connection.execute("INSERT INTO payment_events VALUES (?, ?, ?, ?)", (payment_id, status, code, timestamp(clock.now())))


def signature(body: bytes, secret: str) -> str:
    """Return `Pay-Signature` for a message: HMAC-SHA256 of the raw body, in lower-case hexadecimal."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _tell(event: str, row: sqlite3.Row) -> None:
    target = os.environ.get("PAY_WEBHOOK_TARGET", "http://127.0.0.1:5005/webhooks/pay")
    if not target:
        return
    message = {
        "webhook_message_id": new_id(),
        "api_version": 1,
        "created_date": timestamp(clock.now()),
        "resource_id": row["payment_id"],
        "resource_type": "payment",
        "event_type": event,
        "resource": to_json(row),
    }
    body = json.dumps(message).encode()
    secret = os.environ.get("PAY_WEBHOOK_SECRET", "sandbox-webhook-secret")
    webhooks.send(target, body, {"Content-Type": "application/json", "Pay-Signature": signature(body, secret)})

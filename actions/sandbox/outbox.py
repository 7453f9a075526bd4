"""What the sandbox's GOV.UK Notify has sent, and the delivery receipts that it posts."""

import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from actions.sandbox import store, webhooks
from actions.sandbox.notify_rules import Template
from bot import clock

SCHEMA = """
CREATE TABLE IF NOT EXISTS notifications (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, recipient TEXT NOT NULL, address TEXT, postage TEXT, reference TEXT,
    template_id TEXT NOT NULL, template_version INTEGER NOT NULL, subject TEXT, body TEXT NOT NULL,
    status TEXT NOT NULL, created TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS notifications_reference ON notifications (reference);
CREATE TABLE IF NOT EXISTS received_texts (id TEXT PRIMARY KEY, user_number TEXT, content TEXT, created_at TEXT);
"""
# Notify's own special recipients: a fake id and nothing kept, or a failure.
SMOKE = {"07700900000", "07700900111", "07700900222"} | {
    f"simulate-delivered{n}@notifications.service.gov.uk" for n in ("", "-2", "-3")
}
FAILING = {
    "07700900003": "temporary-failure",
    "07700900002": "permanent-failure",
    "temp-fail@simulator.notify": "temporary-failure",
    "perm-fail@simulator.notify": "permanent-failure",
}


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def keep(kind: str, recipient: str, body: dict[str, Any], template: Template, **more: str | None) -> str:
    """Store a notification, tell the callback of its fate, and return its id. Smoke-test recipients leave no trace."""
    made = str(uuid4())
    if recipient in SMOKE:
        return made
    status = "accepted" if kind == "letter" else FAILING.get(recipient, "delivered")
    created = _time(clock.now())
    with store.connect() as connection:
        connection.execute(
            "INSERT INTO notifications VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                made,
                kind,
                recipient,
                more.get("address"),
                more.get("postage"),
                body.get("reference"),
                template.id,
                template.version,
                more.get("subject"),
                more.get("text") or "",
                status,
                created,
            ),
        )
    if kind != "letter":
        _tell(made, kind, recipient, body.get("reference"), template, status, created)
    return made


def _tell(made: str, kind: str, to: str, reference: str | None, template: Template, status: str, created: str) -> None:
    """Send the delivery receipt to `NOTIFY_CALLBACK_TARGET`, when there is one."""
    target = os.environ.get("NOTIFY_CALLBACK_TARGET")
    if not target:
        return
    receipt = {
        "id": made,
        "reference": reference,
        "to": to,
        "status": status,
        "created_at": created,
        "completed_at": created,
        "sent_at": created,
        "notification_type": kind,
        "template_id": template.id,
        "template_version": template.version,
    }
    token = os.environ.get("NOTIFY_CALLBACK_TOKEN", "sandbox-callback-token")
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    webhooks.send(target, json.dumps(receipt).encode(), headers)


def find(wanted: str) -> sqlite3.Row | None:
    """Return the row of a notification, or None."""
    with store.connect() as connection:
        row: sqlite3.Row | None = connection.execute(
            "SELECT * FROM notifications WHERE id = ?", (wanted.lower(),)
        ).fetchone()
    return row


def receive(phone: str, text: str) -> None:
    """Keep a text that somebody sent to the council."""
    row = (str(uuid4()), f"44{phone[1:]}", text, _time(clock.now()))
    with store.connect() as connection:
        connection.execute("INSERT INTO received_texts VALUES (?, ?, ?, ?)", row)


def received(limit: int) -> list[dict[str, Any]]:
    """Return the texts that were received, newest first."""
    with store.connect() as connection:
        rows = connection.execute("SELECT * FROM received_texts ORDER BY rowid DESC LIMIT ?", (limit,)).fetchall()
    return [dict(row) for row in rows]


def search(filters: Mapping[str, Sequence[str]], older_than: str | None, limit: int) -> list[sqlite3.Row]:
    """Return the rows whose columns hold one of the values given for each, newest first; older than one id."""
    where = ["1"]
    values: list[str] = []
    for column, wanted in filters.items():
        where.append(f"{column} IN ({', '.join('?' for _ in wanted)})")
        values += wanted
    if older_than:
        where.append("rowid < (SELECT rowid FROM notifications WHERE id = ?)")
        values.append(older_than.lower())
    # The columns are our own words; what came from outside is bound.
    query = f"SELECT * FROM notifications WHERE {' AND '.join(where)} ORDER BY rowid DESC LIMIT ?"  # noqa: S608
    with store.connect() as connection:
        return connection.execute(query, (*values, limit)).fetchall()

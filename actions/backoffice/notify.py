"""Texts and emails: GOV.UK Notify v2, through its official client.

Templates are found by name in Notify's own list, which is kept for an hour.
Notify has no idempotency: send with a reference of ours, and after an OutcomeUnknown `find` it. It keeps 7 days.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from notifications_python_client.notifications import NotificationsAPIClient

from actions.backoffice.cache import TtlCache
from actions.backoffice.errors import NotFound
from actions.backoffice.http import Answer, Door, segment

HOUR = 3600.0
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
API_KEY = re.compile(f".*{UUID.pattern}-{UUID.pattern}")


@dataclass(frozen=True)
class Notification:
    """A text or an email as Notify tells it.

    `kind`: sms or email. `status`: created, sending, pending, sent, delivered, permanent-failure, temporary-failure or
    technical-failure. `to`: the number or address. `body`: the words that were sent.
    """

    id: str
    kind: str
    status: str
    reference: str | None
    to: str
    body: str


@dataclass(frozen=True)
class ReceivedText:
    """A text that somebody sent to the council's number. `phone` is in E.164, `at` aware."""

    phone: str
    text: str
    at: datetime


class Notify:
    """The client. Errors: see `Door`. Thread-safe, though the official client is not: each thread has its own.

    A `template` is the name of one of the council's templates in Notify ("repair_booked"), or its id.
    """

    def __init__(self, base_url: str, api_key: str) -> None:
        """Raises ValueError when the key is not of Notify's shape, name-serviceid-secret."""
        if not API_KEY.fullmatch(api_key):
            raise ValueError("NOTIFY_API_KEY must look like name-<uuid of the service>-<uuid, the secret>")
        self._door = Door("notify", base_url)
        self._api_key = api_key
        self._templates: TtlCache[Mapping[tuple[str, str], str]] = TtlCache(HOUR)
        self._local = threading.local()

    def text(self, phone: str, template: str, personalisation: Mapping[str, str], reference: str) -> str:
        """Send a text to a number (07700 900000 or +447700900000) and return Notify's id. A write."""
        template_id = self._id_of("sms", template)
        client = self._client("text")
        sent = client.send_sms_notification(phone, template_id, dict(personalisation), reference)
        return str(_read(client, lambda: sent["id"]))

    def email(self, address: str, template: str, personalisation: Mapping[str, str], reference: str) -> str:
        """Send an email and return Notify's id. A write."""
        template_id = self._id_of("email", template)
        client = self._client("email")
        sent = client.send_email_notification(address, template_id, dict(personalisation), reference)
        return str(_read(client, lambda: sent["id"]))

    def find(self, reference: str) -> str | None:
        """Return the id of the newest notification with our reference, or None."""
        client = self._client("find")
        found = client.get_all_notifications(reference=reference)
        ids: list[str] = _read(client, lambda: [str(one["id"]) for one in found["notifications"]])
        return ids[0] if ids else None

    def get(self, notification_id: str) -> Notification:
        """Return a notification with its status now. Raises NotFound for one that is unknown, or over 7 days old."""
        client = self._client("get")
        one = client.get_notification_by_id(segment(notification_id))
        notification: Notification = _read(client, lambda: _notification(one))
        return notification

    def received(self) -> list[ReceivedText]:
        """Return the newest 250 texts of the last seven days that the council received, newest first."""
        client = self._client("received")
        listed = client.get_received_texts()
        found: list[ReceivedText] = _read(client, lambda: [_received(one) for one in listed["received_text_messages"]])
        return found

    def _id_of(self, kind: str, template: str) -> str:
        """Return the id of a template, by its name as Notify lists it. Raises NotFound when there is none."""
        if UUID.fullmatch(template):
            return template
        found = self._templates.get_or_load("", self._listed_templates).get((kind, template))
        if found is None:
            raise NotFound("notify", "templates", f"no {kind} template is called {template}", status=404, code="template")
        return found

    def _listed_templates(self) -> Mapping[tuple[str, str], str]:
        client = self._client("templates")
        listed = client.get_all_templates()
        found: Mapping[tuple[str, str], str] = _read(
            client, lambda: {(str(t["type"]), str(t["name"])): str(t["id"]) for t in listed["templates"]}
        )
        return found

    def _client(self, operation: str) -> Any:
        """Return this thread's client, made to go through our door, under the name of this operation."""
        if not hasattr(self._local, "client"):
            client: Any = NotificationsAPIClient(self._api_key)  # type: ignore[no-untyped-call]
            client.request_session = _ThroughTheDoor(self._door)
            self._local.client = client
        self._local.client.request_session.operation = operation
        return self._local.client


class _ThroughTheDoor:
    """What the official client uses in place of its `requests.Session`.

    It raises our errors, which the client lets pass (it catches only those of `requests`). The client joins base URL
    and path so that a path in the base URL is lost; only the path and query of its URL are used here.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self.operation = ""
        self.answer: Answer | None = None

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], timeout: float, data: Any = None, params: Any = None
    ) -> "_Response":
        parts = urlsplit(url)
        self.answer = self._door.call(
            self.operation,
            method,
            parts.path + (f"?{parts.query}" if parts.query else ""),
            write=method != "GET",
            params=params,
            headers={name.title(): value for name, value in headers.items()},
            data=data.encode() if data is not None else None,
        )
        return _Response(self.answer)


class _Response:
    """As much of a `requests.Response` as the official client looks at; a failure has been raised before."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.content = answer.content
        self.json = answer.json

    def raise_for_status(self) -> None:
        return


def _read(client: Any, parse: Any) -> Any:
    """Return `parse()`, or raise what an answer of the wrong shape means for the call that was just made."""
    try:
        return parse()
    except (LookupError, TypeError, AttributeError):
        raise client.request_session.answer.garbage() from None


def _notification(one: Any) -> Notification:
    return Notification(
        id=str(one["id"]),
        kind=str(one["type"]),
        status=str(one["status"]),
        reference=one.get("reference"),
        to=str(one.get("phone_number") or one.get("email_address") or ""),
        body=str(one.get("body") or ""),
    )


def _received(one: Any) -> ReceivedText:
    at = datetime.fromisoformat(str(one["created_at"]).replace("Z", "+00:00"))
    number = str(one["user_number"])
    return ReceivedText(
        phone=f"+{number}" if number.startswith("44") else number,
        text=str(one["content"]),
        at=at if at.tzinfo else at.replace(tzinfo=timezone.utc),
    )

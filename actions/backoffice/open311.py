"""Street problems and missed bins: Open311 GeoReport v2 with FixMyStreet's extensions, as JSON.

GeoReport has no idempotency. Our reference goes into the last line of a report's description, so that after an
OutcomeUnknown it can be looked for with `find`, where the council's endpoint lists its reports.
"""

import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from actions.backoffice.cache import TtlCache
from actions.backoffice.deadline import remaining
from actions.backoffice.errors import BackOfficeError, NotFound
from actions.backoffice.geometry import metres_between
from actions.backoffice.georeport import (
    Attribute,
    NearbyRequest,
    ReportUpdate,
    Service,
    ServiceRequest,
    attribute_of,
    fields_of,
    reference_and_token,
    request_of,
    service_of,
    update_of,
)
from actions.backoffice.http import Door, segment
from bot import clock

HOUR = 3600.0
MOST_DESCRIPTION = 4000
# Two clocks are never the same; a report may carry a time a little before we asked for it.
CLOCKS_DIFFER = timedelta(minutes=5)
# GeoReport searches 90 days from the start, so a start of exactly 90 days ago would leave out the last moments.
WINDOW = timedelta(days=90) - 2 * CLOCKS_DIFFER
# Some servers' references are numbers; a token is longer.
TOKEN = re.compile(r"[\w-]{12,}")
TOKEN_LOOKS = 3
TOKEN_PAUSE = 0.3
TOKEN_NEEDS = 3.0


class Open311:
    """The client. Errors: see `Door`."""

    def __init__(self, base_url: str, jurisdiction: str, api_key: str) -> None:
        self._door = Door("open311", base_url)
        self._jurisdiction = {"jurisdiction_id": jurisdiction} if jurisdiction else {}
        self._api_key = api_key
        self._services: TtlCache[tuple[Service, ...]] = TtlCache(HOUR)
        self._definitions: TtlCache[tuple[Attribute, ...]] = TtlCache(HOUR)

    def services(self) -> list[Service]:
        """Return what can be reported. Kept for an hour."""
        return list(self._services.get_or_load("", lambda: tuple(self._list("services", "/services.json", service_of))))

    def definition(self, service_code: str) -> list[Attribute]:
        """Return the questions of a service in their order, [] when it has none. Kept for an hour.

        Those with `automated` are filled in by the council's systems: don't ask the resident.
        """
        return list(self._definitions.get_or_load(service_code, lambda: self._definition(service_code)))

    def report(
        self,
        service_code: str,
        description: str,
        *,
        our_ref: str,
        lat: float | None = None,
        lng: float | None = None,
        address: str | None = None,
        uprn: str | None = None,
        attributes: Mapping[str, str | Sequence[str]] | None = None,
        media_urls: Sequence[str] = (),
        contact: Mapping[str, str] | None = None,
    ) -> str:
        """Make a report, at a point or an address (or both), and return its reference. A write.

        `our_ref` ("ND-7K2M9QXW") becomes the last line, "Ref ND-7K2M9QXW"; a longer description than 4,000 characters
        is cut before it. An attribute with several answers is a list. `contact` may hold email, phone, first_name and
        last_name. A service that works in batches answers with a token, which is asked for the reference a few times
        while there is time; else the token itself is returned, and `request` takes it as well.
        """
        given = {
            **self._jurisdiction,
            "api_key": self._api_key,
            "service_code": service_code,
            "description": _with_ref(description, our_ref),
            "lat": None if lat is None else f"{lat:.6f}",
            "long": None if lng is None else f"{lng:.6f}",
            "address_string": address,
            **(contact or {}),
        }
        answers = {**(attributes or {}), **({"uprn": uprn} if uprn else {})}
        fields = fields_of(given, answers, media_urls)
        reference, token = self._door.post_form("report", "/requests.json", fields).read(reference_and_token)
        return reference or self._wait_for(token) or token

    def reference_of(self, token: str) -> str | None:
        """Return the reference behind a token, or None when there is none yet, or no such token."""
        path = f"/tokens/{segment(token)}.json"
        try:
            return self._door.get("token", path, params=self._jurisdiction).read(reference_and_token)[0] or None
        except NotFound:
            return None

    def find(self, service_code: str, our_ref: str, since: datetime) -> str | None:
        """Return the reference of the report with our reference made since then (aware), or None.

        None is no proof where the council's endpoint doesn't list its reports; such an endpoint answers NotFound.
        """
        wanted = f"Ref {our_ref}"
        for request in self._requests("find", service_code, since):
            if wanted in (line.strip() for line in request.description.splitlines()):
                return request.id
        return None

    def request(self, reference: str) -> ServiceRequest | None:
        """Return the report with that reference (or token), or None when there is none."""
        wanted = reference.strip()
        if wanted in ("", ".", ".."):
            return None
        found = self._request(wanted)
        if found is None and TOKEN.fullmatch(wanted):
            behind = self.reference_of(wanted)
            return self._request(behind) if behind else None
        return found

    def nearby(self, service_code: str, lat: float, lng: float, metres: float, since: datetime) -> list[NearbyRequest]:
        """Return the open reports of this service within so many metres, made since then (aware), nearest first."""
        near = []
        for request in self._requests("nearby", service_code, since, status="open"):
            if request.is_open and request.lat is not None and request.lng is not None:
                distance = metres_between(lat, lng, request.lat, request.lng)
                if distance <= metres:
                    near.append(NearbyRequest(request, round(distance)))
        return sorted(near, key=lambda one: one.metres)

    def updates(self, since: datetime) -> list[ReportUpdate]:
        """Return the changes of all reports since then (aware, at most 90 days back), by FixMyStreet's extension."""
        return self._list("updates", "/servicerequestupdates.json", update_of, self._since(since))

    def update(self, reference: str, status: str, description: str, our_ref: str) -> str:
        """Change a report's status ("reopen"), with the reason, and return the update's id. A write.

        `our_ref` is the id of the update, and the last line of its words, by which `updates` shows it.
        """
        given = {
            **self._jurisdiction,
            "api_key": self._api_key,
            "service_request_id": reference,
            "update_id": our_ref,
            "status": status.upper(),
            "updated_datetime": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "description": _with_ref(description, our_ref),
        }
        sent = self._door.post_form("update", "/servicerequestupdates.json", fields_of(given, {}, ()))
        return sent.read(lambda body: str(body[0]["update_id"]))

    def _request(self, reference: str) -> ServiceRequest | None:
        try:
            found: list[ServiceRequest] = self._list("request", f"/requests/{segment(reference)}.json", request_of)
        except NotFound:
            return None
        return found[0] if found else None

    def _requests(self, operation: str, service_code: str, since: datetime, **more: str) -> list[ServiceRequest]:
        params = {"service_code": service_code, **self._since(since), **more}
        return self._list(operation, "/requests.json", request_of, params)

    @staticmethod
    def _since(since: datetime) -> dict[str, str]:
        """Search from `since`, but at most 90 days back, which is all that GeoReport promises."""
        now = clock.now()
        start = max(min(since, now) - CLOCKS_DIFFER, now - WINDOW).astimezone(timezone.utc)
        return {"start_date": start.strftime("%Y-%m-%dT%H:%M:%SZ")}

    def _definition(self, service_code: str) -> tuple[Attribute, ...]:
        path = f"/services/{segment(service_code)}.json"
        try:
            answer = self._door.get("definition", path, params=self._jurisdiction)
        except NotFound:
            return ()
        found = answer.read(lambda body: [attribute_of(one) for one in _only(body)["attributes"]])
        return tuple(sorted(found, key=lambda attribute: attribute.order))

    def _list(self, operation: str, path: str, parse: Any, params: Mapping[str, str] | None = None) -> list[Any]:
        answer = self._door.get(operation, path, params={**self._jurisdiction, **(params or {})})
        return answer.read(lambda body: [parse(one) for one in _array(body)])

    def _wait_for(self, token: str) -> str | None:
        """Look for the reference behind a token a few times. The report is made, so no failure here may hide that."""
        for _ in range(TOKEN_LOOKS):
            if remaining() < TOKEN_NEEDS:
                return None
            try:
                reference = self.reference_of(token)
            except BackOfficeError:
                return None
            if reference:
                return reference
            time.sleep(TOKEN_PAUSE)
        return None


def _with_ref(description: str, our_ref: str) -> str:
    last = f"\nRef {our_ref}"
    return description[: MOST_DESCRIPTION - len(last)].rstrip() + last


def _array(body: Any) -> list[Any]:
    if not isinstance(body, list):
        raise TypeError("GeoReport answers with an array")
    return body


def _only(body: Any) -> Any:
    """Return the definition, which some servers put in an array of one."""
    return body[0] if isinstance(body, list) else body

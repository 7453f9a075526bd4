"""Report something by Open311: a missed bin, a bin that is wanted, a problem in a street; and open a report again."""

from datetime import datetime
from typing import Any

from actions.acts.base import Act, Outcome
from actions.backoffice.systems import Systems
from actions.notices.reports import watch
from bot.log import Commitment, Follow


class Report(Act):
    """Create an Open311 service request.

    The request: {"service_code", "description", "attributes": {code: value}, "lat", "lng", "address", "uprn",
    "media_urls": [url], "contact": {"phone"}}; all but the first two may be missing. FixMyStreet's councils have no
    idempotency, so our own reference goes along in the description, and an unknown outcome is looked up by it.
    """

    system = "open311"

    def __init__(self, kind: str, owner: str) -> None:
        self.kind = kind
        self.owner = owner

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Send the report and return its reference."""
        reference = systems.open311.report(
            request["service_code"],
            request["description"],
            lat=request.get("lat"),
            lng=request.get("lng"),
            address=request.get("address"),
            uprn=request.get("uprn"),
            attributes=request.get("attributes") or {},
            media_urls=request.get("media_urls") or [],
            contact=request.get("contact"),
            our_ref=our_ref,
        )
        return Outcome(reference)

    def find(self, systems: Systems, request: dict[str, Any], our_ref: str, since: datetime) -> Outcome | None:
        """Look for a request with our reference."""
        reference = systems.open311.find(request["service_code"], our_ref, since)
        return Outcome(reference) if reference else None

    def follow(self, commitment: Commitment, reference: str, reaches: bool) -> Follow:
        """Tell the news of it."""
        return watch(commitment, reference)


class Reopen(Act):
    """Open a report again that is closed and not fixed: {"reference", "description"}."""

    kind = "report_reopen"
    system = "open311"
    owner = "streets"

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Send the update; the report's reference stays."""
        systems.open311.update(request["reference"], "reopen", request["description"], our_ref)
        return Outcome(request["reference"])

    def find(self, systems: Systems, request: dict[str, Any], our_ref: str, since: datetime) -> Outcome | None:
        """Look for our update among the report's."""
        ours = [
            u for u in systems.open311.updates(since) if u.reference == request["reference"] and our_ref in u.description
        ]
        return Outcome(request["reference"]) if ours else None

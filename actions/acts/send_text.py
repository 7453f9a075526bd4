"""Send a text by GOV.UK Notify."""

from datetime import datetime
from typing import Any

from actions.acts.base import Act, Outcome
from actions.backoffice.systems import Systems


class SendText(Act):
    """Send {"phone", "template", "personalisation"}. Notify has no idempotency: our reference goes along to look it up."""

    kind = "text"
    system = "notify"
    owner = "contact_centre"

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Send it and return Notify's id."""
        return Outcome(
            systems.notify.text(request["phone"], request["template"], request["personalisation"], reference=our_ref)
        )

    def find(self, systems: Systems, request: dict[str, Any], our_ref: str, since: datetime) -> Outcome | None:
        """Look for a notification with our reference."""
        found = systems.notify.find(our_ref)
        return Outcome(found) if found else None

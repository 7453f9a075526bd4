"""Ask the contact centre to ring a resident back. The conversation log is the system of record, so nothing is called."""

from datetime import datetime
from typing import Any

from actions.acts.base import Act, Outcome
from actions.backoffice.systems import Systems


class CallBack(Act):
    """Leave a call back for a team: {"phone", "about", "team", "by"}, with the resident's consent."""

    kind = "call_back"
    system = "desk"
    owner = "contact_centre"

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Confirm it: the commitment itself is what the morning desk shows."""
        return Outcome(our_ref)

    def find(self, systems: Systems, request: dict[str, Any], our_ref: str, since: datetime) -> Outcome | None:
        """Return it: a commitment that was begun is the record."""
        return Outcome(our_ref)

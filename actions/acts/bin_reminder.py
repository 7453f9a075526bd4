"""Set a bin reminder: the notices are the system of record, so nothing is called."""

from datetime import datetime
from typing import Any

from actions.acts.base import Act, Outcome
from actions.backoffice.systems import Systems
from actions.notices.bins import reminders
from bot.log import Commitment, Follow


class SetBinReminder(Act):
    """Remind of a home's bins the evening before: {"uprn", "postcode", "channel", "address", "at": "19:00"}."""

    kind = "bin_reminder"
    system = "desk"
    owner = "waste"

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Confirm it: the reminders are planned in the transaction that settles it."""
        return Outcome(our_ref)

    def find(self, systems: Systems, request: dict[str, Any], our_ref: str, since: datetime) -> Outcome | None:
        """Return it: nothing can be lost on the way."""
        return Outcome(our_ref)

    def follow(self, commitment: Commitment, reference: str, reaches: bool) -> Follow:
        """Plan the first reminder, in the place of an earlier one of that home on that channel."""
        return reminders(commitment)

"""Set a bin reminder: the notices are the system of record, so nothing is called."""

from actions.acts.base import LeftWithUs
from actions.notices.bins import reminders
from bot.log import Commitment, Follow


class SetBinReminder(LeftWithUs):
    """Remind of a home's bins the evening before: {"uprn", "postcode", "channel", "address", "at": "19:00"}."""

    kind = "bin_reminder"
    owner = "waste"

    def follow(self, commitment: Commitment, reference: str, reaches: bool) -> Follow:
        """Plan the first reminder, in the place of an earlier one of that home on that channel."""
        return reminders(commitment)

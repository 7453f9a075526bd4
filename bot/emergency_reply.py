"""The reply to an emergency, the same wherever it was noticed: before Rasa, by the classifier, or in a repair."""

from bot import clock
from bot.log import Reply
from bot.safety import emergency


def emergency_reply(intent: str) -> Reply:
    """Return the approved words for an emergency intent at this time of day. Raises KeyError for another intent."""
    return Reply(emergency.reply(intent, clock.now()), kind="emergency", extra={"emergency": intent})

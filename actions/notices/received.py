"""Residents who answer a reminder by text with STOP. GOV.UK Notify lists the texts of the last seven days."""

import re

from actions.notices.look import Look
from bot.log.notice import TEXT

STOP = re.compile(r"\W*stop(all|\s+all)?\W*", re.IGNORECASE)


class Received(Look):
    """The texts that the council received."""

    def wanted(self) -> bool:
        """Return whether a text is still to be sent."""
        return self._log.notices.any_due(channel=TEXT)

    def take(self) -> None:
        """Stop the texts to those who said so. Raises BackOfficeError when Notify is not reached."""
        for received in self._systems.notify.received():
            if STOP.fullmatch(received.text):
                self._log.notices.stop_by_text(received.phone, received.at)

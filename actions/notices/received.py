"""Residents who answer a reminder by text with STOP. GOV.UK Notify lists the texts of the last seven days."""

import re
import time

from actions.backoffice.systems import Systems
from bot.log import ConversationLog
from bot.log.notice import TEXT

SECONDS = 60.0
STOP = re.compile(r"\W*stop(all|\s+all)?\W*", re.IGNORECASE)


class Received:
    """Remembers when it looked last."""

    def __init__(self, systems: Systems, log: ConversationLog) -> None:
        self._systems = systems
        self._log = log
        self._next = 0.0

    def look(self) -> None:
        """Stop the texts to those who said so, if it is time to look. Raises BackOfficeError when Notify is not reached."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS
        if not self._log.notices.any_due(channel=TEXT):
            return
        for received in self._systems.notify.received():
            if STOP.fullmatch(received.text):
                self._log.notices.stop_by_text(received.phone, received.at)

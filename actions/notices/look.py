"""Looking, about once a minute, for what the other side has to tell, while somebody waits for it."""

import time

from actions.backoffice.systems import Systems
from bot.log import ConversationLog

SECONDS = 60.0


class Look:
    """Remembers when it looked last."""

    def __init__(self, systems: Systems, log: ConversationLog) -> None:
        self._systems = systems
        self._log = log
        self._next = 0.0

    def look(self) -> None:
        """Look, if it is time and anybody waits. Raises BackOfficeError when the system is not reached."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SECONDS
        if self.wanted():
            self.take()

    def wanted(self) -> bool:
        """Return whether anybody waits for it."""
        raise NotImplementedError

    def take(self) -> None:
        """Take what there is. Raises BackOfficeError."""
        raise NotImplementedError

"""Work that is done in rounds, in a thread of its own beside the action server."""

import logging
from threading import Event, Thread

logger = logging.getLogger(__name__)


class Rounds:
    """The thread. `start` and `stop` it with the server; `round` does one pass, also for a test."""

    name = "rounds"
    seconds = 5.0

    def __init__(self) -> None:
        self._stopped = Event()
        self._thread = Thread(target=self._run, name=self.name, daemon=True)

    def round(self) -> None:
        """Do one pass over what is due."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to work every few seconds."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is under way; waits two seconds at the most."""
        self._stopped.set()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        while not self._stopped.wait(self.seconds):
            try:
                self.round()
            except Exception:
                # Whatever it was, the next round must come: what residents were promised hangs on it.
                logger.exception("a round of the %s failed; it tries again", self.name)

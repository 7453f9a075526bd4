"""Telling the assistant: a POST from a background thread, tried a few times, so that it arrives at least once."""

import logging
import threading
import time
from collections.abc import Mapping

import requests

WAITS = (0.0, 1.0, 3.0, 10.0)
SECONDS = 5

logger = logging.getLogger(__name__)


def send(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Start to deliver `body`, and return at once. A delivery that fails four times is logged and given up."""
    threading.Thread(target=_deliver, args=(url, body, dict(headers)), daemon=True).start()


def _deliver(url: str, body: bytes, headers: dict[str, str]) -> None:
    reason = ""
    for wait in WAITS:
        time.sleep(wait)
        try:
            answer = requests.post(url, data=body, headers=headers, timeout=SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            reason = type(error).__name__
            continue
        if answer.ok:
            return
        reason = f"status {answer.status_code}"
    logger.warning("gave up telling %s: %s", url, reason)

"""How much and how fast: the body of a request, counted as it arrives, and the messages of a session in a minute."""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from bot.channels.trouble import Trouble

MINUTE = 60.0


async def read_body(request: Any, limit: int) -> bytes:
    """Return the body of a streamed request. Raises Trouble (413) as soon as it is longer than `limit` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise Trouble(413, "too_big")
    parts: list[bytes] = []
    size = 0
    while True:
        part = await request.stream.read()
        if part is None:
            return b"".join(parts)
        size += len(part)
        if size > limit:
            raise Trouble(413, "too_big")
        parts.append(part)


class MessageLimit:
    """So many messages a minute for a session, over any 60 seconds of a clock that nobody can set."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._clock = clock
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, session: str) -> None:
        """Count one message. Raises Trouble (429, with Retry-After in seconds) for one too many, which is not counted."""
        now = self._clock()
        self._forget(now)
        sent = self._sent.setdefault(session, deque())
        while sent and sent[0] <= now - MINUTE:
            sent.popleft()
        if len(sent) >= self._most:
            wait = max(1, math.ceil(sent[0] + MINUTE - now)) if sent else 60
            raise Trouble(429, "too_fast", headers={"Retry-After": str(wait)})
        sent.append(now)
        self._sent.move_to_end(session)

    def _forget(self, now: float) -> None:
        """Drop the sessions that sent nothing for a minute; the oldest come first."""
        while self._sent:
            session, sent = next(iter(self._sent.items()))
            if sent and sent[-1] > now - MINUTE:
                return
            del self._sent[session]

"""How much time is left for this turn: set once by the engine, obeyed by every call to the back office."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends_at: ContextVar[float] = ContextVar("deadline_ends_at", default=math.inf)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Let the block take at most `seconds` from now. Inside another deadline the earlier of the two holds.

    It interrupts nothing by itself: `remaining()` tells, and the HTTP door obeys. It follows `asyncio.to_thread`.
    """
    token = _ends_at.set(min(_ends_at.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)


def remaining() -> float:
    """Return the seconds that are left, never below 0; infinity when no deadline is set."""
    return max(0.0, _ends_at.get() - time.monotonic())

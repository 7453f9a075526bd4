"""A small memory for reads that change rarely."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class TtlCache(Generic[T]):
    """Keep answers for a while, in this process only. Thread-safe.

    Two threads that miss at once both load: a lock held over a slow system would hold up every resident behind it.
    """

    def __init__(self, seconds: float, most: int = 1000) -> None:
        self._seconds = seconds
        self._most = most
        self._kept: dict[Hashable, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> T | None:
        """Return what is kept under `key`, or None when nothing is, or no longer."""
        with self._lock:
            kept = self._kept.get(key)
        return kept[1] if kept is not None and time.monotonic() < kept[0] else None

    def get_or_load(self, key: Hashable, load: Callable[[], T]) -> T:
        """Return what is kept under `key`, or load it and keep it. What `load` raises passes through."""
        kept = self.get(key)
        if kept is not None:
            return kept
        value = load()
        self.keep(key, value)
        return value

    def keep(self, key: Hashable, value: T, seconds: float | None = None) -> None:
        """Keep a value, for its own time if given. The oldest gives way when the memory is full."""
        until = time.monotonic() + (self._seconds if seconds is None else seconds)
        with self._lock:
            self._kept.pop(key, None)
            while len(self._kept) >= self._most:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (until, value)

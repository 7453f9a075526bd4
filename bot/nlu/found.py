"""What a finder returns: a value, and where in the text it stood."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Found:
    """`value` as read from text[start:end]; `extra` says what else is known, for example {"grain": "week"}."""

    value: Any
    start: int
    end: int
    extra: dict[str, Any] = field(default_factory=dict)


def without_overlaps(found: Iterable[Found]) -> list[Found]:
    """Return the finds in the order of the text. Where two overlap, the one that was given first stays."""
    kept: list[Found] = []
    for one in found:
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)

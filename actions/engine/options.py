"""What is offered as an answer."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """One of the answers that are offered: its title for people, its value for us (JSON), other words for it.

    `out`: the one for whom none of the others fits.
    """

    title: str
    value: Any
    also: tuple[str, ...] = ()
    out: bool = False

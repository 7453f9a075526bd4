"""What is said, before it is a row: plain values that the engine, the channels and the log share."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Choice:
    """One thing that the resident can press: `title` is shown, `value` is what the engine gets back."""

    title: str
    value: str


@dataclass(frozen=True)
class Reply:
    """One thing to say. `kind` is answer, emergency, question or notice; `extra` goes to the page as it is.

    `extra` must be JSON, for example {"emergency": "report_gas_leak"} or {"wants": "photo"}.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    kind: str = "answer"
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Understood:
    """What was made of an inbound message; for staff, never for the resident.

    `ranking` is [{"name", "confidence"}], best first; `entities` is [{"entity", "value", ...}]; `timings` is
    milliseconds by the name of the step. All of it must be JSON.
    """

    intent: str | None = None
    confidence: float | None = None
    ranking: list[dict[str, Any]] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)
    model: str | None = None
    timings: dict[str, float] = field(default_factory=dict)

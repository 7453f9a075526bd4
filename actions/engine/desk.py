"""What is kept from turn to turn: the stack of journeys and what the conversation remembers. All of it is JSON."""

from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Any

from actions.engine.turn import Turn

MOST_FRAMES = 4


@dataclass
class Frame:
    """A journey that is under way.

    `id` is made from the conversation and the message that began it, so that a turn which is run again after a crash
    has the same id, and its acts the same idempotency keys. `then` holds what else was asked for in that message
    (`Wish.to_json`): it is served when the journey is over.
    """

    id: str
    journey: str
    answers: dict[str, Any] = field(default_factory=dict)
    said: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    open: str | None = None
    failures: int = 0
    refusals: int = 0
    then: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Desk:
    """The whole state of a conversation, the value of Rasa's slot `desk`."""

    stack: list[Frame] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)
    failures: int = 0
    last: list[dict[str, Any]] = field(default_factory=list)
    unsure: dict[str, Any] | None = None
    seq: int = 0

    @property
    def top(self) -> Frame | None:
        """Return the journey that is being talked about."""
        return self.stack[-1] if self.stack else None

    def frame(self, frame_id: str) -> Frame | None:
        """Return the journey under way with that id."""
        return next((f for f in self.stack if f.id == frame_id), None)

    def raise_to_top(self, frame: Frame) -> None:
        """Make a journey that waits the one being talked about."""
        self.stack.remove(frame)
        self.stack.append(frame)

    def push(self, frame: Frame) -> None:
        """Start a journey; the longest waiting one goes when there are too many to come back to."""
        self.stack.append(frame)
        while len(self.stack) > MOST_FRAMES:
            gone = self.stack.pop(0)
            self.stack[0].then += gone.then

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> "Desk":
        """Read the state back; None is a new conversation. `data` is left as it is, whatever a turn does to the desk."""
        data = deepcopy(data or {})
        data["stack"] = [Frame(**frame) for frame in data.get("stack", [])]
        return cls(**data)


def heard(turn: Turn, wish: bool) -> dict[str, Any]:
    """Return what a frame keeps of a message. `wish`: it says what the journey is about."""
    return {
        "text": turn.text,
        "entities": list(turn.entities),
        "location": turn.location,
        "photo": turn.photo_id,
        "wish": wish,
    }

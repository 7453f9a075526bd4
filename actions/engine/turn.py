"""What the resident sent in one turn, as Rasa understood it."""

import json
from dataclasses import dataclass, field
from typing import Any

Entity = dict[str, Any]


@dataclass(frozen=True)
class Pressed:
    """A choice that was pressed: what it does, and with what.

    `verb` is one of pick (an answer to a question), go (start a journey or an answer), find (search approved content),
    say (a word to the engine: stop, retry, again), wish (one of several wishes, with its words). `frame` and `question` are
    set for pick.
    """

    verb: str
    value: Any
    frame: str = ""
    question: str = ""
    answers: dict[str, Any] = field(default_factory=dict)

    def dump(self) -> str:
        """Return the pressed value as the text that the channel keeps and hands back."""
        return json.dumps([self.verb, self.value, self.frame, self.question, self.answers], separators=(",", ":"))

    @classmethod
    def load(cls, text: str) -> "Pressed":
        """Read what `dump` wrote. Raises ValueError on anything else; the channel hands back only what was offered."""
        verb, value, frame, question, answers = json.loads(text)
        return cls(verb, value, frame, question, answers)


@dataclass(frozen=True)
class Wish:
    """One of several wishes in a message, with its own words and entities. `sure`: serve it, else only offer it."""

    intent: str
    text: str
    entities: tuple[Entity, ...] = ()
    sure: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the wish as plain data."""
        return {"intent": self.intent, "text": self.text, "entities": list(self.entities), "sure": self.sure}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Wish":
        """Read what `to_json` or `bot.nlu.wishes` wrote."""
        return cls(data["intent"], data["text"], tuple(data.get("entities") or ()), data["sure"])


@dataclass(frozen=True)
class Turn:
    """One message of a resident.

    `ranking` holds (intent, confidence from 0 to 1), best first. `entities` are those of `bot.nlu.entities`.
    `seq` is the message's number in the conversation log: it makes the ids of what this turn starts. `wish` is set when
    the message says what the journey is about, so that its words may stand for a description. `wishes` are the wishes of a
    message that has several.
    """

    conversation_id: str
    seq: int
    text: str
    intent: str = "inform"
    confidence: float = 0.0
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[Entity, ...] = ()
    pressed: Pressed | None = None
    photo_id: str | None = None
    location: tuple[float, float] | None = None
    wish: bool = False
    wishes: tuple[Wish, ...] = ()

    @property
    def likely(self) -> tuple[tuple[str, float], ...]:
        """Return the ranking, or what is known of it."""
        return self.ranking or ((self.intent, self.confidence),)

    @property
    def words(self) -> int:
        """Return how many words the message has."""
        return len(self.text.split())

    @property
    def asks(self) -> bool:
        """Return whether the message reads as a question of its own."""
        first = self.text.lower().split(" ", 1)[0]
        return self.text.rstrip().endswith("?") or first in QUESTION_WORDS

    def entity(self, name: str) -> Entity | None:
        """Return the first entity of that name."""
        return next((e for e in self.entities if e["entity"] == name), None)

    def value(self, name: str) -> Any:
        """Return the value of the first entity of that name, or None."""
        found = self.entity(name)
        return found["value"] if found else None

    @classmethod
    def from_tracker(cls, tracker: dict[str, Any]) -> "Turn":
        """Read Rasa's tracker state as it is sent to an action server."""
        message = tracker.get("latest_message") or {}
        metadata = message.get("metadata") or {}
        intent = message.get("intent") or {}
        choice = metadata.get("choice")
        location = metadata.get("location")
        return cls(
            conversation_id=tracker["sender_id"],
            seq=int(metadata.get("seq", 0)),
            text=metadata.get("text") or message.get("text") or "",
            intent=intent.get("name") or "out_of_scope",
            confidence=float(intent.get("confidence") or 0.0),
            ranking=tuple((r["name"], float(r["confidence"])) for r in message.get("intent_ranking") or ()),
            entities=tuple(message.get("entities") or ()),
            pressed=Pressed.load(choice) if choice else None,
            photo_id=metadata.get("photo"),
            location=(float(location["lat"]), float(location["lng"])) if location else None,
            wishes=tuple(map(Wish.from_json, message.get("wishes") or ())),
        )


QUESTION_WORDS = frozenset(
    "what when where who why how which can could do does did is are will would should have has".split()
)

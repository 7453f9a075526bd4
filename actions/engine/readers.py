"""How an answer is read out of what the resident sent.

A reader has two ways of reading. `read` is used when its own question is open: it may lean on the whole message.
`spot` is used on everything else that was said (the opening message, a correction): it takes only what is plainly there.
Both return None when there is nothing to read. `read` raises NotValid when the resident clearly tried, and it can't be
right: the word it carries says which sentence tells them why.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, runtime_checkable

from actions.engine.likeness import closest, holds, plain
from actions.engine.options import Option as Option
from actions.engine.turn import Turn
from actions.engine.understanding import SURE
from bot.clock import today
from bot.nlu import bare, values

LAST = -1  # what `values.parse_number` makes of "the last one"


class NotValid(Exception):
    """An answer that can't be right. `word` is the key of the sentence that says why, `values` what it needs."""

    def __init__(self, word: str, **values: Any) -> None:
        super().__init__(word)
        self.word = word
        self.values = values


@runtime_checkable
class Merges(Protocol):
    """A reader whose answer has parts: a correction of one part leaves the others."""

    def merge(self, held: Any, new: Any) -> Any: ...


class Reader(Protocol):
    """See the module's docstring. `free` readers take any text, so only a clear interruption is taken for one."""

    @property
    def free(self) -> bool: ...

    def read(self, turn: Turn, options: Sequence[Option]) -> Any: ...

    def spot(self, turn: Turn, options: Sequence[Option]) -> Any: ...


@dataclass(frozen=True)
class Pick:
    """One of the options: by its number, its title, other words for it, or an entity with its value."""

    entity: str | None = None
    free: bool = False

    def read(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the value of the option that was meant."""
        found = self.spot(turn, options)
        if found is not None:
            return found
        choice = bare.parse_choice(turn.text)
        if choice:
            # "Any of them" is no answer where each means something else.
            return next((o.value for o in options if o.out), None) if choice == bare.NONE else None
        number = values.parse_number(turn.text)
        if number == LAST:
            number = len(options)
        if number is not None and 1 <= number <= len(options) and turn.words <= 6:
            return options[number - 1].value
        return closest(turn.text, options)

    def spot(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the option whose entity, title or other words stand in the message, if there is just one.

        Words inside longer ones that fit don't count: "garden waste" is not "waste".
        """
        if self.entity:
            named = [e["value"] for e in turn.entities if e["entity"] == self.entity]
            found = [o.value for o in options if o.value in named]
            if len(found) == 1:
                return found[0]
        text = plain(turn.text)
        fits = [(w, o) for o in options for w in map(plain, (o.title, *o.also)) if holds(text, w)]
        held = [o for w, o in fits if not any(w != longer and holds(longer, w) for longer, _ in fits)]
        return held[0].value if held and all(o is held[0] for o in held) else None


@dataclass(frozen=True)
class YesNo:
    """Yes or no, True or False. Who gives what is asked for after a yes, one of the entities `given`, says yes."""

    free: bool = False
    given: tuple[str, ...] = ()

    def read(self, turn: Turn, options: Sequence[Option]) -> bool | None:
        """Return the answer, from the words, from what Rasa understood, or by the number of an option."""
        said = values.parse_yes_no(turn.text)
        if said is None and bare.parse_choice(turn.text):
            return None
        if said is None and turn.words <= 8 and turn.confidence >= SURE:
            said = {"affirm": True, "deny": False}.get(turn.intent)
        if said is None:
            said = Pick().read(turn, options)
        if said is None and any(turn.entity(name) for name in self.given):
            return True
        return said

    def spot(self, turn: Turn, options: Sequence[Option]) -> None:
        """A yes in passing is an answer to nothing."""


@dataclass(frozen=True)
class Check(Pick):
    """Whether what is shown is right: of two options, the first is yes and the second is to change something.

    A no with more to it ("no, it's AZ1 3AA") is no answer: the loop takes it for a correction.
    """

    def read(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the value of the option that was meant."""
        said = YesNo().read(turn, ())
        if said is None:
            return super().read(turn, options) if turn.words <= 3 else self.spot(turn, options)
        if said:
            return options[0].value
        return options[1].value if turn.words <= 2 else None


@dataclass(frozen=True)
class Text:
    """The resident's own words, of `least` characters or more; an option by its own words.

    `spots` lets a message that says what the journey is about be the answer, when it has so many words.
    """

    least: int = 3
    most: int = 1500
    spots: int = 0
    free: bool = True

    def read(self, turn: Turn, options: Sequence[Option]) -> str:
        """Return the words. Raises NotValid when they are too few or too many."""
        text = turn.text.strip()
        for option in options:
            if plain(text) in [plain(w) for w in (option.title, *option.also)]:
                return str(option.value)
        if len(text) < self.least or not plain(text):
            raise NotValid("too_short")
        if len(text) > self.most:
            raise NotValid("too_long", most=self.most)
        return text

    def spot(self, turn: Turn, options: Sequence[Option]) -> str | None:
        """Return the whole message when it says what the journey is about, in `spots` words or more."""
        text = turn.text.strip()
        fits = self.spots and turn.words >= self.spots and self.least <= len(text) <= self.most
        return text if fits and turn.wish else None


@dataclass(frozen=True)
class Entity:
    """The value of an entity, else what `parse` makes of the words. `check` raises NotValid."""

    name: str
    parse: Callable[[str], Any] | None = None
    check: Callable[[Any], None] | None = None
    tried: str = r"\d"
    free: bool = False

    def read(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the checked value. Raises NotValid("invalid") when the message looks like a try."""
        found = turn.value(self.name)
        if found is None and self.parse:
            found = self.parse(turn.text)
        if found is None:
            if re.search(self.tried, turn.text) and turn.words <= 6:
                raise NotValid("invalid")
            return None
        if self.check:
            self.check(found)
        return found

    def spot(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the entity's value when it is there and right."""
        found = turn.value(self.name)
        if found is not None and self.check:
            try:
                self.check(found)
            except NotValid:
                return None
        return found


@dataclass(frozen=True)
class Amount:
    """Money in pence, between two limits."""

    least: int
    most: int
    free: bool = False

    def read(self, turn: Turn, options: Sequence[Option]) -> int | None:
        """Return pence; a bare number is pounds. Raises NotValid outside the limits."""
        for option in options:
            if plain(option.title) == plain(turn.text):
                return int(option.value)
        pence = turn.value("amount")
        if pence is None:
            pence = values.parse_amount(turn.text)
        if pence is None:
            named = Pick().spot(turn, options)
            return None if named is None else int(named)
        if not self.least <= pence <= self.most:
            raise NotValid("limits", least=values.format_pence(self.least), most=values.format_pence(self.most))
        return int(pence)

    def spot(self, turn: Turn, options: Sequence[Option]) -> int | None:
        """Return the amount that was named, if it is within the limits."""
        pence = turn.value("amount")
        return pence if pence is not None and self.least <= pence <= self.most else None


@dataclass(frozen=True)
class Day:
    """A calendar day from today on, as an ISO date."""

    free: bool = False

    def read(self, turn: Turn, options: Sequence[Option]) -> str | None:
        """Return the day. Raises NotValid("past") for one that is over."""
        found: str | None = turn.value("date")
        if found is None:
            parsed = values.parse_date(turn.text, today())
            found = parsed.isoformat() if parsed else None
        if found and date.fromisoformat(found) < today():
            raise NotValid("past")
        return found

    def spot(self, turn: Turn, options: Sequence[Option]) -> str | None:
        """Return the day that was named, unless it is over."""
        found: str | None = turn.value("date")
        return found if found and date.fromisoformat(found) >= today() else None


@dataclass(frozen=True)
class Photo:
    """A photo, or "" for none."""

    free: bool = False

    def read(self, turn: Turn, options: Sequence[Option]) -> str | None:
        """Return the photo's id; "" when the resident has none to send."""
        if turn.photo_id:
            return turn.photo_id
        said_no = values.parse_yes_no(turn.text) is False or turn.intent in ("deny", "dont_know")
        if said_no or re.search(r"\b(no|none|skip|without)\b", turn.text.lower()):
            return ""
        none: str | None = Pick().read(turn, options)
        return none

    def spot(self, turn: Turn, options: Sequence[Option]) -> str | None:
        """Return the id of a photo that came along."""
        return turn.photo_id


@dataclass(frozen=True)
class Where:
    """A place in the open: {"lat", "lng"} from the browser, {"postcode", "words"?}, or {"words", "near"?}."""

    free: bool = True

    def read(self, turn: Turn, options: Sequence[Option]) -> dict[str, Any] | None:
        """Return the place; words are taken as they are."""
        found = self.spot(turn, options)
        if found or (turn.words < 2 and len(turn.text) < 4):
            return found
        return {"words": turn.text.strip()}

    def spot(self, turn: Turn, options: Sequence[Option]) -> dict[str, Any] | None:
        """Return the place that was named or sent."""
        if turn.location:
            return {"lat": turn.location[0], "lng": turn.location[1]}
        place: dict[str, Any] = {}
        if turn.value("postcode"):
            place["postcode"] = turn.value("postcode")
        named = [str(e["value"]) for e in turn.entities if e["entity"] in ("place", "address_line")]
        if named and place:
            place["words"] = ", ".join(named)
        elif named:
            place["words"] = named[0]
        if len(named) > 1 and "postcode" not in place:
            place["near"] = ", ".join(named[1:])
        return place or None

    def merge(self, held: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """Keep the postcode when only the words are new."""
        return {**held, **new} if "postcode" in held and "postcode" not in new and "lat" not in new else new


POSTCODE = Entity("postcode", parse=values.parse_postcode)
PHONE = Entity("phone", parse=values.parse_phone)

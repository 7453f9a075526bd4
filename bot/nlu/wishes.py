"""Two wishes in one message: whether the parts of a message are wishes of their own.

What is taken for a second wish is rarely wrong, so some are missed: whoever tells a long story has one wish. The words are
in data/wishes.yml, the thresholds in data/understanding.yml; tests/nlu/test_wishes.py holds the rates of both errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.nlu.parts import ADDS, Part, any_of, cut, wish_words
from bot.understanding import of_kind, thresholds

WISHES = "wishes"
MOST_WISHES = 3
HOME = ("postcode", "address_line")
PLACES = (*HOME, "place")
SURE, LIKELY, NONE = 2, 1, 0
Shares = Mapping[str, float]
"""The probability of each intent."""


@dataclass(frozen=True)
class Wish:
    """What some parts of a message ask for. `sure`: act on it, else only offer it. `spans` are its words in the message."""

    intent: str
    confidence: float
    sure: bool
    spans: tuple[tuple[int, int], ...]

    def text(self, message: str) -> str:
        """Return the wish's own words; what does not stand side by side becomes sentences."""
        return ". ".join(message[start:end] for start, end in self.spans)


@dataclass(frozen=True)
class _Seen:
    """What the part at `place` was understood as, how far that is a wish, and whether it asks or orders."""

    place: int
    intent: str
    confidence: float
    level: int
    asks: bool


def find_wishes(text: str, whole: Shares, shares_of: Callable[[list[str]], Sequence[Shares]]) -> list[Wish]:
    """Return the wishes of a message in its order, two or three, one of them sure at least; [] when it is one wish.

    `whole` is what the message was understood as; `shares_of` understands the parts, and is called only when there are two
    that may be wishes.
    """
    parts = cut(text)
    places = [place for place, part in enumerate(parts) if len(part.of(text).split()) >= wish_words()["least_words"]]
    if len(places) < 2:
        return []
    shares = shares_of([parts[place].of(text) for place in places])
    seen = [_seen(place, parts[place], text, share, whole) for place, share in zip(places, shares, strict=True)]
    wished = _wished(seen, _reasons_end(text, parts))
    if len(wished) < 2 or not any(one.level == SURE for one in wished):
        return []
    spans = _spans(parts, _owners(parts, seen, wished))
    return [Wish(one.intent, one.confidence, one.level == SURE, spans[n]) for n, one in enumerate(wished)]


def is_wish(text: str, intent: str, confidence: float) -> bool:
    """Return whether words that stand for themselves are a sure wish, understood as `intent` with this confidence."""
    return intent in _servable() and confidence >= _limits(intent, _asks(text), added=False, trace=0.0)[0]


def as_json(wishes: Sequence[Wish], text: str) -> list[dict[str, Any]]:
    """Return the wishes as the engine gets them: {"text", "intent", "confidence", "sure", "spans"}."""
    return [
        {
            "text": wish.text(text),
            "intent": wish.intent,
            "confidence": wish.confidence,
            "sure": wish.sure,
            "spans": [list(span) for span in wish.spans],
        }
        for wish in wishes
    ]


def share_out(wishes: Sequence[dict[str, Any]], entities: Sequence[dict[str, Any]]) -> None:
    """Give each wish (`as_json`) its "entities": those in its own words, and the home that is named once for all of them.

    A wish that names no place of its own is about the home: "the tap drips and my bin was missed, 4 Mill Lane AZ1 2BB".
    The place of a pothole is nobody's home.
    """
    homes = [entity for entity in entities if entity["entity"] in HOME]
    once = len({entity["entity"] for entity in homes}) == len(homes)
    for wish in wishes:
        wish["entities"] = [
            one for one in entities if any(one["start"] < end and start < one["end"] for start, end in wish["spans"])
        ]
    outside = [wish for wish in wishes if wish["intent"] in wish_words()["outside"]]
    for wish in wishes:
        placeless = not any(one["entity"] in PLACES for one in wish["entities"])
        if once and placeless and wish not in outside:
            wish["entities"] += [home for home in homes if not any(home in one["entities"] for one in outside)]


def _seen(place: int, part: Part, text: str, shares: Shares, whole: Shares) -> _Seen:
    intent = max(shares, key=lambda name: shares[name])
    asks = _asks(part.of(text))
    sure, likely = _limits(intent, asks, part.joint == ADDS, whole.get(intent, 0.0))
    confidence = shares[intent] if intent in _servable() else 0.0
    level = SURE if confidence >= sure else LIKELY if confidence >= likely else NONE
    return _Seen(place, intent, confidence, level, asks)


def _limits(intent: str, asks: bool, added: bool, trace: float) -> tuple[float, float]:
    """Return from which confidence on a part is a sure wish and a likely one. An emergency is never only likely."""
    limits = thresholds()["wishes"]
    kind = limits["asked" if asks else "told" if intent in _told() else "other"]
    sure, likely = kind["sure"] - (limits["added"] if added else 0.0), kind["likely"]
    if not added and trace < limits["trace"]:
        sure = likely = kind["without_trace"]
    return sure, sure if intent in of_kind("emergency") else likely


def _asks(said: str) -> bool:
    return said.rstrip().endswith("?") or _pattern("asks").search(_pattern("not_wants").sub(" ", said)) is not None


def _wished(seen: Sequence[_Seen], reasons_end: int) -> list[_Seen]:
    """Return the wishes: the surest part of each intent. A part that only tells the reason for what comes after is none."""
    best: dict[str, _Seen] = {}
    for one in seen:
        if one.level == NONE or (one.place < reasons_end and not one.asks):
            continue
        held = best.get(one.intent)
        if held is None or (one.level, one.confidence) > (held.level, held.confidence):
            best[one.intent] = one
    found = sorted(best.values(), key=lambda one: (-one.level, -one.confidence))[:MOST_WISHES]
    return sorted(found, key=lambda one: one.place)


def _reasons_end(text: str, parts: Sequence[Part]) -> int:
    """Return the place of the last part that the parts before it are the reason for; 0 when there is none."""
    return max((n for n, part in enumerate(parts) if _pattern("reasons").match(part.of(text))), default=0)


def _owners(parts: Sequence[Part], seen: Sequence[_Seen], wished: Sequence[_Seen]) -> list[int]:
    """Return for each part the number of its wish: its own, that of its intent, or that of the part it hangs on."""
    number = {one.intent: n for n, one in enumerate(wished)}
    own = {one.place: number[one.intent] for one in seen if one.level and one.intent in number}
    owners: list[int] = []
    for place in range(len(parts)):
        after = next((own[n] for n in range(place, len(parts)) if n in own), None)
        hangs_on = parts[place + 1].joint < parts[place].joint if place + 1 < len(parts) else False
        if place in own or not owners or (hangs_on and after is not None):
            owners.append(own.get(place, after if after is not None else 0))
        else:
            owners.append(owners[-1])
    return owners


def _spans(parts: Sequence[Part], owners: Sequence[int]) -> list[tuple[tuple[int, int], ...]]:
    """Return the spans of each wish in the message, neighbours as one."""
    spans: list[list[tuple[int, int]]] = [[] for _ in range(max(owners) + 1)]
    for place, (part, owner) in enumerate(zip(parts, owners, strict=True)):
        if place and owners[place - 1] == owner:
            spans[owner][-1] = (spans[owner][-1][0], part.end)
        else:
            spans[owner].append((part.start, part.end))
    return [tuple(one) for one in spans]


@lru_cache(maxsize=1)
def _servable() -> frozenset[str]:
    return of_kind("journey", "answer", "emergency") | set(wish_words()["conversation"])


@lru_cache(maxsize=1)
def _told() -> frozenset[str]:
    return of_kind("emergency") | set(wish_words()["told"])


@lru_cache(maxsize=3)
def _pattern(name: str) -> re.Pattern[str]:
    words = wish_words()
    if name != "asks":
        return re.compile(rf"(?<!\w)(?:{any_of(words[name])})(?!\w)", re.IGNORECASE)
    first = any_of([*words["asks"], *words["orders"]])
    shape = rf"^(?:(?:{any_of(words['polite'])})\s+)*(?:{first})(?!\w)|(?<!\w)(?:{any_of(words['wants'])})(?!\w)"
    return re.compile(shape, re.IGNORECASE)

"""The emergency check: it runs on every message before anything else, needs no network, and is read by people.

The words are in `data/emergencies.yml`; their language is that of `bot.safety.signs`. It is precise rather than
complete: what it misses, the classifier may still recognise.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import yaml

from bot.council import council
from bot.hours import is_open
from bot.safety.english import english_words
from bot.safety.signs import NOTHING, Hits, Lexicon, Signs, Slots, Span, sentences
from bot.settings import ROOT

LONGEST = 2000


@dataclass(frozen=True)
class Patterns:
    """The compiled `data/emergencies.yml`."""

    lexicon: Lexicon
    sure: dict[str, Signs]  # by emergency, the most urgent first
    near: dict[str, Signs]
    past_counts: frozenset[str]
    ordinary: Signs
    unreal: Signs
    over: Signs
    settled: Signs
    still_on: Signs


@dataclass(frozen=True)
class Told:
    """What a sentence tells: the phrases in it, and what it says of them.

    It may be about everyday business, unreal, or over; and it may settle what the sentence before said.
    """

    hits: Hits
    everyday: bool = False
    unreal: bool = False
    over: bool = False
    settles: bool = False


@dataclass(frozen=True)
class Signals:
    """What the officer's lines say of a message.

    `sure` is the most urgent emergency that it clearly speaks of, `near` one that it may speak of. The others are reasons
    for doubt, and false when there is a `near`: something in it is everyday business, unreal, or over.
    """

    sure: str | None = None
    near: str | None = None
    everyday: bool = False
    unreal: bool = False
    over: bool = False


def check(text: str) -> str | None:
    """Return the most urgent emergency that `text` clearly speaks of, one of `emergencies()`, or None.

    At most the first 2,000 characters are read.
    """
    return signals(text).sure


def signals(text: str) -> Signals:
    """Return all that the lines of `data/emergencies.yml` say of `text`, of which at most 2,000 characters are read."""
    patterns = _patterns()
    told = [_read(words, patterns) for words in sentences(text[:LONGEST])]
    sure = _first(patterns.sure, told, patterns)
    near = sure or _first(patterns.near, told, patterns)
    if near:
        return Signals(sure, near)
    return Signals(
        everyday=any(sentence.everyday for sentence in told),
        unreal=any(sentence.unreal for sentence in told),
        over=any(sentence.over or sentence.settles for sentence in told),
    )


def past_counts(intent: str) -> bool:
    """Say whether an emergency is one however long ago it was: abuse, danger to a child, thoughts of suicide."""
    return intent in _patterns().past_counts


def _first(lines: dict[str, Signs], told: list[Told], patterns: Patterns) -> str | None:
    following = [*told[1:], Told({})]
    for intent, signs in lines.items():
        for sentence, after in zip(told, following, strict=False):
            past = sentence.over or after.settles
            if signs.found(sentence.hits) and (not past or intent in patterns.past_counts):
                return intent
    return None


def reply(intent: str, moment: datetime) -> str:
    """Return what to say at `moment` (aware): the right number first, and why.

    Raises KeyError when `intent` is not an emergency.
    """
    texts: dict[str, str] = _loaded()["emergencies"][intent]["reply"]
    text = texts.get("always") or texts["office_hours" if is_open(moment) else "out_of_hours"]
    return text.format(phones=SimpleNamespace(**council()["phones"])).strip()


def emergencies() -> tuple[str, ...]:
    """Return the emergency intents, the most urgent first."""
    return tuple(_loaded()["emergencies"])


def _read(words: list[str], patterns: Patterns) -> Told:
    slots = patterns.lexicon.read(words)
    before = list(slots)
    hits = _without(slots, patterns.ordinary, patterns.lexicon)
    everyday = slots != before
    if patterns.unreal.found(hits):
        return Told({}, unreal=True)
    settles = patterns.settled.found(hits)
    if not settles and not patterns.over.found(hits):
        return Told(hits, everyday=everyday)
    rest = _without(_blanked(slots, patterns.over.spans(hits)), patterns.settled, patterns.lexicon)
    still_on = patterns.still_on.found(rest)
    return Told(hits, everyday=everyday, over=not still_on, settles=settles and not still_on)


def _without(slots: Slots, signs: Signs, lexicon: Lexicon) -> Hits:
    """Blank, in place, the words that any of `signs` covers, and return the hits of what is left."""
    hits = lexicon.hits(slots)
    before = list(slots)
    return hits if _blanked(slots, signs.spans(hits)) == before else lexicon.hits(slots)


def _blanked(slots: Slots, spans: Iterable[Span]) -> Slots:
    """Return the same `slots` with the words of `spans` blank."""
    for start, end in spans:
        slots[start:end] = [NOTHING] * (end - start)
    return slots


@lru_cache(maxsize=1)
def _loaded() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "data" / "emergencies.yml").read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _patterns() -> Patterns:
    """Compile the file, once. Raises ValueError that names the line when one can't be read."""
    loaded = _loaded()
    lexicon = Lexicon(loaded["words"], english_words().__contains__)
    entries = loaded["emergencies"]
    return Patterns(
        lexicon=lexicon,
        sure={intent: _lines(entry["signs"], lexicon) for intent, entry in entries.items()},
        near={intent: _lines(entry.get("near", ""), lexicon) for intent, entry in entries.items()},
        past_counts=frozenset(intent for intent, entry in entries.items() if entry.get("past_counts")),
        ordinary=_lines(loaded["ordinary"], lexicon),
        unreal=_lines(loaded["unreal"], lexicon),
        over=_lines(loaded["over"], lexicon),
        settled=_lines(loaded["settled"], lexicon),
        still_on=_lines(loaded["still_on"], lexicon),
    )


def _lines(text: str, lexicon: Lexicon) -> Signs:
    """Return the signs of a block of lines; a line that begins with `# ` is a note to the reader."""
    lines = (line.strip() for line in text.splitlines())
    return Signs(lexicon.sign(line) for line in lines if line and not line.startswith("# "))

"""What a message must say to be an emergency: the signs of `bot.safety.signs`, compiled and read sentence by sentence.

Everyday words that look like a sign are taken out first, a story or a joke counts for nothing, and what is over counts only
where it always does. The same for every language; the words are in `data/emergencies.yml` and `data/languages/`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.safety.signs import NOTHING, Hits, Lexicon, Signs, Slots, Span


@dataclass(frozen=True)
class Patterns:
    """The compiled signs of one language."""

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
    """What an officer's lines say of a message.

    `sure` is the most urgent emergency that it clearly speaks of, `near` one that it may speak of. The others are reasons
    for doubt, and false when there is a `near`: something in it is everyday business, unreal, or over.
    """

    sure: str | None = None
    near: str | None = None
    everyday: bool = False
    unreal: bool = False
    over: bool = False


def compiled(
    groups: Mapping[str, str],
    blocks: Mapping[str, str],
    emergencies: Mapping[str, Mapping[str, Any]],
    is_word: Callable[[str], bool] = lambda word: True,
) -> Patterns:
    """Return the patterns of one language.

    `groups` are words by their name; `blocks` has lines under ordinary, unreal, over, settled and still_on, none where one
    is not there; `emergencies` has `signs` and perhaps `near` and `past_counts` by intent, the most urgent first. `is_word`
    says which words are spelt right: others are read as the words of the lines that they misspell.
    Raises ValueError that names the line when one can't be read.
    """
    lexicon = Lexicon(groups, is_word)
    return Patterns(
        lexicon=lexicon,
        sure={intent: _lines(entry["signs"], lexicon) for intent, entry in emergencies.items()},
        near={intent: _lines(entry.get("near", ""), lexicon) for intent, entry in emergencies.items()},
        past_counts=frozenset(intent for intent, entry in emergencies.items() if entry.get("past_counts")),
        ordinary=_lines(blocks.get("ordinary", ""), lexicon),
        unreal=_lines(blocks.get("unreal", ""), lexicon),
        over=_lines(blocks.get("over", ""), lexicon),
        settled=_lines(blocks.get("settled", ""), lexicon),
        still_on=_lines(blocks.get("still_on", ""), lexicon),
    )


def signals(sentences: Iterable[Sequence[str]], patterns: Patterns) -> Signals:
    """Return what the lines say of a message, whose sentences are lists of words."""
    told = [_read(words, patterns) for words in sentences]
    sure = _first(patterns.sure, told, patterns)
    near = sure or _first(patterns.near, told, patterns)
    if near:
        return Signals(sure, near)
    return Signals(
        everyday=any(sentence.everyday for sentence in told),
        unreal=any(sentence.unreal for sentence in told),
        over=any(sentence.over or sentence.settles for sentence in told),
    )


def _first(lines: dict[str, Signs], told: list[Told], patterns: Patterns) -> str | None:
    following = [*told[1:], Told({})]
    for intent, signs in lines.items():
        for sentence, after in zip(told, following, strict=False):
            past = sentence.over or after.settles
            if signs.found(sentence.hits) and (not past or intent in patterns.past_counts):
                return intent
    return None


def _read(words: Sequence[str], patterns: Patterns) -> Told:
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


def _lines(text: str, lexicon: Lexicon) -> Signs:
    """Return the signs of a block of lines; a line that begins with `# ` is a note to the reader."""
    lines = (line.strip() for line in text.splitlines())
    return Signs(lexicon.sign(line) for line in lines if line and not line.startswith("# "))

"""A small language for the signs of an emergency, so that an officer can read and review them in YAML.

    gas leak            these words, one after the other
    leak*               any word that starts so
    leak|escape         either word
    made_safe|sorted    either; the words of a phrase are joined by _
    {smell}             any word or phrase of the group `smell`
    #                   a number of two digits or more
    ^ and $             the start and the end of the sentence
    A > B               A, then B, with at most four words between them (`A >2 B`: at most two)
    A + B               both, in any order, within twelve words
    A - B               A, unless B is in the same sentence

Words are compared in lower case and without apostrophes. A word of five letters or more that is no English word is read as
the words of the lines that it is one letter away from (`bot.safety.spelling`). Pure: no input or output, nothing remembered
but lookups.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from bot.safety.spelling import Spelling
from bot.safety.writing import parted

Span = tuple[int, int]
Hits = dict[int, list[Span]]
Slots = list[frozenset[int]]

START, END, NUMBER = "^", "$", "#"
FARTHEST, BETWEEN = 12, 4
NOTHING: frozenset[int] = frozenset()

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_IN_A_WORD = re.compile(r"'(?!s\b)")
_TRAILING_OFF = re.compile(r"\.{2,}")  # NFKC has made three dots of an ellipsis
_PIECES = re.compile(r"[^\W_]+(?:'s)?|[.!?;\n]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_JOINERS = re.compile(r"\s(\+|-|>\d*)\s")


def sentences(text: str) -> list[list[str]]:
    """Return the sentences of `text`, each a list of lower case words. No apostrophe is left but that of a final 's."""
    # Apostrophes go before the normalising, which would take a spacing accent apart, and wide ones after it.
    plain = unicodedata.normalize("NFKC", _APOSTROPHES.sub("'", _UNSEEN.sub("", text))).lower()
    plain = _TRAILING_OFF.sub(" ", _IN_A_WORD.sub("", plain))
    return parted(_PIECES.findall(plain), ".!?;\n")


@dataclass(frozen=True)
class Sign:
    """One line: ordered chains of terms (a term is the ids of its phrases), and terms that must be absent."""

    chains: tuple[tuple[tuple[int, frozenset[int]], ...], ...]
    without: tuple[frozenset[int], ...]
    line: str

    def spans(self, hits: Hits) -> list[Span]:
        """Return where the line is found, as (first word, word after the last), in a sentence's phrase hits."""
        if any(phrase in hits for term in self.without for phrase in term):
            return []
        reached = _chain(self.chains[0], hits)
        for chain in self.chains[1:]:
            if not reached:
                return []
            both = ((min(a, c), max(b, d)) for a, b in reached for c, d in _chain(chain, hits))
            reached = [(start, end) for start, end in both if end - start <= FARTHEST]
        return reached


class Signs:
    """Lines, found again by the phrases that they begin with."""

    def __init__(self, signs: Iterable[Sign]) -> None:
        self._by_phrase: dict[int, list[Sign]] = {}
        for sign in signs:
            for phrase in sign.chains[0][0][1]:
                self._by_phrase.setdefault(phrase, []).append(sign)

    def spans(self, hits: Hits) -> Iterator[Span]:
        """Yield where any of the lines is found."""
        for phrase in self._by_phrase.keys() & hits.keys():
            for sign in self._by_phrase[phrase]:
                yield from sign.spans(hits)

    def found(self, hits: Hits) -> bool:
        """Say whether any of the lines is found."""
        return next(self.spans(hits), None) is not None

    def lines(self, hits: Hits) -> set[str]:
        """Return the lines that are found, for whoever reviews them."""
        shared = self._by_phrase.keys() & hits.keys()
        return {sign.line for phrase in shared for sign in self._by_phrase[phrase] if sign.spans(hits)}


def _chain(chain: Sequence[tuple[int, frozenset[int]]], hits: Hits) -> list[Span]:
    """Return the spans of terms that follow one another, each at most its gap after the one before."""
    reached = [span for phrase in chain[0][1] for span in hits.get(phrase, ())]
    for gap, term in chain[1:]:
        following = [span for phrase in term for span in hits.get(phrase, ())]
        reached = [(a, d) for a, b in reached for c, d in following if 0 <= c - b <= gap]
    return reached


@dataclass
class Lexicon:
    """Every word and phrase that any line uses, so that a sentence is read once for all lines.

    `is_word` says which words are spelt right.
    """

    groups: Mapping[str, str]
    is_word: Callable[[str], bool]
    _slots: dict[frozenset[str], int] = field(default_factory=dict)
    _exact: dict[str, set[int]] = field(default_factory=dict)
    _stems: dict[str, set[int]] = field(default_factory=dict)
    _phrases: dict[tuple[int, ...], int] = field(default_factory=dict)
    _starts: dict[int, list[tuple[int, tuple[int, ...]]]] = field(default_factory=dict)
    _spelling: Spelling | None = None

    def __post_init__(self) -> None:
        self.slots_of = lru_cache(maxsize=20_000)(self._slots_of)

    def sign(self, line: str) -> Sign:
        """Return the sign that `line` describes. Raises ValueError for an unknown group or an empty part."""
        self.slots_of.cache_clear()
        self._spelling = None
        first, *rest = _JOINERS.split(line)
        chains: list[list[tuple[int, frozenset[int]]]] = [[(0, self._term(first, line))]]
        without: list[frozenset[int]] = []
        for joiner, text in zip(rest[::2], rest[1::2], strict=True):
            term = self._term(text, line)
            if joiner == "-":
                without.append(term)
            elif joiner == "+":
                chains.append([(0, term)])
            else:
                chains[-1].append((int(joiner[1:] or BETWEEN), term))
        return Sign(tuple(tuple(chain) for chain in chains), tuple(without), line)

    def read(self, words: Sequence[str]) -> Slots:
        """Return the slots that each word fills, with one more at either end for the bounds of the sentence."""
        return [self.slots_of(START), *(self.slots_of(word) for word in words), self.slots_of(END)]

    def hits(self, slots: Slots) -> Hits:
        """Return where each phrase is found."""
        found: Hits = {}
        for start, here in enumerate(slots):
            for slot in here:
                for phrase, rest in self._starts.get(slot, ()):
                    end = start + 1 + len(rest)
                    if end <= len(slots) and all(wanted in slots[start + 1 + i] for i, wanted in enumerate(rest)):
                        found.setdefault(phrase, []).append((start, end))
        return found

    def _term(self, text: str, line: str) -> frozenset[int]:
        phrases = list(self._phrases_of(text.split(), line))
        if not phrases:
            raise ValueError(f"an empty part in the line {line!r}")
        return frozenset(self._phrase(phrase) for phrase in phrases)

    def _phrases_of(self, words: Sequence[str], line: str) -> Iterator[tuple[int, ...]]:
        choices = [list(self._choices(word, line)) for word in words]
        for combination in product(*choices) if choices else ():
            yield tuple(slot for part in combination for slot in part)

    def _choices(self, word: str, line: str) -> Iterator[tuple[int, ...]]:
        """Yield what one written word stands for: a slot, or for a group its words together and each of its phrases."""
        plain: list[str] = []
        for alternative in word.split("|"):
            if not alternative.startswith("{"):
                if "_" in alternative:
                    yield from self._phrases_of(alternative.split("_"), line)
                else:
                    plain.append(alternative)
                continue
            for entry in self._entries(alternative.strip("{}"), line):
                if len(entry) == 1 and "{" not in entry[0]:
                    plain += entry[0].split("|")
                else:
                    yield from self._phrases_of(entry, line)
        if plain:
            yield (self._slot(plain),)

    def _entries(self, name: str, line: str) -> list[list[str]]:
        """Return the words and phrases of a group, those of the groups that it names among them."""
        if name not in self.groups:
            raise ValueError(f"no group {name!r} for the line {line!r}")
        found: list[list[str]] = []
        for entry in self.groups[name].split(","):
            words = entry.split()
            if len(words) == 1 and words[0].startswith("{"):
                found += self._entries(words[0].strip("{}"), line)
            elif words:
                found.append(words)
        return found

    def _slot(self, alternatives: Iterable[str]) -> int:
        key = frozenset(alternatives)
        if key not in self._slots:
            self._slots[key] = len(self._slots)
            for word in key:
                known = self._stems if word.endswith("*") else self._exact
                known.setdefault(word.rstrip("*"), set()).add(self._slots[key])
        return self._slots[key]

    def _phrase(self, slots: tuple[int, ...]) -> int:
        if slots not in self._phrases:
            self._phrases[slots] = len(self._phrases)
            self._starts.setdefault(slots[0], []).append((self._phrases[slots], slots[1:]))
        return self._phrases[slots]

    def _slots_of(self, word: str) -> frozenset[int]:
        """Return the slots that a word fills; `heeelp` is read as `help` too, and `dad's` as both `dads` and `dad`."""
        if word.endswith("'s"):
            return self.slots_of(word[:-2]) | self.slots_of(word[:-2] + "s")
        found: set[int] = set()
        for spelling in {word, _STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word)}:
            found |= self._exact.get(spelling, set())
            for length in range(1, min(len(spelling), 24) + 1):
                found |= self._stems.get(spelling[:length], set())
        for meant in self._meant(word):
            found |= self._stems[meant[:-1]] if meant.endswith("*") else self._exact[meant]
        if word.isdigit() and len(word) > 1:
            found |= self._exact.get(NUMBER, set())
        return frozenset(found)

    def _meant(self, word: str) -> set[str]:
        if self._spelling is None:
            self._spelling = Spelling([*self._exact, *(f"{stem}*" for stem in self._stems)], self.is_word)
        return self._spelling.meant(word)

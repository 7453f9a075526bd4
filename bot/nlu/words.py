"""Bins, items, rooms, repair problems and street problems in free text: phrase matchers over a blank pipeline."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import spacy
import yaml
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span

from bot.nlu.found import Found, without_overlaps
from bot.nlu.vocabulary import vocabulary
from bot.settings import ROOT

# Words between a thing and its state: "the tap in the bathroom is dripping", "a broken kitchen tap".
_AFTER, _BEFORE = 5, 2


class Words:
    """The matchers, built once a process from data/vocabulary.yml and data/content/bin_items.yml."""

    def __init__(self) -> None:
        self._nlp = spacy.blank("en")
        words = vocabulary()
        self._phrases = {
            "bin": self._matcher(words["bins"]),
            "room": self._matcher(words["rooms"]),
            "street_problem": self._matcher(words["street_problems"]),
            "item": self._matcher({name: [name] for name in _items()}),
        }
        self._order: list[str] = words["street_problem_order"]
        self._problems: list[dict[str, Any]] = words["problems"]
        self._problem_phrases = self._matcher({str(n): p.get("phrases", []) for n, p in enumerate(self._problems)})
        self._things = self._matcher({str(n): p.get("things", []) for n, p in enumerate(self._problems)})
        self._states = self._matcher(words["states"])

    def find(self, text: str) -> list[tuple[str, Found]]:
        """Return (entity, find) pairs of the kinds bin, item, room, street_problem and problem."""
        doc = self._nlp.make_doc(text)
        found: list[tuple[str, Found]] = []
        for entity, matcher in self._phrases.items():
            found += [(entity, one) for one in self._longest(doc, matcher, entity)]
        found += [("problem", one) for one in self._problem(doc)]
        return sorted((pair for pair in found if not _part_of_another(*pair, found)), key=lambda pair: pair[1].start)

    def _matcher(self, named: dict[str, list[str]]) -> PhraseMatcher:
        matcher = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        for name, phrases in named.items():
            spellings = {spelling for phrase in phrases for spelling in _spellings(str(phrase))}
            matcher.add(name, [self._nlp.make_doc(spelling) for spelling in sorted(spellings)])
        return matcher

    def _spans(self, doc: Doc, matcher: PhraseMatcher) -> list[tuple[str, Span]]:
        spans = [(self._nlp.vocab.strings[key], doc[start:end]) for key, start, end in matcher(doc)]
        return sorted(spans, key=lambda pair: (-len(pair[1].text), pair[1].start_char))

    def _longest(self, doc: Doc, matcher: PhraseMatcher, entity: str) -> list[Found]:
        spans = self._spans(doc, matcher)
        if entity == "street_problem":
            spans.sort(key=lambda pair: self._order.index(pair[0]))
        found = without_overlaps(
            Found(name, span.start_char, span.end_char, _items().get(name, {}) if entity == "item" else {})
            for name, span in spans
        )
        return [one for one in found if one.value != "none"]

    def _problem(self, doc: Doc) -> Iterator[Found]:
        """Return every repair problem that fits, those with a finer value first, each kind of problem once."""
        spans = self._spans(doc, self._problem_phrases) + list(self._pairs(doc))
        ranked = sorted(spans, key=lambda pair: self._rank(int(pair[0]), pair[1]))
        seen: set[str] = set()
        for number, span in ranked:
            problem = self._problems[int(number)]
            if problem.get("general") and seen:
                continue
            extra = {"issue": problem["issue"]} if "issue" in problem else {}
            for name in problem["is"]:
                if name not in seen:
                    seen.add(name)
                    yield Found(name, span.start_char, span.end_char, extra)

    def _pairs(self, doc: Doc) -> Iterator[tuple[str, Span]]:
        """Return each problem whose thing and state stand close together, with the tightest such span."""
        states = self._spans(doc, self._states)
        tight: dict[str, Span] = {}
        for number, thing in self._spans(doc, self._things):
            for name, state in states:
                if name in self._problems[int(number)]["states"] and _close(thing, state):
                    span = doc[min(thing.start, state.start) : max(thing.end, state.end)]
                    if number not in tight or len(span) < len(tight[number]):
                        tight[number] = span
        yield from tight.items()

    def _rank(self, number: int, span: Span) -> tuple[bool, bool, int, int]:
        problem = self._problems[number]
        return "general" in problem, "issue" not in problem, -len(span.text), number


def _part_of_another(entity: str, one: Found, found: list[tuple[str, Found]]) -> bool:
    """Say whether a longer word takes this one in: "garden waste" is no room, "bed bugs" no bed."""
    takers = {"room": ("bin",), "item": ("bin", "problem")}.get(entity, ())
    return any(
        other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start
        for name, other in found
        if name in takers
    )


def _close(thing: Span, state: Span) -> bool:
    """Say whether "the tap ... is dripping" or "a dripping ... tap" is within reach, with no comma or stop between."""
    if thing.end <= state.start:
        between, most = thing.doc[thing.end : state.start], _AFTER
    else:
        between, most = thing.doc[state.end : thing.start], _BEFORE
    return len(between) <= most and not any(token.is_punct for token in between)


def _spellings(phrase: str) -> Iterable[str]:
    yield phrase
    if phrase.endswith(("x", "ch", "sh", "ss")):
        yield phrase + "es"
    elif not phrase.endswith("s"):
        yield phrase + "s"


@lru_cache(maxsize=1)
def _items() -> dict[str, dict[str, str]]:
    """Return every item's name, with {"item": the name in bin_items.yml} where that page has it."""
    path = ROOT / "data" / "content" / "bin_items.yml"
    listed: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else []
    found: dict[str, dict[str, str]] = {name: {} for name in vocabulary()["items"]}
    for entry in listed:
        for name in (entry["item"], *entry.get("also", [])):
            found[str(name).lower()] = {"item": entry["item"]}
    return {name: extra for name, extra in found.items() if name not in vocabulary()["not_items"]}


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the matchers of this process."""
    return Words()

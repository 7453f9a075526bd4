"""The training phrases: enough of them, each for itself, and none of the test phrases among them."""

from collections import Counter, defaultdict
from functools import lru_cache

import pytest

from bot.settings import ROOT
from bot.understanding import intents
from tests.nlu.copies import Pair, moulds, near_copies, same_opening, same_words
from tests.phrases import phrases, rows

LEAST = 60
LEAST_OF_KIND = {"journey": 100, "emergency": 100}
LEAST_OUT_OF_SCOPE = 200
TESTS = sorted(path.name for path in (ROOT / "tests" / "nlu").glob("*.csv"))


def texts_by_intent() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for text, intent in phrases():
        found[intent].append(text)
    return found


@lru_cache(maxsize=1)
def asked() -> list[tuple[str, dict[str, str]]]:
    """Return every row of the test files with its file's name."""
    return [(name, row) for name in TESTS for row in rows(name)]


@lru_cache(maxsize=1)
def all_near_copies() -> list[Pair]:
    """Return the near copies among the training phrases and, numbered on from them, the rows of the test files."""
    return near_copies([*(text for text, _ in phrases()), *(row["text"] for _, row in asked())])


def test_every_intent_has_sixty_phrases_and_journeys_and_emergencies_a_hundred() -> None:
    kinds = {name: row["kind"] for name, row in intents().items()}
    counts = Counter(intent for _, intent in phrases())
    assert set(counts) == set(kinds)
    assert not {name: n for name, n in counts.items() if n < LEAST_OF_KIND.get(kinds[name], LEAST)}
    assert counts["out_of_scope"] >= LEAST_OUT_OF_SCOPE


def test_no_phrase_is_a_near_copy_of_another_of_its_intent() -> None:
    found = phrases()
    pairs = [(found[i], found[j]) for i, j in all_near_copies() if j < len(found)]
    assert not [(one, other) for one, other in pairs if one[1] == other[1]]


def test_no_two_intents_share_a_phrase_that_differs_only_in_small_words() -> None:
    found = phrases()
    pairs = [(found[i], found[j]) for i, j in same_words([text for text, _ in found])]
    assert not [(one, other) for one, other in pairs if one[1] != other[1]]


def test_no_phrases_were_made_from_a_mould() -> None:
    for intent, texts in texts_by_intent().items():
        assert not {skeleton: [texts[at] for at in places] for skeleton, places in moulds(texts).items()}, intent
        assert not same_opening(texts), intent


@pytest.mark.parametrize("name", TESTS)
def test_no_training_phrase_is_a_near_copy_of_a_test_phrase(name: str) -> None:
    """The test's message gives the test file's line, never its words: who writes training phrases must not see them."""
    found = phrases()
    pairs = [(found[i][0], *asked()[j - len(found)]) for i, j in all_near_copies() if i < len(found) <= j]
    leaks = [f"line {row['line']}: remove {text!r}" for text, file, row in pairs if file == name]
    assert not leaks, "\n".join(leaks)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Which bin goes out on Friday?", "which bin goes out on friday"),
        ("is my rent paid", "the rent, is it paid please"),
        ("how do i report a broken lamp post on my street", "how do i report the broken lamp post on our road"),
        ("the lamp post outside number nine has gone out", "the lamp post outside number four has gone out"),
        ("council tax support", "council tax suport"),
        ("recycling centre", "recyclnig centre"),
    ],
)
def test_a_near_copy_is_seen(one: str, other: str) -> None:
    assert near_copies([one, "my boiler is broken", other]) == [(0, 2)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bin", "bins"),
        ("absolutely", "absolutely not"),
        ("can I pay my rent", "I can't pay my rent"),
        ("has my recycling been missed", "what can go in my recycling"),
    ],
)
def test_two_phrases_of_their_own_are_no_near_copies(one: str, other: str) -> None:
    assert not same_words([one, other])


def test_a_mould_is_seen_with_one_or_two_places_to_fill() -> None:
    places = ["can I recycle glass on Monday", "can I recycle card on Friday", "can I recycle tins on Sunday"]
    assert not moulds(places)
    assert moulds([*places, "can I recycle foil on Tuesday"]) == {"can i recycle * on *": {0, 1, 2, 3}}

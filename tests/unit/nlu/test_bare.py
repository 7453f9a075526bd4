"""Bare answers that name nothing, and how many are wanted."""

import pytest

from bot.nlu.bare import core, has_choice, parse_choice, parse_count, without_articles
from bot.nlu.values import parse_amount
from bot.nlu.vocabulary import vocabulary


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("any", "any"),
        ("any of them please", "any"),
        ("I don't mind!", "any"),
        ("Either is fine", "any"),
        ("the earliest pls", "earliest"),
        ("ASAP", "earliest"),
        ("as soon as possible thanks", "earliest"),
        ("neither", "none"),
        ("None of them.", "none"),
        ("it's not on there", "none"),
        ("mine isn’t there", "none"),
        ("hmm", "unsure"),
        ("maybe", "unsure"),
        ("any bins today", None),
        ("neither the blue nor the black", None),
        ("the blue one", None),
        ("", None),
        ("please", None),
    ],
)
def test_an_answer_that_names_nothing_is_known(text: str, choice: str | None) -> None:
    assert parse_choice(text) == choice


def test_the_words_of_a_choice_may_stand_among_others() -> None:
    assert has_choice("the earliest on monday please", "earliest")
    assert not has_choice("many bins", "any")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("just the one", 1),
        ("1x", 1),
        ("x2", 2),
        ("2 x", 2),
        ("a couple please", 2),
        ("two of them", 2),
        ("a pair", 2),
        ("three more bins", 3),
        ("12", 12),
        ("a few", None),
        ("loads", None),
        ("first", None),
        ("one for the flat and one for me", None),
        ("", None),
    ],
)
def test_how_many_is_read_from_a_bare_count(text: str, count: int | None) -> None:
    assert parse_count(text) == count


def test_what_is_around_an_answer_is_taken_off_and_nothing_else() -> None:
    assert core("Ok, it's the blue one please, thanks") == "the blue one"
    assert core("nowhere") == "nowhere"
    assert without_articles("the green one") == "green"


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("just 20 for now", 2000),
        ("twenty", 2000),
        ("twenty squid", 2000),
        ("a score", 2000),
        ("twenty pounds fifty", 2050),
        ("twenty five pounds and ninety nine pence", 2599),
        ("one hundred and forty five", 14500),
        ("twenty pounds a week", 2000),
        ("a", None),
        ("all of it", None),
        ("twenty or thirty", None),
    ],
)
def test_an_amount_in_words_is_read(text: str, pence: int | None) -> None:
    assert parse_amount(text) == pence


def test_no_phrase_chooses_two_things() -> None:
    bare = vocabulary()["bare"]
    phrases = [phrase for kind in ("any", "earliest", "none", "unsure") for phrase in bare[kind]]
    assert len(phrases) == len(set(phrases))
    assert all(core(phrase) == phrase for phrase in phrases), [p for p in phrases if core(p) != p]

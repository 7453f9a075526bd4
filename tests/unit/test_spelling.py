"""Spelling tolerance, on the words of the emergency check and on real English words."""

import pytest

from bot.packaged import english_words
from bot.safety import emergency
from bot.safety.spelling import Spelling, one_letter_apart

LIST = ["stabbed", "flooding", "drowning", "suicid*", "working", "waking", "smell", "gas"]


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(LIST, english_words().__contains__)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("stabed", "stabbed"), ("floodng", "flooding"), ("drwoning", "drowning"), ("smeel", "smell"), ("sucidal", "suicid*")],
)
def test_one_letter_too_many_missing_wrong_or_swapped_is_forgiven(spelling: Spelling, typed: str, meant: str) -> None:
    assert spelling.meant(typed) == {meant}


@pytest.mark.parametrize(
    "typed", ["stabbed", "flooring", "small", "walking", "gaz", "xtabbed", "dorwings", "stbed", "", "12345"]
)
def test_a_word_of_its_own_a_short_one_or_one_that_is_farther_off_is_left_alone(spelling: Spelling, typed: str) -> None:
    assert spelling.meant(typed) == set()


def test_of_several_words_the_one_with_the_same_consonants_is_meant(spelling: Spelling) -> None:
    assert spelling.meant("wrking") == {"working"}


def test_a_misspelling_of_an_english_word_that_is_not_in_the_list_is_not_taken_for_one_that_is(spelling: Spelling) -> None:
    assert Spelling(["flood"], english_words().__contains__).meant("foood") == set()
    assert Spelling(["flood"], english_words().__contains__).meant("floood") == {"flood"}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [("abcd", "abd", True), ("abd", "abcd", True), ("abcd", "abxd", True), ("abcd", "acbd", True), ("abcd", "abcd", False)],
)
def test_one_letter_apart(one: str, other: str, apart: bool) -> None:
    assert one_letter_apart(one, other) is apart
    assert (
        not one_letter_apart("abcd", "adcb") and not one_letter_apart("abcd", "xbcd") and not one_letter_apart("ab", "abcd")
    )


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("somebody has been stabed in the park", "report_danger_to_life"),
        ("carbon monixide alram going off and we all have headachs", "report_gas_leak"),
        ("my hosband hits me", "domestic_abuse"),
        ("there is a sinkholle in the road", "report_dangerous_structure"),
    ],
)
def test_a_misspelt_emergency_is_recognised(text: str, intent: str) -> None:
    assert emergency.check(text) == intent

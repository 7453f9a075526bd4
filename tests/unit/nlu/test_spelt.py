"""Misspelt words are put right towards what the training phrases say."""

from pathlib import Path

import pytest

from bot.nlu.spelt import Spelt


@pytest.fixture(scope="module")
def spelt() -> Spelt:
    """What a few phrases teach, each said often enough; "brokin" is said so often that it counts as a word."""
    return Spelt.learn(["my kitchen tap is broken"] * 5 + ["the boiler is brokin"] * 5 + ["council tax arrears"] * 4)


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("kitchin tap", "kitchen tap"),
        ("my KITCHN", "my kitchen"),
        ("counicl tax", "council tax"),
        ("boilr's gone", "boilr's gone"),
    ],
)
def test_a_misspelt_word_is_read_as_the_one_that_is_meant(spelt: Spelt, typed: str, right: str) -> None:
    assert spelt.right(typed) == right


@pytest.mark.parametrize("typed", ["the toiler", "brokin", "kit", "Kitchener Road", "AZ1 2BC", "", "🙂 !!"])
def test_words_names_and_codes_stay_as_they_are(spelt: Spelt, typed: str) -> None:
    assert spelt.right(typed) == typed


def test_what_few_phrases_say_is_no_reason_to_change_a_word() -> None:
    assert Spelt.learn(["the kitchen"] * 3).right("kitchin") == "kitchin"


def test_what_is_saved_comes_back_the_same(spelt: Spelt, tmp_path: Path) -> None:
    spelt.save(tmp_path)
    assert Spelt.load(tmp_path).counts == spelt.counts

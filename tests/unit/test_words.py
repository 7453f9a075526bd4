"""The words residents read come from data/words, whole or not at all."""

from pathlib import Path

import pytest

from bot.words import has_words, read, words


def test_words_are_found_by_file_and_key() -> None:
    assert words("gate.empty").startswith("Your message was empty.")
    assert has_words("gate.empty")
    assert not has_words("gate.nothing_of_the_kind")


def test_values_and_the_councils_own_data_are_put_in() -> None:
    assert "2000 characters" in words("gate.too_long", limit=2000)
    assert "01632 960199" in words("gate.internal")
    assert words("transcript.heading", when="today") == (
        "Your conversation with Night Desk, the automated assistant of Ashcombe Borough Council, started on today."
    )


REFUSALS = {
    "our fault": ["internal"],
    "text": ["empty", "too_long", "characters", "too_fast", "too_big"],
    "request": ["bad_json", "bad_choice", "bad_id", "no_session", "wrong_origin", "not_found"],
    "photo": ["photo_type", "photo_too_big"],
}


@pytest.mark.parametrize("code", [code for codes in REFUSALS.values() for code in codes])
def test_every_refusal_has_words(code: str) -> None:
    assert words(f"gate.{code}", limit=2000, megabytes=10)


def test_a_value_may_have_any_name_and_signs() -> None:
    assert "{council} key" in words("transcript.choice", title="{council} key", key="not used")


def test_missing_words_are_named() -> None:
    with pytest.raises(KeyError, match=r"gate\.nothing"):
        words("gate.nothing")


def test_a_missing_value_is_named_with_its_words() -> None:
    with pytest.raises(KeyError, match=r"gate\.too_long.*limit"):
        words("gate.too_long")


def test_yes_and_no_and_numbers_are_words(tmp_path: Path) -> None:
    path = tmp_path / "answers.yml"
    path.write_text("yes: No\n1: 2\nbin:\n  food: |\n    Food\n", encoding="utf-8")
    assert read(path) == {"answers.yes": "No", "answers.1": "2", "answers.bin.food": "Food"}


@pytest.mark.parametrize("content", ["a: b\na: c\n", "a: [b, c]\n", "- a\n"])
def test_a_file_that_is_not_words_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.yml"):
        read(path)

"""The tokeniser must cut words as the sentence model was taught."""

import pytest

from bot.nlu.wordpiece import WordPiece, words
from bot.packaged import vocabulary


@pytest.fixture(scope="module")
def tokens() -> WordPiece:
    return WordPiece(vocabulary())


# Ids from BERT's uncased tokeniser, as published with all-MiniLM-L6-v2.
@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("hello world", [101, 7592, 2088, 102]),
        ("Hello, World!", [101, 7592, 1010, 2088, 999, 102]),
        ("", [101, 102]),
        ("   \t\n", [101, 102]),
        ("café", [101, 7668, 102]),
        ("embeddings", [101, 7861, 8270, 4667, 2015, 102]),
        ("中文", [101, 1746, 1861, 102]),
    ],
)
def test_a_text_has_the_ids_of_the_published_tokeniser(tokens: WordPiece, text: str, ids: list[int]) -> None:
    assert tokens.ids(text) == ids


def test_punctuation_stands_alone_and_accents_go() -> None:
    assert words("Don't—über-late!") == ["don", "'", "t", "—", "uber", "-", "late", "!"]


def test_control_characters_vanish_and_odd_spaces_part_words() -> None:
    assert words("a\x00b\u200bc\u00a0d\u3000e") == ["abc", "d", "e"]


def test_a_word_longer_than_a_hundred_letters_is_unknown(tokens: WordPiece) -> None:
    assert tokens.ids("a" * 101) == [101, 100, 102]


def test_a_long_text_is_cut_at_128_pieces_with_its_end_mark(tokens: WordPiece) -> None:
    ids = tokens.ids("bin " * 2000)
    assert len(ids) == 128
    assert (ids[0], ids[-1]) == (101, 102)


@pytest.mark.parametrize("text", ["\ud800", "🗑️🚮", "\u202eright to left", "\ufffd", "ﬁ", "Ⅷ", "a\u0301" * 50])
def test_any_text_is_cut_into_pieces_without_an_error(tokens: WordPiece, text: str) -> None:
    ids = tokens.ids(text)
    assert ids[0] == 101
    assert ids[-1] == 102

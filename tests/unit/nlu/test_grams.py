"""How texts are cut into n-grams: as scikit-learn cuts them, by which the settings were measured."""

import pytest
from sklearn.feature_extraction.text import CountVectorizer

from bot.nlu.grams import cut_letters, cut_words
from bot.settings import ROOT
from tests.phrases import rows

PHRASES = [row["text"] for row in rows("held_out.csv")]
NAUGHTY = (ROOT / "tests/data/naughty_strings.txt").read_text(encoding="utf-8").splitlines()
ODD = [
    "",
    " ",
    "a",
    "I",
    "  two   spaces ",
    "tab\tand\nline",
    "it's 7am/8pm",
    "naïve café",
    "a_b",
    "🚮 bins!!",
    "\u00a0x\u2003y",
]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_words_are_cut_as_scikit_learn_cuts_them(most):
    theirs = CountVectorizer(lowercase=False, token_pattern=r"(?u)\b\w+\b", ngram_range=(1, most)).build_analyzer()
    ours = cut_words(most)
    for text in (*PHRASES, *NAUGHTY, *ODD):
        assert ours(text) == theirs(text), text


@pytest.mark.parametrize(("least", "most"), [(1, 1), (2, 5), (3, 4)])
def test_letters_are_cut_as_scikit_learn_cuts_them(least, most):
    theirs = CountVectorizer(lowercase=False, analyzer="char_wb", ngram_range=(least, most)).build_analyzer()
    ours = cut_letters(least, most)
    for text in (*PHRASES, *NAUGHTY, *ODD):
        assert ours(text) == theirs(text), text

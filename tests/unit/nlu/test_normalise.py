"""What differs from message to message and means the same becomes one."""

import pytest

from bot.nlu.normalise import for_ngrams, for_vectors


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  My   BIN\n\nwas missed ", "my bin was missed"),
        ("bin day for AZ1 2BB", "bin day for ukpostcode"),
        ("az12bb", "ukpostcode"),
        ("ref 123456", "ref 000000"),
        ("I don’t know", "i don't know"),
        ("helllllllp", "helllp"),
        ("see https://example.com/a?b=1 now", "see wwwlink now"),
        ("jo@example.com", "emailaddress"),
        ("１２３", "000"),
        ("", ""),
        ("\ud800", "\ud800"),
    ],
)
def test_a_message_is_spelt_one_way_for_its_ngrams(text: str, plain: str) -> None:
    assert for_ngrams(text) == plain


def test_the_sentence_model_reads_the_words_as_typed() -> None:
    assert for_vectors("  It’s AZ1 2BB,\n ref 12 ") == "It's AZ1 2BB, ref 12"

"""Which text is taken, and in what form."""

import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.log import ConversationLog
from bot.safety.gate import LIMIT, Refused, admit
from bot.settings import ROOT
from bot.words import words

ANY_TEXT = st.text(st.characters())
LINES = (ROOT / "tests" / "data" / "naughty_strings.txt").read_text(encoding="utf-8").splitlines()


def unescaped(line: str) -> str:
    """Return a line of the fixture with its Python escapes read."""
    return "".join(
        part if index % 2 == 0 else part.encode("ascii").decode("unicode_escape")
        for index, part in enumerate(_split_escapes(line))
    )


def _split_escapes(line: str) -> list[str]:
    return re.split(r"(\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[nt\\]))", line)


REFUSED = [unescaped(line[2:]) for line in LINES if line.startswith("> ")]
TAKEN = [unescaped(line) for line in LINES if line and not line.startswith(("> ", "# "))]


def refusal(text: str) -> str:
    with pytest.raises(Refused) as refused:
        admit(text)
    return refused.value.code


def test_plain_words_come_back_as_they_were() -> None:
    assert admit("When is my bin collected?") == "When is my bin collected?"


def test_newlines_become_one_kind_and_letters_one_form() -> None:
    assert admit(" a\r\nb\rc\u2028d\x85e \n") == "a\nb\nc\nd\ne"
    assert admit("cafe\u0301") == "caf\u00e9"
    assert admit("one\ttwo") == "one\ttwo"


def test_marks_that_turn_the_reading_order_are_dropped() -> None:
    assert admit("\ufeffpay \u202eknil\u202c \u2066now\u2069") == "pay knil now"


@pytest.mark.parametrize("text", ["", " ", "\n\t \r\n", "\u200b\u200d", "\ufeff", "\u00a0\u2003"])
def test_what_can_not_be_seen_is_empty(text: str) -> None:
    assert refusal(text) == "empty"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x9b", "\ud800", "\udfff"])
def test_control_characters_and_half_characters_are_refused(character: str) -> None:
    assert refusal(f"my bin {character}") == "characters"
    assert refusal(character) == "characters"


def test_the_limit_is_counted_after_normalisation() -> None:
    assert len(admit("e\u0301" * LIMIT)) == LIMIT
    assert admit("a" * LIMIT + " " * 50) == "a" * LIMIT
    assert refusal("a" * (LIMIT + 1)) == "too_long"
    assert refusal("\u0344" * (LIMIT // 2 + 1)) == "too_long"
    with pytest.raises(Refused):
        admit("abc", limit=2)


@given(ANY_TEXT)
def test_what_is_taken_is_safe_and_stays_as_it_is(text: str) -> None:
    try:
        taken = admit(text)
    except Refused as refused:
        assert refused.code in {"empty", "characters", "too_long"}
        return
    assert admit(taken) == taken
    assert unicodedata.is_normalized("NFC", taken)
    assert 0 < len(taken) <= LIMIT
    taken.encode("utf-8")
    assert {unicodedata.category(character) for character in taken}.isdisjoint({"Cs"})
    assert all(character in "\n\t" or unicodedata.category(character) != "Cc" for character in taken)


@pytest.mark.parametrize("code", ["empty", "too_long", "characters"])
def test_every_refusal_has_words_that_say_what_to_do(code: str) -> None:
    assert words(Refused(code).message_key, limit=LIMIT)


@pytest.mark.parametrize("text", REFUSED, ids=ascii)
def test_naughty_strings_that_harm_are_refused(text: str) -> None:
    assert refusal(text) in {"empty", "characters"}


def test_other_naughty_strings_are_plain_text_from_the_gate_to_the_log(log: ConversationLog) -> None:
    conversation = log.open("web", "s")
    for number, text in enumerate(TAKEN):
        log.receive(conversation.id, f"m{number}", admit(text))
    stored = [message.text for message in log.messages(conversation.id)]
    assert stored == [unicodedata.normalize("NFC", text).strip() for text in TAKEN]
    assert json.loads(json.dumps(stored)) == stored
    assert all(text in log.transcript(conversation.id) for text in stored)

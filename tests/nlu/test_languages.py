"""How well messages in other languages are told from English, and emergencies in them found: the figures are floors."""

import time
from collections import Counter

import pytest

from bot.safety import emergency, foreign
from bot.safety.language import hear, other_language
from tests.phrases import phrases, rows

ASKED_FOR = ["cy", "pl", "ro", "bn", "ur", "pa", "ar", "pt", "uk", "so", "zh-Hant"]
# Real Polish, in the training phrases for hello and thank you.
POLISH = {"dzien dobry", "dziekuje bardzo"}


FOREIGN = rows("languages_held_out.csv")


def test_there_are_enough_messages_in_each_language_that_was_asked_for():
    messages = Counter(row["language"] for row in FOREIGN)
    urgent = Counter(row["language"] for row in FOREIGN if row["emergency"])
    for code in ASKED_FOR:
        assert messages[code] >= 12 and urgent[code] >= 3, code
    assert {row["emergency"] for row in FOREIGN} - {""} <= set(emergency.emergencies())


def test_ninety_nine_of_a_hundred_messages_are_in_the_language_that_was_heard():
    wrong = [
        (row["text"], row["language"], heard) for row in FOREIGN if (heard := other_language(row["text"])) != row["language"]
    ]
    assert len(wrong) <= 0.01 * len(FOREIGN), wrong


@pytest.mark.parametrize("code", ASKED_FOR)
def test_every_message_of_a_language_that_was_asked_for_is_heard(code):
    assert not [row["text"] for row in FOREIGN if row["language"] == code and other_language(row["text"]) != code]


def test_every_clear_emergency_is_caught_and_nothing_else():
    for row in FOREIGN:
        found = foreign.check(row["text"], hear(row["text"]))
        assert (found[1] if found else "") == row["emergency"], row


@pytest.mark.parametrize("name", ["held_out.csv", "emergency_held_out.csv"])
def test_no_english_message_is_taken_for_another_language(name):
    assert not [row["text"] for row in rows(name) if hear(row["text"]).code]


def test_one_training_phrase_in_a_thousand_at_most_is_taken_for_another_language():
    english = [text for text, _ in phrases() if text not in POLISH]
    alarms = [text for text in english if other_language(text)]
    assert len(alarms) <= 0.001 * len(english), alarms
    assert not [text for text in english if foreign.check(text, hear(text))]


def test_a_message_takes_less_than_half_a_millisecond():
    texts = [row["text"] for row in (*FOREIGN, *rows("held_out.csv"))]
    best = min(_seconds(texts) for _ in range(3))
    assert best / len(texts) < 0.0005


def _seconds(texts: list[str]) -> float:
    start = time.process_time()
    for text in texts:
        foreign.check(text, hear(text))
    return time.process_time() - start

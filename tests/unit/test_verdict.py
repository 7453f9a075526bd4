"""The verdict on an emergency: the officer's lines and the classifier together."""

from dataclasses import asdict

import pytest

from bot.safety.emergency import signals
from bot.safety.verdict import bars, verdict

PLAIN = "can you come and see to this please"


def test_what_the_lines_are_sure_of_needs_no_classifier() -> None:
    found = verdict("my kitchen is on fire", [("praise", 1.0)])
    assert found.intent == "report_danger_to_life" and found.sure


def test_a_message_torn_between_two_emergencies_is_the_likelier_of_them() -> None:
    torn = [("report_flooding", 0.4), ("report_danger_to_life", 0.35), ("report_repair", 0.25)]
    found = verdict(PLAIN, torn)
    assert found.intent == "report_flooding" and found.share == pytest.approx(0.75) and not found.sure


def test_less_than_the_bar_is_no_emergency() -> None:
    bar = bars()["plain"]
    assert verdict(PLAIN, [("report_repair", 0.9), ("report_flooding", bar - 0.01)]).intent is None
    assert verdict(PLAIN, [("report_flooding", bar), ("report_repair", 0.1)]).intent == "report_flooding"


def test_nothing_understood_is_no_emergency() -> None:
    assert verdict(PLAIN, []).intent is None
    assert verdict("", [(None, 0.0)]).intent is None


@pytest.mark.parametrize(
    ("text", "bar"),
    [
        (PLAIN, "plain"),
        ("rough sleepers", "near"),
        ("is the gas engineer coming", "everyday"),
        ("where can I donate blankets to the shelter", "discounted"),
        ("it all happened two years ago", "discounted"),
    ],
)
def test_what_the_lines_say_sets_the_bar(text: str, bar: str) -> None:
    assert verdict(text, [("homeless_tonight", 0.5)]).bar == bar


def test_abuse_of_long_ago_is_not_discounted() -> None:
    assert verdict("it all happened two years ago", [("domestic_abuse", 0.6)]).intent == "domestic_abuse"


def test_an_open_question_raises_the_bar_unless_something_is_near() -> None:
    assert verdict(PLAIN, [("report_flooding", 0.6)]).intent == "report_flooding"
    assert verdict(PLAIN, [("report_flooding", 0.6)], in_a_question=True).intent is None
    assert verdict(PLAIN, [("report_flooding", 0.9)], in_a_question=True).intent == "report_flooding"
    assert verdict("rough sleepers", [("homeless_tonight", 0.75)], in_a_question=True).intent == "homeless_tonight"


def test_the_bars_stand_in_their_order() -> None:
    found = bars()
    assert 0 < found["near"] < found["plain"] < found["everyday"] < found["discounted"] < 1
    assert found["near"] < found["near_in_a_question"] < found["in_a_question"] and found["plain"] < found["in_a_question"]


def test_a_sure_sign_is_near_too_and_leaves_no_doubt() -> None:
    assert asdict(signals("I want to kill myself")) == {
        "sure": "self_harm",
        "near": "self_harm",
        "everyday": False,
        "unreal": False,
        "over": False,
    }


@pytest.mark.parametrize(
    "text",
    [
        "how do I volunteer at the night shelter",
        "suicide prevention course dates",
        "we were flooded last year, can I have a copy of the letter",
        "my CO alarm chirps, it needs a new battery",
        "the fire brigade put it out last night and nobody was hurt",
        "over my dead body will I pay that",
        "my wife will kill me if I forget the bins",
        "what age can a child be left home alone by law",
        "the murder mystery is on at the library",
    ],
)
def test_training_help_that_is_offered_the_past_and_figures_of_speech_are_no_alarm(text: str) -> None:
    assert signals(text).sure is None and signals(text).near is None

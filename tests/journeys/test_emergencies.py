"""Emergencies that only the classifier hears: with nothing open, and in the middle of a question."""

import pytest

from tests.journeys.talker import Talker

WORDS = "please come and look at it for us"
TORN = (("report_flooding", 0.4), ("report_danger_to_life", 0.35), ("report_repair", 0.2))


def emergency(talker: Talker) -> str | None:
    return next((str(r.extra["emergency"]) for r in talker.last if r.kind == "emergency"), None)


def test_a_message_torn_between_two_emergencies_is_answered_as_the_likelier(talker: Talker) -> None:
    talker.say(WORDS, "report_flooding", 0.4, TORN)
    assert emergency(talker) == "report_flooding" and "report_flooding" in talker.flags


def test_a_half_heard_emergency_is_asked_about(talker: Talker) -> None:
    ranking = (("report_repair", 0.5), ("report_flooding", 0.3), ("ask_repair_responsibility", 0.1))
    talker.say(WORDS, "report_repair", 0.5, ranking)
    assert emergency(talker) is None and talker.last[0].choices


def test_an_emergency_that_everyday_words_make_doubtful_is_asked_about(talker: Talker) -> None:
    ranking = (("report_gas_leak", 0.7), ("report_repair", 0.2))
    talker.say("my gas engineer is late again", "report_gas_leak", 0.7, ranking)
    assert emergency(talker) is None and talker.last[0].choices


def test_in_the_middle_of_a_question_a_very_sure_one_goes_first_and_keeps_the_task(talker: Talker) -> None:
    talker.say("I need a new bin", "order_bin")
    talker.say(WORDS, "report_flooding", 0.9, (("report_flooding", 0.9), ("inform", 0.1)))
    assert emergency(talker) == "report_flooding"
    talker.press("Carry on where I was")
    assert talker.last


@pytest.mark.parametrize("text", ["by the river", "next to the gas meter"])
def test_a_short_answer_is_an_answer(talker: Talker, text: str) -> None:
    talker.say("I need a new bin", "order_bin")
    talker.say(text, "inform", 0.5, (("inform", 0.5), ("report_flooding", 0.4)))
    assert emergency(talker) is None

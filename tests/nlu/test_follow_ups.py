"""What the conversation was about counts: short messages that follow a wish, written for this and never trained on."""

from collections.abc import Iterable

import pytest

from actions.engine.context import in_context
from actions.engine.turn import Turn
from bot.nlu.classifier import RANKING_LENGTH
from tests.models import newest_intent_model
from tests.phrases import rows

MORE_RIGHT = 2  # of 45; measured: 30 alone, 33 with what went before


@pytest.fixture(scope="module")
def said() -> list[tuple[str, Turn, str]]:
    """What was served before, the message as it is understood alone, and what is meant."""
    model, asked = newest_intent_model(), rows("follow_ups.csv")
    likely = model.probabilities([row["text"] for row in asked]).tolist()
    return [(row["before"], _turn(row["text"], zip(model.names, one)), row["intent"]) for row, one in zip(asked, likely)]


def _turn(text: str, shares: Iterable[tuple[str, float]]) -> Turn:
    ranking = tuple(sorted(shares, key=lambda one: -one[1])[:RANKING_LENGTH])
    return Turn("a conversation", 1, text, *ranking[0], ranking)


def test_more_follow_ups_are_understood_with_what_went_before(said: list[tuple[str, Turn, str]]) -> None:
    alone = sum(turn.intent == meant for _, turn, meant in said)
    in_turn = sum(in_context(turn, before).intent == meant for before, turn, meant in said)
    assert in_turn >= alone + MORE_RIGHT


def test_a_message_that_is_sure_is_not_touched() -> None:
    turn = Turn("a conversation", 1, "pothole on mill lane", "report_street_problem", 0.9, (("report_street_problem", 0.9),))
    assert in_context(turn, "check_bin_day") is turn


def test_shares_still_add_up_to_one_with_what_is_beyond_the_ranking() -> None:
    ranking = (("report_street_problem", 0.4), ("ask_bin_contents", 0.3))
    turn = in_context(Turn("a conversation", 1, "and that", *ranking[0], ranking), "check_bin_day")
    assert turn.intent == "ask_bin_contents"
    assert turn.confidence == pytest.approx(1.2 / (0.4 + 1.2 + 0.3))

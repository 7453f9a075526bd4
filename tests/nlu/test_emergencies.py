"""What is answered as an emergency, by the trained model and the officer's lines together. Both files were learnt from."""

import json
from typing import Any

import pytest

from bot import evaluate
from bot.settings import ROOT

FILES = ("emergency_held_out.csv", "emergency_development.csv")


@pytest.fixture(scope="module", params=FILES)
def report(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The report of the command on one file, by the newest model."""
    path = ROOT / "tests" / "nlu" / request.param
    capture = pytest.MonkeyPatch()
    printed: list[str] = []
    try:
        capture.setattr("builtins.print", lambda *words, **_: printed.append(" ".join(map(str, words))))
        assert evaluate.main([str(path), "--emergency", "--json"]) == 0, printed
    finally:
        capture.undo()
    found: dict[str, Any] = json.loads(printed[-1])
    return found


def test_ninety_eight_of_a_hundred_emergencies_are_answered_as_one(report: dict[str, Any]) -> None:
    assert report["recall"] >= 0.98, report["missed"]


def test_nine_of_ten_are_answered_as_the_right_one(report: dict[str, Any]) -> None:
    assert report["right"] >= 0.9


@pytest.mark.parametrize("kind", ["report_danger_to_life", "report_gas_leak", "self_harm", "safeguarding_concern"])
def test_no_kind_is_left_behind(report: dict[str, Any], kind: str) -> None:
    assert report["kinds"][kind]["recall"] >= 0.9


def test_at_most_three_of_a_hundred_alarming_but_harmless_messages_raise_an_alarm(report: dict[str, Any]) -> None:
    assert report["false_alarm_rate"] <= 0.03, report["raised"]


def test_a_verdict_comes_at_once(report: dict[str, Any]) -> None:
    assert report["ms_per_check"] < 5

"""`python -m bot evaluate --emergency`: the figures, and what it says when it can't make them."""

import json
from pathlib import Path

import pytest

from bot import evaluate
from bot.evaluate import CannotEvaluate, Guess, Row
from bot.evaluate_emergency import _answered, as_text, evaluate_emergency, score

ROWS = [
    (Row(2, "my house is on fire", "report_danger_to_life"), Guess((("praise", 1.0),), 4.0)),
    (Row(3, "it is coming nearer", "report_flooding"), Guess((("report_flooding", 0.4), ("self_harm", 0.3)), 6.0)),
    (Row(4, "it is getting worse", "self_harm"), Guess((("report_flooding", 0.9),), 8.0)),
    (Row(5, "please see to it", "self_harm"), Guess((("report_repair", 0.9), ("self_harm", 0.1)), 5.0)),
    (Row(6, "my bin was missed", "none"), Guess((("report_missed_bin", 0.9),), 5.0)),
    (Row(7, "please see to it all", "none"), Guess((("report_gas_leak", 0.9),), 5.0)),
]


def test_the_figures_are_those_worked_out_by_hand() -> None:
    report = score([_answered(row, guess) for row, guess in ROWS])
    assert (report["emergencies"], report["caught"], report["harmless"], report["false_alarms"]) == (4, 3, 2, 1)
    assert report["recall"] == 0.75 and report["right"] == 0.5 and report["false_alarm_rate"] == 0.5
    assert report["kinds"]["self_harm"] == {"messages": 2, "recall": 0.5, "right": 0.0}
    assert report["kinds"]["report_gas_leak"] == {"messages": 0, "recall": None, "right": None}
    assert report["halves"] == {
        "check": {"caught": 1, "false_alarms": 0},
        "classifier": {"caught": 2, "false_alarms": 1},
    }
    assert [one["line"] for one in report["missed"]] == [5] and [one["line"] for one in report["raised"]] == [7]
    assert report["ms_per_message"] >= 5.0


def test_the_bars_say_what_another_value_would_catch() -> None:
    plain = score([_answered(row, guess) for row, guess in ROWS])["bars"]["plain"]
    assert (plain["emergencies"], plain["harmless"]) == (3, 2)
    caught = {one["bar"]: (one["caught"], one["false_alarms"]) for one in plain["tried"]}
    assert caught[0.5] == (2, 1) and caught[0.8] == (1, 1) and caught[0.95] == (0, 0)


def test_a_file_without_harmless_messages_has_no_false_alarm_rate_and_can_be_printed() -> None:
    report = score([_answered(row, guess) for row, guess in ROWS[:1]])
    assert report["false_alarm_rate"] is None and report["recall"] == 1.0
    json.dumps(report)
    assert "false alarms" in as_text({**report, "file": "a.csv", "model": "m"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("text,intent\nfire,none\n", "no column label"),
        ("text,label\nfire,fire\n", r"no emergency.*: fire \(line 2\)"),
        ("text,label\n", "no rows"),
        ("text,label\nfire,\n", "line 2: it has no label"),
    ],
)
def test_a_file_that_cannot_be_scored_is_named_with_the_reason(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "messages.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotEvaluate, match=said):
        evaluate_emergency(path)


def test_the_command_line_says_what_is_wrong_and_returns_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate.main([str(tmp_path / "none.csv"), "--emergency"]) == 2
    assert "can't be read" in capsys.readouterr().err

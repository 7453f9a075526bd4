"""`python -m bot benchmark`: trains the real pipeline on small made-up files, and what it says when it can't."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot import benchmark, trial
from bot.benchmark import draw, read_plan
from bot.evaluate import CannotEvaluate, Guess, Row
from bot.trial import figures, hold_out, rejected, threshold_of

DRINKS = {
    "order/tea": "a cup of tea please|tea with milk|one tea|i would like some tea|green tea for me|hot tea|two teas|"
    "can i get tea|tea to go|bring me a pot of tea",
    "order/coffee": "a coffee please|black coffee|one espresso|i would like a latte|coffee with [oat](milk)|strong coffee|"
    "two coffees|can i get a coffee|coffee to go|bring me a cappuccino",
    "pay": "the bill please|can i pay|i want to pay by card|what do i owe|bring me the bill|do you take cards|"
    "pay the bill now|i would like to pay|let me pay|how much is it",
}
ELSEWHERE = "who won the match|what is the capital of peru|play some music|is it raining|tell me about whales"


def _csv(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("text,intent\n" + "".join(f'"{text}",{intent}\n' for text, intent in rows), encoding="utf-8")
    return path


@pytest.fixture
def train(tmp_path: Path) -> Path:
    rows = [(text, intent) for intent, texts in DRINKS.items() for text in texts.split("|")]
    return _csv(tmp_path / "train.csv", rows + [(text, "oos") for text in ELSEWHERE.split("|")])


@pytest.fixture
def to_score(tmp_path: Path) -> Path:
    rows = [("some tea", "order/tea"), ("an espresso", "order/coffee"), ("pay please", "pay"), ("who was napoleon", "OOD")]
    return _csv(tmp_path / "test.csv", rows)


def test_a_file_is_learnt_and_another_scored_with_every_figure(
    train: Path, to_score: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert benchmark.main([str(train), str(to_score), "--json"]) == 0
    out, err = capsys.readouterr()
    report = json.loads(out)
    assert report["accuracy"] >= 2 / 3
    assert 0 <= report["in_scope_accuracy"] <= report["accuracy"]
    assert report["out_of_scope_recall"] in (0.0, 1.0)
    assert report["out_of_scope_messages"] == {"train": 5, "test": 1}
    assert (report["intents"], report["validation_messages"]) == (3, 3)
    assert report["ms_per_message"] > 0 and report["memory_mb"] > 100
    assert report["training_seconds"] > 0 and report["training_cpu_seconds"] > 0
    assert "Training on 35 messages" in err


def test_without_out_of_scope_messages_their_figures_are_null_and_say_so(
    train: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    test = _csv(tmp_path / "inside.csv", [("some tea", "order/tea"), ("pay please", "pay")])
    assert benchmark.main([str(train), str(test), "--examples", "4", "--draws", "2", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["in_scope_accuracy"] is report["out_of_scope_recall"] is report["threshold"] is None
    assert [one["train_messages"] for one in report["draws"]] == [16, 16]
    low, high = report["ranges"]["accuracy"]
    assert low <= report["accuracy"] <= high
    assert "no out-of-scope messages" in benchmark.as_text({"train": "a", "test": "b", **report})


@pytest.mark.parametrize(
    ("train_rows", "test_rows", "options", "words"),
    [
        ([("a", "x")], [("a", "x")], [], "has 1 intents in scope; a model needs two"),
        ([("a", "x"), ("b", "y")], [("c", "z")], [], "no examples of: z (line 2)"),
        ([("a", "x"), ("b", "y")], [("c", "oos")], [], "has no messages in scope"),
        ([("a", "x"), ("b", "y"), ("c", "y")], [("c", "x")], ["--examples", "2"], "x has 1 messages to train on"),
        ([("a", "x"), ("b", "y")], [("c", "x"), ("d", "oos")], [], "too few to hold out a tenth"),
    ],
)
def test_files_that_are_not_fit_are_refused_with_the_reason(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    train_rows: list[tuple[str, str]],
    test_rows: list[tuple[str, str]],
    options: list[str],
    words: str,
) -> None:
    files = [_csv(tmp_path / "a.csv", train_rows), _csv(tmp_path / "b.csv", test_rows)]
    assert benchmark.main([*map(str, files), *options]) == 2
    out, err = capsys.readouterr()
    assert words in err and not out


def test_a_file_that_is_not_there_is_named(train: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmark.main([str(train), "none.csv"]) == 2
    assert "none.csv can't be read" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--draws", "3"], ["--examples", "0"], ["--examples", "many"]])
def test_options_that_make_no_sense_are_refused(train: Path, options: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        benchmark.main([str(train), str(train), *options])
    assert ended.value.code == 2


def test_another_label_may_be_out_of_scope(tmp_path: Path) -> None:
    path = _csv(tmp_path / "a.csv", [("a", "x"), ("b", "y"), ("c", "none of these"), ("d", "oos")])
    plan = read_plan(path, path, None, ("oos", "None of these"))
    assert [row.intent for row in plan.train] == ["x", "y", "out_of_scope", "out_of_scope"]


def test_a_tenth_of_every_intent_is_held_out_and_no_intent_is_lost() -> None:
    rows = [Row(n, f"{n}", "abc"[n % 3]) for n in range(300)] + [Row(300, "one", "rare"), Row(301, "far", "out_of_scope")]
    kept, held = hold_out(rows)
    assert sorted(row.line for row in (*kept, *held)) == list(range(302))
    assert [[row.intent for row in held].count(intent) for intent in "abc"] == [10, 10, 10]
    assert {"rare", "out_of_scope"} <= {row.intent for row in kept}
    assert hold_out(rows) == (kept, held)


def test_the_threshold_is_the_score_below_which_a_twentieth_lie() -> None:
    guesses = [Guess((("x", n / 100),), 1.0) for n in range(1, 101)]
    threshold = threshold_of(guesses)
    assert sum(rejected(guess, threshold) for guess in guesses) == 5


def test_a_message_whose_likeliest_intent_is_out_of_scope_is_rejected_however_sure() -> None:
    assert rejected(Guess((("out_of_scope", 0.99), ("x", 0.01)), 1.0), 0.0)


def test_the_figures_at_a_threshold_are_those_worked_out_by_hand() -> None:
    rows = [Row(1, "a", "x"), Row(2, "b", "x"), Row(3, "c", "y"), Row(4, "d", "out_of_scope"), Row(5, "e", "out_of_scope")]
    ranked = [("x", 0.9), ("x", 0.3), ("x", 0.8), ("y", 0.2), ("y", 0.7)]
    found = figures(rows, [Guess((one,), 2.0) for one in ranked], 0.5)
    assert found["accuracy"] == pytest.approx(2 / 3)
    assert found["in_scope_accuracy"] == pytest.approx(1 / 3)
    assert found["out_of_scope_recall"] == 0.5


def test_what_is_said_of_our_own_intents_is_not_taught_with_others() -> None:
    ours, others = [Row(1, "hi", "greet")], [Row(1, "hi", "greet"), Row(2, "tea", "order")]
    config = trial.ROOT / "config.yml"
    assert trial._for(ours, config) == yaml.safe_load(config.read_text(encoding="utf-8"))
    assert not any(component.get("learn_from_content") for component in trial._for(others, config)["pipeline"])


def test_a_draw_has_so_many_of_each_intent_and_another_seed_has_others() -> None:
    rows = [Row(n, f"{n}", "xy"[n % 2]) for n in range(40)]
    first, second = draw(rows, 5, 1), draw(rows, 5, 2)
    assert [sum(row.intent == intent for row in first) for intent in "xy"] == [5, 5]
    assert first == draw(rows, 5, 1) != second
    with pytest.raises(CannotEvaluate):
        draw([replace(rows[0], intent="z"), *rows], 5, 1)

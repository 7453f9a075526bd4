"""How much is understood: our test phrases, and the public sets by `python -m bot benchmark`."""

import csv
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.evaluate import Guess, read_rows, score
from bot.fresh import answers
from bot.settings import ROOT
from tests.bench.processes import run
from tests.bench.progress import say

HELD_OUT = "tests/nlu/held_out.csv"
EMERGENCIES = "tests/nlu/emergency_blind.csv"
SETS = Path(os.environ.get("SHARED_DIR") or ROOT.parent / "shared") / "benchmarks"
EXAMPLES, DRAWS = 10, 3
FALLBACK = "nlu_fallback"


def ours(folder: Path) -> dict[str, Any]:
    """Return what `python -m bot evaluate` says of our test phrases."""
    say("our test phrases: Night Desk")
    return _bot(folder, "evaluate", HELD_OUT)


def emergencies(folder: Path) -> dict[str, Any]:
    """Return what `python -m bot evaluate --emergency` says of our emergency phrases, without the phrases themselves."""
    say("our emergency phrases")
    report = _bot(folder, "evaluate", EMERGENCIES, "--emergency")
    return {name: value for name, value in report.items() if not isinstance(value, list)}


def on_rasa(model: Path) -> dict[str, Any]:
    """Return how a model of Rasa's own parts scores on our test phrases.

    What it takes for `nlu_fallback` counts by its likeliest real intent, which is kinder to it than its own answer.
    """
    say("our test phrases: Rasa's default")
    rows = read_rows(ROOT / HELD_OUT)
    found = answers(model, [row.text for row in rows])
    scores = score(rows, [without_fallback(guess) for guess in found.guesses], unsure=0.0)
    fallbacks = sum(guess.intent == FALLBACK for guess in found.guesses) / len(rows)
    return {**scores, "fallback_share": fallbacks, "memory_mb": found.peak_mb}


def without_fallback(guess: Guess) -> Guess:
    """Return a guess without the intent that Rasa puts before a doubtful one."""
    return replace(guess, ranking=tuple(one for one in guess.ranking if one[0] != FALLBACK))


def banking77(folder: Path) -> dict[str, Any] | None:
    """Return the figures for BANKING77, all of it and with ten examples an intent; None when its folder is not there."""
    source = SETS / "banking77"
    if not source.exists():
        return None
    train, test = (
        _csv(folder / f"banking77-{part}.csv", _banking_rows(source / f"{part}.csv")) for part in ("train", "test")
    )
    say("BANKING77, all training data")
    whole = _bot(folder, "benchmark", str(train), str(test))
    say(f"BANKING77, {EXAMPLES} examples an intent, {DRAWS} draws")
    few = _bot(folder, "benchmark", str(train), str(test), "--examples", str(EXAMPLES), "--draws", str(DRAWS))
    return {"whole": whole, "few": few}


def clinc150(folder: Path) -> dict[str, Any] | None:
    """Return the figures for CLINC150 with its out-of-scope rows, validated on its own validation; None without it."""
    source = SETS / "clinc150" / "data_full.json"
    if not source.exists():
        return None
    say("CLINC150")
    parts = json.loads(source.read_text(encoding="utf-8"))
    train = _csv(folder / "clinc150-train.csv", [*parts["train"], *parts["oos_train"]])
    test = _csv(folder / "clinc150-test.csv", [*parts["test"], *parts["oos_test"]])
    validation = _csv(folder / "clinc150-validation.csv", parts["val"])
    return _bot(folder, "benchmark", str(train), str(test), "--validation", str(validation))


def _banking_rows(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def _csv(path: Path, rows: Iterable[tuple[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "intent"), *rows])
    return path


def _bot(folder: Path, *arguments: str) -> dict[str, Any]:
    ran = run([sys.executable, "-m", "bot", *arguments, "--json"], folder / f"{arguments[0]}.log")
    found: dict[str, Any] = json.loads(ran.output)
    return found

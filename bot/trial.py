"""One trial: the pipeline of config.yml trained on any labelled messages, and what it scores on others."""

import contextlib
import json
import math
import os
import random
import statistics
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from bot.evaluate import OUT_OF_SCOPE, CannotEvaluate, Guess, Row, Understanding, score
from bot.fresh import answers
from bot.settings import ROOT
from bot.understanding import intents

REJECTED = 0.05
TENTH = 10
OUTSIDE_COUNTS = 0.03
LEAST_LIKELY = 1e-12
# What the house says of its own intents is no lesson about others'.
ONLY_FOR_OUR_INTENTS = {"learn_from_content": False}
# Rasa reads what is behind a slash as the name of a reply; labels with one are trained with a sign that looks like it.
SLASH, LIKE_A_SLASH = "/", "∕"

Report = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """What to train on and to score: rows in which every out-of-scope label is `out_of_scope`.

    `validation` is empty when it is to be taken from `train`.
    """

    train: list[Row]
    test: list[Row]
    validation: list[Row]


def trial(plan: Plan, config: Path = ROOT / "config.yml") -> Report:
    """Train on the plan's rows, answer its test messages in a fresh process, and return the figures.

    Shares are from 0 to 1. `accuracy` and `macro_f1` are of the in-scope test messages, none rejected. `in_scope_accuracy`
    (accepted and right) and `out_of_scope_recall` (rejected) are at the score below which 5 % of the validation's messages
    lie; without out-of-scope messages in the test they are None. `ms_per_message` is a median, after warm-up;
    `training_seconds` by the clock, `training_cpu_seconds` of all cores; `memory_mb` the peak of a process that has loaded
    the model and answered every test message. Raises CannotEvaluate.
    """
    with _workshop() as folder:
        asks_for_threshold = any(row.intent == OUT_OF_SCOPE for row in plan.test)
        threshold, validation = None, list(plan.validation)
        if asks_for_threshold and not validation:
            kept, validation = hold_out(plan.train)
            say(f"Training on {len(kept):,} messages, to choose the threshold on the other {len(validation):,}")
            held_out, _, _ = train(kept, config, folder / "threshold")
            threshold = threshold_of(_guesses(held_out, validation))
        say(f"Training on {len(plan.train):,} messages")
        model, seconds, cpu = train(plan.train, config, folder / "whole")
        if asks_for_threshold and threshold is None:
            threshold = threshold_of(_guesses(model, validation))
        say(f"Answering {len(plan.test):,} messages in a fresh process")
        found = answers(model, [row.text for row in plan.test])
    return {
        "train_messages": len(plan.train),
        "test_messages": len(plan.test),
        "intents": len({row.intent for row in plan.train} - {OUT_OF_SCOPE}),
        "out_of_scope_messages": {part: _count_out(rows) for part, rows in (("train", plan.train), ("test", plan.test))},
        **figures(plan.test, [_named(guess) for guess in found.guesses], threshold),
        "validation_messages": len(validation) if asks_for_threshold else 0,
        "training_seconds": seconds,
        "training_cpu_seconds": cpu,
        "start_seconds": found.start_seconds,
        "memory_mb": found.peak_mb,
    }


def acceptance(guess: Guess) -> float:
    """Return how sure it is that a message is one of those that we serve: higher is surer. Rejection goes by this.

    Most confidences are near 1, and there it tells more how unlikely out of scope is: 89 instead of 86 % of CLINC150's are
    rejected for the same messages in scope (the exponent was chosen on its validation). What the ranking has no room for
    is as likely as its last.
    """
    if guess.intent in (OUT_OF_SCOPE, None):
        return 0.0
    outside = dict(guess.ranking).get(OUT_OF_SCOPE, guess.ranking[-1][1])
    return guess.confidence * math.pow(max(outside, LEAST_LIKELY), -OUTSIDE_COUNTS)


def rejected(guess: Guess, threshold: float) -> bool:
    """Return whether a message is taken for out of scope."""
    return guess.intent == OUT_OF_SCOPE or acceptance(guess) < threshold


def threshold_of(guesses: Sequence[Guess]) -> float:
    """Return the score below which 5 % of these guesses lie, which are of in-scope messages."""
    ordered = sorted(map(acceptance, guesses))
    return ordered[int(REJECTED * len(ordered))]


def figures(rows: Sequence[Row], guesses: Sequence[Guess], threshold: float | None) -> Report:
    """Return what `trial` says of the test rows. With a threshold there is an in-scope and an out-of-scope row."""
    inside = [(row, guess) for row, guess in zip(rows, guesses) if row.intent != OUT_OF_SCOPE]
    outside = [guess for row, guess in zip(rows, guesses) if row.intent == OUT_OF_SCOPE]
    scores = score([row for row, _ in inside], [guess for _, guess in inside], unsure=0.0)
    accepted = recall = None
    if threshold is not None:
        right = [row.intent == guess.intent and not rejected(guess, threshold) for row, guess in inside]
        accepted, recall = statistics.fmean(right), statistics.fmean(rejected(guess, threshold) for guess in outside)
    return {
        "accuracy": scores["accuracy"],
        "top3_accuracy": scores["top3_accuracy"],
        "macro_f1": scores["macro_f1"],
        "expected_calibration_error": scores["expected_calibration_error"],
        "in_scope_accuracy": accepted,
        "out_of_scope_recall": recall,
        "threshold": threshold,
        "ms_per_message": statistics.median(guess.ms for guess in guesses),
    }


def hold_out(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return (the rows to train on, a tenth of the in-scope ones), with each intent's share in both.

    Out-of-scope rows and the only row of an intent are never held out. The same for the same rows.
    Raises CannotEvaluate when there are too few rows for it.
    """
    counts = Counter(row.intent for row in rows)
    inside = [row for row in rows if row.intent != OUT_OF_SCOPE and counts[row.intent] > 1]
    random.Random(7).shuffle(inside)
    held = sorted(inside, key=lambda row: row.intent)[TENTH // 2 :: TENTH]
    if not held:
        raise CannotEvaluate(f"{len(rows)} messages are too few to hold out a tenth of them; name a --validation file.")
    kept = set(map(id, held))
    return [row for row in rows if id(row) not in kept], held


def train(rows: Sequence[Row], config: Path, folder: Path) -> tuple[Path, float, float]:
    """Train the understanding of a Rasa configuration, as `rasa train nlu` does, into `folder`.

    Returns the model, the seconds by the clock and the seconds of all cores. Raises CannotEvaluate.
    """
    from rasa.model_training import train_nlu

    folder.mkdir(parents=True)
    (folder / "config.yml").write_text(yaml.safe_dump(_for(rows, config), sort_keys=False), encoding="utf-8")
    # Rasa's YAML would read square brackets in a message as an entity; its JSON takes a message as it is.
    examples = [{"text": row.text, "intent": row.intent.replace(SLASH, LIKE_A_SLASH), "entities": []} for row in rows]
    data = {"rasa_nlu_data": {"common_examples": examples}}
    (folder / "nlu.json").write_text(json.dumps(data), encoding="utf-8")
    clock, cpu = time.perf_counter(), time.process_time()
    model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.json"), str(folder), fixed_model_name="benchmark")
    if model is None:
        raise CannotEvaluate("The training failed; see Rasa's notes above.")
    return Path(model), time.perf_counter() - clock, time.process_time() - cpu


def _for(rows: Sequence[Row], config: Path) -> dict[str, Any]:
    """Return the configuration, without what is only for our own intents when these rows have others."""
    whole: dict[str, Any] = yaml.safe_load(config.read_text(encoding="utf-8"))
    if not {row.intent for row in rows} <= intents().keys():
        for component in whole["pipeline"]:
            component.update({name: value for name, value in ONLY_FOR_OUR_INTENTS.items() if name in component})
    return whole


def _guesses(model: Path, rows: Sequence[Row]) -> list[Guess]:
    say(f"Answering {len(rows):,} messages")
    understanding = Understanding(model)
    return [_named(understanding.guess(row.text)) for row in rows]


def _named(guess: Guess) -> Guess:
    """Return a guess with the labels as they are in the files."""
    return replace(
        guess, ranking=tuple((name and name.replace(LIKE_A_SLASH, SLASH), share) for name, share in guess.ranking)
    )


def _count_out(rows: Iterable[Row]) -> int:
    return sum(row.intent == OUT_OF_SCOPE for row in rows)


@contextlib.contextmanager
def _workshop() -> Iterator[Path]:
    """Give a folder for the time of a trial. Rasa's notes, which go to standard output, don't get between the figures."""
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # else a second training of the same rows would take no time
    with (
        tempfile.TemporaryDirectory(prefix="night-desk-benchmark-") as folder,
        contextlib.redirect_stdout(sys.stderr),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        yield Path(folder)


def say(text: str) -> None:
    """Tell on standard error how far it is."""
    print(text, file=sys.stderr, flush=True)

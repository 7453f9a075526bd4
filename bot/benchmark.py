"""Train the pipeline of config.yml on any labelled messages and score it on others.

    python -m bot benchmark TRAIN.csv TEST.csv [--json]

Both files have the columns text and intent. Rows that are labelled `out_of_scope`, `oos` or `ood` are out of scope.
"""

import argparse
import json
import os
import random
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.evaluate import OUT_OF_SCOPE, CannotEvaluate, Row, read_rows, unknown
from bot.fresh import QUIET
from bot.trial import Plan, Report, say, trial

OUT_OF_SCOPE_LABELS = (OUT_OF_SCOPE, "oos", "ood")
# Figures of which several draws have a mean and a range.
MEASURED = (
    "accuracy",
    "top3_accuracy",
    "macro_f1",
    "expected_calibration_error",
    "in_scope_accuracy",
    "out_of_scope_recall",
    "threshold",
    "ms_per_message",
    "training_seconds",
    "training_cpu_seconds",
    "start_seconds",
    "memory_mb",
)


def read_plan(train: Path, test: Path, validation: Path | None, labels: Iterable[str]) -> Plan:
    """Read the files. Each of `labels` is out of scope, whatever its case. Raises CannotEvaluate when they don't fit."""
    outside = {label.casefold() for label in labels}
    parts = {
        path: [replace(row, intent=OUT_OF_SCOPE) if row.intent.casefold() in outside else row for row in read_rows(path)]
        for path in (train, test, validation)
        if path
    }
    known = {row.intent for row in parts[train]}
    if len(known - {OUT_OF_SCOPE}) < 2:
        raise CannotEvaluate(f"{train} has {len(known - {OUT_OF_SCOPE})} intents in scope; a model needs two or more.")
    for path in filter(None, (test, validation)):
        strange = unknown(parts[path], known | {OUT_OF_SCOPE})
        if strange:
            raise CannotEvaluate(f"{path} has intents that {train} has no examples of: {strange}.")
        if all(row.intent == OUT_OF_SCOPE for row in parts[path]):
            raise CannotEvaluate(f"{path} has no messages in scope.")
    inside = [row for row in parts[validation] if row.intent != OUT_OF_SCOPE] if validation else []
    return Plan(parts[train], parts[test], inside)


def draw(rows: Sequence[Row], examples: int, seed: int) -> list[Row]:
    """Return so many rows of each intent, taken at random. Raises CannotEvaluate when an intent has fewer."""
    counts = Counter(row.intent for row in rows)
    short = {intent: count for intent, count in counts.items() if count < examples}
    if short:
        intent, count = min(short.items(), key=lambda one: one[1])
        raise CannotEvaluate(f"{intent} has {count} messages to train on, fewer than --examples {examples}.")
    shuffled = random.Random(seed).sample(list(rows), len(rows))
    taken: Counter[str] = Counter()
    found = []
    for row in shuffled:
        if taken[row.intent] < examples:
            taken[row.intent] += 1
            found.append(row)
    return found


def few_shot(plan: Plan, examples: int, draws: int) -> Report:
    """Return the mean figures of trials that each learn so many examples an intent, drawn with seeds from 1.

    `ranges` has the lowest and the highest of each, `draws` each trial's report.
    """
    found = []
    for seed in range(1, draws + 1):
        say(f"Draw {seed} of {draws}: {examples} examples an intent")
        found.append(trial(replace(plan, train=draw(plan.train, examples, seed))))
    measured = [name for name in MEASURED if found[0][name] is not None]
    return {
        **found[0],
        **{name: statistics.fmean(one[name] for one in found) for name in measured},
        "examples": examples,
        "ranges": {name: [min(one[name] for one in found), max(one[name] for one in found)] for name in measured},
        "draws": found,
    }


def as_text(report: Report) -> str:
    """Return the report as lines for people."""
    return "\n".join(
        [f"trained on {report['train']}, scored on {report['test']}", "", *_counts(report), "", *_scores(report)]
    )


def _counts(report: Report) -> list[str]:
    outside = report["out_of_scope_messages"]
    lines = [
        f"messages to train on   {report['train_messages']:8,}   of these out of scope {outside['train']:,}",
        f"messages to score on   {report['test_messages']:8,}   of these out of scope {outside['test']:,}",
        f"intents in scope       {report['intents']:8,}",
    ]
    if "draws" in report:
        lines.append(
            f"draws                  {len(report['draws']):8,}   of {report['examples']} examples an intent: means (ranges)"
        )
    return lines


def _scores(report: Report) -> list[str]:
    def line(title: str, name: str, unit: str, places: int = 1, times: float = 1.0) -> str:
        low, high = report.get("ranges", {}).get(name, (None, None))
        spread = "" if low is None else f"   ({times * low:.{places}f} to {times * high:.{places}f})"
        return f"{title:22} {times * report[name]:8,.{places}f} {unit}{spread}".rstrip()

    lines = [line("accuracy in scope", "accuracy", "%", times=100), line("macro F1", "macro_f1", "", 3)]
    if report["threshold"] is None:
        lines.append("The test has no out-of-scope messages, so there are no figures for rejecting them.")
    else:
        lines += [
            f"when 5 % of {report['validation_messages']:,} messages of validation are rejected:",
            line("  in-scope accuracy", "in_scope_accuracy", "%", times=100),
            line("  out-of-scope recall", "out_of_scope_recall", "%", times=100),
        ]
    return [
        *lines,
        line("time a message", "ms_per_message", "ms (median)"),
        line("training", "training_seconds", "s"),
        line("  of all cores", "training_cpu_seconds", "s"),
        line("start to first answer", "start_seconds", "s"),
        line("memory", "memory_mb", "MB (peak of a process with the model)", 0),
    ]


def main(argv: Sequence[str]) -> int:
    """Run the command line. Returns 0, or 2 with a sentence on standard error when it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m bot benchmark", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("train", type=Path, help="a CSV with the columns text and intent to learn from")
    parser.add_argument("test", type=Path, help="one to be scored on")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--out-of-scope", metavar="LABEL", help=f"the label of out-of-scope rows, beside {', '.join(OUT_OF_SCOPE_LABELS)}"
    )
    parser.add_argument("--validation", type=Path, help="a CSV to choose the threshold on; otherwise a tenth of TRAIN")
    parser.add_argument("--examples", type=_count, metavar="N", help="learn from N messages an intent, drawn at random")
    parser.add_argument("--draws", type=_count, metavar="K", default=1, help="with --examples: draw K times")
    chosen = parser.parse_args(argv)
    if chosen.draws > 1 and not chosen.examples:
        parser.error("--draws needs --examples")
    labels = (*OUT_OF_SCOPE_LABELS, *filter(None, [chosen.out_of_scope]))
    os.environ.update(QUIET)
    from bot import logs

    logs.configure()
    try:
        plan = read_plan(chosen.train, chosen.test, chosen.validation, labels)
        found = few_shot(plan, chosen.examples, chosen.draws) if chosen.examples else trial(plan)
    except CannotEvaluate as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 2
    report = {"train": str(chosen.train), "test": str(chosen.test), **found}
    print(json.dumps(report, indent=2, ensure_ascii=False) if chosen.json else as_text(report))
    return 0


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number

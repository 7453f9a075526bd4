"""Score the understanding on a CSV of messages: `python -m bot evaluate FILE.csv [--json] [--model FILE.tar.gz]`.

Only Rasa's understanding is loaded and timed, one message at a time, as in the conversation.
"""

import argparse
import contextlib
import csv
import json
import os
import statistics
import sys
import tarfile
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.calibration import measured
from bot.settings import ROOT
from bot.understanding import thresholds

OUT_OF_SCOPE = "out_of_scope"


class CannotEvaluate(Exception):
    """The file or the model is not fit for it. The message says what is wrong and what to do."""


@dataclass(frozen=True)
class Row:
    """A labelled message: `line` is its line in the file."""

    line: int
    text: str
    intent: str


@dataclass(frozen=True)
class Guess:
    """What was understood: intents and confidences from 0 to 1, best first, and how long it took."""

    ranking: tuple[tuple[str | None, float], ...]
    ms: float

    @property
    def intent(self) -> str | None:
        """Return the likeliest intent; None when nothing was understood."""
        return self.ranking[0][0] if self.ranking else None

    @property
    def confidence(self) -> float:
        """Return the likeliest intent's confidence."""
        return self.ranking[0][1] if self.ranking else 0.0


class Understanding:
    """The understanding of a trained model, without its dialogue."""

    def __init__(self, model: Path) -> None:
        """Unpack and load `model`. Raises CannotEvaluate when it is no model with an understanding."""
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        from rasa.engine.graph import ExecutionContext
        from rasa.engine.storage.local_model_storage import LocalModelStorage

        from bot.graph_runner import GraphRunner

        self._folder = tempfile.TemporaryDirectory(prefix="night-desk-")
        try:
            storage, facts = LocalModelStorage.from_model_archive(Path(self._folder.name), model)
        except (OSError, EOFError, KeyError, ValueError, tarfile.TarError) as error:
            raise CannotEvaluate(f"{model} is not a trained model: {error}") from error
        if facts.nlu_target is None:
            raise CannotEvaluate(f"{model} was trained without understanding. Run `make train`.")
        self._target: str = facts.nlu_target
        self.intents = frozenset(facts.domain.intents)
        schema = facts.predict_schema.minimal_graph_schema(targets=[self._target])
        self._runner = GraphRunner.create(schema, storage, ExecutionContext(schema, model_id=facts.model_id))

    def guess(self, text: str) -> Guess:
        """Return what is understood of `text`. A leading slash is dropped, as the channels do: it is a command to Rasa."""
        from rasa.core.channels.channel import UserMessage
        from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
        from rasa.shared.core.trackers import DialogueStateTracker

        tracker = DialogueStateTracker.from_events("evaluate", [])
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text.lstrip("/ ") or "?")], PLACEHOLDER_TRACKER: tracker}
        started = time.perf_counter()
        message = self._runner.run(inputs=inputs, targets=[self._target])[self._target][0]
        ms = (time.perf_counter() - started) * 1000
        ranking = message.get("intent_ranking") or []
        return Guess(tuple((one["name"], float(one["confidence"])) for one in ranking), ms)


def evaluate(csv_path: Path, *, model_path: Path | None = None, as_json: bool = False) -> dict[str, Any]:
    """Score the model on the file, print the report (text, or JSON with `as_json`) and return it.

    Shares are from 0 to 1. `macro_f1` is over every intent that is expected or was guessed. `fallback_share` is of messages
    below the `unsure` threshold or taken for out of scope. `expected_calibration_error` is over 15 bins of equal width,
    which `reliability` holds. `ms_per_message` is the median.
    Without `model_path` the newest model in models/ is taken. Raises CannotEvaluate.
    """
    rows = read_rows(csv_path)
    model, guesses = guess_all(rows, model_path, _check_intents)
    report = {"file": str(csv_path), "model": model.name, **score(rows, guesses, thresholds()["unsure"])}
    print(json.dumps(report, indent=2, ensure_ascii=False) if as_json else as_text(report))
    return report


def guess_all(
    rows: Sequence[Row],
    model_path: Path | None = None,
    check: Callable[[Sequence[Row], frozenset[str]], None] = lambda rows, known: None,
) -> tuple[Path, list[Guess]]:
    """Return the model that was taken, and what it understands of each row. Raises CannotEvaluate, or what `check` raises.

    `check` is given the rows and the intents that the model knows.
    """
    model = model_path or newest_model()
    # Rasa writes its notes to standard output, where the report goes, and its libraries warn of each other.
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        understanding = Understanding(model)
        check(rows, understanding.intents)
        understanding.guess("hello")
        return model, [understanding.guess(row.text) for row in rows]


def read_rows(path: Path, label: str = "intent") -> list[Row]:
    """Return the rows of a CSV with the columns text and `label` (others are ignored).

    Raises CannotEvaluate when it can't be read, a column is missing, a row is incomplete, or there are no rows.
    """
    columns = ("text", label)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, skipinitialspace=True)
            named = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
            missing = [column for column in columns if column not in named]
            if missing:
                raise CannotEvaluate(
                    f"{path} has no column {' and no column '.join(missing)}. "
                    f"Its first line must be text,{label}; it has: {', '.join(named) or 'nothing'}."
                )
            rows = [Row(reader.line_num, *((row[named[column]] or "").strip() for column in columns)) for row in reader]
    except OSError as error:
        raise CannotEvaluate(f"{path} can't be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise CannotEvaluate(f"{path} is not a CSV file in UTF-8: {error}.") from error
    for row in rows:
        if not row.text or not row.intent:
            raise CannotEvaluate(f"{path}, line {row.line}: it has no {label if row.text else 'text'}.")
    if not rows:
        raise CannotEvaluate(f"{path} has no rows below its first line.")
    return rows


def newest_model() -> Path:
    """Return the model in models/ that was trained last. Raises CannotEvaluate when there is none."""
    models = sorted((ROOT / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise CannotEvaluate("There is no trained model in models/. Run `make train`.")
    return models[-1]


def score(rows: Sequence[Row], guesses: Sequence[Guess], unsure: float) -> dict[str, Any]:
    """Return the figures of the report for rows and what was guessed for each."""
    pairs = list(zip(rows, guesses))
    right = sum(guess.intent == row.intent for row, guess in pairs)
    among_three = sum(row.intent in [name for name, _ in guess.ranking[:3]] for row, guess in pairs)
    dropped = sum(guess.confidence < unsure or guess.intent == OUT_OF_SCOPE for guess in guesses)
    intents = _by_intent(pairs)
    confused = Counter((row.intent, guess.intent) for row, guess in pairs if row.intent != guess.intent)
    return {
        "messages": len(rows),
        "accuracy": right / len(rows),
        "top3_accuracy": among_three / len(rows),
        "macro_f1": sum(one["f1"] for one in intents.values()) / len(intents),
        "fallback_share": dropped / len(rows),
        **measured((guess.confidence, guess.intent == row.intent) for row, guess in pairs),
        "ms_per_message": statistics.median(guess.ms for guess in guesses),
        "intents": intents,
        "confusions": [{"intent": a, "taken_for": b, "messages": n} for (a, b), n in confused.most_common(20)],
    }


def _by_intent(pairs: list[tuple[Row, Guess]]) -> dict[str, dict[str, float | int]]:
    wanted = Counter(row.intent for row, _ in pairs)
    guessed = Counter(guess.intent for _, guess in pairs if guess.intent)
    both = Counter(row.intent for row, guess in pairs if row.intent == guess.intent)
    found: dict[str, dict[str, float | int]] = {}
    for name in sorted({*wanted, *guessed}):
        precision = both[name] / guessed[name] if guessed[name] else 0.0
        recall = both[name] / wanted[name] if wanted[name] else 0.0
        f1 = 2 * precision * recall / (precision + recall) if both[name] else 0.0
        found[name] = {"precision": precision, "recall": recall, "f1": f1, "support": wanted[name], "guessed": guessed[name]}
    return found


def as_text(report: dict[str, Any]) -> str:
    """Return the report as lines for people."""
    share: Callable[[float], str] = lambda value: f"{100 * value:6.1f} %"  # noqa: E731
    lines = [
        f"{report['file']} with {report['model']}",
        "",
        f"messages              {report['messages']:6}",
        f"accuracy              {share(report['accuracy'])}",
        f"right among first 3   {share(report['top3_accuracy'])}",
        f"macro F1              {report['macro_f1']:8.3f}",
        f"sent to fallback      {share(report['fallback_share'])}",
        f"calibration error     {report['expected_calibration_error']:8.3f}",
        f"median time a message {report['ms_per_message']:6.1f} ms",
        "",
        f"{'intent':32} precision  recall  support",
    ]
    for name, one in report["intents"].items():
        lines.append(f"{name:32}  {share(one['precision'])} {share(one['recall'])}  {one['support']:5}")
    if report["confusions"]:
        lines += ["", "most often taken for another:"]
        lines += [f"{one['messages']:4}  {one['intent']} -> {one['taken_for']}" for one in report["confusions"]]
    return "\n".join(lines)


def unknown(rows: Sequence[Row], known: Collection[str]) -> str:
    """Return the labels that are not known, ten at the most, each with the line that has it first; "" when all are."""
    strange = {row.intent: row.line for row in reversed(rows) if row.intent not in known}
    named = ", ".join(f"{label} (line {line})" for label, line in sorted(strange.items(), key=lambda one: one[1])[:10])
    return f"{named} and {len(strange) - 10} more" if len(strange) > 10 else named


def _check_intents(rows: Sequence[Row], known: frozenset[str]) -> None:
    strange = unknown(rows, known)
    if strange:
        raise CannotEvaluate(f"The model does not know these intents: {strange}. data/intents.csv has those it should.")


def main(argv: Sequence[str]) -> int:
    """Run the command line. Returns 0, or 2 with a sentence on standard error when it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m bot evaluate", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path, help="a CSV with the columns text and intent, or with --emergency text and label")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--emergency", action="store_true", help="score the emergencies; the columns are text and label")
    parser.add_argument("--model", type=Path, help="a model; otherwise the newest in models/")
    chosen = parser.parse_args(argv)
    from bot.evaluate_emergency import evaluate_emergency

    score_it = evaluate_emergency if chosen.emergency else evaluate
    try:
        score_it(chosen.file, model_path=chosen.model, as_json=chosen.json)
    except CannotEvaluate as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

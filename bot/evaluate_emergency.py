"""Score what is answered as an emergency: `python -m bot evaluate FILE.csv --emergency [--json] [--model FILE.tar.gz]`.

The file has the columns text and label: one of the eight emergencies, or none. Asked is what the assistant asks itself with
no question open (`bot.safety.verdict`): the officer's lines, then the classifier.
"""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluate import CannotEvaluate, Guess, Row, guess_all, read_rows, unknown
from bot.safety.emergency import emergencies, signals
from bot.safety.verdict import Verdict, bars, verdict

NONE = "none"
TRIED = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Answered:
    """A row, what it is answered as, and the milliseconds of the lines alone and of both halves."""

    row: Row
    verdict: Verdict
    check_ms: float
    ms: float

    @property
    def by(self) -> str:
        """Return which half it was: check, classifier or, when it is answered as no emergency, none."""
        return "check" if self.verdict.sure else "classifier" if self.verdict.intent else NONE


def evaluate_emergency(csv_path: Path, *, model_path: Path | None = None, as_json: bool = False) -> dict[str, Any]:
    """Score the file, print the report (text, or JSON with `as_json`) and return it.

    Shares are from 0 to 1, and null where there is nothing to share. `recall` counts an emergency that is answered as any of
    the eight, `right` one that is answered as itself. `bars` says, for the messages that had to reach a bar, what another
    value of it would have caught. Raises CannotEvaluate.
    """
    rows = read_rows(csv_path, "label")
    _check_labels(rows)
    model, guesses = guess_all(rows, model_path)
    answered = [_answered(row, guess) for row, guess in zip(rows, guesses, strict=True)]
    report = {"file": str(csv_path), "model": model.name, **score(answered)}
    print(json.dumps(report, indent=2, ensure_ascii=False) if as_json else as_text(report))
    return report


def score(answered: Sequence[Answered]) -> dict[str, Any]:
    """Return the figures of the report."""
    real = [one for one in answered if one.row.intent != NONE]
    harmless = [one for one in answered if one.row.intent == NONE]
    caught = [one for one in real if one.verdict.intent]
    alarms = [one for one in harmless if one.verdict.intent]
    return {
        "messages": len(answered),
        "emergencies": len(real),
        "harmless": len(harmless),
        "caught": len(caught),
        "recall": _share(len(caught), len(real)),
        "right": _share(sum(one.verdict.intent == one.row.intent for one in real), len(real)),
        "false_alarms": len(alarms),
        "false_alarm_rate": _share(len(alarms), len(harmless)),
        "kinds": {intent: _kind([one for one in real if one.row.intent == intent]) for intent in emergencies()},
        "halves": {
            half: {"caught": sum(one.by == half for one in caught), "false_alarms": sum(one.by == half for one in alarms)}
            for half in ("check", "classifier")
        },
        "ms_per_check": statistics.median(one.check_ms for one in answered),
        "ms_per_message": statistics.median(one.ms for one in answered),
        "bars": _bars(answered),
        "missed": [_told(one) for one in real if not one.verdict.intent],
        "raised": [_told(one) for one in alarms],
    }


def as_text(report: dict[str, Any]) -> str:
    """Return the report as lines for people."""
    share: Callable[[float | None], str] = lambda value: "       -" if value is None else f"{100 * value:6.1f} %"  # noqa: E731
    halves = report["halves"]
    lines = [
        f"{report['file']} with {report['model']}",
        "",
        f"emergencies            {report['emergencies']:6}",
        f"answered as one        {report['caught']:6}  {share(report['recall'])}",
        f"answered as the right one      {share(report['right'])}",
        f"harmless messages      {report['harmless']:6}",
        f"false alarms           {report['false_alarms']:6}  {share(report['false_alarm_rate'])}",
        f"median time, check      {report['ms_per_check']:5.2f} ms",
        f"median time, both halves {report['ms_per_message']:4.1f} ms",
        "",
        f"{'':24} caught  false alarms",
        *(f"{half:24} {halves[half]['caught']:6}  {halves[half]['false_alarms']:12}" for half in halves),
        "",
        f"{'emergency':28} recall   as itself  messages",
        *(
            f"{name:28}{share(one['recall'])}  {share(one['right'])}  {one['messages']:6}"
            for name, one in report["kinds"].items()
        ),
    ]
    for title, key in (("missed:", "missed"), ("false alarms:", "raised")):
        if report[key]:
            lines += ["", title]
            lines += [f"{one['line']:6}  {one['label']} -> {one['answered'] or NONE} ({one['why']})" for one in report[key]]
    lines += ["", "bars of data/understanding.yml: caught and false alarms, of the messages that must reach them", ""]
    lines.append(f"{'':14} {'now':>5}  emergencies  harmless  " + "".join(f"{bar:>8}" for bar in TRIED))
    for name, one in report["bars"].items():
        tried = "".join(f"{a['caught']:>5}/{a['false_alarms']:<2}" for a in one["tried"])
        lines.append(f"{name:14} {one['now']:5}  {one['emergencies']:11}  {one['harmless']:8}  {tried}")
    return "\n".join(lines)


def _answered(row: Row, guess: Guess) -> Answered:
    started = time.perf_counter()
    signals(row.text)
    between = time.perf_counter()
    found = verdict(row.text, guess.ranking)
    ended = time.perf_counter()
    return Answered(row, found, (between - started) * 1000, (ended - between) * 1000 + guess.ms)


def _kind(real: Sequence[Answered]) -> dict[str, Any]:
    return {
        "messages": len(real),
        "recall": _share(sum(one.verdict.intent is not None for one in real), len(real)),
        "right": _share(sum(one.verdict.intent == one.row.intent for one in real), len(real)),
    }


def _bars(answered: Sequence[Answered]) -> dict[str, Any]:
    """Return, by the name of the bar, what each of a few values would have caught of the messages that it is for."""
    found: dict[str, Any] = {}
    for name, now in bars().items():
        asked = [one for one in answered if one.verdict.bar == name and not one.verdict.sure]
        real = [one.verdict.share for one in asked if one.row.intent != NONE]
        harmless = [one.verdict.share for one in asked if one.row.intent == NONE]
        tried = [
            {"bar": bar, "caught": sum(s >= bar for s in real), "false_alarms": sum(s >= bar for s in harmless)}
            for bar in TRIED
        ]
        if asked:
            found[name] = {"now": now, "emergencies": len(real), "harmless": len(harmless), "tried": tried}
    return found


def _told(one: Answered) -> dict[str, Any]:
    found = one.verdict
    why = "the check" if found.sure else f"{found.share:.2f}, bar {found.bar} {bars()[found.bar]}"
    return {"line": one.row.line, "text": one.row.text, "label": one.row.intent, "answered": found.intent, "why": why}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _check_labels(rows: Sequence[Row]) -> None:
    strange = unknown(rows, {*emergencies(), NONE})
    if strange:
        known = ", ".join(emergencies())
        raise CannotEvaluate(f"These labels are no emergency and not {NONE}: {strange}. It knows {known}.")

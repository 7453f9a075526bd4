"""What was to be reached, and what was."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.bench.turns import ratio

Figures = dict[str, Any]


@dataclass(frozen=True)
class Goal:
    """A figure and its target. `unit` is "%" for shares from 0 to 1, "x" for ratios, else what it is measured in."""

    name: str
    target: float
    at_least: bool
    unit: str
    of: Callable[[Figures], float]

    def measured(self, figures: Figures) -> float | None:
        """Return the figure, or None when it was not measured."""
        try:
            return self.of(figures)
        except (KeyError, TypeError, IndexError):
            return None

    def reached(self, value: float) -> bool:
        """Return whether a value is good enough."""
        return value >= self.target if self.at_least else value <= self.target


def round_ratio(figures: Figures, other: str, name: str) -> float:
    """Return our time a turn over another's: the median of the ratios of rounds that were run one after the other."""
    ours, theirs = (figures["turns"][one]["rounds"] for one in ("ours", other))
    return ratio([one[name] for one in ours], [one[name] for one in theirs])


def _a_second(figures: Figures) -> float:
    ours, stock = (figures["turns"][name]["clients_8"]["rounds"] for name in ("ours", "stock"))
    return ratio(ours, stock)


def _starts(figures: Figures) -> float:
    ours, stock = (statistics.median(figures["starts"][name]) for name in ("ours", "stock"))
    return float(ours / stock)


def _memory(figures: Figures) -> float:
    return float(figures["memory"]["ours"]["rss"] / figures["memory"]["stock"]["rss"])


def _long(figures: Figures) -> float:
    one = figures["long"]["ours"]
    return float(one["late"] / one["early"])


def _of(*path: str) -> Callable[[Figures], float]:
    def value(figures: Figures) -> float:
        found: Any = figures
        for step in path:
            found = found[step]
        return float(found)

    return value


GOALS = (
    Goal("BANKING77, all training data: accuracy", 0.945, True, "%", _of("understanding", "banking77", "whole", "accuracy")),
    Goal(
        "BANKING77, 10 examples an intent: accuracy", 0.87, True, "%", _of("understanding", "banking77", "few", "accuracy")
    ),
    Goal("CLINC150: in scope, 5 % rejected", 0.94, True, "%", _of("understanding", "clinc150", "in_scope_accuracy")),
    Goal("CLINC150: out-of-scope recall", 0.88, True, "%", _of("understanding", "clinc150", "out_of_scope_recall")),
    Goal("our test phrases: right at first", 0.93, True, "%", _of("understanding", "ours", "accuracy")),
    Goal("our test phrases: right in the first three", 0.98, True, "%", _of("understanding", "ours", "top3_accuracy")),
    Goal("our test phrases: calibration error", 0.05, False, "", _of("understanding", "ours", "expected_calibration_error")),
    Goal("emergencies: recall", 0.98, True, "%", _of("understanding", "emergencies", "recall")),
    Goal("emergencies: false alarms", 0.02, False, "%", _of("understanding", "emergencies", "false_alarm_rate")),
    Goal("a turn against Rasa's default", 0.3, False, "x", lambda figures: round_ratio(figures, "stock", "p50")),
    Goal("messages a second from eight clients against Rasa's default", 4.0, True, "x", _a_second),
    Goal(
        "a turn against Rasa's floor", 5.0, False, "x", lambda figures: round_ratio(figures, "floor", "without_back_office")
    ),
    Goal("the 2,000th turn against the 50th", 1.2, False, "x", _long),
    Goal("memory against Rasa's default", 0.65, False, "x", _memory),
    Goal("start-up against Rasa's default", 0.4, False, "x", _starts),
    Goal("training", 90.0, False, "s", _of("training", "ours", "seconds")),
)

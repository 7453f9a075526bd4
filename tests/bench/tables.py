"""The tables of the page, each from the figures alone. What was not measured says so."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.bench.contestants import TITLES
from tests.bench.goals import GOALS, Figures, Goal

NONE = "not measured"
NOT_TRAINED = "not trained"
# BANKING77: Casanueva et al. 2020 (BERT fine-tuned; USE with ConveRT for ten examples an intent). CLINC150: Larson et al.
# 2019 (BERT).
PUBLISHED = {"banking77": 0.937, "few": 0.852, "clinc150": 0.962}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of Markdown; all columns but the first are figures."""
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)], *map(list, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float | None, places: int = 1, unit: str = "") -> str:
    """Return a figure as it stands on the page."""
    return NONE if value is None else f"{value:,.{places}f}{unit}"


def percent(value: float | None) -> str:
    """Return a share from 0 to 1 as per cent."""
    return number(None if value is None else 100 * value, 1, " %")


def at(figures: Any, *path: str) -> Any:
    """Return what is there by a path of names, or None."""
    for step in path:
        figures = figures.get(step) if isinstance(figures, Mapping) else None
    return figures


def goals(figures: Figures) -> str:
    """Return each goal, what was measured, and whether it is reached, by how much."""
    return table(("goal", "target", "measured", "reached"), [_goal(goal, goal.measured(figures)) for goal in GOALS])


def _goal(goal: Goal, value: float | None) -> tuple[str, ...]:
    target = f"{'at least' if goal.at_least else 'at most'} {_in_unit(goal.target, goal.unit)}"
    if value is None:
        return goal.name, target, NONE, NONE
    gap = abs(value - goal.target)
    by = f"{100 * gap:.1f} points" if goal.unit == "%" else _in_unit(gap, goal.unit)
    return goal.name, target, _in_unit(value, goal.unit), f"yes, by {by}" if goal.reached(value) else f"**no**, {by} off"


def _in_unit(value: float, unit: str) -> str:
    if unit == "%":
        return percent(value)
    return number(value, {"x": 2, "s": 0}.get(unit, 3), {"x": " x", "s": " s"}.get(unit, ""))


def understanding(figures: Figures) -> str:
    """Return the accuracies, beside Rasa's and the published ones."""
    found = figures.get("understanding", {})
    own = [
        (title, percent(at(found, "ours", name)), percent(at(found, "stock", name)), "-")
        for title, name in (
            ("our test phrases", "accuracy"),
            ("our test phrases, right in the first three", "top3_accuracy"),
            ("our test phrases, macro F1", "macro_f1"),
        )
    ]
    public = [
        (title, percent(at(found, *path)), NOT_TRAINED, percent(PUBLISHED[known]) if known else "-")
        for title, path, known in (
            ("BANKING77", ("banking77", "whole", "accuracy"), "banking77"),
            ("BANKING77, 10 examples an intent", ("banking77", "few", "accuracy"), "few"),
            ("CLINC150, in scope, none rejected", ("clinc150", "accuracy"), "clinc150"),
            ("CLINC150, in scope, 5 % of validation rejected", ("clinc150", "in_scope_accuracy"), ""),
            ("CLINC150, out-of-scope recall at that", ("clinc150", "out_of_scope_recall"), ""),
        )
    ]
    return table(("accuracy", "Night Desk", "Rasa's default", "published"), own + public)


def emergencies(figures: Figures) -> str:
    """Return how many of our emergency phrases are answered as emergencies, and how many harmless ones are too."""
    found = at(figures, "understanding", "emergencies")
    rows = [
        (title, percent(at(found, share)), number(at(found, messages), 0))
        for title, share, messages in (
            ("emergencies that are answered as one", "recall", "emergencies"),
            ("emergencies that are answered as the right one", "right", "emergencies"),
            ("harmless messages that are answered as an emergency", "false_alarm_rate", "harmless"),
        )
    ]
    return table(("our emergency phrases", "share", "messages"), rows)


def learning(figures: Figures) -> str:
    """Return what our pipeline takes on the public sets."""
    rows = []
    for title, path in (
        ("BANKING77", ("banking77", "whole")),
        ("BANKING77, 10 examples an intent", ("banking77", "few")),
        ("CLINC150", ("clinc150",)),
    ):
        one = at(figures, "understanding", *path)
        names = (("ms_per_message", 1), ("training_seconds", 0), ("training_cpu_seconds", 0), ("memory_mb", 0))
        rows.append((title, *(number(at(one, name), places) for name, places in names)))
    return table(("our pipeline", "ms a message", "training, s", "of all cores, s", "memory, MB"), rows)


def reliability(figures: Figures) -> str:
    """Return how many messages there are at each confidence, and how many of them are right."""
    found = figures.get("understanding", {})
    names = [name for name in ("ours", "stock") if at(found, name, "reliability")]
    rows = []
    for bins in zip(*(found[name]["reliability"] for name in names)):
        cells = [f"{one['messages']:,}: {percent(one['accuracy'])}" if one["messages"] else "0" for one in bins]
        rows.append((f"{100 * bins[0]['low']:.0f} to {100 * bins[0]['high']:.0f} %", *cells))
    errors = [number(at(found, name, "expected_calibration_error"), 3) for name in names]
    return table(("confidence", *(TITLES[name] for name in names)), [*rows, ("calibration error", *errors)])


def turns(figures: Figures) -> str:
    """Return what a turn takes, with one client and with eight."""
    rows = []
    for name, one in figures.get("turns", {}).items():
        spreads = (one, one["without_back_office"], one["clients_8"])
        times = [number(spread[share]) for spread in spreads for share in ("p50", "p95")]
        rows.append((TITLES[name], *times, number(one["clients_8"]["a_second"]), percent(one["silent"])))
    parts = ("all", "no back office", "8 clients")
    head = [f"{part}: {share}, ms" for part in parts for share in ("p50", "p95")]
    return table(("", *head, "8 clients: messages a second", "no answer"), rows)


def kinds(figures: Figures) -> str:
    """Return p50 and p95 by the kind of message."""
    found = figures.get("turns", {})
    names = sorted({kind for one in found.values() for kind in one["kinds"]})
    rows = [(kind, *(_pair(at(one, "kinds", kind)) for one in found.values())) for kind in names]
    return table(("p50 and p95, ms", *(TITLES[name] for name in found)), rows)


def _pair(spread: Mapping[str, float] | None) -> str:
    return "-" if spread is None else f"{spread['p50']:.1f} and {spread['p95']:.1f}"


def long(figures: Figures) -> str:
    """Return what a turn takes early and late in one conversation."""
    rows = [
        (
            TITLES[name],
            number(one["early"]),
            number(one["late"]),
            number(one["late"] / one["early"], 2, " x"),
            f"{one['reached']:,}",
            one["ended"] or "-",
        )
        for name, one in figures.get("long", {}).items()
    ]
    return table(("", "around the 50th turn, ms", "at the end, ms", "ratio", "turns", "ended because"), rows)


def resources(figures: Figures) -> str:
    """Return start-up, memory and training."""
    starts, memory, training = (figures.get(part, {}) for part in ("starts", "memory", "training"))
    rows = [
        (
            title,
            number(middle(starts[name]) if name in starts else None),
            *(number(at(memory, name, kind), 0) for kind in ("rss", "peak", "pss")),
            number(at(memory, name, "pss_with_actions"), 0) if name != "floor" else "-",
            number(at(training, name, "seconds"), 0),
            number(at(training, name, "cpu_seconds"), 0),
        )
        for name, title in TITLES.items()
    ]
    memories = ("resident, MB", "peak, MB", "PSS, MB", "PSS with the action server, MB")
    return table(("", "start, s", *memories, "training, s", "of all cores, s"), rows)


def middle(values: Sequence[float]) -> float:
    """Return the middle one of an odd number of values."""
    return sorted(values)[len(values) // 2]


def profile(figures: Figures) -> str:
    """Return the parts of a turn, largest first."""
    found = figures["profile"]
    rows = [(part, number(ms, 2), percent(ms / found["mean_ms"])) for part, ms in found["parts"].items()]
    return table(("part", "ms a turn", "share"), [*rows, ("all", number(found["mean_ms"], 2), percent(1.0))])

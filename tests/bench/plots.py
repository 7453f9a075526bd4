"""The plots of the page, as SVG with real text. matplotlib comes with Rasa."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

INK, GRID = "#0b0c0c", "#b1b4b6"
# GOV.UK's blue, and three that differ from it in lightness too.
COLOURS = ("#1d70b8", "#f47738", "#85994b", "#6f72af")
STYLE: Mapping[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "night-desk",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
}


def bars(path: Path, groups: Mapping[str, Mapping[str, float | None]], unit: str, places: int = 1) -> None:
    """Draw horizontal bars: `groups` names each group's bars; None is left out. The first group is on top."""
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    with plt.rc_context(dict(STYLE)):
        figure, axes = plt.subplots(figsize=(8, 0.7 + 0.28 * sum(len(group) + 1 for group in groups.values())))
        place, ticks = 0.0, []
        for group in groups.values():
            ticks.append(place + (len(group) - 1) / 2)
            for name, value in group.items():
                if value is not None:
                    axes.barh(place, value, color=COLOURS[names.index(name) % len(COLOURS)], height=0.8)
                    words = f"{value:,.{places}f} {name}"
                    axes.annotate(words, (value, place), xytext=(4, 0), textcoords="offset points", va="center")
                place += 1
            place += 1
        axes.set_yticks(ticks)
        axes.set_yticklabels(list(groups))
        axes.invert_yaxis()
        axes.set_xlabel(unit)
        axes.margins(x=0.25)
        _save(figure, path)


def reliability(path: Path, curves: Mapping[str, Sequence[Mapping[str, float]]]) -> None:
    """Draw reliability diagrams: each curve's bins (`confidence`, `accuracy`, `messages`), and the line of the honest."""
    with plt.rc_context(dict(STYLE)):
        figure, axes = plt.subplots(figsize=(5.5, 5))
        axes.plot([0, 100], [0, 100], color=GRID, linestyle="--", label="as sure as right")
        for colour, (name, bins) in zip(COLOURS, curves.items()):
            held = [one for one in bins if one["messages"]]
            most = max(one["messages"] for one in held)
            across, up = ([100 * one[axis] for one in held] for axis in ("confidence", "accuracy"))
            axes.plot(across, up, color=colour, label=name)
            axes.scatter(across, up, s=[12 + 120 * one["messages"] / most for one in held], color=colour)
        axes.set_xlabel("confidence, %")
        axes.set_ylabel("right, %")
        axes.legend(frameon=False)
        _save(figure, path)


def lines(path: Path, curves: Mapping[str, Sequence[float]], step: int, across: str, up: str) -> None:
    """Draw curves of values that are `step` apart, from 0."""
    with plt.rc_context(dict(STYLE)):
        figure, axes = plt.subplots(figsize=(8, 3.5))
        for colour, (name, values) in zip(COLOURS, curves.items()):
            axes.plot([step * (place + 1) for place in range(len(values))], values, color=colour, label=name)
        axes.set_ylim(bottom=0)
        axes.set_xlabel(across)
        axes.set_ylabel(up)
        axes.legend(frameon=False)
        _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    drawn = io.StringIO()
    figure.savefig(drawn, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    path.parent.mkdir(parents=True, exist_ok=True)
    # matplotlib writes the family's name in quotes, and then no machine has it.
    path.write_text(drawn.getvalue().replace("'sans-serif'", "Arial, Helvetica, sans-serif"), encoding="utf-8")

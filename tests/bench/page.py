"""docs/benchmarks.md: the words of page.md with the tables and plots of what was measured."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2

from tests.bench import plots, tables
from tests.bench.contestants import TITLES
from tests.bench.goals import Figures, round_ratio
from tests.bench.tables import PUBLISHED, at, middle, number, percent

PLOTS = "benchmarks"


def write(figures: Figures, folder: Path) -> Path:
    """Write the page, and its plots into a folder beside it, and return the page."""
    for name, draw in DRAWINGS.items():
        draw(figures, folder / PLOTS / f"{name}.svg")
    ours = jinja2.FileSystemLoader(Path(__file__).parent)
    sheet = jinja2.Environment(loader=ours, undefined=jinja2.StrictUndefined, autoescape=False)
    page = folder / "benchmarks.md"
    words = sheet.get_template("page.md").render(
        figures=figures, tables=tables, at=at, number=number, percent=percent, ratio=round_ratio, plots=PLOTS
    )
    page.write_text(words.rstrip() + "\n", encoding="utf-8")
    return page


def _understanding(figures: Figures, path: Path) -> None:
    def of(*way: str) -> float | None:
        value = at(figures, "understanding", *way, "accuracy")
        return None if value is None else 100 * float(value)

    groups: dict[str, dict[str, float | None]] = {
        "our test phrases": {TITLES["ours"]: of("ours"), TITLES["stock"]: of("stock")},
        "BANKING77": {TITLES["ours"]: of("banking77", "whole"), "published": 100 * PUBLISHED["banking77"]},
        "BANKING77, 10 an intent": {TITLES["ours"]: of("banking77", "few"), "published": 100 * PUBLISHED["few"]},
        "CLINC150, in scope": {TITLES["ours"]: of("clinc150"), "published": 100 * PUBLISHED["clinc150"]},
    }
    plots.bars(path, groups, "accuracy, %")


def _reliability(figures: Figures, path: Path) -> None:
    found = figures.get("understanding", {})
    curves = {TITLES[name]: found[name]["reliability"] for name in ("ours", "stock") if at(found, name, "reliability")}
    if curves:
        plots.reliability(path, curves)


def _turns(figures: Figures, path: Path) -> None:
    def spread(one: Any) -> dict[str, float | None]:
        return {"median": one["without_back_office"]["p50"], "95th percentile": one["without_back_office"]["p95"]}

    found = figures.get("turns", {})
    if found:
        plots.bars(path, {TITLES[name]: spread(one) for name, one in found.items()}, "ms a turn without a back office")


def _single(unit: str, values: Callable[[Figures], dict[str, float]], places: int) -> Callable[[Figures, Path], None]:
    """Return what draws one bar a contestant."""

    def draw(figures: Figures, path: Path) -> None:
        found = values(figures)
        if found:
            plots.bars(path, {TITLES.get(name, name): {"": value} for name, value in found.items()}, unit, places)

    return draw


def _long(figures: Figures, path: Path) -> None:
    found = figures.get("long", {})
    if found:
        step = next(iter(found.values()))["pass"]
        plots.lines(path, {TITLES[name]: one["passes"] for name, one in found.items()}, step, "turn", "ms a turn, median")


DRAWINGS: dict[str, Callable[[Figures, Path], None]] = {
    "understanding": _understanding,
    "reliability": _reliability,
    "turns": _turns,
    "eight-clients": _single(
        "messages a second, eight clients",
        lambda figures: {name: one["clients_8"]["a_second"] for name, one in figures.get("turns", {}).items()},
        0,
    ),
    "long": _long,
    "start": _single(
        "seconds from the start to the first answer",
        lambda figures: {name: middle(times) for name, times in figures.get("starts", {}).items()},
        1,
    ),
    "memory": _single(
        "MB resident after all turns",
        lambda figures: {name: one["rss"] for name, one in figures.get("memory", {}).items()},
        0,
    ),
    "profile": _single("ms a turn, mean", lambda figures: at(figures, "profile", "parts") or {}, 2),
}

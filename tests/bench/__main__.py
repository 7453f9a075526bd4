"""`python -m tests.bench [STAGE ...]`: measure, keep the figures in docs/benchmarks.json, and write docs/benchmarks.md.

Stages: train, understanding, turns, profile, page; all of them in this order unless some are named. Each keeps what the
others measured.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from bot.settings import ROOT
from tests.bench import machine, page, profile, turns, understanding
from tests.bench.contestants import CLIENTS_MAY, EPOCHS, HERE, TITLES, Contestant, OnRasa, Ours, stock_config, trained
from tests.bench.processes import memory_mb, run
from tests.bench.progress import say
from tests.stack import Stack

STAGES = ("train", "understanding", "turns", "profile", "page")
STARTS, ROUNDS, LONG = 3, 10, 2016
QUICK_STARTS, QUICK_ROUNDS, QUICK_LONG = 1, 2, 168


class Bench:
    """One run: its figures, and the folder for what is only needed meanwhile."""

    def __init__(self, out: Path, folder: Path, epochs: int, quick: bool) -> None:
        self.out, self.folder, self.epochs, self.quick = out, folder, epochs, quick
        self.kept = out / "benchmarks.json"
        self.figures: dict[str, Any] = json.loads(self.kept.read_text(encoding="utf-8")) if self.kept.exists() else {}
        self.figures["machine"] = machine.described()

    def do(self, stage: str) -> None:
        """Do one stage and keep what it found."""
        say(f"== {stage}")
        {
            "train": self.train,
            "understanding": self.understanding,
            "turns": self.turns,
            "profile": self.profile,
            "page": self.page,
        }[stage]()
        self.out.mkdir(parents=True, exist_ok=True)
        self.kept.write_text(json.dumps(self.figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def train(self) -> None:
        """Train all three. Rasa's two are kept in models/bench/ and known by what they are made of."""
        say("Night Desk: training")
        ran = run([sys.executable, "-m", "bot", "train", "--force"], self.folder / "train.log")
        found = {"ours": {"seconds": ran.seconds, "cpu_seconds": ran.cpu_seconds}}
        _, found["stock"] = self._stock()
        _, found["floor"] = self._floor()
        self.figures["training"] = {**found, "stock": {**found["stock"], "epochs": self.epochs}}

    def understanding(self) -> None:
        """Score what is understood."""
        model, _ = self._stock()
        found: dict[str, Any] = {
            "ours": understanding.ours(self.folder),
            "stock": understanding.on_rasa(model),
            "emergencies": understanding.emergencies(self.folder),
        }
        if self.quick:
            found = {**self.figures.get("understanding", {}), **found}
        else:
            found["banking77"] = understanding.banking77(self.folder)
            found["clinc150"] = understanding.clinc150(self.folder)
        self.figures["understanding"] = found

    def turns(self) -> None:
        """Start the contestants, let them talk, and look at what they take."""
        self.figures["short"] = self.quick
        starts, rounds, length = (QUICK_STARTS, QUICK_ROUNDS, QUICK_LONG) if self.quick else (STARTS, ROUNDS, LONG)
        stock, floor = self._stock()[0], self._floor()[0]
        house = Stack(self.folder, **CLIENTS_MAY)
        contestants: list[Contestant] = [
            Ours(house),
            OnRasa("stock", "everything", stock, self.folder, house),
            OnRasa("floor", "no back office", floor, self.folder, house),
        ]
        with ExitStack() as ending:
            ending.callback(house.stop)
            for one in contestants:
                ending.callback(one.stop)
            house.start_sandbox()
            house.start_actions()
            took: dict[str, list[float]] = {one.name: [] for one in contestants}
            for number in range(starts):
                for one in contestants:
                    say(f"start {number + 1} of {starts}: {TITLES[one.name]}")
                    took[one.name].append(one.start())
                    if number < starts - 1:
                        one.stop()
            self.figures["starts"] = took
            self.figures["turns"] = turns.measure(contestants, rounds)
            self.figures["memory"] = {one.name: one.memory() for one in contestants}
            actions = memory_mb(house.pid_of("actions"))["pss"]
            for name in ("ours", "stock"):
                self.figures["memory"][name]["pss_with_actions"] = self.figures["memory"][name]["pss"] + actions
            self.figures["long"] = {one.name: turns.long_conversation(one, length) for one in contestants}

    def profile(self) -> None:
        """Look where a turn's time goes."""
        self.figures["profile"] = profile.measure(QUICK_ROUNDS if self.quick else ROUNDS)

    def page(self) -> None:
        """Write the page."""
        say(f"written: {page.write(self.figures, self.out)}")

    def _stock(self) -> tuple[Path, dict[str, Any]]:
        files = HERE / "stock"
        data = [ROOT / "data" / "nlu", ROOT / "data" / "rules", files / "rules.yml", files / "stories.yml"]
        return trained("stock", data, ROOT / "domain.yml", stock_config(self.epochs), self.folder / "stock-train.log")

    def _floor(self) -> tuple[Path, dict[str, Any]]:
        files = HERE / "floor"
        config = yaml.safe_load((files / "config.yml").read_text(encoding="utf-8"))
        data = [files / "nlu.yml", files / "rules.yml"]
        return trained("floor", data, files / "domain.yml", config, self.folder / "floor-train.log")


def main(argv: Sequence[str]) -> int:
    """Run the command line and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=f"one of {', '.join(STAGES)}; all without any")
    parser.add_argument("--quick", action="store_true", help="few rounds and no public sets, into var/bench: to try it out")
    parser.add_argument(
        "--stock-epochs", type=int, default=EPOCHS, metavar="N", help="train Rasa's default for fewer epochs"
    )
    parser.add_argument("--out", type=Path, help="where the page and the figures go; docs/ otherwise")
    chosen = parser.parse_args(argv)
    unknown = set(chosen.stages) - set(STAGES)
    if unknown:
        parser.error(f"no such stage: {', '.join(sorted(unknown))}")
    out = chosen.out or (ROOT / "var" / "bench" if chosen.quick else ROOT / "docs")
    with tempfile.TemporaryDirectory(prefix="night-desk-bench-") as folder:
        bench = Bench(out, Path(folder), chosen.stock_epochs, chosen.quick)
        for stage in chosen.stages or STAGES:
            bench.do(stage)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

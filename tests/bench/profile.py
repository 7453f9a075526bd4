"""The profile of a turn: the mean milliseconds of each part, which add up to what a resident waits."""

import json
import os
import signal
import statistics
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.db import make_engine
from bot.log.message import messages
from tests.bench.contestants import CLIENTS_MAY, Ours
from tests.bench.progress import say
from tests.bench.turns import conversations, once, seated
from tests.stack import Stack

WHOLE, CALL = "the whole turn", "action call"


def measure(rounds: int) -> dict[str, Any]:
    """Run the messages with a stopwatch in both servers, one client, after a round to warm up, and return the parts."""
    with tempfile.TemporaryDirectory(prefix="night-desk-bench-") as name:
        folder = Path(name)
        house = Stack(folder, **CLIENTS_MAY)
        files = {"assistant": folder / "serve.json", "actions": folder / "actions.json"}
        for process, role in (("assistant", "serve"), ("actions", "actions")):
            house.modules[process] = ["tests.bench.spans", str(files[process]), role]
        try:
            house.start()
            ours = Ours(house)
            once(seated(ours, conversations()))
            for process in files:
                os.kill(house.pid_of(process), signal.SIGUSR1)
            times = []
            for number in range(rounds):
                say(f"profile: round {number + 1} of {rounds}")
                times += [turn.ms for turn in once(seated(ours, conversations()))]
        finally:
            house.stop()
        assistant, actions = (json.loads(files[process].read_text(encoding="utf-8")) for process in files)
        return {**parts(assistant, actions, times), "log": _of_the_log(house.database_url)}


def parts(assistant: dict[str, Any], actions: dict[str, Any], times: list[float]) -> dict[str, Any]:
    """Return what the two servers measured, as mean milliseconds a turn, largest first.

    What the action server did is taken from the call of it, and what the assistant did from what the client waited; what
    is left of both is the way there and back. `unused` names parts that no turn came to.
    """
    turns = len(times)
    mean = {part: ms / turns for part, ms in assistant["ms"].items()}
    served = sum(mean.values())
    inside = {f"action server: {part}": ms / turns for part, ms in actions["ms"].items()}
    mean["assistant: between the parts"] = mean.pop(WHOLE, 0.0)
    mean["HTTP to the action server"] = mean.pop(CALL, 0.0) - sum(inside.values())
    mean["HTTP from the resident"] = statistics.fmean(times) - served
    ordered = sorted({**mean, **inside}.items(), key=lambda one: -one[1])
    return {
        "turns": turns,
        "mean_ms": statistics.fmean(times),
        "parts": dict(ordered),
        "unused": assistant["unused"] + actions["unused"],
    }


def _of_the_log(database_url: str) -> dict[str, float]:
    """Return the medians of the timings that the conversation log keeps of each turn, in milliseconds."""
    with make_engine(database_url).connect() as connection:
        kept = [row for row in connection.execute(sa.select(messages.c.timings)).scalars() if row]
    return {name: statistics.median(row[name] for row in kept) for name in ("nlu", "turn") if kept and name in kept[0]}

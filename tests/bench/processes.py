"""Processes from outside: started, waited for, measured, ended."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.fresh import QUIET
from tests.servers import ROOT

READY_SECONDS = 300


class Failed(RuntimeError):
    """A process did not do what it was started for. The message ends with what it printed last."""


@dataclass(frozen=True)
class Ran:
    """What a command took: seconds by the clock, seconds of all cores, and what it printed on standard output."""

    seconds: float
    cpu_seconds: float
    output: str


def run(command: Sequence[str], log: Path, **environment: str) -> Ran:
    """Run a command to its end with its notes in `log`. Raises Failed when it fails."""
    before, started = os.times(), time.perf_counter()
    with log.open("ab") as notes:
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | QUIET | environment, stdout=subprocess.PIPE, stderr=notes, text=True
        )
    after, seconds = os.times(), time.perf_counter() - started
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}:\n{_end_of(log)}")
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Ran(seconds, cpu, done.stdout)


class Server:
    """One server process with its own log."""

    def __init__(self, command: Sequence[str], log: Path, **environment: str) -> None:
        self.log = log
        with log.open("ab") as notes:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | QUIET | environment, stdout=notes, stderr=notes, start_new_session=True
            )

    @property
    def pid(self) -> int:
        """Return its process id."""
        return self._process.pid

    def wait(self, ready: Callable[[], bool]) -> None:
        """Wait until `ready`. Raises Failed when it ends before, or takes more than five minutes."""
        ends = time.monotonic() + READY_SECONDS
        while not ready():
            if self._process.poll() is not None or time.monotonic() > ends:
                raise Failed(f"a server is not ready:\n{_end_of(self.log)}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it as an operator does, and by force after half a minute."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)


def memory_mb(pid: int) -> dict[str, float]:
    """Return a process's memory, with that of those that it started, in megabytes (of 1,000,000 bytes).

    `rss` is what is resident, `pss` the same with what is shared divided among those that share it, `peak` the most that
    was ever resident. From /proc, so on Linux alone; elsewhere all are 0.
    """
    found = {"rss": 0.0, "pss": 0.0, "peak": 0.0}
    for one in _family(pid):
        status = _sizes(Path(f"/proc/{one}/status"))
        rollup = _sizes(Path(f"/proc/{one}/smaps_rollup"))
        for name, value in (("rss", status["VmRSS"]), ("peak", status["VmHWM"]), ("pss", rollup["Pss"])):
            found[name] += value
    return found


def _family(pid: int) -> list[int]:
    """Return a process and all that it started and that still run."""
    tasks = Path(f"/proc/{pid}/task")
    if not tasks.exists():
        return []
    started = [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
    return [pid, *(one for child in started for one in _family(child))]


def _sizes(path: Path) -> Mapping[str, float]:
    """Return the lines of such a file that are sizes, in megabytes."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {parts[0].rstrip(":"): int(parts[1]) * 1024 / 1e6 for parts in lines if len(parts) == 3 and parts[2] == "kB"}


def _end_of(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-3000:]

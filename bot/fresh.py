"""A model's answers from a fresh process, with what that process took: `python -m bot.fresh MODEL < texts.json`.

A process that has trained, or that a test runner has filled, says nothing about the memory that a model needs.
"""

import contextlib
import json
import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.evaluate import CannotEvaluate, Guess, Understanding
from bot.rasa_imports import put_off
from bot.settings import ROOT

WARM_UP = 20
# Rasa's libraries tell of themselves as they are imported.
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
TOLD_EVERY = 1000

# One message is one row: more threads only wait for each other.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Answers:
    """What was understood of each text, in order, and what it took: seconds from the start of the process until the first
    answer, and the peak of its resident memory in megabytes (of 1,000,000 bytes)."""

    guesses: tuple[Guess, ...]
    start_seconds: float
    peak_mb: float


def answers(model: Path, texts: Sequence[str]) -> Answers:
    """Return the model's answers to the texts, one at a time, from a process that has done nothing else.

    Its notes go to standard error. Raises CannotEvaluate when it fails.
    """
    command = [sys.executable, "-W", "ignore", "-m", "bot.fresh", str(model)]
    asked, environment = json.dumps(list(texts)), os.environ | QUIET | ONE_THREAD
    started = time.time()
    done = subprocess.run(command, cwd=ROOT, env=environment, input=asked, stdout=subprocess.PIPE, text=True)  # noqa: S603
    if done.returncode != 0:
        raise CannotEvaluate(f"{model.name} gave no answers: its process ended with {done.returncode}. See its notes above.")
    found = json.loads(done.stdout)
    guesses = (Guess(tuple((name, share) for name, share in ranking), ms) for ranking, ms in found["guesses"])
    return Answers(tuple(guesses), found["first_answer_at"] - started, found["peak_mb"])


def peak_mb() -> float:
    """Return the most resident memory that this process has had, in megabytes."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: on Linux it starts from what the process that started this one had.
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS


def main(argv: Sequence[str]) -> int:
    """Answer the texts (a JSON list on standard input) and print what `answers` reads. Returns an exit code."""
    texts = json.load(sys.stdin)
    # As the assistant serves.
    put_off()
    # Some of Rasa's libraries set the filters back.
    warnings.showwarning = lambda *_args, **_options: None
    with contextlib.redirect_stdout(sys.stderr):
        try:
            understanding = Understanding(Path(argv[0]))
        except CannotEvaluate as error:
            print(error, file=sys.stderr)
            return 2
        understanding.guess("hello")
        first_answer_at = time.time()
        for text in texts[:WARM_UP]:
            understanding.guess(text)
        found = []
        for number, text in enumerate(texts, 1):
            guess = understanding.guess(text)
            found.append((guess.ranking, guess.ms))
            if number % TOLD_EVERY == 0:
                print(f"  {number:,} of {len(texts):,} messages answered", file=sys.stderr, flush=True)
    print(json.dumps({"first_answer_at": first_answer_at, "peak_mb": peak_mb(), "guesses": found}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

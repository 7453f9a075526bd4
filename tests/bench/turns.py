"""What a turn takes: each kind of message, one client and eight, and whether a long conversation gets slow."""

import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.bench.contestants import Contestant
from tests.bench.progress import say
from tests.bench.talkers import NoAnswer, Talker

MESSAGES = Path(__file__).parent / "messages.yml"
WITHOUT_BACK_OFFICE = ("small talk", "answer")
CLIENTS = 8
AROUND = 3  # passes through the messages: one by itself may meet what else the machine does
LONG_SECONDS = 600  # enough for one conversation; stock Rasa's grow slower with each turn


@dataclass(frozen=True)
class Said:
    """One message: its kind, and the text to say or the title to press."""

    kind: str
    text: str
    press: bool

    def by(self, talker: Talker) -> float:
        """Let somebody send it; return the seconds."""
        return talker.choose(self.text) if self.press else talker.say(self.text)


@dataclass(frozen=True)
class Turn:
    """A turn that was made: its kind, its milliseconds, and whether nothing came back."""

    kind: str
    ms: float
    silent: bool = False


Conversation = tuple[Said, ...]


def conversations(hears: str = "everything") -> list[Conversation]:
    """Return the conversations of the benchmark; those without a back office for `hears` "no back office"."""
    found = []
    for one in yaml.safe_load(MESSAGES.read_text(encoding="utf-8")):
        if hears == "everything" or one["kind"] in WITHOUT_BACK_OFFICE:
            messages = ((name, text) for message in one["messages"] for name, text in message.items())
            found.append(tuple(Said(one["kind"], text, name == "choose") for name, text in messages))
    return found


Seated = tuple[Conversation, Talker]


def seated(contestant: Contestant, order: Sequence[Conversation]) -> list[Seated]:
    """Return a resident for each conversation, with the page open: that is no part of a turn."""
    return [(conversation, contestant.talker()) for conversation in order]


def once(residents: Sequence[Seated]) -> list[Turn]:
    """Let one resident after the other have their conversation; return the turns."""
    return [
        Turn(said.kind, said.by(talker) * 1000, not talker.heard)
        for conversation, talker in residents
        for said in conversation
    ]


def at_once(contestant: Contestant, clients: int) -> tuple[list[Turn], float]:
    """Let so many clients have all conversations at the same time, each from another on; return the turns and the seconds.

    Raises what a client raised.
    """
    talks = conversations(contestant.hears)
    starts = [client * len(talks) // clients for client in range(clients)]
    waiting = [seated(contestant, [*talks[start:], *talks[:start]]) for start in starts]
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        turns = [turn for found in pool.map(once, waiting) for turn in found]
    return turns, time.perf_counter() - started


def measure(contestants: Sequence[Contestant], rounds: int) -> dict[str, Any]:
    """Let them take turns, so that what else the machine does hits them alike, and return the figures of each by name.

    Each round is one client, then eight, for one contestant after the other. The first round warms up and does not count.
    """
    alone: dict[str, list[list[Turn]]] = defaultdict(list)
    together: dict[str, list[tuple[list[Turn], float]]] = defaultdict(list)
    for number in range(rounds + 1):
        say(f"turns: round {number} of {rounds}" if number else "turns: warming up")
        for one in contestants:
            quiet, busy = once(seated(one, conversations(one.hears))), at_once(one, CLIENTS)
            if number:
                alone[one.name].append(quiet)
                together[one.name].append(busy)
    return {one.name: figures(alone[one.name], together[one.name]) for one in contestants}


def figures(alone: Sequence[Sequence[Turn]], together: Sequence[tuple[Sequence[Turn], float]]) -> dict[str, Any]:
    """Return what rounds of turns come to.

    `silent` is the share of messages that got no answer. `rounds` has each round's median, of all kinds and of those
    without a back office: ratios of two contestants are the median of the rounds' ratios. `clients_8` has the turns and the
    messages a second with eight clients.
    """
    every = [turn for turns in alone for turn in turns]
    kinds = sorted({turn.kind for turn in every})
    return {
        **spread(every),
        "silent": sum(turn.silent for turn in every) / len(every),
        "without_back_office": spread(without_back_office(every)),
        "kinds": {kind: spread([turn for turn in every if turn.kind == kind]) for kind in kinds},
        "rounds": [
            {"p50": spread(turns)["p50"], "without_back_office": spread(without_back_office(turns))["p50"]}
            for turns in alone
        ],
        "clients_8": {
            **spread([turn for turns, _ in together for turn in turns]),
            "a_second": statistics.median(len(turns) / seconds for turns, seconds in together),
            "rounds": [len(turns) / seconds for turns, seconds in together],
        },
    }


def without_back_office(turns: Iterable[Turn]) -> list[Turn]:
    """Return the turns that ask no system of the council."""
    return [turn for turn in turns if turn.kind in WITHOUT_BACK_OFFICE]


def spread(turns: Sequence[Turn]) -> dict[str, float]:
    """Return how many there are, and their median and 95th percentile in milliseconds."""
    times = [turn.ms for turn in turns]
    return {"turns": len(times), "p50": percentile(times, 50), "p95": percentile(times, 95)}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` % lie, between the two nearest ones (as numpy does)."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the rounds' ratios."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def long_conversation(contestant: Contestant, turns: int) -> dict[str, Any]:
    """Return how one conversation without a back office goes on: the median of each pass through its messages.

    `early` is the median of the first three, with the 50th turn in the middle, `late` of the last three; `reached` the turn
    that it came to, and `ended` why it came no further (None when it did).
    """
    messages = [said for conversation in conversations("no back office") for said in conversation]
    talker = contestant.talker()
    times: list[float] = []
    ended = None
    ends = time.monotonic() + LONG_SECONDS
    try:
        for number in range(turns):
            if time.monotonic() > ends:
                ended = f"its {LONG_SECONDS // 60} minutes were over"
                break
            times.append(messages[number % len(messages)].by(talker) * 1000)
            if not talker.heard:
                ended = f"turn {number + 1:,} got no answer"
                break
            if number % 500 == 499:
                say(f"{contestant.name}: turn {number + 1:,} of {turns:,}")
    except (NoAnswer, OSError) as error:
        ended = str(error)
    size = len(messages)
    passes = [statistics.median(times[start : start + size]) for start in range(0, len(times) - size + 1, size)]
    return {
        "reached": len(times),
        "ended": ended,
        "pass": size,
        "passes": passes,
        "early": statistics.median(passes[:AROUND]),
        "late": statistics.median(passes[-AROUND:]),
    }

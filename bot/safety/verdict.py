"""Whether a message is answered as an emergency: the officer's lines and the classifier together, in one place.

The assistant and `python -m bot evaluate --emergency` both ask here, so that what is measured is what residents get.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import yaml

from bot.safety.emergency import Signals, emergencies, past_counts, signals
from bot.settings import ROOT

Ranking = Sequence[tuple[str | None, float]]
"""Intents with their probabilities from 0 to 1, the likeliest first."""


@dataclass(frozen=True)
class Bars:
    """From which sum of the eight emergencies' probabilities on a message is taken for one; `data/understanding.yml`."""

    near: float
    plain: float
    everyday: float
    discounted: float
    in_a_question: float


def verdict(text: str, ranking: Ranking, *, in_a_question: bool = False) -> str | None:
    """Return the emergency that `text` is answered as, or None.

    It is what the officer's lines are sure of, else the classifier's likeliest emergency, if all eight together reach the
    bar. The sum is a better judge than the single likeliest: a message torn between flooding and danger to life is an
    emergency all the same.
    """
    said = signals(text)
    if said.sure:
        return said.sure
    known = frozenset(emergencies())
    likely = [(name, share) for name, share in ranking if name is not None and name in known]
    if not likely:
        return None
    likeliest = max(likely, key=lambda one: one[1])[0]
    return likeliest if sum(share for _, share in likely) >= _bar(said, likeliest, in_a_question) else None


def _bar(said: Signals, likeliest: str, in_a_question: bool) -> float:
    bars = _bars()
    if said.near:
        return bars.near
    if said.unreal or (said.over and not past_counts(likeliest)):
        return bars.discounted
    bar = bars.everyday if said.everyday else bars.plain
    return max(bar, bars.in_a_question) if in_a_question else bar


@lru_cache(maxsize=1)
def _bars() -> Bars:
    loaded = yaml.safe_load((ROOT / "data" / "understanding.yml").read_text(encoding="utf-8"))
    return Bars(**loaded["emergency"])

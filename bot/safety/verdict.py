"""Whether a message is answered as an emergency: the officer's lines and the classifier together, in one place.

The assistant and `python -m bot evaluate --emergency` both ask here, so that what is measured is what residents get.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.safety.alarms import Signals
from bot.safety.emergency import emergencies, past_counts, signals
from bot.understanding import thresholds

Ranking = Sequence[tuple[str | None, float]]
"""Intents with their probabilities from 0 to 1, the likeliest first."""


@dataclass(frozen=True)
class Verdict:
    """What a message is answered as, and why.

    `sure` is what the officer's lines are sure of. `likeliest` is the classifier's likeliest emergency, and `share` the
    probability of all eight together; `bar` names the bar in data/understanding.yml that the share had to reach.
    """

    sure: str | None
    likeliest: str | None
    share: float
    bar: str
    reached: bool

    @property
    def intent(self) -> str | None:
        """Return the emergency that is answered, or None."""
        return self.sure or (self.likeliest if self.reached else None)


def verdict(text: str, ranking: Ranking, *, in_a_question: bool = False) -> Verdict:
    """Return whether `text`, understood as `ranking`, is an emergency; `in_a_question` when it may answer an open question.

    The sum of the eight is a better judge than the single likeliest: a message torn between flooding and danger to life is
    an emergency all the same.
    """
    said = signals(text)
    known = frozenset(emergencies())
    likely = [(name, share) for name, share in ranking if name is not None and name in known]
    likeliest = max(likely, key=lambda one: one[1])[0] if likely else None
    share = sum(share for _, share in likely)
    bar = _bar(said, likeliest, in_a_question)
    return Verdict(said.sure, likeliest, share, bar, bool(likely) and share >= bars()[bar])


def bars() -> dict[str, float]:
    """Return from which share on a message is an emergency, by the name of the bar (`data/understanding.yml`)."""
    found: dict[str, float] = thresholds()["emergency"]
    return found


def _bar(said: Signals, likeliest: str | None, in_a_question: bool) -> str:
    if said.near:
        return "near_in_a_question" if in_a_question else "near"
    if said.unreal or (said.over and likeliest is not None and not past_counts(likeliest)):
        return "discounted"
    if in_a_question:
        return "in_a_question"
    return "everyday" if said.everyday else "plain"

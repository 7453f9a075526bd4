"""What the conversation was about decides in doubt: "and the brown one?" after a bin day is about bins.

A message that is understood very surely is not touched; nor is what an emergency is told by.
"""

from dataclasses import replace

from actions.engine.turn import Turn
from actions.engine.understanding import VERY_SURE
from bot.understanding import thresholds

_CONTEXT = thresholds()["context"]
LIKELIER: float = _CONTEXT["likelier"]
TOPICS: list[frozenset[str]] = [frozenset(names) for names in _CONTEXT["topics"]]


def in_context(turn: Turn, before: str | None) -> Turn:
    """Return `turn` with the wishes of the topic of `before`, the intent that was served last, likelier than they were."""
    topic = next((names for names in TOPICS if before in names), frozenset[str]())
    if not topic or turn.confidence >= VERY_SURE:
        return turn
    weighed = [(name, share * (LIKELIER if name in topic else 1.0)) for name, share in turn.ranking]
    # What is beyond the ranking keeps its share.
    whole = sum(share for _, share in weighed) + max(0.0, 1.0 - sum(share for _, share in turn.ranking))
    ranking = tuple(sorted(((name, share / whole) for name, share in weighed), key=lambda one: -one[1]))
    if not ranking:
        return turn
    return replace(turn, intent=ranking[0][0], confidence=ranking[0][1], ranking=ranking)

"""What the conversation was about decides in doubt: "and the brown one?" after a bin day is about bins.

A message that is understood very surely is not touched; nor is what an emergency is told by. What the council says first is
in the log and not on the desk, so a typed answer to it is read here.
"""

from dataclasses import replace

from actions.engine.options import Option
from actions.engine.readers import Pick
from actions.engine.turn import Pressed, Turn
from actions.engine.understanding import VERY_SURE
from bot.log import ConversationLog
from bot.log.message import OUT
from bot.nlu.values import parse_yes_no
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


def notice_answered(log: ConversationLog, turn: Turn) -> Pressed | None:
    """Return the choice that the words mean, when the message right before them was said first and offers choices."""
    before = next((said for said in log.messages(turn.conversation_id, turn.seq - 2) if said.seq < turn.seq), None)
    if before is None or before.direction != OUT or before.reply_to is not None or not before.choices:
        return None
    yes = parse_yes_no(turn.text)
    begins = "" if yes is None else "yes" if yes else "no"
    options = [Option(choice.title, choice.value) for choice in before.choices]
    meant = [o.value for o in options if begins and o.title.lower().split(",")[0] == begins]
    value = meant[0] if meant else Pick().spot(turn, options)
    return Pressed.load(value) if value else None

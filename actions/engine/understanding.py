"""Which intents interrupt, from which confidence on we act, and what goes first: data/understanding.yml says why."""

from bot.understanding import intents, of_kind, thresholds

_THRESHOLDS = thresholds()

SURE: float = _THRESHOLDS["sure"]
UNSURE: float = _THRESHOLDS["unsure"]
VERY_SURE: float = _THRESHOLDS["very_sure"]


ANSWERS = "answers"
_URGENCY: list[list[str]] = _THRESHOLDS["urgency"]


def urgency(name: str) -> int:
    """Return the place of a journey, or of `ANSWERS`, in the order of urgency: 0 the most urgent, last what is not there."""
    return next((place for place, names in enumerate(_URGENCY) if name in names), len(_URGENCY))


KIND = {name: row["kind"] for name, row in intents().items()}
EMERGENCIES = of_kind("emergency")
CONVERSATION = of_kind("conversation") - {"inform", "out_of_scope"}
# What is served in the middle of a task and then left: the open question is put again.
SMALL_TALK = CONVERSATION - {"affirm", "deny", "correct_detail"}

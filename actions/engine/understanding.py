"""Which intents interrupt, from which confidence on we act, and what goes first: data/understanding.yml says why."""

import csv

import yaml

from bot.settings import ROOT

_THRESHOLDS = yaml.safe_load((ROOT / "data" / "understanding.yml").read_text(encoding="utf-8"))

SURE: float = _THRESHOLDS["sure"]
UNSURE: float = _THRESHOLDS["unsure"]
VERY_SURE: float = _THRESHOLDS["very_sure"]


ANSWERS = "answers"
_URGENCY: list[list[str]] = _THRESHOLDS["urgency"]


def urgency(name: str) -> int:
    """Return the place of a journey, or of `ANSWERS`, in the order of urgency: 0 the most urgent, last what is not there."""
    return next((place for place, names in enumerate(_URGENCY) if name in names), len(_URGENCY))


def _kinds() -> dict[str, str]:
    with (ROOT / "data" / "intents.csv").open(encoding="utf-8", newline="") as rows:
        return {row["intent"]: row["kind"] for row in csv.DictReader(rows)}


KIND = _kinds()
EMERGENCIES = frozenset(name for name, kind in KIND.items() if kind == "emergency")
CONVERSATION = frozenset(name for name, kind in KIND.items() if kind == "conversation") - {"inform", "out_of_scope"}
# What is served in the middle of a task and then left: the open question is put again.
SMALL_TALK = CONVERSATION - {"affirm", "deny", "correct_detail"}

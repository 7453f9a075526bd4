"""What an officer says of understanding, read once: data/intents.csv and the thresholds of data/understanding.yml."""

import csv
from functools import lru_cache
from typing import Any

import yaml

from bot.settings import ROOT


@lru_cache(maxsize=1)
def intents() -> dict[str, dict[str, str]]:
    """Return the row of each intent by its name: its kind, definition, and what it is not to be confused with."""
    with (ROOT / "data" / "intents.csv").open(encoding="utf-8", newline="") as rows:
        return {row["intent"]: row for row in csv.DictReader(rows)}


@lru_cache(maxsize=16)
def of_kind(*kinds: str) -> frozenset[str]:
    """Return the intents of these kinds: conversation, journey, answer, emergency."""
    return frozenset(name for name, row in intents().items() if row["kind"] in kinds)


@lru_cache(maxsize=1)
def thresholds() -> dict[str, Any]:
    """Return `data/understanding.yml` as plain data."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "data" / "understanding.yml").read_text(encoding="utf-8"))
    return loaded

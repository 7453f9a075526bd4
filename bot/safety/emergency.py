"""The emergency check: it runs on every message before anything else, needs no network, and is read by people.

The words are in `data/emergencies.yml`; their language is that of `bot.safety.signs`. It is precise rather than
complete: what it misses, the classifier may still recognise.
"""

from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import yaml

from bot.council import council
from bot.hours import is_open
from bot.packaged import english_words
from bot.safety import alarms
from bot.safety.alarms import Signals
from bot.safety.signs import sentences
from bot.settings import ROOT

LONGEST = 2000


def check(text: str) -> str | None:
    """Return the most urgent emergency that `text` clearly speaks of, one of `emergencies()`, or None.

    At most the first 2,000 characters are read.
    """
    return signals(text).sure


def signals(text: str) -> Signals:
    """Return all that the lines of `data/emergencies.yml` say of `text`, of which at most 2,000 characters are read."""
    return alarms.signals(sentences(text[:LONGEST]), _patterns())


def past_counts(intent: str) -> bool:
    """Say whether an emergency is one however long ago it was: abuse, danger to a child, thoughts of suicide."""
    return intent in _patterns().past_counts


def reply(intent: str, moment: datetime) -> str:
    """Return what to say at `moment` (aware): the right number first, and why.

    Raises KeyError when `intent` is not an emergency.
    """
    texts: dict[str, str] = _loaded()["emergencies"][intent]["reply"]
    text = texts.get("always") or texts["office_hours" if is_open(moment) else "out_of_hours"]
    return text.format(phones=SimpleNamespace(**council()["phones"])).strip()


def emergencies() -> tuple[str, ...]:
    """Return the emergency intents, the most urgent first."""
    return tuple(_loaded()["emergencies"])


@lru_cache(maxsize=1)
def _loaded() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "data" / "emergencies.yml").read_text(encoding="utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _patterns() -> alarms.Patterns:
    """Compile the file, once. Raises ValueError that names the line when one can't be read."""
    loaded = _loaded()
    return alarms.compiled(loaded["words"], loaded, loaded["emergencies"], english_words().__contains__)

"""The words that residents use: `data/vocabulary.yml`, read once."""

import unicodedata
from functools import lru_cache
from typing import Any

import yaml

from bot.settings import ROOT


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, Any]:
    """Return `data/vocabulary.yml` as plain data. Raises at start-up when it is missing or malformed."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "data" / "vocabulary.yml").read_text(encoding="utf-8"))
    return loaded


def plain(text: str) -> str:
    """Return `text` with full-width and other compatible characters in their usual form. Never raises."""
    return unicodedata.normalize("NFKC", text)

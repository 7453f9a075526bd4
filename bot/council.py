"""What differs from council to council: `data/council.yml`, read once."""

from functools import lru_cache
from typing import Any

import yaml

from bot.settings import ROOT


@lru_cache(maxsize=1)
def council() -> dict[str, Any]:
    """Return `data/council.yml` as plain data.

    Raises FileNotFoundError or yaml.YAMLError at start-up when the file is missing or malformed.
    """
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "data" / "council.yml").read_text(encoding="utf-8"))
    return loaded

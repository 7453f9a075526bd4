"""The languages that are not English: `data/languages.yml` and one file a language in `data/languages/`, read once."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.safety import writing
from bot.settings import ROOT

DATA = ROOT / "data" / "languages.yml"
FILES = ROOT / "data" / "languages"
UNKNOWN = "und"  # BCP 47 for a language that nobody has named


@dataclass(frozen=True)
class Language:
    """One language. `code` is its BCP 47 tag. `emergencies` is by intent; without `reply` it is answered in English.

    `words` are its everyday words that are not English, `letters` what only it has among the languages of its script.
    """

    code: str
    name: str
    script: str = writing.LATIN
    dir: str = "ltr"
    words: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()
    reply: str = ""
    emergencies: dict[str, dict[str, Any]] = field(default_factory=dict)
    patterns: dict[str, Any] = field(default_factory=dict)

    def emergency_reply(self, intent: str) -> str:
        """Return the words for an emergency, with their places still open; empty when there are none."""
        return str(self.emergencies.get(intent, {}).get("reply", ""))


@lru_cache(maxsize=1)
def shared() -> dict[str, Any]:
    """Return `data/languages.yml` as plain data."""
    return _read(DATA)


@lru_cache(maxsize=1)
def languages() -> dict[str, Language]:
    """Return every language that is recognised, by its code."""
    with_text = {path.stem: _language(path.stem, _read(path)) for path in sorted(FILES.glob("*.yml"))}
    without = {
        code: _language(code, {"english_name": entry["name"], **entry}) for code, entry in shared()["no_text"].items()
    }
    return {**without, **with_text}


@lru_cache(maxsize=1)
def english() -> frozenset[str]:
    """Return everyday English words."""
    return frozenset(shared()["english"].split())


@lru_cache(maxsize=1)
def shared_with_english() -> frozenset[str]:
    """Return words that are English and another language's alike: they are no sign of either."""
    return frozenset(shared()["english_too"].split())


def name_of(code: str) -> str:
    """Return the English name of a language, for staff: "Polish"."""
    found = languages().get(code)
    return found.name if found else "a language that was not recognised"


def _language(code: str, entry: dict[str, Any]) -> Language:
    also = _words(entry.get("also", ""))
    return Language(
        code=code,
        name=entry["english_name"],
        script=entry.get("script", writing.LATIN),
        dir=entry.get("dir", "ltr"),
        words=_words(entry.get("words", "")) - also - english() - shared_with_english(),
        also=also,
        letters=frozenset("".join(entry.get("letters", "").split())),
        reply=entry.get("reply", ""),
        emergencies=entry.get("emergencies", {}),
        patterns=entry,
    )


def _words(text: str) -> frozenset[str]:
    """Return words as they are written and as they are typed without accents."""
    plain = writing.normal(text)
    return frozenset(plain.split()) | frozenset(writing.fold(plain).split())


def _read(path: Path) -> dict[str, Any]:
    # The C parser: these are the largest files of the data, and the pure one takes seconds.
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return loaded

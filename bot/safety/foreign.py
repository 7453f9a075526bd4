"""An emergency in another language, where it is clear: the signs in `data/languages/`, and what is answered.

The signs are in the small language of `bot.safety.signs`. Words are compared without accents, an apostrophe or a hyphen
parts two words, and in scripts without spaces every character is a word.
"""

import re
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace

from bot.council import council
from bot.hours import is_open
from bot.safety import alarms, emergency, writing
from bot.safety.language import LONGEST, Heard
from bot.safety.languages import languages, shared

_OPERATOR = re.compile(r"[+^$#-]|>\d*")
_NUMBER = re.compile(r"\+?\d(?:[\d ]*\d)?")
# Keeps a number that has spaces from being turned around in a line from right to left.
_FROM_LEFT, _BACK = "\u2066", "\u2069"


def check(text: str, heard: Heard) -> tuple[str, str] | None:
    """Return (language, emergency) when `text` clearly speaks of one in a language that `heard` found, else None.

    A message that is not clearly in one language is read too: one cry for help is enough.
    """
    told = writing.sentences(writing.fold(writing.normal(text[:LONGEST])))
    for code in heard.near:
        if languages()[code].emergencies:
            intent = alarms.signals(told, _patterns(code)).sure
            if intent:
                return code, intent
    return None


def emergency_reply(code: str, intent: str, moment: datetime) -> str:
    """Return what to say in that language about an emergency at `moment` (aware); empty when there is no text."""
    day_line = shared()["lines"].get(intent)
    line = council()["phones"][day_line if day_line and is_open(moment) else "out_of_hours"]
    return _said(code, languages()[code].emergency_reply(intent), line)


def notice(code: str) -> str:
    """Return, in that language, that the assistant works in English for now; empty when there is no text."""
    return _said(code, languages()[code].reply if code in languages() else "", "")


def _said(code: str, text: str, line: str) -> str:
    council_ = council()
    values = {"phones": SimpleNamespace(**council_["phones"]), "council": council_["name"], "line": line}
    said = text.format(**values).strip()
    if said and languages()[code].dir == "rtl":
        return _NUMBER.sub(lambda number: f"{_FROM_LEFT}{number[0]}{_BACK}" if " " in number[0] else number[0], said)
    return said


@lru_cache(maxsize=64)
def _patterns(code: str) -> alarms.Patterns:
    """Compile the signs of a language. Raises ValueError that names the line when one can't be read."""
    entry = languages()[code].patterns
    groups = {name: ", ".join(_group(words)) for name, words in entry.get("groups", {}).items()}
    blocks: dict[str, str] = {name: _lines(entry[name]) for name in ("ordinary", "over") if name in entry}
    given = entry.get("emergencies", {})
    urgent = {intent: given[intent] for intent in emergency.emergencies() if intent in given}
    return alarms.compiled(groups, blocks, {i: {**e, "signs": _lines(e["signs"])} for i, e in urgent.items()})


def _group(words: str) -> list[str]:
    return [_line(entry) for entry in words.split(",")]


def _lines(block: str) -> str:
    return "\n".join(_line(line) for line in block.splitlines())


def _line(line: str) -> str:
    """Return a line as the words of messages are compared: folded, and parted where they are parted."""
    if line.lstrip().startswith("# "):
        return ""
    return " ".join(part if _OPERATOR.fullmatch(part) else _term(part) for part in line.split())


def _term(part: str) -> str:
    """Return the alternatives of one written word; one that falls into several words is a phrase, joined by _."""
    alternatives = [alternative if alternative.startswith("{") else _phrase(alternative) for alternative in part.split("|")]
    return alternatives[0].replace("_", " ") if len(alternatives) == 1 else "|".join(alternatives)


def _phrase(text: str) -> str:
    found = writing.words(writing.fold(writing.normal(text.replace("_", " ").rstrip("*"))))
    return "_".join(found) + ("*" if text.endswith("*") else "")

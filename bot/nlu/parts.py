"""Where a message may be cut, because people join two wishes there. The words are in data/wishes.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import yaml

from bot.settings import ROOT

MOST_PARTS, MANY_PARTS = 6, 40
LEAST_WORDS_UNJOINED = 4
LONGEST_WORD = 24
NOTHING, JOINS, STOPS, ADDS = range(4)
EDGES = " \t\r\n,;:-–—+&"


@dataclass(frozen=True)
class Part:
    """A piece of a message, text[start:end]. `joint` is what stands before it: nothing, what joins, a stop, what adds."""

    start: int
    end: int
    joint: int = NOTHING

    def of(self, text: str) -> str:
        """Return the part's words."""
        return text[self.start : self.end]


def cut(text: str) -> list[Part]:
    """Return the parts of a message in order, at most six. There is one when nothing in it may join two wishes."""
    parts: list[Part] = []
    start, joint = 0, NOTHING
    for match in _joints().finditer(text):
        if _goes_on(text, match):
            continue
        part = _trimmed(text, start, match.end() if match["stop"] else match.start(), joint)
        if part:
            parts.append(part)
            joint = NOTHING
        joint = max(joint, _kind(match))
        start = match.start() if match["begins"] else match.end()
    last = _trimmed(text, start, len(text), joint)
    return _fewer(_long_enough([*parts, last] if last else parts, text))


@lru_cache(maxsize=1)
def wish_words() -> dict[str, Any]:
    """Return `data/wishes.yml` as plain data."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "data" / "wishes.yml").read_text(encoding="utf-8"))
    return loaded


def any_of(words: list[str]) -> str:
    """Return a pattern for any of the words, the longest first, with either apostrophe."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)).replace("'", "['’]")


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Return whether the word before says that a sentence goes on here, though the words look like a joint."""
    if not (match["adds"] or match["begins"]):
        return False
    before = text[max(0, match.start() - LONGEST_WORD) : match.start()].lower().replace("’", "'").split()
    inside, leads_on = (wish_words()[name] for name in ("inside_after", "leads_on"))
    return bool(before) and (before[-1] in inside or (match["begins"] is not None and before[-1] in leads_on))


def _kind(match: re.Match[str]) -> int:
    if match["adds"]:
        return ADDS
    if match["stop"] or match["line"]:
        return STOPS
    return JOINS if match["joins"] else NOTHING


def _trimmed(text: str, start: int, end: int, joint: int) -> Part | None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip(EDGES + ".!?"))
    right = len(piece.rstrip(EDGES))
    return Part(start + left, start + right, joint) if re.search(r"\w", piece) else None


def _long_enough(parts: list[Part], text: str) -> list[Part]:
    """Join what nothing joins when either side is short: "can you tell me how much it is" is one thing."""
    kept = parts[:1]
    for part in parts[1:]:
        short = min(len(p.of(text).split(None, LEAST_WORDS_UNJOINED)) for p in (kept[-1], part)) < LEAST_WORDS_UNJOINED
        if part.joint == NOTHING and short:
            kept[-1] = replace(kept[-1], end=part.end)
        else:
            kept.append(part)
    return kept


def _fewer(parts: list[Part]) -> list[Part]:
    """Join parts, at the loosest joints and the shortest first, until there are few enough to look at."""
    for loosest in (NOTHING, JOINS, STOPS, ADDS):
        if len(parts) > MANY_PARTS:
            parts = _joined(parts, loosest)
    while len(parts) > MOST_PARTS:
        at = min(range(1, len(parts)), key=lambda n: (parts[n].joint, parts[n].end - parts[n - 1].start))
        parts[at - 1 : at + 1] = [replace(parts[at - 1], end=parts[at].end)]
    return parts


def _joined(parts: list[Part], loosest: int) -> list[Part]:
    """Join parts at every joint that is no tighter than `loosest`."""
    kept = parts[:1]
    for part in parts[1:]:
        if part.joint <= loosest:
            kept[-1] = replace(kept[-1], end=part.end)
        else:
            kept.append(part)
    return kept


@lru_cache(maxsize=1)
def _joints() -> re.Pattern[str]:
    words = wish_words()
    adds, joins, begins = (any_of(words[name]) for name in ("adds", "joins", "begins"))
    return re.compile(
        rf"(?P<stop>[.!?;]+(?=\s|$))|(?P<line>\n+)|(?<!\w)(?P<adds>{adds})(?!\w)[,:]?"
        rf"|(?P<joins>,(?=\s)|(?<!\S)(?:{joins})(?!\S))|(?<!\S)(?P<begins>{begins})(?!\w)",
        re.IGNORECASE,
    )

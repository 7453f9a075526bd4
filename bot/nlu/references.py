"""The council's reference numbers in free text: accounts, reports, repairs. A cue word decides what a bare number is."""

import re
from functools import lru_cache

from bot.nlu.found import Found
from bot.nlu.values import account_is_valid
from bot.nlu.vocabulary import vocabulary

_LINK = r"\s*(?:\b(?:is|was|number|no|num|id|it's|its|they gave me|code)\b\.?|[:#=\-.,])*\s*"
_ACCOUNT = re.compile(r"(?<![0-9+£.])(?<![0-9][ -])7(?:[ -]?[0-9]){8}(?![ -]?[0-9])")
_RENT = re.compile(r"\brent\b[^0-9£]{0,25}(?<![0-9£.])(?P<n>[1-9][0-9]{5,11})(?![0-9]|\.[0-9])", re.IGNORECASE)
_SR = re.compile(r"\b(?:SR|FMS|CRM|WR)[- ]?[0-9]{3,10}\b", re.IGNORECASE)
_EIGHT = re.compile(r"(?<![\w-])(?=[a-z0-9]*[0-9])(?=[a-z0-9]*[a-z])[a-z0-9]{8}(?![\w-])", re.IGNORECASE | re.ASCII)


def find_references(text: str) -> list[tuple[str, Found]]:
    """Return (entity, find) pairs: account_reference, rent_reference, report_reference, repair_reference.

    Digits are joined without spaces, letters are upper case. The same digits are never two kinds of reference.
    """
    found: list[tuple[str, Found]] = []
    for entity, one in _candidates(text):
        if all(one.end <= other.start or one.start >= other.end for _, other in found):
            found.append((entity, one))
    return sorted(found, key=lambda pair: pair[1].start)


def _candidates(text: str) -> list[tuple[str, Found]]:
    accounts = [_joined(match, 0) for match in _ACCOUNT.finditer(text)]
    made = [("account_reference", one) for one in accounts if account_is_valid(one.value)]
    for entity, pattern in _cued()[:2]:
        made += [(entity, _joined(match, "n")) for match in pattern.finditer(text)]
    made += [("account_reference", one) for one in accounts]
    made += [("rent_reference", _joined(match, "n")) for match in _RENT.finditer(text)]
    for entity, pattern in _cued()[2:]:
        made += [(entity, _joined(match, "n")) for match in pattern.finditer(text)]
    made += [("report_reference", Found(_dashed(m[0]), m.start(), m.end())) for m in _SR.finditer(text)]
    made += [("repair_reference", _joined(m, 0)) for m in _EIGHT.finditer(text) if _looks_made(m[0], m.string)]
    return made


@lru_cache(maxsize=1)
def _cued() -> list[tuple[str, re.Pattern[str]]]:
    digits = r"(?<![0-9£])(?P<n>[0-9](?:[ -]?[0-9]){{{0},{1}}})(?![ -]?[0-9]|\.[0-9]|/)"
    shapes = {
        "rent": ("rent_reference", digits.format(5, 11)),
        "account": ("account_reference", digits.format(7, 11)),
        "repair": ("repair_reference", r"(?P<n>(?=[a-z0-9]*[0-9])(?=[a-z0-9]*[a-z])[a-z0-9]{8})(?![\w-])"),
        "report": ("report_reference", r"(?P<n>(?:(?:SR|FMS)[- ]?)?[0-9]{5,9})(?![0-9]|\.[0-9]|/| [0-9]{3})"),
    }
    cues = vocabulary()["references"]
    return [
        (entity, re.compile(rf"\b(?:{_any(cues[name])})\b{_LINK}{shape}", re.IGNORECASE | re.ASCII))
        for name, (entity, shape) in shapes.items()
    ]


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _joined(match: re.Match[str], group: str | int) -> Found:
    value = match[group]
    joined = _dashed(value) if _SR.fullmatch(value) else re.sub(r"[ -]", "", value).upper()
    return Found(joined, match.start(group), match.end(group))


def _dashed(value: str) -> str:
    letters = re.match(r"[A-Za-z]+", value)
    prefix = letters[0] if letters else ""
    return f"{prefix.upper()}-{value[len(prefix) :].strip(' -')}"


def _looks_made(word: str, text: str) -> bool:
    """Tell a reference from "5bedroom" or "12months": it goes from letters to digits and back, or is all that was said."""
    switches = sum(a.isdigit() != b.isdigit() for a, b in zip(word, word[1:]))
    return switches >= 2 or text.strip(" .!?") == word

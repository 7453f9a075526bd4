"""Card numbers among the digits of a text: which runs of digits are one, and which only look like it.

Works on a *shadow* of the text: the same length, with every kind of digit, dash and space as its plain sign, so that
places in the shadow are places in the text.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

INVISIBLE = "\u200b"

# Between two digits of one number: spaces, at most one or two signs, or a single comma.
_BETWEEN = rf"(?:[ \n{INVISIBLE}]{{0,6}}[-./_*|~]{{0,2}}[ \n{INVISIBLE}]{{0,6}}|{INVISIBLE}*,{INVISIBLE}*)"
_RUN = re.compile(rf"[0-9](?:{_BETWEEN}[0-9])*")
_GROUP = re.compile("[0-9]+")
_SHORTEST, _LONGEST = 13, 19

# (first, last prefix), lengths: ISO/IEC 7812 ranges of the schemes in use.
_SCHEMES: tuple[tuple[str, str, frozenset[int]], ...] = (
    ("4", "4", frozenset({13, 16, 19})),  # Visa
    ("51", "55", frozenset({16})),  # Mastercard
    ("2221", "2720", frozenset({16})),
    ("34", "34", frozenset({15})),  # American Express
    ("37", "37", frozenset({15})),
    ("300", "305", frozenset({14, 16})),  # Diners Club
    ("309", "309", frozenset({14, 16})),
    ("36", "36", frozenset(range(14, 20))),
    ("38", "39", frozenset(range(14, 20))),
    ("3528", "3589", frozenset(range(16, 20))),  # JCB
    ("50", "50", frozenset(range(13, 20))),  # Maestro
    ("56", "59", frozenset(range(13, 20))),
    ("6", "6", frozenset(range(13, 20))),  # Maestro, Discover, UnionPay
    ("2200", "2205", frozenset(range(16, 20))),  # Mir
    ("81", "82", frozenset(range(16, 20))),  # UnionPay, RuPay
    ("9792", "9792", frozenset({16})),  # Troy
)

# How UK phone numbers are written, in digits a group; the first group starts with 0. No card is printed so.
_PHONES = frozenset({(11,), (5, 6), (4, 7), (3, 8), (3, 4, 4), (4, 3, 4), (5, 3, 3)})
# The same after a group of 44.
_PHONES_ABROAD = frozenset({(10,), (4, 6), (2, 4, 4), (3, 3, 4), (3, 7), (4, 3, 3), (2, 8)})
# 44, a 0 that does not belong there, and ten digits.
_PHONE_WITH_ZERO = re.compile("440[1-9][0-9]{9}")


@dataclass(frozen=True)
class Group:
    """Digits without anything between them, at [start, end) of the text."""

    start: int
    end: int
    digits: str


def shadow(text: str) -> str:
    """Return the text with plain signs: digits of all scripts as 0-9, dashes as "-", dots as ".", spaces as " "."""
    return "".join(_plain(character) for character in text)


def runs(plain: str) -> list[list[Group]]:
    """Return the runs of digits that could be one number, each as its groups, in order.

    What is surely something else (a phone number, a date, an account) ends a run and is in none.
    """
    found: list[list[Group]] = []
    for run in _RUN.finditer(plain):
        groups = [Group(run.start() + at.start(), run.start() + at.end(), at[0]) for at in _GROUP.finditer(run[0])]
        found += _without_others(groups, plain)
    return found


def luhn(digits: str) -> bool:
    """Return whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(map(int, digits[::-2]))) % 10 == 0


def spans(plain: str) -> list[tuple[int, int]]:
    """Return where the card numbers of a shadow are, in order, without overlap."""
    found: list[tuple[int, int]] = []
    for groups in runs(plain):
        first = 0
        while first < len(groups):
            ends = range(min(len(groups), first + _LONGEST), first, -1)
            last = next((end for end in ends if _is_card(groups[first:end])), None)
            if last is None:
                first += 1
            else:
                found.append((groups[first].start, groups[last - 1].end))
                first = last
    return found


def halves(before: str, after: str) -> tuple[int, int] | None:
    """Return where, in the last run of one shadow and the first of the next, one card number begins and ends, or None.

    Stricter than within one message, where the digits stand together: only schemes that we know, 14 digits or more.
    """
    runs_before, runs_after = runs(before), runs(after)
    if not runs_before or not runs_after:
        return None
    first, second = runs_before[-1][-_LONGEST:], runs_after[0][:_LONGEST]
    for start in range(len(first)):
        for end in range(len(second), 0, -1):
            head, tail = first[start:], second[:end]
            digits = "".join(group.digits for group in (*head, *tail))
            if len(digits) > _SHORTEST and _known(digits) and luhn(digits):
                return head[0].start, tail[-1].end
    return None


def _is_card(groups: list[Group]) -> bool:
    """Return whether these neighbouring groups are, together, one card number."""
    digits = "".join(group.digits for group in groups)
    if digits[0] == "0" or _PHONE_WITH_ZERO.fullmatch(digits):
        return False
    good = _SHORTEST <= len(digits) <= _LONGEST and luhn(digits)
    if len(groups) == 1:
        return good or _has_card_inside(digits)
    return good and (_known(digits) or _is_even(groups))


def _known(digits: str) -> bool:
    """Return whether a card scheme issues numbers that begin so and are so long."""
    return any(first <= digits[: len(first)] <= last and len(digits) in lengths for first, last, lengths in _SCHEMES)


def _has_card_inside(digits: str) -> bool:
    # Nothing of the council's has so many digits: a card with more typed against it.
    windows = (digits[start : start + size] for size in (15, 16) for start in range(len(digits) - size + 1))
    return any(_known(window) and luhn(window) for window in windows)


def _is_even(groups: list[Group]) -> bool:
    # In fours (or threes, or fives), as cards are printed: believed even if we don't know the scheme.
    sizes = {len(group.digits) for group in groups[:-1]}
    return len(groups) >= 3 and len(sizes) == 1 and 3 <= sizes.pop() <= 6 and len(groups[-1].digits) <= 6


def _without_others(groups: list[Group], plain: str) -> list[list[Group]]:
    """Return what remains of a run on both sides of each phone number, date and account in it."""
    parts: list[list[Group]] = [[]]
    first = 0
    while first < len(groups):
        taken = _other(groups[first:], plain)
        if taken:
            parts.append([])
        else:
            parts[-1].append(groups[first])
        first += taken or 1
    return [part for part in parts if part]


def _other(groups: list[Group], plain: str) -> int:
    """Return how many groups, from the first, are a phone number, a date or a council tax account; 0 when none."""
    if len(groups[0].digits) == 9 and groups[0].digits[0] == "7":
        return 1
    if _is_date(groups[:3], plain):
        return 3
    return next((count for count in (4, 3, 2, 1) if _is_phone(groups[:count])), 0)


def _is_phone(groups: list[Group]) -> bool:
    sizes = tuple(len(group.digits) for group in groups)
    if groups[0].digits in ("44", "0044"):
        return sizes[1:] in _PHONES_ABROAD
    return groups[0].digits[0] == "0" and sizes in _PHONES


def _is_date(groups: list[Group], plain: str) -> bool:
    if len(groups) < 3:
        return False
    gaps = {plain[before.end : after.start] for before, after in pairwise(groups)}
    if gaps not in ({"/"}, {"-"}, {"."}):
        return False
    day, month, year = (group.digits for group in groups)
    if len(day) == 4:
        day, year = year, day
    return year[:2] in ("19", "20") and len(year) == 4 and 1 <= int(day) <= 31 and 1 <= int(month) <= 12


def _plain(character: str) -> str:
    if "0" <= character <= "9" or "a" <= character <= "z":
        return character
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me"):
        return INVISIBLE
    if category == "Pd" or character in "\u2212\u00ad":
        return "-"
    if category == "Zs" or character == "\t":
        return " "
    if character in "\u00b7\u2022\u2024\u2027\u30fb\uff0e\u3002\uff61":
        return "."
    return {"\uff0c": ",", "\uff0f": "/", "\\": "/", "\u2044": "/", "\uff3f": "_"}.get(character, character)

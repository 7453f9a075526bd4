"""Sums of money, in pence."""

import re

from bot.nlu.bare import core
from bot.nlu.found import Found
from bot.nlu.vocabulary import plain, vocabulary

MOST_PENCE = 10**10
_WHOLE = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12}"
_REST = r"(?:\.(?P<part>[0-9]{1,2}))?(?P<k>k)?(?![\w£]|[.,][0-9])"
_SHAPES = [
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        rf"£\s?(?P<whole>{_WHOLE}){_REST}",
        rf"(?<![\w£.,/-])(?P<whole>{_WHOLE})(?:\.(?P<part>[0-9]{{1,2}}))?(?P<k>k)?\s?(?:pounds?|quid|squid|gbp|£|punds)(?!\w)"
        r"(?:\s+(?:and\s+)?(?P<pence>[0-9]{1,2})(?:\s?p(?:ence)?\b)?)?",
        r"(?<![\w£.,/-])(?P<pence>[0-9]{1,5})\s?(?:p|pence)(?!\w)",
        rf"(?<![\w£.,:/-])(?P<whole>{_WHOLE})\.(?P<part>[0-9]{{2}})(?![\w.,:/]\w?|\s*[ap]\.?m\b)",
        r"\b(?P<word>[a-z]+(?:[ -][a-z]+){0,4}?)\s(?P<unit>pounds?|quid|squid)\b"
        r"(?:\s+(?:and\s+)?(?P<more>[a-z]+(?:[ -](?!p\b|pence\b)[a-z]+)?)(?:\s(?:p|pence))?\b)?",
        r"\b(?P<word>fiver|tenner)\b",
    )
]
_BARE = re.compile(
    rf"\W*(?P<whole>{_WHOLE})(?:\.(?P<part>[0-9]{{1,2}}))?\W*(?:(?:please|pls|plz|thanks|ta)\W*)*",
    re.IGNORECASE | re.ASCII,
)
_BELOW_NOTHING = re.compile(r"(?:^|\s)[-−]\s*£?\s*[0-9]|£\s*[-−]|\bminus\s+£?[0-9]", re.IGNORECASE)


def find_amounts(text: str) -> list[Found]:
    """Return the sums in `text`: those with a pound sign, the word pounds, quid or pence, or two decimals."""
    found: list[Found] = []
    for shape in _SHAPES:
        for match in shape.finditer(text):
            one = _found(match)
            if one and all(one.end <= other.start or one.start >= other.end for other in found):
                found.append(one)
    return sorted(found, key=lambda one: one.start)


def parse_amount(text: str) -> int | None:
    """Return the one sum of money in `text`, in pence. A bare number counts as pounds when nothing else is said.

    None for no sum, for two different sums, for less than nothing, and for shapes that can be read two ways ("1.234").
    """
    words = plain(text)
    if _BELOW_NOTHING.search(words):
        return None
    sums = {found.value for found in find_amounts(words)}
    if sums:
        return int(sums.pop()) if len(sums) == 1 else None
    said = core(words)
    bare = _BARE.fullmatch(said)
    if bare:
        return _capped(_pence(bare["whole"], bare["part"]))
    spelt = _words(said)
    return _capped(spelt[0]) if spelt and spelt[1] == len(said) > 1 else None


def format_pence(pence: int) -> str:
    """Return pence as pounds: 14500 is "£145.00", 123456 "£1,234.56"."""
    sign = "-" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100:,}.{abs(pence) % 100:02}"


def _found(match: re.Match[str]) -> Found | None:
    names = ("whole", "part", "k", "pence", "word", "unit", "more")
    parts: dict[str, str] = {name: match.groupdict().get(name) or "" for name in names}
    start = match.start()
    if parts["word"]:
        counted = _words(parts["word"].lower())
        if counted is None:
            return None
        pence, words = counted
        start = match.end("word") - words
        more = _words(parts["more"].lower())
        if more and more[1] == len(parts["more"]) and more[0] < 100 * 100:
            # "Twenty pounds fifty": the number after the pounds is pence.
            return Found(pence + more[0] // 100, start, match.end())
        return Found(pence, start, match.end("unit") if parts["unit"] else match.end())
    pence = _pence(parts["whole"] or "0", parts["part"]) * (1000 if parts["k"] else 1) + int(parts["pence"] or 0)
    return Found(pence, start, match.end()) if _capped(pence) is not None else None


def _pence(whole: str, part: str | None) -> int:
    return int(whole.replace(",", "")) * 100 + int((part or "0").ljust(2, "0"))


def _capped(pence: int) -> int | None:
    return pence if pence <= MOST_PENCE else None


def _words(text: str) -> tuple[int, int] | None:
    """Return pence and the length of the number words that `text` ends with ("i have forty five" -> 4500, 10)."""
    slang: dict[str, int] = vocabulary()["money"]
    if text in slang:
        return slang[text], len(text)
    numbers: dict[str, int] = vocabulary()["counts"]
    pieces = re.split(r"([ -])", text)
    total, used, start = 0, 0, len(pieces)
    while start > 0 and (pieces[start - 1] in numbers or pieces[start - 1] in (" ", "-", "and", "hundred")):
        start -= 1
    taken = "".join(pieces[start:]).strip(" -").removeprefix("and ")
    for word in re.split(r"[ -]", taken):
        if word == "hundred":
            total = (total or 1) * 100
        elif word != "and":
            total += numbers.get(word, 0)
        used += word != "and"
    return (total * 100, len(taken)) if used and total else None

"""Addresses and places in free text: "flat 2 mill lane house", "4 Mill Lane", "outside the library on High Street"."""

import re
from functools import lru_cache

from bot.nlu.found import Found, without_overlaps
from bot.nlu.vocabulary import vocabulary

_NAME = r"[a-z][a-z'’-]{0,24}"  # bounded: a run of apostrophes would take seconds
_NUMBER = r"[0-9]{1,4}(?:\s?[a-h])?(?:\s?[-/]\s?[0-9]{1,4}[a-h]?)?"
_NUMBERED_ROOT = r"(?:outside|opposite|near(?:\s+to)?|nr|next\s+to|beside|behind|in\s+front\s+of|across\s+from|between)"
_STRONG_ROOT = (
    r"(?:(?:on\s+|at\s+|by\s+|in\s+)?(?:the\s+)?(?:corner|junction|end|top|bottom|entrance|back|side|edge)\s+(?:of|to|with)"
    r"|round\s+the\s+back\s+of|nearest|by|round\s+by|down\s+by|up\s+by|over\s+by|under)"
)
_WEAK_ROOT = r"(?:at|around|in|on|along|towards)"


def find_addresses(text: str) -> list[Found]:
    """Return the addresses in `text`, spelt out: "flat 2, 12 orchard rd" is "Flat 2, 12 Orchard Road"."""
    found = (one for pattern in _addresses() for match in pattern.finditer(text) if (one := _address(match)))
    return without_overlaps(found)


def find_places(text: str) -> list[Found]:
    """Return the places that are described: a landmark or a street with the words that say where ("by the post office").

    A street that stands alone is spelt out ("High Street"); a description is kept as typed. "In the road" is no place.
    """
    found: list[Found] = []
    for match in _described().finditer(text):
        strong = match["strong"] is not None
        start = match.start() if strong else match.start("rest")
        words = re.sub(r"\s+", " ", text[start : match.end("rest")]).strip(" ,")
        if not strong and words.lower() in vocabulary()["anywhere"]:
            continue
        only = None if strong else _street_only(words)
        found.append(Found(only or words, start, match.end("rest")))
    for match in _street().finditer(text):
        name = _street_name(match)
        if name:
            found.append(Found(name, match.start("name"), match.end()))
    return without_overlaps(found)


@lru_cache(maxsize=1)
def _addresses() -> tuple[re.Pattern[str], ...]:
    words = vocabulary()
    types, units = _any(words["street_types"]), _any(words["unit_words"])
    buildings = _any([*words["building_types"], *words["street_types"]])
    unit = rf"\b(?P<unit>{units})\s*(?P<at>[0-9]{{1,4}}[a-z]?|[a-h])\b,?\s*"
    lead = r"\b(?:(?:no|nr|num|number|house)\b[.:]?\s*)?"
    street = rf"(?P<street>(?:the\s+)?(?:{_NAME}\s+){{0,3}}?{_NAME}\s+(?:{types}))\b"
    alone = _any([name.removeprefix("the ") for name in words["street_names_alone"]])
    shapes = (
        rf"{unit}(?:{lead}(?P<no>{_NUMBER}),?\s+)?{street}(?:\s+(?P<more>{buildings})\b)?",
        rf"{unit}(?P<street>(?:{_NAME}\s+){{0,2}}{_NAME}\s+(?:{buildings}))\b",
        rf"(?<![\w£/.:-]){lead}(?<![\w£/.:-])(?P<no>{_NUMBER}),?\s+{street}",
        rf"(?<![\w£/.:-]){lead}(?<![\w£/.:-])(?P<no>{_NUMBER}),?\s+(?P<street>(?:the\s+)?(?:{alone}))\b",
        rf"\b(?P<house>(?:the\s+)?(?:{_NAME}\s+){{0,2}}{_NAME}\s+(?:{_any(words['building_types'])}))\b,?\s+{street}",
        rf"\b(?P<house>the\s+(?:old\s+)?(?:{_any(words['building_types'])}))\b,?\s+{street}",
    )
    return tuple(re.compile(shape, re.IGNORECASE | re.ASCII) for shape in shapes)


def _address(match: re.Match[str]) -> Found | None:
    parts = match.groupdict()
    street, house = parts["street"], parts.get("house")
    names = f"{house or ''} {street}".lower().split()
    if _not_in_names() & set(names[:-1]) - {"the"} or ("the" in names[1:-1] and not house):
        return None
    if house and names[0] == "the" and len(names) < 4:
        return None
    street = _spelt(f"{street} {parts['more']}" if parts.get("more") else street)
    number = re.sub(r"\s", "", parts.get("no") or "").upper()
    front = f"Flat {parts['at'].upper()}" if parts.get("at") else ""
    if front and parts["unit"].lower() not in ("flat", "flt"):
        front = f"{parts['unit'].capitalize()} {parts['at'].upper()}"
    line = ", ".join(part for part in (front, _spelt(house) if house else "", f"{number} {street}".strip()) if part)
    return Found(line, match.start(), match.end())


@lru_cache(maxsize=1)
def _street() -> re.Pattern[str]:
    types = _any(vocabulary()["street_types"])
    alone = _any(vocabulary()["street_names_alone"])
    return re.compile(
        rf"(?P<cue>\b(?:on|in|at|along|down|up|of|and|off|from)\s+)?\b(?P<name>(?:(?P<words>(?:st\.?\s+)?{_NAME}(?:\s+{_NAME})?)\s+"
        rf"(?P<type>{types})|(?P<alone>{alone}))\b)",
        re.IGNORECASE | re.ASCII,
    )


def _street_name(match: re.Match[str], cued: bool = False) -> str | None:
    if match["alone"]:
        return _spelt(match["name"]) if cued or match["cue"] or match["name"][0].isupper() else None
    words = match["words"].split()
    while words and words[0].lower() in _not_in_names():
        words.pop(0)
    if not words or any(word.lower() in _not_in_names() for word in words):
        return None
    weak = match["type"].lower() in vocabulary()["weak_street_types"]
    capital = all(word[0].isupper() for word in (*words, match["type"]))
    return _spelt(" ".join((*words, match["type"]))) if cued or not weak or match["cue"] or capital else None


def _street_only(words: str) -> str | None:
    match = _street().fullmatch(words)
    return _street_name(match, cued=True) if match else None


@lru_cache(maxsize=1)
def _described() -> re.Pattern[str]:
    """A preposition, then a landmark or a street, then perhaps the street that it is on."""
    words = vocabulary()
    types = _any(words["street_types"])
    landmark = rf"(?:{_any(words['landmarks'])})"
    small = r"(?!(?:a|an|and|at|by|every|has|in|is|my|of|on|our|out|that|the|this|to|was|with|your)\b)"
    street = rf"(?:{small}{_NAME}\s+){{1,2}}(?:{types})\b(?!\s+to\b)"
    after = r"(?:\s+(?:gates?|entrance|building|doors?|site))?"
    thing = rf"(?:(?:the|my|our|a|that|this)\s+)?(?:{small}{_NAME}\s+){{0,2}}?{landmark}{after}(?!\s+(?:{types})\b)"
    numbered = rf"(?:no\.?\s+|number\s+)?{_NUMBER}\b(?:,?\s+{street})?"
    home = r"(?:my|our|the)\s+(?:house|flat|home|front door|door|building|block|street|road|gate|drive|garden|window)"
    one = rf"(?:(?:the\s+)?{street}|{thing}|{home})"
    more = rf"(?:\s+(?:and|&|with|on|in|at|by|near|off|of)\s+(?:(?:the\s+)?{street}|{thing}))*"
    return re.compile(
        rf"\b(?:(?P<strong>{_NUMBERED_ROOT}\s+(?=(?:{numbered}|{one}))|{_STRONG_ROOT}\s+(?={one}))|{_WEAK_ROOT}\s+(?={one}))"
        rf"(?P<rest>(?:{one}|{numbered}){more})\b",
        re.IGNORECASE | re.ASCII,
    )


def _spelt(words: str) -> str:
    """Return the words as on a street sign, with the last one in full: "orchard rd" is "Orchard Road"."""
    parts = re.sub(r"[\s,]+", " ", words).strip(" .").split(" ")
    types: dict[str, str] = vocabulary()["street_types"]
    last = types.get(parts[-1].lower())
    named = [part[:1].upper() + part[1:].lower() for part in parts]
    return " ".join([*named[:-1], last or named[-1]])


@lru_cache(maxsize=1)
def _not_in_names() -> frozenset[str]:
    return frozenset(vocabulary()["not_in_names"].split())


def _any(words: "list[str] | dict[str, str]") -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

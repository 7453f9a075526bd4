"""What a resident's answer means: pure parsers, one a kind of value. None when the text does not hold exactly that.

Words are taken as typed: any case, any spacing, full-width digits. Nothing here raises on any text.
"""

import re
from datetime import date

from bot.nlu import dates, times
from bot.nlu.contact import parse_email, parse_phone, parse_postcode
from bot.nlu.found import Found
from bot.nlu.money import format_pence, parse_amount
from bot.nlu.vocabulary import plain, vocabulary

__all__ = [
    "account_is_valid",
    "find_numbers",
    "format_pence",
    "parse_account",
    "parse_amount",
    "parse_date",
    "parse_email",
    "parse_number",
    "parse_phone",
    "parse_postcode",
    "parse_time",
    "parse_yes_no",
]

_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)
_MARKS = "👍👎✅❌"


def parse_date(text: str, today: date, *, past: bool = False) -> date | None:
    """Return the first day named in `text`, relative to `today`. A week is its Monday, a month its first day.

    With `past`, words that could be meant either way ("tuesday", "3 december") are taken backward.
    """
    found = dates.find_dates(plain(text), today)
    if not found:
        return None
    if past and "or_past" in found[0].extra:
        return date.fromisoformat(found[0].extra["or_past"])
    day: date = found[0].value
    return day


def parse_time(text: str) -> str | None:
    """Return the first time of day in `text`: "morning", "afternoon", "evening" or a clock time such as "14:30"."""
    found = times.find_times(plain(text))
    return str(found[0].value) if found else None


def parse_number(text: str) -> int | None:
    """Return the one whole number in `text` (0 to 999): "2", "the second one", "number two". "the last one" is -1.

    None when there is none or there are two different ones.
    """
    known: dict[str, int] = vocabulary()["numbers"]
    found = set()
    for place, word in enumerate(re.findall(r"[0-9]+(?:st|nd|rd|th)?\b|[a-z0-9]+", plain(text).lower())):
        digits = re.fullmatch(r"([0-9]{1,3})(?:st|nd|rd|th)?", word)
        if digits:
            found.add(int(digits[1]))
        elif word in known and not (word == "one" and place > 0):  # "the black one" is no number
            found.add(known[word])
    return found.pop() if len(found) == 1 else None


def find_numbers(text: str) -> list[Found]:
    """Return the numbers in `text` that plainly choose or count: "the second one", "option 2", "2 bins", or all of it."""
    pattern = vocabulary()["number_cues"]
    names = "|".join(sorted(vocabulary()["numbers"], key=len, reverse=True))
    number = rf"(?P<n>[0-9]{{1,3}}(?:st|nd|rd|th)?|{names})"
    shapes = (
        rf"^\W*(?:the\s+)?{number}\W*$",
        rf"\b(?:{'|'.join(pattern['before'])})\.?\s+{number}\b(?!\s*[/.:£]\s*[0-9])",
        rf"(?<![\w£./:-]){number}\s+(?:x\s+)?(?:{'|'.join(pattern['after'])})\b",
    )
    found: dict[int, Found] = {}
    for shape in shapes:
        for match in re.finditer(shape, text, re.IGNORECASE | re.ASCII):
            value = parse_number(match["n"])
            if value is not None:
                found.setdefault(match.start("n"), Found(value, match.start("n"), match.end("n")))
    return [found[start] for start in sorted(found)]


def parse_yes_no(text: str) -> bool | None:
    """Return True for yes, False for no, None for neither, both, or unsure. Reads UK words such as aye, yep, nah, nope."""
    words = vocabulary()["yes_no"]
    said = re.sub(rf"([{_MARKS}])", r" \1 ", plain(text).lower().replace("’", "'"))
    said = re.sub(rf"[^\w\s'{_MARKS}]", " ", said)
    said = _without_lead(" ".join(said.split()), words["leads"])
    length, answer = 0, None
    for meaning in ("unsure", "yes", "no"):
        for phrase in map(str, words[meaning]):
            if (said + " ").startswith(phrase + " ") and len(phrase) > length:
                length, answer = len(phrase), {"yes": True, "no": False}.get(meaning)
    if answer is None:
        return None
    takes_back = words["takes_back_yes" if answer else "takes_back_no"]
    return None if set(said[length:].split()) & set(takes_back) else answer


def _without_lead(said: str, leads: list[str]) -> str:
    while True:
        lead = next((lead for lead in leads if said.startswith(lead + " ")), None)
        if lead is None:
            return said
        said = said[len(lead) + 1 :]


def account_is_valid(reference: str) -> bool:
    """Say whether `reference` is a council tax account: 9 digits from 7, the ninth a check digit. Spaces don't matter.

    Weights 9 to 2 over the first eight digits; the ninth is (11 - sum % 11) % 11, and 10 is never issued.
    """
    digits = re.sub(r"[\s-]", "", plain(reference))
    if not re.fullmatch(r"7[0-9]{8}", digits):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False))
    return (11 - total % 11) % 11 == int(digits[8])


def parse_account(text: str) -> str | None:
    """Return the first nine digits from 7 in `text`, joined, whether or not the check digit is right."""
    match = re.search(r"(?<![0-9])7(?:[ -]?[0-9]){8}(?![ -]?[0-9])", plain(text))
    return re.sub(r"[ -]", "", match[0]) if match else None

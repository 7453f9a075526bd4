"""Card details are masked before anything is stored or logged.

Card numbers are found by their check digit (13 to 19 digits with anything usual between them, in any script, also over
two messages), security codes by what is said around them, expiry dates beside a card. Phone numbers, council
references, UPRNs and dates stay.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.safety import cards

CARD = "[card number removed]"
CODE = "[security code removed]"
EXPIRY = "[expiry date removed]"

_CUE = (
    r"(?:\bc\.?v\.?[vcn2]\.?2?\b|\bcsc\b|\bcid\b|\bcard verification (?:code|number|value)\b"
    r"|\b(?:security|verification) (?:code|number|no\.?)\b|\bsigna?ture strip\b"
    r"|\b(?:3|three|4|four)[ -]+(?:digits?|numbers?) (?:on|at|from) (?:the )?(?:back|reverse|front)\b"
    r"|\b(?:numbers?|digits?|code) (?:on|at|from) the (?:back|reverse)\b)"
)
_GAP = (
    r"[\s:;=#,.'\"()\u200b-]*"
    r"(?:\b(?:is|it's|its|it|was|are|number|no|code|digits?|of|on|the|my|this|card|back|and|for)\b[\s:;=#,.'\"()\u200b-]*){0,6}"
)
_THREE_OR_FOUR = r"(?<![0-9])[0-9](?:[ .\u200b-]?[0-9]){2,3}(?![ .\u200b-]?[0-9])"
_CODE_AFTER_CUE = re.compile(rf"{_CUE}{_GAP}({_THREE_OR_FOUR})", re.IGNORECASE)
_CODE_BEFORE_CUE = re.compile(
    rf"({_THREE_OR_FOUR})[\s,(-]*(?:(?:is|are|was|=)\s+)?(?:(?:the|my|for)\s+)*{_CUE}(?!{_GAP}\[security)",
    re.IGNORECASE,
)
_MONTH_AND_YEAR = r"(?<![0-9])(?:0?[1-9]|1[0-2]) ?[/. -] ?(?:20)?[0-9]{2}(?![/.-]?[0-9])"
_CARD_MARK, _EXPIRY_MARK = re.escape(CARD), re.escape(EXPIRY)
_EXPIRY_GAP = r"(?:[\s,;:|./\u200b-]|\b(?:exp|expiry|expires|date|valid|to|thru|until|ends?|is|and)\b){0,20}"
_EXPIRY_AFTER_CARD = re.compile(rf"{_CARD_MARK}{_EXPIRY_GAP}({_MONTH_AND_YEAR})", re.IGNORECASE)
_EXPIRY_BY_CUE = re.compile(
    rf"\b(?:exp|expiry|expires|expiring|expiration|valid (?:to|until|thru|through)|end date)\b[^0-9\[\]]{{0,12}}?"
    rf"({_MONTH_AND_YEAR})",
    re.IGNORECASE,
)
_CODE_AFTER_MARK = re.compile(rf"(?:{_CARD_MARK}|{_EXPIRY_MARK})[\s,;|/-]{{1,5}}([0-9]{{3,4}})(?![0-9])")
_ENDS_WITH_CUE = re.compile(rf"{_CUE}{_GAP}$", re.IGNORECASE)
_ONLY_A_CODE = re.compile(r"[^0-9A-Za-z]*([0-9](?:[ .\u200b-]?[0-9]){2,3})[^0-9A-Za-z]*")

# Two halves of a card may have a few words after the first and before the second.
_WORDS_BETWEEN = 40


@dataclass(frozen=True)
class Redacted:
    """The masked text and the masked `previous` one. `found` holds card_number, security_code and expiry_date."""

    text: str
    found: frozenset[str]
    previous: str


def redact(text: str, previous: str = "") -> Redacted:
    """Mask the card details of a message, and of the resident's message before it when a card began there.

    Masks twice as once: redact(redact(x).text).text == redact(x).text. Never adds a digit.
    """
    found: set[str] = set()
    previous = _mask_all(previous, found)
    text = _mask_all(text, found)
    if previous:
        previous, text = _mask_across(previous, text, found)
        text = _mask_all(text, found)
    return Redacted(text, frozenset(found), previous)


def _mask_all(text: str, found: set[str]) -> str:
    """Mask until nothing more is found. Each round takes digits away, so it ends."""
    while True:
        masked = text
        for step in (_mask_cards, _mask_expiry, _mask_codes):
            masked = step(masked, found)
        if masked == text:
            return text
        text = masked


def _mask_cards(text: str, found: set[str]) -> str:
    spans = cards.spans(cards.shadow(text))
    if spans:
        found.add("card_number")
    return _replace(text, spans, CARD)


def _mask_expiry(text: str, found: set[str]) -> str:
    if CARD not in text:
        return text
    return _mask_by(text, (_EXPIRY_AFTER_CARD, _EXPIRY_BY_CUE), EXPIRY, lambda: found.add("expiry_date"))


def _mask_codes(text: str, found: set[str]) -> str:
    patterns = (_CODE_AFTER_CUE, _CODE_BEFORE_CUE, _CODE_AFTER_MARK)
    return _mask_by(text, patterns, CODE, lambda: found.add("security_code"))


def _mask_by(text: str, patterns: tuple[re.Pattern[str], ...], mark: str, note: Callable[[], None]) -> str:
    for pattern in patterns:
        spans = [match.span(1) for match in pattern.finditer(cards.shadow(text))]
        if spans:
            note()
            text = _replace(text, spans, mark)
    return text


def _mask_across(previous: str, text: str, found: set[str]) -> tuple[str, str]:
    before, after = cards.shadow(previous), cards.shadow(text)
    code = _ONLY_A_CODE.fullmatch(after)
    if code and _ENDS_WITH_CUE.search(before):
        found.add("security_code")
        return previous, _replace(text, [code.span(1)], CODE)
    card = cards.halves(before, after)
    if card is None or len(before) - _last_digit(before) > _WORDS_BETWEEN or _first_digit(after) > _WORDS_BETWEEN:
        return previous, text
    found.add("card_number")
    return _replace(previous, [(card[0], _last_digit(before) + 1)], CARD), _replace(
        text, [(_first_digit(after), card[1])], CARD
    )


def _first_digit(plain: str) -> int:
    return next(place for place, character in enumerate(plain) if character in "0123456789")


def _last_digit(plain: str) -> int:
    return len(plain) - 1 - _first_digit(plain[::-1])


def _replace(text: str, spans: list[tuple[int, int]], mark: str) -> str:
    for start, end in reversed(spans):
        text = text[:start] + mark + text[end:]
    return text

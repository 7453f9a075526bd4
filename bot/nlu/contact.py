"""Postcodes, telephone numbers and email addresses: finders for free text, parsers for answers."""

import re
from functools import lru_cache

import phonenumbers

from bot.council import council
from bot.nlu.found import Found
from bot.nlu.vocabulary import plain, vocabulary

# Ofcom keeps these for drama, so a directory of real numbers refuses them; the demo lives on them.
_DRAMA = re.compile(r"\+44(?:1632960|7700900|1134960|1144960|1154960|1164960|1174960|1184960)[0-9]{3}")
_PHONE = re.compile(r"(?<![\w+£.])(?:\(?0|\+)[0-9 ().\-]{7,22}[0-9](?![0-9])")
_ANY_NUMBER = re.compile(r"[+0-9(][0-9 ().\-/]{7,22}[0-9]")
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")
# Inward letters never hold C I K M O V. One space anywhere, because people spell it out.
_POSTCODE = re.compile(
    r"\b([a-z01]{1,2})[ ]?([0-9oil][a-z0-9]?)[ .-]{0,3}([0-9oil])[ ]?([abd-hjlnp-uw-z]{2})\b", re.IGNORECASE | re.ASCII
)
_TO_DIGITS = str.maketrans("OIL", "011")
_TO_LETTERS = str.maketrans("01", "OI")


def find_phones(text: str) -> list[Found]:
    """Return the telephone numbers in `text` that start with 0 or +, as E.164 ("+447700900123")."""
    made = ((match, _e164(match[0])) for match in _PHONE.finditer(text))
    return [Found(number, match.start(), match.end()) for match, number in made if number]


def parse_phone(text: str) -> str | None:
    """Return the first telephone number in `text` as E.164, read as British unless it starts with +.

    A mobile number whose first nought was left out is taken too. None when no network could have the number.
    """
    for match in _ANY_NUMBER.finditer(plain(text)):
        number = match[0]
        digits = re.sub(r"[^0-9]", "", number)
        made = _e164("0" + digits if len(digits) == 10 and digits[0] == "7" and number[0] != "+" else number)
        if made:
            return made
    return None


def _e164(number: str) -> str | None:
    try:
        parsed = phonenumbers.parse(number, "GB")
    except phonenumbers.NumberParseException:
        return None
    made = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return made if phonenumbers.is_valid_number(parsed) or _DRAMA.fullmatch(made) else None


def find_postcodes(text: str) -> list[Found]:
    """Return the postcodes in `text` as "AZ1 2BB". The area must exist; O for 0 and I or L for 1 are put right."""
    made = ((match, _postcode(match[1] + match[2], match[3] + match[4])) for match in _POSTCODE.finditer(text))
    found = [Found(code, match.start(), match.end()) for match, code in made if code]
    return found or [Found(f"{m[1]} {m[2]}".upper(), m.start(), m.end()) for m in _ours().finditer(text)]


def parse_postcode(text: str) -> str | None:
    """Return the first postcode in `text`, upper case with its space, or None. Letters spelt one by one are joined."""
    words = plain(text)
    found = find_postcodes(words) or find_postcodes(re.sub(r"[\s.,-]", "", words))
    return str(found[0].value) if found else None


def _postcode(outward: str, inward: str) -> str | None:
    outward, inward = outward.upper(), inward.upper()
    for letters in (2, 1):
        area, district = outward[:letters].translate(_TO_LETTERS), outward[letters:]
        if area not in _areas() or not 1 <= len(district) <= 2:
            continue
        if not (district[0].isdigit() or inward[0].isdigit()):  # "living" is no L1V 1NG
            continue
        first, last = district[0].translate(_TO_DIGITS), district[1:]
        if last in ("O", "I", "L"):
            last = last.translate(_TO_DIGITS)
        if first.isdigit():
            return f"{area}{first}{last} {inward[0].translate(_TO_DIGITS)}{inward[1:]}"
    return None


@lru_cache(maxsize=1)
def _ours() -> re.Pattern[str]:
    """Match what is meant for a postcode of the council's, with letters that no postcode has: the finder can then say so."""
    areas = "|".join(map(str, council()["postcode_areas"]))
    return re.compile(rf"\b({areas})[ .-]{{0,3}}([0-9][a-z]{{2}})\b", re.IGNORECASE | re.ASCII)


@lru_cache(maxsize=1)
def _areas() -> frozenset[str]:
    return frozenset(vocabulary()["postcode_areas"].split())


def find_emails(text: str) -> list[Found]:
    """Return the email addresses in `text`, as typed."""
    return [Found(match[0], match.start(), match.end()) for match in _EMAIL.finditer(text)]


def parse_email(text: str) -> str | None:
    """Return the first email address in `text`, as typed."""
    found = find_emails(plain(text))
    return str(found[0].value) if found else None

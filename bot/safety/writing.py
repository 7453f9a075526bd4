"""Writing, in any script: words without accents, and which script a word is in. Pure, and the same for all languages.

A word is a run of letters and the marks that belong to them. In scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer,
Burmese) every character is a word by itself: that is honest, and the signs of an emergency can be written for it.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Container, Iterable
from functools import lru_cache

LATIN = "Latin"
HAN, KANA = "Han", "Kana"

# The first code point of a block of letters, and its script. What is not here is Latin.
_BLOCKS = (
    (0x0370, "Greek"),
    (0x0400, "Cyrillic"),
    (0x0530, "Armenian"),
    (0x0590, "Hebrew"),
    (0x0600, "Arabic"),
    (0x0700, LATIN),
    (0x0750, "Arabic"),
    (0x0780, LATIN),
    (0x0900, "Devanagari"),
    (0x0980, "Bengali"),
    (0x0A00, "Gurmukhi"),
    (0x0A80, "Gujarati"),
    (0x0B00, "Oriya"),
    (0x0B80, "Tamil"),
    (0x0C00, "Telugu"),
    (0x0C80, "Kannada"),
    (0x0D00, "Malayalam"),
    (0x0D80, "Sinhala"),
    (0x0E00, "Thai"),
    (0x0E80, "Lao"),
    (0x0F00, LATIN),
    (0x1000, "Myanmar"),
    (0x10A0, "Georgian"),
    (0x1100, "Hangul"),
    (0x1200, "Ethiopic"),
    (0x13A0, LATIN),
    (0x1780, "Khmer"),
    (0x1800, LATIN),
    (0x1F00, "Greek"),
    (0x2000, LATIN),
    (0x3040, KANA),
    (0x3100, LATIN),
    (0x3130, "Hangul"),
    (0x3190, LATIN),
    (0x3400, HAN),
    (0xA000, LATIN),
    (0xAC00, "Hangul"),
    (0xD7B0, LATIN),
    (0xF900, HAN),
    (0xFB00, LATIN),
    (0xFB50, "Arabic"),
    (0xFE00, LATIN),
    (0xFE70, "Arabic"),
    (0xFF00, LATIN),
    (0x20000, HAN),
    (0x32000, LATIN),
)
_STARTS = [start for start, _ in _BLOCKS]

SINGLE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U00031fff"
_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0963\u0981-\u0dff"
_PIECES = re.compile(rf"[{SINGLE}]|(?:[^\W_{SINGLE}]|[{_MARKS}])+|[.!?;\n\u061f\u06d4\u0964\u3002\uff01\uff1f]")
_SINGLE = re.compile(f"[{SINGLE}]")
_ENDS = frozenset(".!?;\n\u061f\u06d4\u0964\u3002\uff01\uff1f")
_UNSEEN = re.compile("[\u00ad\u0610-\u061a\u0640\u064b-\u065f\u0670\u200b\u200d-\u200f\u2060-\u2069\ufeff]")
_TRAILING_OFF = re.compile(r"\.{2,}")


# Letters that are typed for one another, as code points: in Arabic script they would turn this line around.
_ALIKE = (
    ("\u0623\u0625\u0622\u0671", "\u0627"),  # alef
    ("\u0649\u06cc\u06d0", "\u064a"),  # yeh
    ("\u06a9", "\u0643"),  # kaf
    ("\u06c1\u06c3\u0629\u06c0", "\u0647"),  # heh
    ("\u0624", "\u0648"),  # waw
    ("ς", "σ"),
    ("ё", "е"),
    ("ґ", "г"),
)


def _fold_table() -> dict[int, str | None]:
    """Return what letters are written as by people without the keyboard: no accents, and one Arabic letter of a kind."""
    table: dict[int, str | None] = {ord(a): b for a, b in zip("łđøðıħŧŋ", "ldodihtn")}
    table |= {ord("ß"): "ss", ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th"}
    for code in [*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00)]:
        base = unicodedata.normalize("NFKD", chr(code))[0]
        if code not in table and base != chr(code):
            table[code] = base.lower()
    for code in range(0x0370, 0x0400):
        table[code] = unicodedata.normalize("NFKD", chr(code))[0].lower()
    for letters, base in _ALIKE:
        table |= {ord(letter): base for letter in letters}
    table |= dict.fromkeys(range(0x0300, 0x0370))  # accents that stand alone
    return table


_FOLD = _fold_table()


def normal(text: str) -> str:
    """Return `text` in lower case and in one form: no marks that can't be seen, no dots that trail off."""
    plain = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).lower()
    return _TRAILING_OFF.sub(" ", unicodedata.normalize("NFC", plain))


def fold(text: str) -> str:
    """Return normal text without accents, in the letters that people type when they have no others."""
    return text.translate(_FOLD)


def words(text: str) -> list[str]:
    """Return the words of normal text, in order."""
    return [piece for piece in _PIECES.findall(text) if piece not in _ENDS]


def sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence of normal text; none is empty."""
    return parted(_PIECES.findall(text), _ENDS)


def parted(pieces: Iterable[str], ends: Container[str]) -> list[list[str]]:
    """Return what stands between the ends; none is empty."""
    found: list[list[str]] = [[]]
    for piece in pieces:
        if piece in ends:
            found.append([])
        else:
            found[-1].append(piece)
    return [between for between in found if between]


@lru_cache(maxsize=20_000)
def script(word: str) -> str:
    """Return the script of a word, by its first character: "Latin", "Cyrillic", "Han" and so on."""
    place = bisect_right(_STARTS, ord(word[0])) - 1
    return _BLOCKS[place][1] if place >= 0 else LATIN


def is_whole_word(word: str) -> bool:
    """Say whether a single character is a word, as in Chinese or Thai."""
    return bool(_SINGLE.match(word))

"""BERT's uncased tokeniser, small: the words of a sentence as numbers of a 30,522-piece vocabulary."""

import unicodedata
from functools import lru_cache

LONGEST_WORD = 100
"""Longer "words" become [UNK], as in the original."""


class WordPiece:
    """Greedy longest-match-first WordPiece, equal to Hugging Face's BertNormalizer + BertPreTokenizer + WordPiece."""

    def __init__(self, vocabulary: dict[str, int], longest: int = 128) -> None:
        """Keep `vocabulary` (piece -> id) and cut every sentence at `longest` ids, the two markers included."""
        self._ids = vocabulary
        self._longest = longest
        self._unknown = vocabulary["[UNK]"]
        self._first, self._last = vocabulary["[CLS]"], vocabulary["[SEP]"]
        self._word = lru_cache(maxsize=20_000)(self._split_word)

    def ids(self, text: str) -> list[int]:
        """Return [CLS] pieces [SEP] for any text, the empty one and broken Unicode included. Never raises."""
        room = self._longest - 2
        found: list[int] = []
        for word in words(text):
            found.extend(self._word(word))
            if len(found) >= room:
                break
        return [self._first, *found[:room], self._last]

    def _split_word(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = self._ids.get(word[start:end] if start == 0 else f"##{word[start:end]}")
                if piece is not None:
                    break
            else:
                return (self._unknown,)
            found.append(piece)
            start = end
        return tuple(found)


def words(text: str) -> list[str]:
    """Return the lower-case words and single punctuation marks of `text`, without accents and control characters."""
    marked: list[str] = []
    for char in unicodedata.normalize("NFD", _clean(text)):
        if unicodedata.category(char) == "Mn":
            continue
        low = char.lower()
        marked.append(f" {low} " if _is_punctuation(low) else low)
    return "".join(marked).split()


def _clean(text: str) -> str:
    kept: list[str] = []
    for char in text:
        if char in "\t\n\r" or unicodedata.category(char) == "Zs":
            kept.append(" ")
        elif char != "\ufffd" and not unicodedata.category(char).startswith("C"):
            kept.append(f" {char} " if _is_chinese(ord(char)) else char)
    return "".join(kept)


def _is_punctuation(char: str) -> bool:
    point = ord(char[0])
    ascii_mark = 33 <= point <= 47 or 58 <= point <= 64 or 91 <= point <= 96 or 123 <= point <= 126
    return ascii_mark or unicodedata.category(char[0]).startswith("P")


def _is_chinese(point: int) -> bool:
    return (
        0x4E00 <= point <= 0x9FFF
        or 0x3400 <= point <= 0x4DBF
        or 0x20000 <= point <= 0x2CEAF
        or 0xF900 <= point <= 0xFAFF
        or 0x2F800 <= point <= 0x2FA1F
    )

"""Spelling tolerance: the words of a list that a misspelt word may stand for. Pure.

Only a word that is no English word is corrected, by one letter too many, missing, wrong or swapped, never the first one:
"stabed" is read as "stabbed", while "flooring" stays what it is. Where several are one letter away, those with the same
consonants are meant: "wrking" is "working" and not "waking".
"""

from collections.abc import Callable, Iterable, Iterator

SHORTEST, LONGEST = 5, 16
VOWELS = "aeiou"
INFLECTIONS = {"s": ("",), "ing": ("", "e"), "er": ("", "e"), "ers": ("", "e"), "able": ("", "e"), "ly": ("",)}


class Spelling:
    """Finds the words of a list again by what is left of each when one letter is taken out."""

    def __init__(self, words: Iterable[str], is_word: Callable[[str], bool]) -> None:
        """Keep `words` of at least five letters; one that ends in a star stands for every word that begins so."""
        self._is_word = is_word
        self._by_rest: dict[str, set[str]] = {}
        self._stem_lengths: set[int] = set()
        for word in words:
            plain = word.rstrip("*")
            if len(plain) < SHORTEST:
                continue
            if word != plain:
                self._stem_lengths.add(len(plain))
            for rest in _rests(plain):
                self._by_rest.setdefault(rest, set()).add(word)

    def meant(self, word: str) -> set[str]:
        """Return the words of the list that `word` (lower case) is one letter away from; none when it is a word itself."""
        if not SHORTEST <= len(word) <= LONGEST or not word.isalpha() or self._correct(word):
            return set()
        found = {one for one in self._near(word) if not one.endswith("*")}
        lengths = {length + off for length in self._stem_lengths for off in (-1, 0, 1)}
        starts = {word[:length] for length in lengths if SHORTEST <= length <= len(word)}
        found |= {one for start in starts for one in self._near(start) if one.endswith("*")}
        alike = {one for one in found if sounds_alike(word, one)}
        return alike or (set() if any(map(self._is_word, _other_vowels(word))) else found)

    def _near(self, word: str) -> set[str]:
        candidates = {found for rest in _rests(word) for found in self._by_rest.get(rest, ())}
        return {found for found in candidates if one_letter_apart(word, found.rstrip("*"))}

    def _correct(self, word: str) -> bool:
        if self._is_word(word):
            return True
        return any(
            word.endswith(ending) and any(self._is_word(word[: -len(ending)] + more) for more in roots)
            for ending, roots in INFLECTIONS.items()
        )


def one_letter_apart(one: str, other: str) -> bool:
    """Say whether a single letter added, dropped, changed or swapped with the next makes one of the other, not the first."""
    if one == other or one[:1] != other[:1] or abs(len(one) - len(other)) > 1:
        return False
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[same:], other[same:]
    swapped = len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def _rests(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))}


def sounds_alike(word: str, meant: str) -> bool:
    """Say whether both have the same consonants, double ones counted once; a star stands for any ending of `meant`."""
    if meant.endswith("*"):
        return _consonants(word).startswith(_consonants(meant[:-1]))
    return _consonants(word) == _consonants(meant)


def _consonants(word: str) -> str:
    kept = [letter for letter in word if letter not in VOWELS]
    return "".join(letter for letter, before in zip(kept, ["", *kept]) if letter != before)


def _other_vowels(word: str) -> Iterator[str]:
    """Yield what `word` becomes with one vowel more, less or another, one letter doubled or single, or two swapped."""
    for i, letter in enumerate(word):
        before, after = word[:i], word[i + 1 :]
        yield before + letter + letter + after
        if letter in VOWELS or letter == word[i - 1]:
            yield before + after
        for vowel in VOWELS:
            yield before + letter + vowel + after
            if letter in VOWELS:
                yield before + vowel + after
        if after and (letter in VOWELS or after[0] in VOWELS):
            yield before + after[0] + letter + after[1:]

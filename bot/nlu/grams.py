"""TF-IDF of words and of letters, as scikit-learn's TfidfVectorizer has it, without its 3 ms of checks a message."""

import re
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Row = tuple[list[int], Floats]
_WORD = re.compile(r"\b\w+\b")


class Grams:
    """One kind of n-gram. `names` are those that count, in the order of their columns; `idf` is how rare each one is."""

    def __init__(self, cut: Callable[[str], list[str]], names: list[str], idf: Floats) -> None:
        """Keep the parts; `cut` turns a text into its n-grams."""
        self._cut = cut
        self.names = names
        self.idf = idf
        self._column = {name: place for place, name in enumerate(names)}

    @classmethod
    def learn(cls, cut: Callable[[str], list[str]], texts: Iterable[str], least: int) -> "Grams":
        """Return the n-grams that at least `least` of the texts hold, in alphabetical order."""
        held: Counter[str] = Counter()
        n = 0
        for text in texts:
            held.update(set(cut(text)))
            n += 1
        names = sorted(name for name, count in held.items() if count >= least)
        counts = np.array([held[name] for name in names], dtype=np.float64)
        return cls(cut, names, (np.log((1 + n) / (1 + counts)) + 1).astype(np.float32))

    def row(self, text: str) -> Row:
        """Return the columns of the n-grams in `text`, ascending, and their weights: a vector of length 1, or empty."""
        counts = Counter(column for name in self._cut(text) if (column := self._column.get(name)) is not None)
        columns = sorted(counts)
        values = (np.log(np.array([counts[column] for column in columns], dtype=np.float32)) + 1) * self.idf[columns]
        return columns, values / max(float(np.linalg.norm(values)), 1e-12)


def cut_words(most: int) -> Callable[[str], list[str]]:
    """Return a function that cuts a text into its words and runs of up to `most` words."""

    def cut(text: str) -> list[str]:
        words = _WORD.findall(text)
        longer = (words[at : at + n] for n in range(2, most + 1) for at in range(len(words) - n + 1))
        return [*words, *map(" ".join, longer)]

    return cut


def cut_letters(least: int, most: int) -> Callable[[str], list[str]]:
    """Return a function that cuts each word, with a space on either side, into runs of `least` to `most` letters.

    A word that is too short for a run counts once, whole.
    """

    def cut(text: str) -> list[str]:
        found: list[str] = []
        for word in text.split():
            padded = f" {word} "
            for n in range(least, most + 1):
                found += [padded[at : at + n] for at in range(max(1, len(padded) - n + 1))]
                if len(padded) <= n:
                    break
        return found

    return cut

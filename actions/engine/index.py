"""An index of texts by their words and pairs of words (TF-IDF), as scikit-learn's has it, without a second of imports."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

_WORD = re.compile(r"\b\w\w+\b")


class Index:
    """The texts, ready to be searched. `ignored` are words that say nothing of what a text is about."""

    def __init__(self, texts: Sequence[str], ignored: Iterable[str]) -> None:
        """Read the texts."""
        self._ignored = frozenset(ignored)
        counts = [self._counts(text) for text in texts]
        held = Counter(gram for count in counts for gram in count)
        self._rarity = {gram: math.log((1 + len(texts)) / (1 + number)) + 1 for gram, number in held.items()}
        self._holders: dict[str, list[tuple[int, float]]] = {gram: [] for gram in held}
        for place, count in enumerate(counts):
            for gram, weight in self._weights(count).items():
                self._holders[gram].append((place, weight))

    def scores(self, text: str) -> dict[int, float]:
        """Return how like each text is to the words, from 0 to 1, by the text's place; those that are not are left out."""
        scores: dict[int, float] = {}
        for gram, weight in self._weights(self._counts(text)).items():
            for place, other in self._holders[gram]:
                scores[place] = scores.get(place, 0.0) + weight * other
        return scores

    def _counts(self, text: str) -> Counter[str]:
        words = [word for word in _WORD.findall(text.lower()) if word not in self._ignored]
        return Counter(words) + Counter(f"{one} {two}" for one, two in zip(words, words[1:]))

    def _weights(self, counts: Counter[str]) -> dict[str, float]:
        """Return the weight of each known word or pair: together a vector of length 1, or nothing."""
        weights = {gram: (math.log(n) + 1) * self._rarity[gram] for gram, n in counts.items() if gram in self._rarity}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {gram: weight / length for gram, weight in weights.items()}

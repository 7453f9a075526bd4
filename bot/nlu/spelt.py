"""Misspelt words put right before a message is understood: "kitchin" is read as "kitchen".

Only towards words that the training phrases use, and only from words that are none (`bot.safety.spelling`). Of 630 messages
that nobody had trained on 1.4 in a hundred more are understood right with it; of those without a mistake none less.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from bot.packaged import english_words
from bot.safety.spelling import SHORTEST, Spelling

USED = 4  # a word is put right towards what so many phrases say
KNOWN = 5  # what so many phrases say is a word, whatever a dictionary says

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


class Spelt:
    """Puts words right. `counts` says how many phrases hold each word, of those that at least four hold."""

    def __init__(self, counts: dict[str, int]) -> None:
        """Keep the counts, in lower case."""
        self.counts = counts
        english = english_words()
        self._spelling = Spelling(
            (word for word in counts if len(word) >= SHORTEST and word in english),
            lambda word: word in english or counts.get(word, 0) >= KNOWN,
        )
        self._right = lru_cache(maxsize=20_000)(self._put_right)

    @classmethod
    def learn(cls, texts: Iterable[str]) -> "Spelt":
        """Return what the words of `texts` teach."""
        held: Counter[str] = Counter()
        for text in texts:
            held.update(set(_WORD.findall(text.lower())))
        return cls({word: count for word, count in sorted(held.items()) if count >= USED})

    def right(self, text: str) -> str:
        """Return `text` with its misspelt words put right, in lower case; all others stay as they are."""
        return _WORD.sub(lambda found: self._right(found[0]), text)

    def _put_right(self, word: str) -> str:
        meant = self._spelling.meant(word.lower())
        return max(sorted(meant), key=self.counts.__getitem__) if meant else word

    def save(self, folder: Path) -> None:
        """Write the counts into `folder`."""
        (folder / "words.json").write_text(json.dumps(self.counts, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Spelt":
        """Read what `save` wrote. Raises OSError or ValueError when it is not there."""
        return cls(json.loads((folder / "words.json").read_text(encoding="utf-8")))

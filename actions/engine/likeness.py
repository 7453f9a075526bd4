"""How like what was typed is to what was offered."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from actions.engine.options import Option
from bot.nlu.bare import without_articles

LONGEST_SMALL_WORD, SHORTEST_LONG_WORD = 3, 6


def plain(text: str) -> str:
    """Return the words alone: small letters, digits, single spaces; "green1" is two words."""
    return re.sub(r"[^a-z0-9]+|(?<=[a-z]{4})(?=[0-9])", " ", text.lower()).strip()


def holds(text: str, words: str) -> bool:
    """Return whether the words stand in the text, as whole words. Both are plain."""
    return bool(words) and re.search(rf"\b{re.escape(words)}\b", text) is not None


def closest(text: str, options: Sequence[Option]) -> Any:
    """Return the option that the words are a part of, or stand in, or are a misspelling of, if there is just one."""
    said = plain(without_articles(plain(text))) or plain(text)
    if len(said) < 3:
        first = [o for o in options if said and plain(o.title).split()[:1] == [said]]
        return first[0].value if len(first) == 1 else None
    part = [o for o in options if any(holds(plain(w), said) for w in (o.title, *o.also))]
    named = part or [o for o in options if any(_all_in(said, plain(w)) for w in (o.title, *o.also))]
    if len(named) == 1:
        return named[0].value
    scored = sorted(
        ((max(SequenceMatcher(None, said, words).ratio() for words in _spellings(o)), n) for n, o in enumerate(options)),
        reverse=True,
    )
    if scored and scored[0][0] >= 0.8 and (len(scored) == 1 or scored[0][0] - scored[1][0] >= 0.1):
        return options[scored[0][1]].value
    return None


def _all_in(said: str, words: str) -> bool:
    """Return whether two or more words of some length were said, and all of them stand in the words."""
    long = {word for word in said.split() if len(word) > LONGEST_SMALL_WORD}
    return len(long) > 1 and long <= set(words.split())


def _spellings(option: Option) -> list[str]:
    """Return what a misspelling may be of: the title, the other words, and the long words of the title."""
    title = plain(option.title)
    return [title, *map(plain, option.also), *(word for word in title.split() if len(word) >= SHORTEST_LONG_WORD)]

"""How like what was typed is to what was offered."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from actions.engine.options import Option


def plain(text: str) -> str:
    """Return the words alone: small letters, digits, single spaces."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def holds(text: str, words: str) -> bool:
    """Return whether the words stand in the text, as whole words. Both are plain."""
    return bool(words) and re.search(rf"\b{re.escape(words)}\b", text) is not None


def closest(text: str, options: Sequence[Option]) -> Any:
    """Return the option that the words are a part of or a misspelling of, if there is just one."""
    said = plain(text)
    if len(said) < 3:
        first = [o for o in options if said and plain(o.title).split()[:1] == [said]]
        return first[0].value if len(first) == 1 else None
    part = [o for o in options if any(holds(plain(w), said) for w in (o.title, *o.also))]
    if len(part) == 1:
        return part[0].value
    scored = sorted(
        ((max(SequenceMatcher(None, said, plain(w)).ratio() for w in (o.title, *o.also)), n) for n, o in enumerate(options)),
        reverse=True,
    )
    if scored and scored[0][0] >= 0.8 and (len(scored) == 1 or scored[0][0] - scored[1][0] >= 0.1):
        return options[scored[0][1]].value
    return None

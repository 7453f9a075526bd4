"""The words that residents read: `data/words/*.yml`, loaded once."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.council import council
from bot.settings import ROOT

WORDS = ROOT / "data" / "words"


def words(key: str, /, **values: object) -> str:
    """Return the words under `key`, for example words("gate.too_long", limit=2000), with the values put in.

    The first part of a key is the file's name, the rest the keys inside it. Besides `values`, the words may use what is
    in `data/council.yml`, {council} (its name) and {assistant}, for example "{phones[contact_centre]}". Raises KeyError
    that names the missing key or value.
    """
    try:
        sentence = _all()[key]
    except KeyError:
        raise KeyError(f"no words for {key!r} in {WORDS}") from None
    try:
        return sentence.format_map({**_everywhere(), **values})
    except KeyError as missing:
        raise KeyError(f"the words {key!r} need a value for {missing.args[0]!r}") from None


def has_words(key: str) -> bool:
    """Return whether there are words under `key`."""
    return key in _all()


@lru_cache(maxsize=1)
def _all() -> dict[str, str]:
    return {key: text for path in sorted(WORDS.glob("*.yml")) for key, text in read(path).items()}


@lru_cache(maxsize=1)
def _everywhere() -> dict[str, Any]:
    return {**council(), "council": council()["name"], "assistant": council()["assistant_name"]}


def read(path: Path) -> dict[str, str]:
    """Return one file's words by their whole key.

    Raises ValueError that names the file and the key when a key is there twice or what is under it is a list.
    """
    with path.open(encoding="utf-8") as file:
        # A BaseLoader: it makes nothing but strings, maps and lists.
        loaded = yaml.load(file, Loader=_Words)  # noqa: S506
    return dict(_flat(path, path.stem, loaded or {}))


def _flat(path: Path, key: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, str):
        # What goes on a sentence before it begins with a space or a new line, and keeps it.
        return [(key, value.rstrip())]
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in _flat(path, f"{key}.{name}", inner)]
    raise ValueError(f"{path}: {key} is neither words nor a map of words")


class _Words(yaml.BaseLoader):
    """Everything is a string, so that `yes: No` means what it says, and no key may be there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [name.value for name, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{node.start_mark.name}: {name} is there twice")
        return super().construct_mapping(node, deep)

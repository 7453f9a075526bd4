"""Bare answers that name nothing: "any of them", "the earliest", "neither", "just the one". Words: data/vocabulary.yml."""

import re

from bot.nlu.vocabulary import plain, vocabulary

ANY, EARLIEST, NONE, UNSURE = "any", "earliest", "none", "unsure"


def parse_choice(text: str) -> str | None:
    """Return what an answer that names nothing chooses: "any", "earliest", "none", "unsure"; None for any other."""
    said = core(text)
    return next((kind for kind in (ANY, EARLIEST, NONE, UNSURE) if said in vocabulary()["bare"][kind]), None)


def has_choice(text: str, kind: str) -> bool:
    """Return whether the words for that choice stand anywhere in the text: "the earliest on monday"."""
    said = f" {_plain(text)} "
    return any(f" {phrase} " in said for phrase in vocabulary()["bare"][kind])


def parse_count(text: str) -> int | None:
    """Return how many are wanted: "just the one", "2x", "a couple". None when it is no bare count."""
    said = re.sub(r"\b(?:x\s?([0-9]{1,3})|([0-9]{1,3})\s?x)\b", r"\1\2", core(text))
    words = [word for word in said.split() if word not in vocabulary()["bare"]["around"]]
    number = " ".join(words)
    known: dict[str, int] = {**vocabulary()["counts"], **vocabulary()["bare"]["counts"]}
    return int(number) if re.fullmatch(r"[0-9]{1,3}", number) else known.get(number)


def without_articles(text: str) -> str:
    """Return the words of an answer that name something: "the green one" is "green"."""
    return " ".join(word for word in text.split() if word not in vocabulary()["bare"]["articles"])


def core(text: str) -> str:
    """Return the text in small letters without marks, and without the polite words around an answer."""
    said, polite = _plain(text), vocabulary()["bare"]["polite"]
    for _ in range(3):
        for words in polite:
            said = said.removeprefix(f"{words} ").removesuffix(f" {words}")
    return said


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9£.' ]+", " ", plain(text).lower().replace("’", "'")).strip(" .'").split())

"""The training phrases: enough of them, each for itself, and none of the test phrases among them."""

import csv
import re
from collections import Counter

import pytest
import yaml

from bot.settings import ROOT

LEAST = 30


def plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def phrases() -> list[tuple[str, str]]:
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = [line[2:].strip() for line in block["examples"].splitlines() if line.startswith("- ")]
            found += [(line, block["intent"]) for line in lines]
    return found


def intents() -> list[str]:
    with (ROOT / "data" / "intents.csv").open(encoding="utf-8") as rows:
        return [row["intent"] for row in csv.DictReader(rows)]


def test_every_intent_has_at_least_thirty_phrases():
    counts = Counter(intent for _, intent in phrases())
    assert set(counts) == set(intents())
    assert not {name: n for name, n in counts.items() if n < LEAST}


def test_no_phrase_is_there_twice_or_under_two_intents():
    by_text: dict[str, set[str]] = {}
    for text, intent in phrases():
        by_text.setdefault(plain(text) or text, set()).add(intent)
    assert not {text: names for text, names in by_text.items() if len(names) > 1}
    counts = Counter(plain(text) or text for text, _ in phrases())
    assert not [text for text, n in counts.items() if n > 1]


@pytest.mark.parametrize(
    "name",
    [
        "held_out.csv",
        "emergency_held_out.csv",
        "two_wishes.csv",
        "one_wish.csv",
        "two_wishes_untouched.csv",
        "one_wish_untouched.csv",
    ],
)
def test_no_test_phrase_is_a_training_phrase(name):
    trained = {plain(text) for text, _ in phrases()}
    with (ROOT / "tests" / "nlu" / name).open(encoding="utf-8") as rows:
        shared = [row["text"] for row in csv.DictReader(rows) if plain(row["text"]) in trained]
    assert not shared

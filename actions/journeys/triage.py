"""Down the landlord's triage tree: room, problem, issue, skipping what the resident's own words already say."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from actions.backoffice.homes import Option as Node
from actions.backoffice.repairs import Kind
from actions.engine.readers import Option, Pick
from actions.engine.talk import Talk
from actions.engine.turn import Turn
from bot.settings import ROOT

OWN, BELOW = 2, 1
SMALL = frozenset(
    "a an and are as at be been but by can can't cant do does for from get gets has have i i'm im in is it it's its just "
    "me my no not of off on one or our out room so some stop stops than that the there they this to too up was we when "
    "will with won't wont you your".split()
)


@lru_cache(maxsize=1)
def _other_words() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load((ROOT / "data" / "repair_words.yml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class TriagePick(Pick):
    """One of the tree's options at a level, by likeness of words to it and, for a problem, to what is below it."""

    nodes: tuple[Node, ...] = ()
    below: bool = True
    parent: str = ""

    def spot(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the option that the words are plainly about; None when two are as likely."""
        # The parent's own words ("toilet") tell nothing about what is below it.
        said = stems(turn.text) - stems(self.parent)
        scores = sorted(((self._score(said, node), node.display) for node in self.nodes), reverse=True)
        if not scores or scores[0][0] < OWN:
            return None
        return scores[0][1] if len(scores) == 1 or scores[0][0] > scores[1][0] else None

    def _score(self, said: frozenset[str], node: Node) -> int:
        own = stems(" ".join([node.display, *_other_words().get(node.value, ())]))
        score = OWN * len(said & own)
        if self.below:
            lower = frozenset(
                s for n in _under(node) for s in stems(" ".join([n.display, *_other_words().get(n.value, ())]))
            )
            score += BELOW * len(said & (lower - own))
        return score


def stems(text: str) -> frozenset[str]:
    """Return the words of a text, without small words and endings."""
    found = set()
    for word in re.findall(r"[a-z']+", text.lower().replace("’", "'")):
        if word not in SMALL:
            found.add(_stem(word))
    return frozenset(found)


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def _under(node: Node) -> Iterator[Node]:
    for child in node.options:
        yield child
        yield from _under(child)


def choose(talk: Talk, kind: Kind) -> tuple[Node, Node, Node | None]:
    """Return the room, the problem and, where the tree goes that deep, the issue. Answers: room, problem, issue."""
    tree = talk.lookup(f"triage {kind}", lambda: talk.systems.repairs.triage(kind))
    room = _level(talk, "room", tree, below=False)
    problem = _level(talk, "problem", room.options, room.display)
    issue = _level(talk, "issue", problem.options, problem.display) if problem.options else None
    return room, problem, issue


def _level(talk: Talk, name: str, nodes: Sequence[Node], parent: str = "", below: bool = True) -> Node:
    # Exits of a level share one value, so an answer is kept by its words.
    options = [Option(node.display, node.display) for node in nodes]
    chosen = talk.ask(name, TriagePick(nodes=tuple(nodes), below=below, parent=parent), options=options)
    return next(node for node in nodes if node.display == chosen)

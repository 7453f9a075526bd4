"""Answers from approved content (`data/content`), and the search of it. No answer is made here: it is found."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import yaml

from actions.engine.index import Index
from actions.engine.talk import offer
from actions.engine.turn import Turn
from bot.clock import now
from bot.council import council
from bot.hours import is_open
from bot.log import Reply
from bot.nlu.vocabulary import vocabulary
from bot.settings import ROOT
from bot.words import words

CONTENT = ROOT / "data" / "content"
ITEMS = "bin_items.yml"
LEAST_LIKE = 0.12
MOST_HITS = 3


@dataclass(frozen=True)
class Page:
    """An approved answer: see data/README.md for what each field promises."""

    id: str
    intent: str | None
    title: str
    text: str
    link: str
    owner: str
    reviewed: date
    review_by: date
    reason: str = ""
    phone: str = ""
    keywords: tuple[str, ...] = ()
    related: tuple[str, ...] = field(default=())


def read_page(path: Any) -> Page:
    """Read one page. Raises KeyError or TypeError that names the file when a field is missing or of the wrong kind."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        return Page(
            id=path.stem,
            intent=data.get("intent"),
            title=data["title"],
            text=data["text"].strip(),
            link=data["link"],
            owner=data["owner"],
            reviewed=data["reviewed"],
            review_by=data["review_by"],
            reason=(data.get("reason") or "").strip(),
            phone=data.get("phone") or "",
            keywords=tuple(str(k) for k in data.get("keywords") or ()),
            related=tuple(data.get("related") or ()),
        )
    except KeyError as missing:
        raise KeyError(f"{path}: {missing.args[0]} is missing") from missing


@lru_cache(maxsize=1)
def pages() -> dict[str, Page]:
    """Return every approved page by its id; an answer intent's page has the intent's name."""
    return {path.stem: read_page(path) for path in sorted(CONTENT.rglob("*.yml")) if path.name != ITEMS}


def has_page(intent: str) -> bool:
    """Return whether approved content answers that intent."""
    return intent in pages()


def answer(intent: str, turn: Turn) -> Reply:
    """Return the approved answer to an intent: which bin takes the item that was named, else the intent's page."""
    if intent == "ask_bin_contents":
        named = [str(e["value"]) for e in turn.entities if e["entity"] == "item"]
        found = bin_for(" ".join([turn.text, *named]))
        if found:
            return found
    return page(intent)


def page(page_id: str) -> Reply:
    """Return an approved page as a reply: text, reason, telephone with its hours, link, and what is offered next.

    Raises KeyError when there is none.
    """
    found = pages()[page_id]
    parts = [found.text]
    if found.reason:
        parts.append(words("search.reason", reason=found.reason))
    if found.phone:
        number = council()["phones"][found.phone]
        key = "search.phone_open" if is_open(now()) else "search.phone_closed"
        parts.append(words(key, number=number))
    parts.append(words("search.link", link=found.link))
    return Reply("\n\n".join(parts), tuple(offer(i) for i in found.related), extra={"page": page_id})


@lru_cache(maxsize=1)
def _index() -> Index:
    texts = [" ".join([p.title] * 3 + [" ".join(p.keywords)] * 3 + [p.text, p.reason]) for p in pages().values()]
    return Index(texts, vocabulary()["not_searched"].split())


def hits(text: str) -> list[str]:
    """Return the ids of the pages that are likest to the words, best first, at most three; [] when none is like them."""
    ids, scores = tuple(pages()), _index().scores(text)
    best = sorted(scores, key=lambda place: (-scores[place], place))[:MOST_HITS]
    return [ids[place] for place in best if scores[place] >= LEAST_LIKE]


def find(text: str) -> Reply:
    """Search the approved content and return what was found, or the honest word that nothing was."""
    found = hits(text)
    if not found:
        return Reply(words("search.nothing"), (offer("speak_to_person"),))
    choices = tuple(offer(page_id, pages()[page_id].title) for page_id in found)
    return Reply(words("search.found"), (*choices, offer("speak_to_person")))


@lru_cache(maxsize=1)
def _items() -> list[dict[str, Any]]:
    path = CONTENT / ITEMS
    return list(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.exists() else []


def bin_for(text: str) -> Reply | None:
    """Return which bin takes the item that the words name; None when no known item is named."""
    said = f" {re.sub(r'[^a-z0-9]+', ' ', text.lower())} "
    best: tuple[int, dict[str, Any]] | None = None
    for item in _items():
        for name in (item["item"], *item.get("also", ())):
            plain = re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()
            if (f" {plain} " in said or f" {plain}s " in said) and (best is None or len(plain) > best[0]):
                best = (len(plain), item)
    if best is None:
        return None
    item = best[1]
    note = f" {item['note']}" if item.get("note") else ""
    return Reply(words(f"search.bin.{item['bin']}", item=item["item"]) + note, extra={"page": "ask_bin_contents"})

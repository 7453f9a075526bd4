"""Telegram's rules for HTML: what a message says once its entities are read, or why it can't be read."""

import re
from typing import NoReturn

TAGS = frozenset("b strong i em u ins s strike del span tg-spoiler a code pre blockquote tg-emoji".split())
ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[a-zA-Z-]+(?:=(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?)*)\s*>")
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]+));")


class BadEntities(Exception):
    """Telegram can't parse the entities."""


def plain(html: str) -> str:
    """Return the text without its tags. Raises BadEntities in Telegram's words."""
    said, place, nested = "", 0, list[str]()
    while place < len(html):
        if html[place] != "<":
            end = html.find("<", place)
            end = len(html) if end < 0 else end
            said += _ENTITY.sub(_character, html[place:end])
            place = end
            continue
        found = _TAG.match(html, place)
        if not found:
            _refuse(html, place, "Unsupported start tag")
        name = found[2].lower()
        if name not in TAGS:
            _refuse(html, place, f'Unsupported start tag "{name}"')
        if found[1]:
            if not nested or nested.pop() != name:
                _refuse(html, place, "Unexpected end tag")
        else:
            nested.append(name)
        place = found.end()
    if nested:
        _refuse(html, place, f'Can\'t find end tag corresponding to start tag "{nested[-1]}"')
    return said


def units(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _character(found: "re.Match[str]") -> str:
    if found[3]:
        return ENTITIES.get(found[3], found[0])
    return chr(int(found[1], 16) if found[1] else int(found[2]))


def _refuse(html: str, place: int, why: str) -> NoReturn:
    raise BadEntities(f"can't parse entities: {why} at byte offset {len(html[:place].encode())}")

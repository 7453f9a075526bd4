"""A reply as Telegram takes it: safe HTML in parts of at most 4,096 characters, and buttons with the ids of the choices."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import InlineKeyboardMarkupLimit, MessageLimit

from bot.log import Message, Offered
from bot.words import words

LIMIT = int(MessageLimit.MAX_TEXT_LENGTH)
MOST_BUTTONS = int(InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER)
# Where a text may be cut, the best first: after a paragraph, a line, a sentence, a word.
_CUTS = (re.compile(r"\n\s*\n"), re.compile(r"\n"), re.compile(r"(?<=[.!?…。؟।])[\"”’)]*\s+"), re.compile(r"\s+"))


@dataclass(frozen=True)
class Part:
    """One message of Telegram's: HTML, and the buttons under it."""

    html: str
    buttons: InlineKeyboardMarkup | None = None


def parts(message: Message) -> list[Part]:
    """Return a reply in as many parts as it takes, always the same ones; the buttons are under the last."""
    texts = [html.escape(text, quote=False) for text in split(_worded(message))]
    return [*map(Part, texts[:-1]), Part(texts[-1], _buttons(message.choices))]


def chosen(message: Message, title: str) -> str | None:
    """Return the last part of a question as it stands once answered, or None when there is no room for the answer."""
    shown = split(_worded(message))[-1]
    line = words("telegram.chosen", title=title)
    if length(shown) + length(line) + 2 > LIMIT:
        return None
    return f"{html.escape(shown, quote=False)}\n\n<b>{html.escape(line, quote=False)}</b>"


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Return a text in parts of at most `limit` characters as Telegram counts them, cut at the end of a sentence."""
    return list(_split(text.strip(), limit))


def length(text: str) -> int:
    """Return the length as Telegram counts it: in UTF-16 units, after HTML is read."""
    return len(text.encode("utf-16-le")) // 2


def _split(text: str, limit: int) -> Iterator[str]:
    while length(text) > limit:
        room = _room(text, limit)
        end, start = _cut(text, room)
        yield text[:end].rstrip()
        text = text[start:].lstrip()
    yield text


def _room(text: str, limit: int) -> int:
    """Return how many characters of Python's fit in so many of Telegram's."""
    units = 0
    for place, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > limit:
            return place
    return len(text)


def _cut(text: str, room: int) -> tuple[int, int]:
    """Return where a part ends and the next one starts. A part is at least half full, unless it is one long word."""
    for pattern in _CUTS:
        found = [cut for cut in pattern.finditer(text, 0, room + 1) if room // 2 <= cut.start() <= room]
        if found:
            return found[-1].start(), found[-1].end()
    return room, room


def _worded(message: Message) -> str:
    """Return the text with points for lists, and how a photo or a place is sent where one is asked for."""
    text = re.sub(r"^- ", "• ", message.text, flags=re.MULTILINE)
    wants = message.extra.get("wants")
    if wants in ("photo", "location"):
        text = f"{text}\n\n{words(f'telegram.wants.{wants}')}"
    return text


def _buttons(offered: tuple[Offered, ...]) -> InlineKeyboardMarkup | None:
    """Return a button a line. More than Telegram takes are left out: an answer can be typed too."""
    rows = [[InlineKeyboardButton(choice.title, callback_data=choice.id)] for choice in offered[:MOST_BUTTONS]]
    return InlineKeyboardMarkup(rows) if rows else None

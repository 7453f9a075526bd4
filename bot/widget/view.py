"""What the page shows of a conversation, for the templates and for the script alike."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from bot import clock
from bot.log import Message, Offered
from bot.log.message import IN, OUT
from bot.log.states import WAITING
from bot.widget.render import reply_html, resident_html
from bot.words import words


@dataclass(frozen=True)
class Line:
    """One message as it is shown. `live`: its choices are buttons. `first`: the page opens here.

    `lang` (BCP 47) and `dir` are there when they are not the page's own. What a resident wrote may run either way.
    """

    seq: int
    mine: bool
    kind: str
    html: Markup
    at: str
    time: str
    choices: tuple[Offered, ...] = ()
    live: bool = False
    photo_id: str | None = None
    waiting: bool = False
    first: bool = False
    lang: str | None = None
    dir: str | None = None


@dataclass(frozen=True)
class Shown:
    """A conversation as it is shown. `wants` is "photo", "location" or "" as the question that is open asks."""

    lines: tuple[Line, ...]
    wants: str
    last_seq: int


def shown(messages: list[Message]) -> Shown:
    """Return what the page shows of these messages, which are in order.

    Only what was said since the resident's last message is open: the newest reply there that asks for something has
    buttons, and older choices are words.
    """
    start = max((place + 1 for place, message in enumerate(messages) if message.direction == IN), default=0)
    current = messages[start:]
    asking = next((message for message in reversed(current) if _asks(message)), None)
    first = current[0] if current else messages[-1] if messages else None
    lines = tuple(_line(message, live=message is asking, first=message is first) for message in messages)
    wants = str(asking.extra.get("wants") or "") if asking else ""
    return Shown(lines, wants, messages[-1].seq if messages else 0)


def reply_json(message: Message) -> dict[str, Any]:
    """Return a reply as the script gets it: `Message.to_json` and "html", "at" (ISO 8601), "time" (words), "reply_to".

    "reply_to" is the number of the message that it answers, null for a later reply. A reply in another language has
    "lang" (BCP 47) and "dir" ("ltr" or "rtl").
    """
    return {
        **message.to_json(),
        "html": str(_html(message)),
        "at": message.at.isoformat(),
        "time": when(message.at),
        "reply_to": message.reply_to,
    }


def when(at: datetime) -> str:
    """Return a time as it is shown: "11:30pm", with the day before it when that is not today."""
    local = at.astimezone(clock.LONDON)
    time = f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"
    return time if local.date() == clock.today() else f"{local.day} {local:%B}, {time}"


def _asks(message: Message) -> bool:
    return bool(message.choices or message.extra.get("wants"))


def _line(message: Message, live: bool, first: bool) -> Line:
    mine = message.direction != OUT
    text = message.text
    if mine and not text and message.location:
        text = words("page.location_shared")
    return Line(
        seq=message.seq,
        mine=mine,
        kind=message.kind,
        html=resident_html(text) if mine else _html(message),
        at=message.at.isoformat(),
        time=when(message.at),
        choices=message.choices,
        live=live,
        photo_id=message.photo_id,
        waiting=message.state == WAITING,
        first=first,
        lang=message.extra.get("lang"),
        dir="auto" if mine else message.extra.get("dir"),
    )


def _html(message: Message) -> Markup:
    return reply_html(message.text, in_english="lang" not in message.extra)

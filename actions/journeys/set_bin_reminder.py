"""Remind me of my bins: the evening before, in this chat, by text or by email; or as a calendar. And stop reminding me."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from actions.acts import BIN_REMINDER
from actions.backoffice.waste import BinService
from actions.engine.likeness import plain
from actions.engine.readers import PHONE, Entity, NotValid, Option, Pick
from actions.engine.talk import Row, Talk
from actions.engine.turn import Turn
from actions.journeys.check_bin_day import calendar_url
from actions.journeys.parts import our_address
from actions.notices.bins import next_evening, window
from actions.plain import day, hour, national
from bot.clock import now, today
from bot.council import council
from bot.log.notice import EMAIL, HERE, TEXT
from bot.nlu.values import parse_email, parse_time

CALENDAR = "calendar"


def _mobile(number: str) -> None:
    if not number.startswith("+447"):
        raise NotValid("not_mobile")


MOBILE = replace(PHONE, check=_mobile)
ADDRESS = Entity("email", parse=parse_email, tried="@")


class _Evening(Pick):
    """One of the evening times. "At 7" is in the evening."""

    def read(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the time. Raises NotValid for one at which nothing is sent."""
        said = parse_time(turn.text) or ""
        if ":" not in said:
            return super().read(turn, options)
        at = time.fromisoformat(said)
        evening = f"{at.replace(hour=at.hour % 12 + 12):%H:%M}"
        if evening not in [o.value for o in options]:
            raise NotValid("not_then")
        return evening


def run(talk: Talk) -> None:
    """Set a reminder, give the calendar, or stop what was set."""
    if _stops(talk):
        talk.doing()
        stopped = talk.log.stop_reminders(talk.turn.conversation_id)
        talk.end("reminders_stopped" if stopped else "nothing_to_stop")
    address = our_address(talk)
    services = talk.lookup(f"bins {address.uprn}", lambda: talk.systems.waste.services(address.uprn, address.postcode))
    if not services:
        talk.end("none", go=("speak_to_person",), address=address.line)
    ways = [HERE] * talk.log.reaches(talk.turn.conversation_id) + [TEXT, EMAIL, CALENDAR]
    channel = talk.ask("how", Pick(), options=talk.options("how", ways))
    if channel == CALENDAR:
        talk.end("calendar", calendar=calendar_url(address))
    to = {TEXT: _mobile_number, EMAIL: _email}[channel](talk) if channel != HERE else None
    times = [Option(hour(time.fromisoformat(at)), at) for at in council()["reminders"]["bins_at"]]
    at = talk.ask("at", _Evening(), options=times)
    where = national(to) if channel == TEXT and to else to or talk.words("how.here.row")
    first = _first(services, at)
    talk.check(
        [
            Row("address", talk.words("row.address"), f"{address.line}, {address.postcode}"),
            Row("how", talk.words("row.how"), where),
            Row("at", talk.words("row.at"), talk.words("row.evening", at=hour(time.fromisoformat(at)))),
            Row("first", talk.words("row.first"), first, change=False),
        ]
    )
    request = {"uprn": address.uprn, "postcode": address.postcode, "channel": channel, "address": to, "at": at}
    done = talk.act(BIN_REMINDER, request)
    stop = talk.words(f"stop.{channel}")
    talk.end(
        done.state, first=first, at=hour(time.fromisoformat(at)), where=where, stop=stop, calendar=calendar_url(address)
    )


def _stops(talk: Talk) -> bool:
    """Return whether the resident wants no more reminders: "stop", "stop the texts", and not "so that I stop forgetting"."""
    said, of, whole = ("|".join(map(plain, talk.words(f"no_more.{part}").split(", "))) for part in ("said", "of", "whole"))
    alone = re.compile(rf"(?:please )?(?:{said})(?: it| them| these)?(?: please)?")
    within = re.compile(rf"\b(?:(?:{said})(?: \w+){{0,4}}? (?:{of})|{whole})\b")
    texts = [heard["text"] for heard in talk.frame.said]
    if talk.turn.intent == talk.frame.journey and not talk.turn.pressed:
        texts.append(talk.turn.text)
    return any(alone.fullmatch(text) or within.search(text) for text in map(plain, texts))


def _mobile_number(talk: Talk) -> str:
    held = talk.desk.memory.get("phone")
    if "phone" not in talk.frame.answers and held and held.startswith("+447"):
        talk.frame.answers["phone"] = held
    return str(talk.ask("phone", MOBILE))


def _email(talk: Talk) -> str:
    return str(talk.ask("email", ADDRESS)).lower()


def _first(services: Sequence[BinService], at: str) -> str:
    """Return the evening of the first reminder in words, as far as the crews' days are known."""
    tomorrow = today() + timedelta(days=1)
    tonight = any(s.next_date == tomorrow for s in services) and window(today(), at)[0] > now()
    return day(today() if tonight else next_evening(services, today()))

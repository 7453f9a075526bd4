"""Choose an appointment that is free: by its words, a day, a part of the day, or what doesn't suit."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from actions.acts.base import Act
from actions.acts.repairs import slot_from_json, slot_to_json
from actions.backoffice.homes import Slot
from actions.backoffice.repairs import Kind
from actions.engine.readers import LAST, NotValid, Option, Pick
from actions.engine.talk import Talk
from actions.engine.turn import Turn
from actions.plain import day, slot_words
from bot.clock import LONDON, today
from bot.council import council
from bot.nlu import bare, values

MOST_SLOTS = 6
LATER = "later"
LATER_WORDS = re.compile(r"\b(later|another day|other days?|more)\b")
NOT_THAT = re.compile(r"\b(not|except|but not|can'?t (do|make)|cannot|no good|any\w*( day| time)? but)\b")
MORNING, AFTERNOON = "morning", "afternoon"
Place = tuple[str, str, str, str]


class SlotPick(Pick):
    """An appointment by its words, or by a day and a part of the day.

    Besides a slot, an answer is LATER, {"from": day} for a day that is not shown, or {"only": ...} (`_suits`) for what
    leaves several: then those are asked.
    """

    def read(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the slot that was meant, or how to go on. Raises NotValid("past") for a day that is over."""
        text = turn.text.lower().replace("’", "'")
        if LATER_WORDS.search(text) or bare.parse_choice(text) == bare.NONE or bare.has_choice(text, bare.NONE):
            return LATER
        slots = [o for o in options if o.value != LATER]
        if _span(turn):
            return {"from": max(str(turn.value("date")), today().isoformat())}
        unwanted = NOT_THAT.search(text) is not None
        only = _asked(turn, unwanted)
        held = [o for o in slots if _suits(only, slot_from_json(o.value))]
        if only and len(held) == len(slots):
            held = []
        chosen = any(bare.has_choice(text, kind) for kind in (bare.ANY, bare.EARLIEST))
        if held and not unwanted and (chosen or len(held) == 1):
            return held[0].value
        if held and only:
            return {"only": only}
        if only.get("day"):
            if only["day"] < today().isoformat():
                raise NotValid("past")
            return {"from": only["day"]}
        if only:
            return {"only": only}
        return self._by_place(turn, options, slots)

    def spot(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the slot on the day (and in the part of the day) that was named, if there is just one."""
        only = _asked(turn)
        held = [o for o in options if o.value != LATER and _suits(only, slot_from_json(o.value))]
        return held[0].value if only and len(held) == 1 else None

    def _by_place(self, turn: Turn, options: Sequence[Option], slots: Sequence[Option]) -> Any:
        if bare.parse_choice(turn.text) in (bare.ANY, bare.EARLIEST):
            return slots[0].value if slots else None
        if values.parse_number(turn.text) == LAST and slots:
            return slots[-1].value
        return super().read(turn, options)


def begun_slot(talk: Talk, act: Act, request: dict[str, Any]) -> Slot | None:
    """Return the appointment of an act that a crash cut short: it is no longer free, because it may be ours already."""
    held = talk.frame.answers.get("slot")
    return slot_from_json(held) if held and talk.begun(act, {**request, "slot": held}) else None


def pick_slot(talk: Talk, kind: Kind, place: Place) -> Slot:
    """Return an appointment that is free. Answers: slot ({"start", "end"}), from_date, only."""
    since = talk.frame.answers.get("from_date")
    free = talk.lookup(
        f"slots {place} {since}",
        lambda: talk.systems.repairs.slots(kind, *place, date.fromisoformat(since) if since else today()),
    )
    if not free and since:
        del talk.frame.answers["from_date"]
        talk.refuse("slot", "none_then")
        return pick_slot(talk, kind, place)
    if not free:
        talk.end("no_times", go=("speak_to_person",), number=council()["phones"]["housing_repairs"])
    shown = _shown(talk, free)
    options = [Option(slot_words(s.start, s.end), slot_to_json(s)) for s in shown]
    options.append(Option(talk.words("slot.later"), LATER, out=True))
    chosen = talk.ask("slot", SlotPick(), options=options, strict=False)
    talk.frame.answers.pop("only", None)
    if any(slot_to_json(s) == chosen for s in free):
        return slot_from_json(chosen)
    del talk.frame.answers["slot"]
    if chosen == LATER:
        talk.frame.answers["from_date"] = date.fromordinal(shown[-1].start.date().toordinal() + 1).isoformat()
    elif "from" in chosen:
        talk.frame.answers["from_date"] = chosen["from"]
    elif "only" in chosen:
        talk.frame.answers["only"] = chosen["only"]
    return pick_slot(talk, kind, place)


def _shown(talk: Talk, free: Sequence[Slot]) -> Sequence[Slot]:
    """Return the appointments to choose from: from the day that was asked for on, and those that suit, if any do."""
    wanted = _wanted_day(talk)
    later = [s for s in free if wanted and s.start.date() >= wanted]
    if wanted and not any(s.start.date() == wanted for s in free):
        talk.tell("none_on", day=day(wanted))
    suiting = [s for s in free if _suits(talk.frame.answers.get("only") or {}, s)]
    if not suiting:
        talk.tell("none_like_that")
    elif "only" in talk.frame.answers:
        return suiting[:MOST_SLOTS]
    return (later or free)[:MOST_SLOTS]


def _wanted_day(talk: Talk) -> date | None:
    """Return the day (or the first of the week) that was asked for, if it is to come."""
    for said in talk.frame.said:
        for entity in said["entities"]:
            if entity["entity"] == "date" and date.fromisoformat(entity["value"]) >= today():
                return date.fromisoformat(entity["value"])
    return None


def _asked(turn: Turn, unwanted: bool = False) -> dict[str, str]:
    """Return the day and the part of the day that were named: {"day", "part"}, or {"not_day", "not_part"} when unwanted."""
    part = str(turn.value("time") or "")
    if part and part not in (MORNING, AFTERNOON):
        part = MORNING if part[:2].isdigit() and int(part[:2]) < 12 else AFTERNOON
    found = {"day": None if _span(turn) else turn.value("date"), "part": part}
    return {f"not_{name}" if unwanted else name: value for name, value in found.items() if value}


def _span(turn: Turn) -> bool:
    """Return whether the day that was named stands for a week or a month."""
    entity = turn.entity("date")
    return entity is not None and (entity.get("extra") or {}).get("grain", "day") != "day"


def _suits(only: dict[str, str], slot: Slot) -> bool:
    start: datetime = slot.start.astimezone(LONDON)
    part = MORNING if start.hour < 12 else AFTERNOON
    return (
        only.get("day") in (None, start.date().isoformat())
        and only.get("part") in (None, part)
        and only.get("not_day") != start.date().isoformat()
        and only.get("not_part") != part
    )

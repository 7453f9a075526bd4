"""Report a repair in a council home: danger first, then who, where, what, and an appointment with its reference."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NoReturn

from actions.acts import BOOK_REPAIR, TEXT
from actions.acts.base import Act
from actions.acts.repairs import slot_from_json, slot_to_json
from actions.backoffice.homes import Property, Slot
from actions.backoffice.repairs import Kind
from actions.engine.readers import POSTCODE, NotValid, Option, Pick, Text
from actions.engine.talk import Row, Talk
from actions.engine.turn import Turn
from actions.journeys.parts import ADDRESS, NOT_LISTED, day, is_ours, known_address, national, phone, slot_words
from actions.journeys.triage import choose
from bot.clock import LONDON, today
from bot.council import council
from bot.emergency_reply import emergency_reply
from bot.nlu.values import parse_yes_no

MOST_SLOTS = 6
LATER = "later"
DANGERS = ("gas", "water", "cold", "none")
NOTICED = {
    "gas": ("gas", "carbon monoxide", "smell gas"),
    "water": ("water near electrics", "pouring", "won't stop", "flooding", "burst"),
    "cold": ("vulnerable", "baby", "elderly", "no heating"),
    "none": ("none of these", "none", "nothing", "all safe", "neither"),
}
KINDS: dict[str, Kind | None] = {"tenant": "tenant", "leaseholder": "leasehold", "neither": None}


class _Danger(Pick):
    """Which danger there is; a plain no is none. Never taken from words in passing."""

    def read(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the danger."""
        if parse_yes_no(turn.text) is False or (turn.intent == "deny" and turn.words <= 6):
            return "none"
        return super().spot(turn, options) or super().read(turn, options)

    def spot(self, turn: Turn, options: Sequence[Option]) -> None:
        """The question is always put."""


class SlotPick(Pick):
    """An appointment by its words, or by a day and a time of day; {"from": day} for a day that is not shown."""

    def read(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the slot that was meant; words for later days are later."""
        if re.search(r"\b(later|another day|other days?|none of (these|them)|more)\b", turn.text.lower()):
            return LATER
        found = self.spot(turn, options)
        wanted = turn.value("date")
        if found or not wanted:
            return found or super().read(turn, options)
        shown = [o.value["start"][:10] for o in options if o.value != LATER]
        if wanted in shown:
            return None
        if wanted < today().isoformat():
            raise NotValid("past")
        return {"from": wanted}

    def spot(self, turn: Turn, options: Sequence[Option]) -> Any:
        """Return the slot on the day (and in the part of the day) that was named, if there is just one."""
        wanted, part = turn.value("date"), str(turn.value("time") or "")
        held = [o for o in options if o.value != LATER]
        if wanted:
            held = [o for o in held if o.value["start"][:10] == wanted]
        if part:
            held = [o for o in held if _suits(part, datetime.fromisoformat(o.value["start"]))]
        return held[0].value if (wanted or part) and len(held) == 1 else None


def run(talk: Talk) -> None:
    """Book a repair and text its confirmation."""
    _danger(talk)
    options = talk.options("who", KINDS)
    kind = KINDS[talk.ask("who", Pick(), options=options)]
    if kind is None:
        talk.end("not_ours", go=("ask_repair_responsibility",))
    home = _home(talk, kind)
    room, problem, issue = choose(talk, kind)
    for node in (room, problem, issue):
        if node and node.exit:
            _exit(talk, node.exit)
    description = talk.ask("description", Text(least=3, most=500, spots=5))
    number = phone(talk)
    request: dict[str, Any] = {
        "kind": kind,
        "property": dict(vars(home)),
        "room": [room.value, room.display],
        "problem": [problem.value, problem.display],
        "issue": [issue.value, issue.display] if issue else None,
        "description": description,
        "phone": number,
    }
    slot = begun_slot(talk, BOOK_REPAIR, request) or pick_slot(talk, kind, _place(request))
    when = slot_words(slot.start, slot.end)
    what = f"{problem.display}: {issue.display[:1].lower()}{issue.display[1:]}" if issue else problem.display
    talk.check(
        [
            Row("address", talk.words("row.address"), home.line),
            Row("room", talk.words("row.room"), room.display),
            Row("problem", talk.words("row.problem"), what),
            Row("description", talk.words("row.description"), description),
            Row("slot", talk.words("row.slot"), when),
            Row("phone", talk.words("row.phone"), national(number)),
        ]
    )
    _book(talk, {**request, "slot": slot_to_json(slot)}, slot, number)


def _danger(talk: Talk) -> None:
    danger = talk.ask("danger", _Danger(), options=[Option(talk.words(f"danger.{d}"), d, also=NOTICED[d]) for d in DANGERS])
    if danger == "gas":
        talk.log.flag(talk.turn.conversation_id, "report_gas_leak")
        talk.end_with(emergency_reply("report_gas_leak"))
    if danger != "none":
        talk.end(f"urgent.{danger}", number=council()["phones"]["out_of_hours"])


def _home(talk: Talk, kind: Kind) -> Property:
    """Return the landlord's home. Answers: postcode, address (its id)."""
    known = known_address(talk)
    if known:
        same = [h for h in _homes(talk, kind, known.postcode) if h.line.split(",")[0].lower() == known.line.lower()]
        if same:
            return same[0]
    while True:
        postcode = talk.ask("postcode", POSTCODE)
        if not is_ours(talk, postcode):
            continue
        homes = _homes(talk, kind, postcode)
        if homes:
            break
        talk.refuse("postcode", "no_homes", postcode=postcode)
    options = [Option(h.line, h.location_id) for h in homes] + [Option(talk.words("address.not_listed"), NOT_LISTED)]
    chosen = talk.ask("address", ADDRESS, options=options)
    if chosen == NOT_LISTED:
        talk.end("address_missing", go=("speak_to_person",), number=council()["phones"]["housing_repairs"])
    return next(h for h in homes if h.location_id == chosen)


def _homes(talk: Talk, kind: Kind, postcode: str) -> list[Property]:
    return talk.lookup(f"homes {kind} {postcode}", lambda: talk.systems.repairs.addresses(kind, postcode))


def _exit(talk: Talk, name: str) -> NoReturn:
    phones = council()["phones"]
    number = phones["out_of_hours"] if name == "emergency" else phones["housing_repairs"]
    go = ("ask_repair_responsibility",) if name == "not_eligible" else ("speak_to_person",)
    talk.end(f"exit.{name}", go=() if name == "emergency" else go, number=number)


Place = tuple[str, str, str, str]


def _place(request: dict[str, Any]) -> Place:
    """Return what appointments are asked for with: room, problem, issue ("" for none) and the home's id."""
    issue = request["issue"][0] if request["issue"] else ""
    return request["room"][0], request["problem"][0], issue, request["property"]["location_id"]


def begun_slot(talk: Talk, act: Act, request: dict[str, Any]) -> Slot | None:
    """Return the appointment of an act that a crash cut short: it is no longer free, because it may be ours already."""
    held = talk.frame.answers.get("slot")
    return slot_from_json(held) if held and talk.begun(act, {**request, "slot": held}) else None


def pick_slot(talk: Talk, kind: Kind, place: Place) -> Slot:
    """Return an appointment that is free. Answers: slot ({"start", "end"}), from_date."""
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
    wanted = _wanted_day(talk)
    later = [s for s in free if wanted and s.start.date() >= wanted]
    if wanted and not any(s.start.date() == wanted for s in free):
        talk.tell("none_on", day=day(wanted))
    shown = (later or free)[:MOST_SLOTS]
    options = [Option(slot_words(s.start, s.end), slot_to_json(s)) for s in shown]
    options.append(Option(talk.words("slot.later"), LATER))
    chosen = talk.ask("slot", SlotPick(), options=options, strict=False)
    if any(slot_to_json(s) == chosen for s in free):
        return slot_from_json(chosen)
    del talk.frame.answers["slot"]
    if chosen == LATER:
        talk.frame.answers["from_date"] = date.fromordinal(shown[-1].start.date().toordinal() + 1).isoformat()
    elif "from" in chosen:
        talk.frame.answers["from_date"] = chosen["from"]
    return pick_slot(talk, kind, place)


def _wanted_day(talk: Talk) -> date | None:
    """Return the day (or the first of the week) that was asked for, if it is to come."""
    for said in talk.frame.said:
        for entity in said["entities"]:
            if entity["entity"] == "date" and date.fromisoformat(entity["value"]) >= today():
                return date.fromisoformat(entity["value"])
    return None


def _book(talk: Talk, request: dict[str, Any], slot: Slot, number: str) -> None:
    if not talk.begun(BOOK_REPAIR, request) and not _still_free(talk, request, slot):
        talk.forget("slot")
        talk.refuse("slot", "gone")
        pick_slot(talk, request["kind"], _place(request))
    done = talk.act(BOOK_REPAIR, request)
    if done.state != "confirmed":
        talk.end(done.state, our_ref=done.our_ref, number=council()["phones"]["housing_repairs"], go=("speak_to_person",))
    talk.desk.memory["repair"] = [done.reference, request["property"]["postcode"]]
    text = confirm_by_text(talk, "repair_booked", done.reference, slot, number)
    talk.end(
        "confirmed",
        reference=done.reference,
        when=slot_words(slot.start, slot.end),
        text=text,
        go=("change_repair_appointment", "cancel_repair_appointment"),
    )


def _still_free(talk: Talk, request: dict[str, Any], slot: Slot) -> bool:
    """Ask once more just before booking: a slot that went meanwhile is a choice to make again, not a fault."""
    free = talk.systems.repairs.slots(request["kind"], *_place(request), slot.start.astimezone(LONDON).date())
    return slot in free


def confirm_by_text(talk: Talk, template: str, reference: str, slot: Slot | None, number: str) -> str:
    """Text a confirmation and return the sentence that says whether it was sent."""
    values = {"reference": reference}
    if slot and template != "repair_cancelled":
        values["date"], values["slot"] = slot_words(slot.start, slot.end).split(", ", 1)
    sent = talk.act(TEXT, {"phone": number, "template": template, "personalisation": values})
    word = {"confirmed": "text.sent", "kept": "text.kept"}.get(sent.state, "text.not_sent")
    return talk.words(word, number=national(number))


def _suits(part: str, start: datetime) -> bool:
    morning = start.astimezone(LONDON).hour < 12
    if part in ("morning", "afternoon", "evening"):
        return morning == (part == "morning")
    hour = int(part[:2]) if part[:2].isdigit() else 12
    return morning == (hour < 12)

"""Report a repair in a council home: danger first, then who, where, what, and an appointment with its reference."""

from collections.abc import Sequence
from typing import Any, NoReturn

from actions.acts import BOOK_REPAIR, TEXT
from actions.acts.repairs import slot_to_json
from actions.backoffice.homes import Property, Slot
from actions.backoffice.repairs import Kind
from actions.engine.readers import POSTCODE, Option, Pick, Text, YesNo
from actions.engine.talk import Row, Talk
from actions.engine.turn import Turn
from actions.journeys.parts import ADDRESS, NOT_LISTED, is_ours, known_address, phone
from actions.journeys.slots import Place, begun_slot, pick_slot
from actions.journeys.triage import choose
from actions.notices.repairs import reminder_day
from actions.plain import national, slot_words
from bot.clock import LONDON
from bot.council import council
from bot.emergency_reply import emergency_reply

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
        if turn.words <= 6 and YesNo().read(turn, ()) is False:
            return "none"
        return super().spot(turn, options) or super().read(turn, options)

    def spot(self, turn: Turn, options: Sequence[Option]) -> None:
        """The question is always put."""


def run(talk: Talk) -> None:
    """Book a repair and text its confirmation."""
    _danger(talk)
    options = talk.options("who", KINDS, out="neither")
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
            Row("reminder", talk.words("reminder.row"), reminder_day(slot.start), change=False),
        ]
    )
    _book(talk, {**request, "slot": slot_to_json(slot)}, slot, number)


def _danger(talk: Talk) -> None:
    options = [Option(talk.words(f"danger.{d}"), d, also=NOTICED[d], out=d == "none") for d in DANGERS]
    danger = talk.ask("danger", _Danger(), options=options)
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
    options = [Option(h.line, h.location_id) for h in homes] + [
        Option(talk.words("address.not_listed"), NOT_LISTED, out=True)
    ]
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


def _place(request: dict[str, Any]) -> Place:
    """Return what appointments are asked for with: room, problem, issue ("" for none) and the home's id."""
    issue = request["issue"][0] if request["issue"] else ""
    return request["room"][0], request["problem"][0], issue, request["property"]["location_id"]


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
    remind = reminder(talk, slot)
    talk.end(
        "confirmed",
        reference=done.reference,
        when=slot_words(slot.start, slot.end),
        text=text,
        remind=remind,
        go=("change_repair_appointment", "cancel_repair_appointment"),
    )


def reminder(talk: Talk, slot: Slot) -> str:
    """Return the sentence that says when the resident is reminded; "" when it is too late for that."""
    on = reminder_day(slot.start)
    return talk.words("reminder.promise", day=on) if on else ""


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

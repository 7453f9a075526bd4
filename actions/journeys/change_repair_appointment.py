"""Move a booked repair to another appointment."""

from actions.acts import CHANGE_REPAIR
from actions.acts.repairs import slot_to_json
from actions.backoffice.homes import Repair, Slot
from actions.backoffice.repairs import Kind
from actions.engine.talk import Row, Talk
from actions.journeys.booked_repair import about, booked_repair, when
from actions.journeys.report_repair import confirm_by_text, reminder
from actions.journeys.slots import begun_slot, pick_slot
from actions.plain import slot_words
from bot.council import council


def run(talk: Talk) -> None:
    """Choose another free appointment, check it, and move the repair."""
    repair = booked_repair(talk)
    if repair.cancelled or repair.slot is None:
        talk.end("cancelled", reference=repair.id, go=("report_repair",))
    request = {"postcode": repair.postcode, "repair": repair.id, "contact": repair.contact}
    slot = begun_slot(talk, CHANGE_REPAIR, request) or _checked_slot(talk, repair)
    moved = slot_words(slot.start, slot.end)
    done = talk.act(CHANGE_REPAIR, {**request, "slot": slot_to_json(slot)})
    if done.state != "confirmed":
        number = council()["phones"]["housing_repairs"]
        talk.end(done.state, our_ref=done.our_ref, number=number, when=when(repair), go=("speak_to_person",))
    text = confirm_by_text(talk, "repair_changed", repair.id, slot, repair.contact)
    talk.desk.memory["repair"] = [repair.id, repair.postcode]
    talk.end("confirmed", reference=repair.id, when=moved, text=text, remind=reminder(talk, slot))


def _checked_slot(talk: Talk, repair: Repair) -> Slot:
    nodes = (repair.room, repair.problem, repair.issue)
    room, problem, issue = (node.value if node else "" for node in nodes)
    kind: Kind = "leasehold" if repair.kind.startswith("lease") else "tenant"
    talk.tell("now", when=when(repair), about=about(repair))
    slot = pick_slot(talk, kind, (room, problem, issue, repair.property.location_id))
    talk.check(
        [
            Row("reference", talk.words("row.reference"), f"{repair.id}, {about(repair)}", change=False),
            Row("from", talk.words("row.from"), when(repair), change=False),
            Row("slot", talk.words("row.slot"), slot_words(slot.start, slot.end)),
        ]
    )
    return slot

"""Cancel a booked repair."""

from actions.acts import CANCEL_REPAIR
from actions.engine.talk import Row, Talk
from actions.journeys.booked_repair import about, booked_repair, when
from actions.journeys.report_repair import confirm_by_text
from bot.council import council


def run(talk: Talk) -> None:
    """Check and cancel; a repair that is cancelled already is told so."""
    _begun(talk)
    repair = booked_repair(talk)
    if repair.cancelled:
        talk.end("already", reference=repair.id, go=("report_repair",))
    talk.check(
        [
            Row("reference", talk.words("row.reference"), repair.id, change=False),
            Row("about", talk.words("row.about"), about(repair), change=False),
            Row("slot", talk.words("row.slot"), when(repair), change=False),
        ]
    )
    done = talk.act(CANCEL_REPAIR, {"postcode": repair.postcode, "repair": repair.id})
    if done.state != "confirmed":
        number = council()["phones"]["housing_repairs"]
        talk.end(done.state, our_ref=done.our_ref, number=number, when=when(repair), go=("speak_to_person",))
    text = confirm_by_text(talk, "repair_cancelled", repair.id, repair.slot, repair.contact)
    talk.desk.memory.pop("repair", None)
    talk.end("confirmed", reference=repair.id, text=text, go=("report_repair",))


def _begun(talk: Talk) -> None:
    """Tell what became of a cancellation that a crash cut short: the repair itself may be gone from the system."""
    held = talk.frame.answers
    request = {"postcode": held.get("postcode"), "repair": str(held.get("reference", "")).upper()}
    if not talk.begun(CANCEL_REPAIR, request):
        return
    done = talk.act(CANCEL_REPAIR, request)
    if done.state == "confirmed":
        talk.desk.memory.pop("repair", None)
        talk.end("confirmed", reference=request["repair"], text="", go=("report_repair",))

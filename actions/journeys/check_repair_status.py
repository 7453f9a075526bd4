"""When is someone coming: the appointment of a booked repair."""

from actions.engine.talk import Talk
from actions.journeys.booked_repair import about, booked_repair, when
from bot.clock import now
from bot.council import council


def run(talk: Talk) -> None:
    """Tell the appointment as the repairs system has it."""
    repair = booked_repair(talk)
    values = {"reference": repair.id, "about": about(repair), "when": when(repair)}
    if repair.cancelled:
        talk.end("cancelled", go=("report_repair",), **values)
    if repair.slot is None:
        talk.end("no_appointment", go=("speak_to_person",), **values)
    talk.desk.memory["repair"] = [repair.id, repair.postcode]
    if repair.slot.end < now():
        talk.end("past", go=("speak_to_person",), number=council()["phones"]["housing_repairs"], **values)
    talk.end("booked", go=("change_repair_appointment", "cancel_repair_appointment"), **values)

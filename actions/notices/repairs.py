"""The day before a repair's appointment: when somebody comes, with a way to move or cancel it.

The landlord's own record is read before anything is said: an appointment may have moved by another way, or be gone.
"""

from datetime import datetime, time, timedelta

from actions.backoffice.systems import Systems
from actions.engine.turn import Pressed
from actions.notices.base import End, Kind, Say, Wait, reply, stop_link
from actions.plain import day, slot_words
from bot.clock import LONDON, now
from bot.council import council
from bot.hours import wall_clock
from bot.log import Choice, Commitment, Follow, Notice, Plan
from bot.log.notice import EMAIL, HERE, TEXT, key_of
from bot.log.states import LAPSED
from bot.nlu.values import parse_phone
from bot.words import words

KIND = "repair"


class RepairReminder(Kind):
    """`about` is {"reference", "postcode"}: the landlord's reference and the postcode that opens it."""

    def compose(self, notice: Notice, systems: Systems, now: datetime) -> Say | Wait | End:
        """Say when somebody comes, as the record has it now."""
        repair = systems.repairs.get(notice.about["postcode"], notice.about["reference"])
        if repair is None or repair.cancelled or repair.slot is None:
            return End(LAPSED, "cancelled")
        start, end = repair.slot.start, repair.slot.end
        if start <= now:
            return End(LAPSED, "over")
        if due_at(start) > now:
            return Wait(due_at(start), start)
        when = slot_words(start, end)
        answers = {"reference": repair.id, "postcode": repair.postcode}
        choices = [
            Choice(words(f"notices.repair.{word}"), Pressed("go", journey, answers=answers).dump())
            for word, journey in (("change", "change_repair_appointment"), ("cancel", "cancel_repair_appointment"))
        ]
        date, slot = when.split(", ", 1)
        values = {"reference": repair.id, "date": date, "slot": slot, "stop": stop_link(notice)}
        text = words("notices.repair.text", when=when, reference=repair.id)
        return Say(reply(text, *choices), "repair_reminder", values)


def due_at(start: datetime) -> datetime:
    """Return when to remind of an appointment: the day before, in the morning."""
    at = time.fromisoformat(council()["reminders"]["repairs_at"])
    return wall_clock(start.astimezone(LONDON).date() - timedelta(days=1), at)


def reminder_day(start: datetime) -> str:
    """Return the day of the reminder in words; "" when it is too late for one."""
    due = due_at(start)
    return day(due.astimezone(LONDON).date()) if due > now() else ""


def reminders(commitment: Commitment, repair: str, postcode: str, start: datetime, contact: str, reaches: bool) -> Follow:
    """Plan the reminders of an appointment, in the place of earlier ones of that repair.

    One goes into the conversation. Where that reaches nobody who is not looking, another goes to the `contact` of the
    repair, if that is a mobile number or an email address.
    """
    if due_at(start) <= now():
        return Follow(replaces=((KIND, repair),))
    to: list[tuple[str, str | None]] = [(HERE, None)]
    phone = parse_phone(contact) or ""
    if not reaches and ("@" in contact or phone.startswith("+447")):
        to.append((EMAIL, contact.lower()) if "@" in contact else (TEXT, phone))
    plans = tuple(
        Plan(
            key=key_of(commitment.key, KIND, channel),
            kind=KIND,
            channel=channel,
            address=address,
            due_at=due_at(start),
            expires_at=start,
            subject=repair,
            about={"reference": repair, "postcode": postcode},
            consent="report_repair.reminder.row",
        )
        for channel, address in to
    )
    return Follow(replaces=((KIND, repair),), plans=plans)

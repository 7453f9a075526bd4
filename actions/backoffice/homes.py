"""The records of Housing Repairs Online as dataclasses, and how they are read and written.

Times are the landlord's wall clock: the contract writes them without an offset, and here they are in Europe/London.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.clock import LONDON

# What we ask the triage to write where a path ends without a booking: the query's name, our value.
EXITS = {
    "emergencyValue": "exit-emergency",
    "notEligibleNonEmergencyValue": "exit-not-eligible",
    "unableToBookValue": "exit-unable-to-book",
    "contactUsValue": "exit-contact-us",
}
_EXIT_NAMES = {
    "exit-emergency": "emergency",
    "exit-not-eligible": "not_eligible",
    "exit-unable-to-book": "unable_to_book",
    "exit-contact-us": "contact_us",
}


@dataclass(frozen=True)
class Property:
    """A home (or block) of the landlord. `line` is "4 Mill Lane, Ashcombe"."""

    location_id: str
    line: str
    postcode: str


@dataclass(frozen=True)
class Option:
    """A node of the triage tree: what is sent, and the landlord's words for it.

    `exit` is None, or why this can't be booked here: emergency (the out-of-hours line), not_eligible (not the
    landlord's to repair), unable_to_book or contact_us (the repairs team must be called).
    """

    value: str
    display: str
    options: tuple["Option", ...] = ()
    exit: str | None = None


@dataclass(frozen=True)
class Slot:
    """An appointment: aware times in Europe/London, and its words, "11 January 2027 between 8:00am to 12:00pm"."""

    start: datetime
    end: datetime

    @property
    def display(self) -> str:
        """The words that the contract's own service uses."""
        day = f"{self.start.day} {self.start:%B %Y}"
        return f"{day} between {_time(self.start)} to {_time(self.end)}"


@dataclass(frozen=True)
class Booked:
    """A repair that was booked. `days_for_repair` comes with communal repairs, which have no appointment."""

    id: str
    days_for_repair: int | None


@dataclass(frozen=True)
class Repair:
    """A repair as the landlord tells it. `kind` is tenant or leasehold; `slot` None when it has no appointment.

    `cancelled` is None when the landlord's version doesn't say; there a cancelled repair is not found at all.
    """

    id: str
    postcode: str
    property: Property
    room: Option | None
    problem: Option | None
    issue: Option | None
    slot: Slot | None
    contact_kind: str
    contact: str
    kind: str
    cancelled: bool | None


def property_of(one: Any) -> Property:
    """Read an item of the addresses."""
    lines = [str(one[name]) for name in ("addressLine1", "addressLine2") if one.get(name)]
    return Property(str(one["locationId"]), ", ".join(lines), str(one["postCode"]))


def option_of(one: Any) -> Option:
    """Read a node of the triage tree and all below it. A leaf with one of our exit values is that exit."""
    value = str(one["value"])
    options = tuple(option_of(below) for below in one.get("options") or ())
    return Option(value, str(one["display"]), options, _EXIT_NAMES.get(value))


def slot_of(one: Any) -> Slot:
    """Read an item of the free appointments."""
    return Slot(local_time(one["startTime"]), local_time(one["endTime"]))


def booking_of(body: Any) -> Booked:
    """Read the answer to a booking. Raises ValueError when it holds no reference."""
    if not body["id"]:
        raise ValueError("a booking without its reference")
    days = body.get("daysForRepair")
    return Booked(str(body["id"]), None if days is None else int(days))


def repair_of(repair_id: str, postcode: str, body: Any) -> Repair:
    """Read a repair."""
    time, contact, address = body.get("appointmentTime"), body.get("contactDetails") or {}, body["address"]
    status = str(body.get("status") or "").upper()
    return Repair(
        id=repair_id,
        postcode=postcode,
        property=Property(str(address.get("locationId") or ""), str(address["display"]), postcode),
        room=_named(body["location"]),
        problem=_named(body["problem"]),
        issue=_named(body.get("issue")),
        slot=Slot(local_time(time["startDateTime"]), local_time(time["endDateTime"])) if time else None,
        contact_kind=str(contact.get("type") or ""),
        contact=str(contact.get("value") or ""),
        kind=str(body.get("repairType") or "tenant").lower(),
        cancelled=status == "CANCELLED" if status else None,
    )


def wire_slot(slot: Slot) -> dict[str, str]:
    """Write an appointment as a booking and a change take it."""
    return {
        "startDateTime": slot.start.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M:%S"),
        "endDateTime": slot.end.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M:%S"),
        "display": slot.display,
    }


def local_time(text: str) -> datetime:
    """Read a time of the contract: without an offset it is the wall clock in London."""
    read = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    return read.astimezone(LONDON) if read.tzinfo else read.replace(tzinfo=LONDON)


def _named(part: Any) -> Option | None:
    return option_of(part) if part and part.get("value") else None


def _time(at: datetime) -> str:
    hour = at.hour % 12 or 12
    return f"{hour}:{at:%M}{'am' if at.hour < 12 else 'pm'}"

"""Book, move and cancel a housing repair by Housing Repairs Online.

The contract has no idempotency and no look-up by our reference: a booking whose outcome is unknown goes to a person and
is never posted again. Moving to the same slot and cancelling twice are no errors there, so those two are looked up by
asking for the repair.
"""

from datetime import datetime
from typing import Any

from actions.acts.base import Act, Outcome
from actions.backoffice.homes import Option, Property, Slot
from actions.backoffice.repairs import RepairRequest
from actions.backoffice.systems import Systems
from actions.notices.repairs import KIND, reminders
from bot.log import Commitment, Follow


def slot_to_json(slot: Slot) -> dict[str, str]:
    """Return an appointment as an answer or a request keeps it."""
    return {"start": slot.start.isoformat(), "end": slot.end.isoformat()}


def slot_from_json(data: dict[str, str]) -> Slot:
    """Read an appointment back."""
    return Slot(datetime.fromisoformat(data["start"]), datetime.fromisoformat(data["end"]))


class BookRepair(Act):
    """Book a repair: {"kind", "property", "room", "problem", "issue", "description", "phone", "slot"}.

    `property` is {"location_id", "line", "postcode"}; room, problem and issue are [value, display] (no issue: None);
    `slot` is None for a communal repair, else {"start", "end"}.
    """

    kind = "repair"
    system = "repairs"
    owner = "housing_repairs"
    keeps = False

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Book it and return the landlord's reference."""
        booked = systems.repairs.book(
            request["kind"],
            RepairRequest(
                property=Property(**request["property"]),
                room=Option(*request["room"]),
                problem=Option(*request["problem"]),
                issue=Option(*request["issue"]) if request["issue"] else None,
                description=f"{request['description']} ({our_ref})",
                phone=request["phone"],
                contact_kind="text",
                contact=request["phone"],
                slot=slot_from_json(request["slot"]) if request["slot"] else None,
            ),
        )
        return Outcome(booked.id, {"days": booked.days_for_repair})

    def follow(self, commitment: Commitment, reference: str, reaches: bool) -> Follow:
        """Remind of the appointment, where there is one."""
        request = commitment.request
        if not request["slot"]:
            return Follow()
        start = slot_from_json(request["slot"]).start
        return reminders(commitment, reference, request["property"]["postcode"], start, request["phone"], reaches)


class ChangeRepair(Act):
    """Move an appointment: {"postcode", "repair", "contact", "slot"}."""

    kind = "repair_change"
    system = "repairs"
    owner = "housing_repairs"
    keeps = False

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Move it; the reference stays."""
        systems.repairs.change(request["postcode"], request["repair"], slot_from_json(request["slot"]))
        return Outcome(request["repair"])

    def find(self, systems: Systems, request: dict[str, Any], our_ref: str, since: datetime) -> Outcome | None:
        """Look whether the repair has the new appointment."""
        repair = systems.repairs.get(request["postcode"], request["repair"])
        moved = repair is not None and repair.slot == slot_from_json(request["slot"])
        return Outcome(request["repair"]) if moved else None

    def follow(self, commitment: Commitment, reference: str, reaches: bool) -> Follow:
        """Remind of the new appointment, and not of the old one."""
        request = commitment.request
        start = slot_from_json(request["slot"]).start
        return reminders(commitment, reference, request["postcode"], start, request["contact"], reaches)


class CancelRepair(Act):
    """Cancel a repair: {"postcode", "repair"}."""

    kind = "repair_cancel"
    system = "repairs"
    owner = "housing_repairs"
    keeps = False

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Cancel it; the reference stays."""
        systems.repairs.cancel(request["postcode"], request["repair"])
        return Outcome(request["repair"])

    def find(self, systems: Systems, request: dict[str, Any], our_ref: str, since: datetime) -> Outcome | None:
        """Look whether the repair is gone: it was there a moment ago, and the contract hides a cancelled one."""
        repair = systems.repairs.get(request["postcode"], request["repair"])
        return Outcome(request["repair"]) if repair is None or repair.cancelled else None

    def follow(self, commitment: Commitment, reference: str, reaches: bool) -> Follow:
        """Remind of it no more."""
        return Follow(replaces=((KIND, reference),))

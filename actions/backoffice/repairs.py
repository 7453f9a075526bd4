"""Housing repairs and their appointments: Housing Repairs Online.

The contract has no idempotency and no way to look a booking up by our reference: a second `book` is a second job, so an
OutcomeUnknown of `book` goes to a person. `change` and `cancel` may be repeated: the same slot again, or a repair that
is cancelled already, is no error there.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from actions.backoffice.cache import TtlCache
from actions.backoffice.errors import Final, NotFound
from actions.backoffice.homes import (
    EXITS,
    Booked,
    Option,
    Property,
    Repair,
    Slot,
    booking_of,
    option_of,
    property_of,
    repair_of,
    slot_of,
    wire_slot,
)
from actions.backoffice.http import Answer, Door

Kind = Literal["tenant", "leasehold", "communal"]
HOUR = 3600.0
# A token is good for a minute from when it was made, by the other side's clock.
TOKEN_SECONDS = 40.0
TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*")


@dataclass(frozen=True)
class RepairPaths:
    """The names of the contract's paths, which differ between versions. `{Kind}` is Tenant, Leasehold or Communal.

    Lincoln's older version has "/Addresses", "/Appointments/AvailableAppointments" and "/Repair".
    """

    sign_in: str = "/Authentication"
    addresses: str = "/Addresses/{Kind}Addresses"
    triage: str = "/RepairTriage/{Kind}RepairTriageOptions"
    slots: str = "/Appointments/Available{Kind}Appointments"
    book: str = "/Repair/{Kind}Repair"
    get: str = "/Repair/TenantOrLeaseholdPropertyRepair"
    cancel: str = "/Repair/TenantOrLeaseholdPropertyRepairCancel"
    change: str = "/Repair/TenantOrLeaseholdPropertyRepairChangeAppointmentSlot"


@dataclass(frozen=True)
class RepairRequest:
    """What a repair is booked with.

    `room`, `problem` and `issue` are options of the triage tree, one below the other; `issue` is None where the problem
    has none below it. `description` is the resident's
    words. `contact_kind` is text or email, `contact` the number or address that the landlord's confirmation goes to.
    `slot` is None for a communal repair only. `photo` is base64 of a jpg or png, `photo_kind` its file extension.
    """

    property: Property
    room: Option
    problem: Option
    issue: Option | None
    description: str
    phone: str
    contact_kind: Literal["text", "email"]
    contact: str
    slot: Slot | None = None
    photo: str | None = None
    photo_kind: str | None = None


@dataclass
class _Token(threading.local):
    value: str = ""
    good_until: float = 0.0


class Repairs:
    """The client. Errors: see `Door`."""

    def __init__(self, base_url: str, identifier: str, paths: RepairPaths | None = None) -> None:
        self._door = Door("repairs", base_url)
        self._identifier = identifier
        self._paths = paths or RepairPaths()
        self._token = _Token()
        self._trees: TtlCache[tuple[Option, ...]] = TtlCache(HOUR)

    def addresses(self, kind: Kind, postcode: str) -> list[Property]:
        """Return the landlord's homes (communal: blocks) at a postcode; [] when there are none."""
        found = self._get("addresses", _path(self._paths.addresses, kind), {"postcode": postcode})
        return found.read(lambda body: [property_of(one) for one in body])

    def triage(self, kind: Kind) -> list[Option]:
        """Return the tree: rooms, their problems, their issues. Kept for an hour.

        An option with an `exit` can't be booked: see `Option`.
        """
        return list(self._trees.get_or_load(kind, lambda: self._triage(kind)))

    def slots(
        self, kind: Kind, room: str, problem: str, issue: str, location_id: str, from_date: date | None = None
    ) -> list[Slot]:
        """Return the free appointments, soonest first. `room`, `problem`, `issue` are values of the triage tree
        ("" for no issue).

        [] doesn't mean that none is free: the contract says the same when the landlord's planner failed. Say "we could
        not get times".
        """
        params = {
            "repairLocation": room,
            "repairProblem": problem,
            "repairIssue": issue,
            "locationId": location_id,
            **({"fromDate": from_date.isoformat()} if from_date else {}),
        }
        found = self._get("slots", _path(self._paths.slots, kind), params)
        return sorted(found.read(lambda body: [slot_of(one) for one in body]), key=lambda slot: slot.start)

    def book(self, kind: Kind, request: RepairRequest) -> Booked:
        """Book it. A write that must not be repeated."""
        body = {
            "postcode": request.property.postcode,
            "address": {"display": request.property.line, "locationId": request.property.location_id},
            **{
                name: {"value": option.value, "display": option.display} if option else None
                for name, option in (("location", request.room), ("problem", request.problem), ("issue", request.issue))
            },
            "contactPersonNumber": request.phone,
            "description": {
                "text": request.description,
                "locationText": None,
                "base64Img": request.photo,
                "fileExtension": request.photo_kind,
            },
            "contactDetails": {"type": request.contact_kind, "value": request.contact},
            **({"time": wire_slot(request.slot)} if request.slot else {}),
        }
        return self._write("book", _path(self._paths.book, kind), body).read(booking_of)

    def get(self, postcode: str, repair_id: str) -> Repair | None:
        """Return the repair with that reference at that postcode, or None when there is none (or they don't match)."""
        try:
            found = self._get("get", self._paths.get, {"postcode": postcode, "repairId": repair_id})
        except NotFound:
            return None
        return found.read(lambda body: repair_of(repair_id, postcode, body))

    def change(self, postcode: str, repair_id: str, slot: Slot) -> None:
        """Move the appointment. A write that may be repeated. Raises NotFound when there is no such repair."""
        params = {"postcode": postcode, "repairId": repair_id}
        _in_words(self._write("change", self._paths.change, wire_slot(slot), params))

    def cancel(self, postcode: str, repair_id: str) -> None:
        """Cancel the repair. A write that may be repeated. Raises NotFound when there is no such repair."""
        _in_words(self._write("cancel", self._paths.cancel, None, {"postcode": postcode, "repairId": repair_id}))

    def _triage(self, kind: Kind) -> tuple[Option, ...]:
        found = self._get("triage", _path(self._paths.triage, kind), EXITS)
        return found.read(lambda body: tuple(option_of(one) for one in body))

    def _get(self, operation: str, path: str, params: Mapping[str, str]) -> Answer:
        return self._signed_in(lambda headers: self._door.get(operation, path, params=params, headers=headers))

    def _write(self, operation: str, path: str, body: object, params: Mapping[str, str] | None = None) -> Answer:
        return self._signed_in(lambda headers: self._door.post_json(operation, path, body, params=params, headers=headers))

    def _signed_in(self, call: Callable[[dict[str, str]], Answer]) -> Answer:
        """Make the call with this thread's token, and once more with a new one when it was refused, so not done."""
        had_one = time.monotonic() < self._token.good_until
        try:
            return call(self._authorization())
        except Final as error:
            if error.status != 401 or not had_one:
                raise
        self._token.good_until = 0.0
        return call(self._authorization())

    def _authorization(self) -> dict[str, str]:
        if time.monotonic() >= self._token.good_until:
            asked = time.monotonic()
            answer = self._door.post_json(
                "sign in", self._paths.sign_in, params={"identifier": self._identifier}, write=False
            )
            token = answer.text.strip().strip('"')
            if not TOKEN.fullmatch(token):
                raise answer.garbage()
            self._token.value, self._token.good_until = token, asked + TOKEN_SECONDS
        return {"Authorization": f"Bearer {self._token.value}"}


def _in_words(answer: Answer) -> None:
    """Take a sentence, which is all that the contract gives. Raises OutcomeUnknown for a web page in its place."""
    if answer.text.lstrip().startswith("<"):
        raise answer.garbage()


def _path(template: str, kind: Kind) -> str:
    return template.replace("{Kind}", kind.capitalize())

"""Housing Repairs Online: addresses, triage, appointments and repairs, for tenants, leaseholders and shared areas.

As in the original, errors are plain text (500, or 404, or 400), a repeated POST is a second job, and a cancelled repair
is no longer found except by a second cancellation. `repair_door` lets requests in.
"""

import json
import secrets
import sqlite3
from datetime import date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from actions.sandbox import listing, store, world
from actions.sandbox import repair_diary as diary
from actions.sandbox.repair_door import Handler, authenticate, guarded
from bot import clock

SCHEMA = """
CREATE TABLE IF NOT EXISTS repairs (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, postcode TEXT NOT NULL, location_id TEXT NOT NULL, patch TEXT NOT NULL,
    sor TEXT NOT NULL, priority TEXT NOT NULL, request TEXT NOT NULL, start TEXT NOT NULL, finish TEXT NOT NULL,
    display TEXT NOT NULL, status TEXT NOT NULL DEFAULT 'SCHEDULED', made TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS repairs_slot ON repairs (patch, start) WHERE status = 'SCHEDULED';
"""
_NOT_FOUND = "Repair request not found for postcode and repairId provided"


class _Refused(Exception):
    """A job that can't be booked: the text goes out with status 500."""


def _addresses(kind: str) -> Handler:
    async def addresses(request: Request) -> Response:
        """`GET Addresses/...?postcode=`: [] when the council has no such home there; 400 without a postcode."""
        postcode = request.query_params.get("postcode")
        if not postcode:
            return PlainTextResponse("The postcode field is required.", 400)
        street = world.street(postcode)
        if kind == "COMMUNAL":
            found = [(diary.block_id(street), f"{street.name} House")] if street else []
        else:
            homes = world.addresses(postcode)
            found = [(diary.location_id(home), home.line) for home in homes if home.tenure == kind.lower()]
        return JSONResponse([_address(place, line, street.postcode) for place, line in found] if street else [])

    return addresses


def _address(location: str, line: str, postcode: str) -> dict[str, str]:
    return {"locationId": location, "addressLine1": line, "addressLine2": world.TOWN, "postCode": postcode}


def _triage(kind: str) -> Handler:
    async def triage(request: Request) -> Response:
        """`GET RepairTriage/...`: the tree; 400 text unless all four words for the early exits are given."""
        query = request.query_params
        missing = [name for name in diary.EXITS.values() if not query.get(name)]
        if missing:
            return PlainTextResponse(f"The {missing[0]} field is required.", 400)
        return JSONResponse(diary.triage(kind, {leaf: query[name] for leaf, name in diary.EXITS.items()}))

    return triage


def _taken(db: sqlite3.Connection, location: str, but: str = "") -> set[datetime]:
    rows = db.execute(
        "SELECT start FROM repairs WHERE patch = ? AND status = 'SCHEDULED' AND id <> ?",
        (diary.patch_of(location), but),
    )
    return {datetime.fromisoformat(row["start"]) for row in rows}


def _free(kind: str, job: tuple[str, str], location: str, since: date) -> list[tuple[datetime, datetime]]:
    with store.connect() as db:
        return diary.free(job[1], location, kind, since, _taken(db, location))


def _appointments(kind: str) -> Handler:
    async def appointments(request: Request) -> Response:
        """`GET Appointments/...`: free slots, local time; 500 text when the job or the place is not one of ours."""
        query = request.query_params
        job = diary.job(kind, *(query.get(name, "") for name in ("repairLocation", "repairProblem", "repairIssue")))
        location = query.get("locationId", "")
        try:
            since = datetime.fromisoformat(query["fromDate"]).date() if query.get("fromDate") else clock.today()
        except ValueError:
            return PlainTextResponse(f"The value '{query['fromDate']}' is not valid for fromDate.", 400)
        if job is None or diary.postcode_of(location, kind) is None:
            return PlainTextResponse("No repair of that kind can be booked for that location.", 500)
        found = _free(kind, job, location, since)
        return JSONResponse([{"id": None, "startTime": s.isoformat(), "endTime": e.isoformat()} for s, e in found])

    return appointments


async def _body(request: Request) -> dict[str, Any] | None:
    try:
        found = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None
    return found if isinstance(found, dict) else None


def _text(body: dict[str, Any], *path: str) -> str:
    """Return the text at a path of a request, "" when it is absent."""
    found: Any = body
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _slot(time: Any) -> tuple[datetime, datetime]:
    """Return the ends of a slot, local without offset. Raises _Refused when they are not times."""
    ends = []
    for name in ("startDateTime", "endDateTime"):
        try:
            read = datetime.fromisoformat(_text(time, name).replace("Z", "+00:00"))
        except ValueError:
            raise _Refused(f"{name} is not a time") from None
        ends.append(read.astimezone(clock.LONDON).replace(tzinfo=None) if read.tzinfo else read)
    return ends[0], ends[1]


def _new_id() -> str:
    """Return eight capital hexadecimal characters, with a letter and a digit among them."""
    while True:
        made = secrets.token_hex(4).upper()
        if not made.isdigit() and not made.isalpha():
            return made


def _book(kind: str) -> Handler:
    async def book(request: Request) -> Response:
        """`POST Repair/...`: the id of the new job; 500 text when it can't be booked, and then nothing is."""
        body = await _body(request)
        if body is None:
            return PlainTextResponse("A JSON body is required.", 400)
        try:
            made, priority = _save(kind, body)
        except _Refused as refused:
            return PlainTextResponse(str(refused), 500)
        days = {"daysForRepair": diary.DAYS_FOR_REPAIR[priority]} if kind == "COMMUNAL" else {}
        return JSONResponse({"id": made, **days})

    return book


def _save(kind: str, body: dict[str, Any]) -> tuple[str, str]:
    """Book a job; return its id and priority. Raises _Refused."""
    location = _text(body, "address", "locationId")
    postcode = diary.postcode_of(location, kind)
    if postcode is None or world.normalise(_text(body, "postcode")) != postcode:
        raise _Refused("Address not found")
    job = diary.job(kind, *(_text(body, part, "value") for part in ("location", "problem", "issue")))
    if job is None:
        raise _Refused("SOR code not found for that location, problem and issue")
    if not _text(body, "description", "text") or not _text(body, "contactDetails", "value"):
        raise _Refused("A description and contact details are required")
    with store.transaction() as db:
        taken = _taken(db, location)
        if kind == "COMMUNAL":
            slots = diary.free(job[1], location, kind, clock.today(), taken)
            if not slots:
                raise _Refused("No available appointment found")
            start, end = slots[0]
        else:
            start, end = _slot(body.get("time"))
        if start in taken or not diary.may_book(job[1], start, end):
            raise _Refused("The appointment is no longer available")
        made = _insert(db, kind, body, postcode, job, start, end)
    return made, job[1]


def _insert(
    db: sqlite3.Connection,
    kind: str,
    body: dict[str, Any],
    postcode: str,
    job: tuple[str, str],
    start: datetime,
    end: datetime,
) -> str:
    made, location = _new_id(), _text(body, "address", "locationId")
    # A photo would be kept elsewhere; the row stays small.
    kept = json.dumps({**body, "description": {**body["description"], "base64Img": None}})
    display = _text(body, "time", "display") or _display(start, end)
    place = (made, kind, postcode, location, diary.patch_of(location))
    db.execute(
        "INSERT INTO repairs (id, kind, postcode, location_id, patch, sor, priority, request, start, finish, display,"
        " made) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*place, *job, kept, start.isoformat(), end.isoformat(), display, clock.now().isoformat()),
    )
    return made


def _display(start: datetime, end: datetime) -> str:
    return f"{start:%d %B %Y} between {start:%H:%M} and {end:%H:%M}"


def _get(request: Request, db: sqlite3.Connection, cancelled: bool = False) -> sqlite3.Row | None:
    """Return the repair of the query's postcode and id, unless it is cancelled; None when there is none."""
    postcode = world.normalise(request.query_params.get("postcode", ""))
    wanted = request.query_params.get("repairId", "").strip().upper()
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM repairs WHERE id = ? AND postcode = ? AND kind <> 'COMMUNAL' AND (? OR status = 'SCHEDULED')",
        (wanted, postcode, cancelled),
    ).fetchone()
    return row


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    body = json.loads(row["request"])
    named = {part: body.get(part) for part in ("address", "location", "problem", "issue", "contactDetails")}
    time = {"startDateTime": row["start"], "endDateTime": row["finish"], "display": row["display"]}
    return {**named, "appointmentTime": time, "repairType": row["kind"]}


async def find(request: Request) -> Response:
    """`GET Repair/TenantOrLeaseholdPropertyRepair?postcode=&repairId=`; 404 text when there is none, or cancelled."""
    with store.connect() as db:
        row = _get(request, db)
    return JSONResponse(_shown(row)) if row else PlainTextResponse(f"{_NOT_FOUND}.", 404)


async def cancel(request: Request) -> Response:
    """`POST Repair/...Cancel?postcode=&repairId=`: 200 text, also when it was cancelled before; 404 text."""
    with store.transaction() as db:
        row = _get(request, db, cancelled=True)
        if row is None:
            return PlainTextResponse(_NOT_FOUND, 404)
        if row["status"] == "CANCELLED":
            return PlainTextResponse("The repair has already been cancelled in Housing Repairs Online")
        db.execute("UPDATE repairs SET status = 'CANCELLED' WHERE id = ?", (row["id"],))
    return PlainTextResponse("The repair has successfully been cancelled")


async def change(request: Request) -> Response:
    """`POST Repair/...ChangeAppointmentSlot?postcode=&repairId=`: 200, 404 or, when the slot is not free, 500 text."""
    body = await _body(request)
    try:
        start, end = _slot(body)
    except _Refused as refused:
        return PlainTextResponse(str(refused), 400)
    with store.transaction() as db:
        row = _get(request, db)
        if row is None:
            return PlainTextResponse(_NOT_FOUND, 404)
        if (row["start"], row["finish"]) == (start.isoformat(), end.isoformat()):
            return PlainTextResponse("The repair already has the same start and end times as those provided")
        if start in _taken(db, row["location_id"], row["id"]) or not diary.may_book(row["priority"], start, end):
            return PlainTextResponse("Error changing the appointment", 500)
        display = _text(body or {}, "display") or _display(start, end)
        db.execute(
            "UPDATE repairs SET start = ?, finish = ?, display = ? WHERE id = ?",
            (start.isoformat(), end.isoformat(), display, row["id"]),
        )
    return PlainTextResponse("The repair has successfully been changed")


async def communal(request: Request) -> Response:
    """`GET Repair/CommunalPropertyRepairs?propertyReference=`: the repairs of a block, without who asked for them."""
    reference = request.query_params.get("propertyReference", "")
    with store.connect() as db:
        rows = db.execute("SELECT * FROM repairs WHERE kind = 'COMMUNAL' AND location_id = ? ORDER BY made", (reference,))
        found = [_shown(row) | {"id": row["id"], "status": row["status"], "contactDetails": None} for row in rows]
    return JSONResponse(found)


async def page(request: Request) -> Response:
    """`GET /repairs/`: every job, newest first, for people."""
    with store.connect() as db:
        rows = db.execute("SELECT * FROM repairs ORDER BY made DESC").fetchall()
    shown = [(row, json.loads(row["request"])) for row in rows]
    cells = [
        [
            row["id"],
            row["status"],
            row["kind"],
            f"{_text(body, 'address', 'display')}, {row['postcode']}",
            " / ".join(_text(body, part, "display") for part in ("location", "problem", "issue")),
            _text(body, "description", "text"),
            row["display"],
            f"{row['sor']}, priority {row['priority']}",
        ]
        for row, body in shown
    ]
    names = ("Reference", "Status", "Kind", "Where", "Problem", "In their words", "Appointment", "Job")
    return listing.table("Housing repairs", names, cells)


def _routes() -> list[BaseRoute]:
    found: list[BaseRoute] = [Route("/", page), Route("/Authentication", authenticate, methods=["POST"])]
    for kind in diary.KINDS:
        name = kind.capitalize()
        found += [
            Route(f"/Addresses/{name}Addresses", guarded(_addresses(kind))),
            Route(f"/RepairTriage/{name}RepairTriageOptions", guarded(_triage(kind))),
            Route(f"/Appointments/Available{name}Appointments", guarded(_appointments(kind))),
            Route(f"/Repair/{name}Repair", guarded(_book(kind)), methods=["POST"]),
        ]
    one = "/Repair/TenantOrLeaseholdPropertyRepair"
    return [
        *found,
        Route(one, guarded(find)),
        Route(f"{one}Cancel", guarded(cancel), methods=["POST"]),
        Route(f"{one}ChangeAppointmentSlot", guarded(change), methods=["POST"]),
        Route("/Repair/CommunalPropertyRepairs", guarded(communal)),
    ]


routes = _routes()

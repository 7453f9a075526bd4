"""Open311 GeoReport v2 with FixMyStreet's extensions: services, reports, tokens, updates; JSON and XML.

Writes need `api_key` (403 when it is missing or wrong); reads are served without one, and refused with a wrong one.
Neither GeoReport nor FixMyStreet filters reports by distance: the client measures it. Nothing is deduplicated.
"""

import json
import os
import secrets
from datetime import datetime, timedelta, timezone
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from actions.sandbox import georeport, intake, listing, reports, store
from actions.sandbox.georeport import Problem
from bot import clock

SCHEMA = reports.SCHEMA
JURISDICTION = "ashcombe"
WINDOW = timedelta(days=90)
MOST = 1000
# What the council's own adapter fills in; a plain client leaves them out.
_SERVER_SET = (("easting", "Easting"), ("northing", "Northing"), ("fixmystreet_id", "The sender's own reference"))
_CONTACT = ("email", "first_name", "last_name", "phone", "device_id", "account_id")


def _check(request: Request, given: dict[str, Any], writes: bool = False) -> None:
    key = given.get("api_key")
    if (writes or key is not None) and key != os.environ.get("OPEN311_API_KEY", "sandbox-open311-key"):
        raise Problem(403, "api_key was not provided" if key is None else "api_key provided is not valid")
    if given.get("jurisdiction_id") not in (None, "", JURISDICTION):
        raise Problem(404, "jurisdiction_id provided was not found")


def _here(request: Request) -> str:
    """Return the URL of this endpoint, as the caller wrote its host; Starlette's own base_url leaves out the mount."""
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


async def discovery(request: Request) -> Response:
    """`GET discovery.{json|xml}`: where the endpoint is and what it speaks."""
    endpoint = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": _here(request),
        "changeset": "2026-01-01T00:00:00Z",
        "type": "test",
        "formats": ["application/json", "text/xml"],
    }
    found = {
        "changeset": endpoint["changeset"],
        "contact": "01632 960100",
        "key_service": "The key is in the sandbox's settings.",
        "endpoints": [endpoint],
    }
    return georeport.answer(request, found, georeport.DISCOVERY)


def list_services(request: Request) -> Response:
    """`GET services.{json|xml}`."""
    try:
        _check(request, dict(request.query_params))
    except Problem as problem:
        return georeport.refuse(request, problem)
    shown = ("service_code", "service_name", "description", "type", "keywords", "group")
    found = [
        {**{name: service[name] for name in shown}, "metadata": True, "groups": [service["group"]]}
        for service in reports.services().values()
    ]
    return georeport.answer(request, found, georeport.SERVICES)


def attributes_of(service: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the attributes of a service in order; those with `automated` are not for the resident."""
    asked = list(service["attributes"])
    automated = [
        {
            "variable": True,
            "code": code,
            "datatype": "string",
            "required": False,
            "datatype_description": "",
            "description": description,
            "automated": "server_set",
        }
        for code, description in _SERVER_SET
    ]
    return [{**attribute, "order": place} for place, attribute in enumerate(asked + automated, start=1)]


def definition(request: Request) -> Response:
    """`GET services/{code}.{json|xml}`; 404 when there is no such service."""
    try:
        _check(request, dict(request.query_params))
        service = reports.services().get(request.path_params["code"])
        if service is None:
            raise Problem(404, "service_code provided was not found")
    except Problem as problem:
        return georeport.refuse(request, problem)
    found = {"service_code": service["service_code"], "attributes": attributes_of(service)}
    return georeport.answer(request, found, georeport.DEFINITION)


async def create(request: Request) -> Response:
    """`POST requests.{json|xml}`, form-encoded or multipart: a reference, or for a batch service a token."""
    async with request.form(max_files=6) as form:
        plain, attributes, media = intake.fields(form, dict(request.query_params))
        try:
            _check(request, plain, writes=True)
            service = reports.services().get(plain.get("service_code", ""))
            if service is None:
                missing = "service_code" not in plain
                raise Problem(400, "service_code was not provided" if missing else "Bad request: unknown service_code")
            lat, long = intake.place(plain)
            if len(plain.get("description", "")) > 4000:
                raise Problem(400, "description is longer than 4000 characters")
            intake.check_attributes(service, attributes)
        except Problem as problem:
            return georeport.refuse(request, problem)
        media += [f"{_here(request)}/photos/{photo}" for photo in await intake.keep_photos(form)]
    found = await run_in_threadpool(_save, service, plain, attributes, media, (lat, long))
    return georeport.answer(request, [found], georeport.REQUESTS)


def _save(
    service: dict[str, Any],
    plain: dict[str, Any],
    attributes: dict[str, Any],
    media: list[str],
    place: tuple[float | None, float | None],
) -> dict[str, Any]:
    token = secrets.token_hex(12) if service["type"] == "batch" else None
    contact = {name: plain[name] for name in _CONTACT if plain.get(name)}
    with store.connect() as db:
        row = db.execute(
            "INSERT INTO open311_requests (service_code, description, address, address_id, zipcode, lat, long, uprn,"
            " attributes, media_urls, contact, token, requested) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                service["service_code"],
                plain.get("description", ""),
                plain.get("address_string") or plain.get("address"),
                plain.get("address_id"),
                plain.get("zipcode"),
                *place,
                attributes.get("uprn"),
                json.dumps(attributes),
                json.dumps(media),
                json.dumps(contact),
                token,
                clock.now().isoformat(),
            ),
        ).lastrowid
    named = {"token": token} if token else {"service_request_id": str(reports.FIRST + int(row or 0))}
    return {**named, "service_notice": service["service_notice"]}


def token(request: Request) -> Response:
    """`GET tokens/{token}`: the reference behind a token, from the second look on; 404 when there is no such token."""
    wanted = request.path_params["token"]
    with store.transaction() as db:
        row = db.execute("SELECT id, token_reads FROM open311_requests WHERE token = ?", (wanted,)).fetchone()
        db.execute("UPDATE open311_requests SET token_reads = token_reads + 1 WHERE token = ?", (wanted,))
    if row is None:
        return georeport.refuse(request, Problem(404, "token provided was not found"))
    found = {"token": wanted}
    if row["token_reads"]:
        found["service_request_id"] = str(reports.FIRST + row["id"])
    return georeport.answer(request, [found], georeport.REQUESTS)


def _window(query: dict[str, str]) -> tuple[datetime, datetime]:
    """Return the times to search between: 90 days at most, the last 90 when none is given. Raises Problem 400."""
    start = georeport.moment(query["start_date"], "start_date") if query.get("start_date") else None
    end = georeport.moment(query["end_date"], "end_date") if query.get("end_date") else None
    if end is None:
        end = min(start + WINDOW, clock.now()) if start else clock.now()
    return max(start or end - WINDOW, end - WINDOW), end


def _status_fits(status: str, wanted: list[str]) -> bool:
    """Whether a status is one of those asked for; "open" and "closed" take in the extended ones."""
    group = "closed" if status in reports.CLOSED else "open"
    return not wanted or status in wanted or group in wanted


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def search(request: Request) -> Response:
    """`GET requests.{json|xml}` by reference (then nothing else counts), or by service, status and time."""
    query = dict(request.query_params)
    try:
        _check(request, query)
        wanted = _listed(query.get("service_request_id", ""))
        if wanted:
            found = [report for report in map(reports.get, wanted) if report]
        else:
            start, end = _window(query)
            found = reports.between(start, end, _listed(query.get("service_code", "")))
    except Problem as problem:
        return georeport.refuse(request, problem)
    latest = reports.latest()
    shown = [reports.to_json(report, latest.get(report.id)) for report in found]
    if not wanted:
        shown = [one for one in shown if _status_fits(one["status"], _listed(query.get("status", "").lower()))]
    return georeport.answer(request, shown[:MOST], georeport.REQUESTS)


def one(request: Request) -> Response:
    """`GET requests/{id}.{json|xml}`: a list of one; 404 when there is no such report."""
    report = reports.get(request.path_params["id"])
    try:
        _check(request, dict(request.query_params))
        if report is None:
            raise Problem(404, "service_request_id provided was not found")
    except Problem as problem:
        return georeport.refuse(request, problem)
    found = reports.to_json(report, reports.latest().get(report.id))
    return georeport.answer(request, [found], georeport.REQUESTS)


def list_updates(request: Request) -> Response:
    """`GET servicerequestupdates.{json|xml}` between `start_date` and `end_date` (the last 90 days)."""
    query = dict(request.query_params)
    try:
        _check(request, query)
        start, end = _window(query)
    except Problem as problem:
        return georeport.refuse(request, problem)
    found = [update.to_json() for update in reports.updates() if start <= update.updated <= end]
    return georeport.answer(request, found, georeport.UPDATES)


_UPDATE_NEEDS = ("service_request_id", "update_id", "status", "updated_datetime", "description")


async def create_update(request: Request) -> Response:
    """`POST servicerequestupdates.{json|xml}`: change a report's status. 404 unknown report, 400 a repeated update."""
    async with request.form() as form:
        plain, _, media = intake.fields(form, dict(request.query_params))
    try:
        _check(request, plain, writes=True)
        missing = [f"{name} is required" for name in _UPDATE_NEEDS if not plain.get(name)]
        if missing:
            raise Problem(400, *missing)
        if plain["status"].lower() not in reports.OPEN | reports.CLOSED:
            raise Problem(400, f"{plain['status']} is not a status")
        when = georeport.moment(plain["updated_datetime"], "updated_datetime")
        if reports.get(plain["service_request_id"]) is None:
            raise Problem(404, "service_request_id provided was not found")
        number = await run_in_threadpool(_save_update, plain, when, media)
    except Problem as problem:
        return georeport.refuse(request, problem)
    return georeport.answer(request, [{"update_id": str(number)}], georeport.UPDATES)


def _save_update(plain: dict[str, Any], when: datetime, media: list[str]) -> int:
    report, mine = plain["service_request_id"], plain["update_id"]
    with store.transaction() as db:
        if db.execute(
            "SELECT 1 FROM open311_updates WHERE service_request_id = ? AND update_id = ?", (report, mine)
        ).fetchone():
            raise Problem(400, f"An update with update_id {mine} already exists for that report")
        row = db.execute(
            "INSERT INTO open311_updates (update_id, service_request_id, status, description, updated, media_url)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                mine,
                report,
                plain["status"].lower(),
                plain["description"],
                when.astimezone(timezone.utc).isoformat(),
                media[0] if media else None,
            ),
        )
        return int(row.lastrowid or 0)


def photo(request: Request) -> Response:
    """`GET photos/{id}`: a file that came with a report."""
    with store.connect() as db:
        row = db.execute("SELECT * FROM open311_photos WHERE id = ?", (request.path_params["id"],)).fetchone()
    if row is None:
        return Response(status_code=404)
    return Response(row["content"], media_type=row["media_type"], headers={"X-Content-Type-Options": "nosniff"})


def page(request: Request) -> Response:
    """`GET /open311/`: the reports of the last 90 days, for people."""
    latest = reports.latest()
    now = clock.now()
    shown = [reports.to_json(r, latest.get(r.id)) for r in reports.between(now - WINDOW, now, [])]
    headings = ("service_request_id", "status", "service_name", "description", "address", "requested_datetime")
    rows = [[*(one[name] for name in headings), json.dumps(one["extended_attributes"])] for one in shown]
    names = ("Reference", "Status", "Service", "Description", "Where", "Reported", "Answers")
    return listing.table("Reports of street problems and bins", names, rows)


routes: list[BaseRoute] = [
    Route("/", page),
    Route("/discovery.{format:str}", discovery),
    Route("/services.{format:str}", list_services),
    Route("/services/{code:str}.{format:str}", definition),
    Route("/requests.{format:str}", create, methods=["POST"]),
    Route("/requests.{format:str}", search),
    Route("/requests/{id:str}.{format:str}", one),
    Route("/tokens/{token:str}.{format:str}", token),
    Route("/servicerequestupdates.{format:str}", create_update, methods=["POST"]),
    Route("/servicerequestupdates.{format:str}", list_updates),
    Route("/photos/{id:str}", photo),
]

"""Bin days twice over: UKBinCollectionData's server, and MHCLG's waste standard for services and events. No key.

Both count from the same rota (`rounds`), so one UPRN has one set of dates. Additions to MHCLG's service, for what no
standard has: `code`, `uprn`, `assisted`, `round_late_until` (a day, when the last round is late) and `report_open` (the
reference of an open missed bin report). Number 5 of every street had its last recycling left as contaminated; number
6's last refuse round broke down and comes tomorrow; number 7 has reported a missed refuse bin; 8 is assisted.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from actions.sandbox import reports, rounds, world
from actions.sandbox.world import Home
from bot import clock

COUNCIL = "AshcombeBoroughCouncil"
# By bin: UKBinCollectionData's type, the service's name, how often, its number in LGSL, and its container.
_TYPES = {
    "refuse": (
        "General Waste",
        "General waste",
        "fortnightly",
        524,
        ("black", "240L", "wheelie bin", "Household waste"),
    ),
    "recycling": (
        "Recycling",
        "Mixed recycling",
        "fortnightly",
        1130,
        ("blue", "240L", "wheelie bin", "Mixed recyclables"),
    ),
    "food": ("Food Waste", "Food waste", "weekly", 1130, ("green", "23L", "caddy", "Food waste")),
    "garden": ("Garden Waste", "Garden waste", "fortnightly", 530, ("brown", "240L", "wheelie bin", "Garden waste")),
}


def _error(status: int, message: str) -> Response:
    return JSONResponse({"code": status, "message": message}, status)


def bin_collection(request: Request) -> Response:
    """`GET api/bin_collection/{council}?url=&uprn=`: twelve weeks of dates; 500 for an unknown council or home.

    `postcode` with `house_number` will do in place of `uprn`. A missing `url` is 400, as the bundled server has it.
    """
    query = request.query_params
    if not query.get("url"):
        detail = {
            "type": "about:blank",
            "title": "Bad Request",
            "status": 400,
            "detail": "Missing query parameter 'url'",
        }
        return JSONResponse(detail, 400, media_type="application/problem+json")
    if request.path_params["council"] != COUNCIL:
        name = request.path_params["council"]
        return _error(500, f"No module named 'uk_bin_collection.uk_bin_collection.councils.{name}'")
    home = world.address(query["uprn"]) if query.get("uprn") else _numbered(query)
    if home is None:
        return _error(500, "Unexpected error: no collections were found for that UPRN")
    now = clock.now()
    found = [visit for wanted in rounds.bins_of(home) for visit in rounds.upcoming(home.street, wanted, now)]
    found.sort(key=lambda visit: (visit.date, rounds.BINS.index(visit.bin)))
    bins = [{"type": _TYPES[v.bin][0], "collectionDate": v.date.strftime("%d/%m/%Y")} for v in found]
    return JSONResponse({"bins": bins})


def _numbered(query: Any) -> Home | None:
    wanted = query.get("house_number", "").strip()
    return next((h for h in world.addresses(query.get("postcode", "")) if str(h.number) == wanted), None)


def _container(wanted: str) -> dict[str, Any]:
    color, size, shape, stream = _TYPES[wanted][4]
    material = {"name": stream, "@id": f"/waste/material-streams/{stream.lower().replace(' ', '-')}"}
    return {"@type": "ContainerType", "color": color, "size": size, "shape": shape, "material_stream": material}


def _round(home: Home, wanted: str) -> str:
    return f"/rounds/AZ{home.street.area}-{'MTWHF'[home.street.sector % 5]}-{wanted}"


def _event(home: Home, wanted: str, kind: str, day: date, now: datetime) -> dict[str, Any]:
    """Return what a crew logged at half past one that day, or just now when that has not come."""
    logged = min(datetime.combine(day, time(13, 30), clock.LONDON), now.astimezone(clock.LONDON).replace(microsecond=0))
    return {
        "@type": "WasteEvent",
        "@id": f"/events/{home.uprn}-{wanted}-{day:%Y%m%d}",
        "type": kind,
        "service_type": "general" if kind == "Breakdown" else "service",
        "date_created": logged.isoformat(),
        "uprn": home.uprn,
        "usrn": home.street.usrn,
        "service": f"{home.uprn}-{wanted}",
        "round": _round(home, wanted),
        "geo": {"@type": "GeoCoordinates", "latitude": str(home.lat), "longitude": str(home.lng)},
        "container_type": _container(wanted),
    }


def _events(home: Home, now: datetime) -> dict[str, dict[str, Any]]:
    """Return what was logged on the last visit, by bin."""
    kinds = {5: ("recycling", "Contaminated"), 6: ("refuse", "Breakdown")}
    if home.number not in kinds:
        return {}
    wanted, kind = kinds[home.number]
    return {wanted: _event(home, wanted, kind, rounds.last(home.street, wanted, now).date, now)}


def _service(home: Home, wanted: str, now: datetime) -> dict[str, Any]:
    _, name, frequency, lgsl, _ = _TYPES[wanted]
    last, coming = rounds.last(home.street, wanted, now), rounds.upcoming(home.street, wanted, now)[0]
    event = _events(home, now).get(wanted)
    late = event is not None and event["type"] == "Breakdown"
    tomorrow = now.astimezone(clock.LONDON).date() + timedelta(days=1)
    following: dict[str, Any] = {"@type": "Collection", "date": coming.usual.isoformat(), "round": _round(home, wanted)}
    if coming.reason:
        following |= {"changed_date": coming.date.isoformat(), "changed_date_reason": coming.reason}
    return {
        "@type": "WasteService",
        "id": f"{home.uprn}-{wanted}",
        "code": wanted,
        "uprn": home.uprn,
        "name": name,
        "frequency": frequency,
        "container_types": [_container(wanted)],
        "esd_url": f"http://id.esd.org.uk/service/{lgsl}",
        "last_collection": {
            "@type": "Collection",
            "date": last.date.isoformat(),
            "round": _round(home, wanted),
            "events": [event] if event else [],
        },
        "next_collection": following,
        "assisted": home.number == 8,
        "round_late_until": tomorrow.isoformat() if late else None,
        "report_open": reports.open_missed_bin(home, wanted, now),
    }


def services(request: Request) -> Response:
    """`GET services?uprn=`: the services of a home, [] when there is no such home; 400 without a UPRN."""
    uprn = request.query_params.get("uprn")
    if not uprn:
        return _error(400, "uprn is required")
    home, now = world.address(uprn), clock.now()
    return JSONResponse([_service(home, wanted, now) for wanted in rounds.bins_of(home)] if home else [])


def service(request: Request) -> Response:
    """`GET services/{id}`: one service; 404 when there is none."""
    uprn, _, wanted = request.path_params["id"].partition("-")
    home = world.address(uprn)
    if home is None or wanted not in rounds.bins_of(home):
        return _error(404, "No such service")
    return JSONResponse(_service(home, wanted, clock.now()))


def events(request: Request) -> Response:
    """`GET events?uprn=|usrn=&type=&start_date=&end_date=`: what crews logged, newest first.

    From `start_date` on and before `end_date`, as the standard says (both YYYY-MM-DD). 400 when a date is not one.
    """
    query, now = request.query_params, clock.now()
    homes = _homes(query.get("uprn"), query.get("usrn"))
    if homes is None:
        return _error(400, "uprn or usrn is required")
    try:
        start = date.fromisoformat(query.get("start_date") or "2000-01-01")
        end = date.fromisoformat(query.get("end_date") or "2999-01-01")
    except ValueError:
        return _error(400, "start_date and end_date are dates, YYYY-MM-DD")
    found = [event for home in homes for event in _events(home, now).values()]
    found = [
        event
        for event in found
        if start <= datetime.fromisoformat(event["date_created"]).date() < end and query.get("type") in (None, event["type"])
    ]
    return JSONResponse(sorted(found, key=lambda event: str(event["date_created"]), reverse=True))


def _homes(uprn: str | None, usrn: str | None) -> list[Home] | None:
    if uprn:
        home = world.address(uprn)
        return [home] if home else []
    if usrn:
        on = world.street_of(usrn)
        return world.addresses(on.postcode) if on else []
    return None


routes: list[BaseRoute] = [
    Route("/api/bin_collection/{council:str}", bin_collection),
    Route("/services", services),
    Route("/services/{id:str}", service),
    Route("/events", events),
]

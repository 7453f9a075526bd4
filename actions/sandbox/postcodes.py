"""postcodes.io: which council is a postcode in? Served below `/places`; needs no key.

Every postcode of this world is Ashcombe's. Some outward codes of real places, and the made-up neighbour Brackwater (BX1
to BX9), stand for everywhere else (`data/outward_codes.json`); any other postcode is "Postcode not found".
"""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from actions.sandbox import world

_OUTWARD = Path(__file__).resolve().parent / "data" / "outward_codes.json"
_SHAPE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})")
_MOST = 100


@lru_cache(maxsize=1)
def _outward() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(_OUTWARD.read_text(encoding="utf-8"))
    return found


def _split(text: str) -> tuple[str, str] | None:
    match = _SHAPE.fullmatch(re.sub(r"\s+", "", text).upper())
    return (match.group(1), match.group(2)) if match else None


def _area(outcode: str, incode: str) -> dict[str, Any] | None:
    """Return the district of a postcode and where the postcode is; None when it is not known."""
    on = world.street(outcode + incode)
    if on is None:
        return _outward().get(outcode)
    easting, northing = world.grid(on.lat, on.lng)
    place = {"lat": on.lat, "lng": on.lng, "eastings": easting, "northings": northing}
    return {"district": world.TOWN, "gss": world.GSS, "country": "England", "region": "West Midlands"} | place


def record(text: str) -> dict[str, Any] | None:
    """Return a postcode as postcodes.io describes it; None when it is malformed or not known."""
    parts = _split(text)
    area = _area(*parts) if parts else None
    if parts is None or area is None:
        return None
    district = area["district"]
    pseudo = f"{area['gss'][0]}99999999"
    codes = dict.fromkeys(("admin_county", "admin_ward", "parish", "parliamentary_constituency", "ccg", "ced"), pseudo)
    unknown = ("ced", "primary_care_trust", "parliamentary_constituency", "lsoa", "msoa", "nhs_ha", "admin_county")
    return {
        "postcode": " ".join(parts),
        "quality": 1,
        "eastings": area["eastings"],
        "northings": area["northings"],
        "country": area["country"],
        "longitude": area["lng"],
        "latitude": area["lat"],
        "european_electoral_region": area["region"] or area["country"],
        "region": area["region"] or None,
        "incode": parts[1],
        "outcode": parts[0],
        "admin_district": district,
        "parish": f"{district}, unparished area",
        "admin_ward": f"{district} Central",
        "ccg": None,
        "nuts": district,
        **dict.fromkeys(unknown),
        "codes": {**codes, "admin_district": area["gss"], "ccg_id": None, "nuts": pseudo, "lau2": area["gss"]},
    }


def lookup(request: Request) -> Response:
    """`GET postcodes/{postcode}`: 200 with the record, or 404 that tells a malformed one from an unknown one."""
    text = request.path_params["postcode"]
    found = record(text)
    if found is None:
        error = "Postcode not found" if _split(text) else "Invalid postcode"
        return JSONResponse({"status": 404, "error": error}, 404)
    return JSONResponse({"status": 200, "result": found})


def validate(request: Request) -> Response:
    """`GET postcodes/{postcode}/validate`: whether it exists."""
    return JSONResponse({"status": 200, "result": record(request.path_params["postcode"]) is not None})


async def bulk(request: Request) -> Response:
    """`POST postcodes` {"postcodes": [...]}: a record or null for each of at most 100; 400 otherwise."""
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        body = None
    asked = body.get("postcodes") if isinstance(body, dict) else None
    if not isinstance(asked, list):
        error = "Invalid JSON query submitted. You need to submit a JSON object with an array of postcodes"
        return JSONResponse({"status": 400, "error": error}, 400)
    if len(asked) > _MOST:
        return JSONResponse({"status": 400, "error": f"Too many postcodes submitted. Up to {_MOST} postcodes"}, 400)
    return JSONResponse({"status": 200, "result": [{"query": one, "result": record(str(one))} for one in asked]})


def nearest(request: Request) -> Response:
    """`GET postcodes?lon=&lat=[&radius=]`: the nearest postcode within `radius` m (100), null when none."""
    query = request.query_params
    try:
        lat = float(query.get("lat") or query.get("latitude") or "")
        lng = float(query.get("lon") or query.get("longitude") or "")
        radius = float(query.get("radius") or 100)
    except ValueError:
        lat = lng = radius = float("nan")
    if not (abs(lat) <= 90 and abs(lng) <= 180 and 0 < radius <= 2000):
        return JSONResponse({"status": 400, "error": "Invalid longitude/latitude submitted"}, 400)
    found = world.nearest(lat, lng, radius)
    if found is None:
        return JSONResponse({"status": 200, "result": None})
    shown = (record(found[0].postcode) or {}) | {"distance": round(found[1], 6)}
    return JSONResponse({"status": 200, "result": [shown]})


routes: list[BaseRoute] = [
    Route("/postcodes", bulk, methods=["POST"]),
    Route("/postcodes", nearest),
    Route("/postcodes/{postcode:str}/validate", validate),
    Route("/postcodes/{postcode:str}", lookup),
]

"""OS Places v1: addresses by postcode, text, UPRN and nearest, in the DPA and LPI data sets.

A key in `key=`, or a bearer token from `oauth2/token/v1`; a wrong one is refused, none at all is served. Each postcode
also has a row for an electricity substation, as real answers have rows that are nobody's home: custodian ORDNANCE
SURVEY, postal address code N. `results` is absent when there are none. postcodes.io is served from `postcodes.py`.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from actions.sandbox import postcodes, world
from actions.sandbox.world import Home, Street
from bot import clock

_SRS = {"BNG", "EPSG:27700", "WGS84", "EPSG:4326", "EPSG:3857", "EPSG:4258"}
_GEOGRAPHIC = {"WGS84", "EPSG:4326", "EPSG:4258"}
_TOKEN_SECONDS = 299
# Made at each start: a token does not outlive the process.
_SIGNING = secrets.token_hex(32)


class _Bad(Exception):
    """A query that OS Places refuses with 400; the message is the one it gives."""


def _key() -> str:
    return os.environ.get("PLACES_API_KEY", "sandbox-places-key")


def _fault(text: str, code: str) -> Response:
    return JSONResponse({"fault": {"faultstring": text, "detail": {"errorcode": code}}}, 401)


def _refused(request: Request) -> Response | None:
    """Return the 401 that a wrong key or token gets; None when there is none to refuse."""
    given = request.query_params.get("key") or request.headers.get("key")
    if given is not None and given != _key():
        return _fault("Invalid ApiKey", "oauth.v2.InvalidApiKey")
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        claims = jwt.decode(bearer, _SIGNING, algorithms=["HS256"], options={"verify_exp": False})
    except jwt.InvalidTokenError:
        return _fault("Invalid Access Token", "keymanagement.service.invalid_access_token")
    if claims["exp"] < clock.now().timestamp():
        return _fault("Access Token expired", "keymanagement.service.access_token_expired")
    return None


def token(request: Request) -> Response:
    """`POST oauth2/token/v1` with basic authentication, key and any secret: a bearer token for 299 s; 401 otherwise."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        name = base64.b64decode(encoded, validate=True).decode().partition(":")[0] if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        name = ""
    if name != _key():
        return JSONResponse({"ErrorCode": "invalid_client", "Error": "Client credentials are invalid"}, 401)
    now = clock.now()
    expires = int((now + timedelta(seconds=_TOKEN_SECONDS)).timestamp())
    return JSONResponse(
        {
            "access_token": jwt.encode({"exp": expires}, _SIGNING, "HS256"),
            "expires_in": str(_TOKEN_SECONDS),
            "issued_at": str(int(now.timestamp() * 1000)),
            "token_type": "Bearer",
        }
    )


def _row(uprn: str, address: str, at: tuple[float, float], srs: str, *, postal: bool = True) -> dict[str, Any]:
    """Return what the two data sets have in common."""
    x, y = world.grid(*at)
    return {
        "UPRN": uprn,
        "ADDRESS": address.upper(),
        "RPC": "1",
        "X_COORDINATE": float(x),
        "Y_COORDINATE": float(y),
        **({"LNG": at[1], "LAT": at[0]} if srs in _GEOGRAPHIC else {}),
        "STATUS": "APPROVED",
        "LOGICAL_STATUS_CODE": "1",
        "LOCAL_CUSTODIAN_CODE": 9990 if postal else 7655,
        "LOCAL_CUSTODIAN_CODE_DESCRIPTION": world.TOWN.upper() if postal else "ORDNANCE SURVEY",
        "POSTAL_ADDRESS_CODE": "D" if postal else "N",
        "POSTAL_ADDRESS_CODE_DESCRIPTION": "A record which is linked to PAF" if postal else "Not a postal address",
        "BLPU_STATE_CODE": "2",
        "BLPU_STATE_CODE_DESCRIPTION": "In use",
        "LAST_UPDATE_DATE": "17/06/2017",
        "ENTRY_DATE": "17/02/2017",
        "BLPU_STATE_DATE": "17/02/2017",
        "LANGUAGE": "EN",
        "MATCH": 1.0,
        "MATCH_DESCRIPTION": "EXACT",
    }


def _home(home: Home, dataset: str, srs: str) -> dict[str, Any]:
    """Return a home as one result: {"DPA": {...}} or {"LPI": {...}}."""
    on, street = home.street, home.street.name.upper()
    flat, house = f"FLAT {home.number - 10}", f"{street} HOUSE"
    first = f"{flat}, {house}" if home.is_flat else str(home.number)
    address = f"{first}, {street}, {world.TOWN}, {on.postcode}"
    row = _row(home.uprn, address, (home.lat, home.lng), srs)
    kind = ("RD06", "Self Contained Flat") if home.is_flat else ("RD04", "Terraced")
    row |= {"CLASSIFICATION_CODE": kind[0], "CLASSIFICATION_CODE_DESCRIPTION": kind[1]}
    if dataset == "DPA":
        named = {"SUB_BUILDING_NAME": flat, "BUILDING_NAME": house}
        row |= {"UDPRN": home.uprn[-8:]} | (named if home.is_flat else {"BUILDING_NUMBER": str(home.number)})
        row |= {"THOROUGHFARE_NAME": street, "POST_TOWN": world.TOWN.upper(), "POSTCODE": on.postcode}
        return {"DPA": row}
    named = {"SAO_TEXT": flat, "PAO_TEXT": house}
    row |= {"USRN": on.usrn} | (named if home.is_flat else {"PAO_START_NUMBER": str(home.number)})
    return {"LPI": row | _locator(home.uprn, on)}


def _locator(uprn: str, on: Street) -> dict[str, Any]:
    return {
        "LPI_KEY": f"9990L{uprn[-9:]}",
        "STREET_DESCRIPTION": on.name.upper(),
        "TOWN_NAME": world.TOWN.upper(),
        "ADMINISTRATIVE_AREA": world.TOWN.upper(),
        "POSTCODE_LOCATOR": on.postcode,
        "COUNTRY_CODE": "E",
        "COUNTRY_CODE_DESCRIPTION": "This record is within England",
        "STREET_STATE_CODE": "2",
        "STREET_STATE_CODE_DESCRIPTION": "Open",
        "STREET_CLASSIFICATION_CODE": "8",
        "STREET_CLASSIFICATION_CODE_DESCRIPTION": "All vehicles",
        "LPI_LOGICAL_STATUS_CODE": "1",
        "LPI_LOGICAL_STATUS_CODE_DESCRIPTION": "APPROVED",
    }


def _substation(on: Street, srs: str) -> dict[str, Any]:
    uprn = f"{world.addresses(on.postcode)[0].uprn[:-2]}91"
    address = f"ELECTRICITY SUBSTATION, {on.name}, {world.TOWN}, {on.postcode}"
    row = _row(uprn, address, (on.lat, on.lng), srs, postal=False)
    row |= {"CLASSIFICATION_CODE": "CU01", "CLASSIFICATION_CODE_DESCRIPTION": "Electricity Sub Station"}
    return {"LPI": row | {"USRN": on.usrn, "PAO_TEXT": "ELECTRICITY SUBSTATION"} | _locator(uprn, on)}


def _datasets(request: Request) -> list[str]:
    named = [name.strip().upper() for name in request.query_params.get("dataset", "DPA").split(",")]
    if not named or not set(named) <= {"DPA", "LPI"}:
        raise _Bad("Requested dataset(s) must be one or more of DPA, LPI")
    return named


def _number(request: Request, name: str, default: int, least: int, most: int) -> int:
    text = request.query_params.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise _Bad(f"Requested {name} must be an integer from {least} to {most}. Requested {name} was {text}")
    return int(text)


def _srs(request: Request, name: str) -> str:
    srs = request.query_params.get(name, "BNG").upper()
    if srs not in _SRS:
        raise _Bad(f"Requested {name} is not valid. Requested {name} was {srs}")
    return srs


def _results(homes: Iterable[Home], datasets: list[str], srs: str) -> list[dict[str, Any]]:
    return [_home(home, dataset, srs) for home in homes for dataset in datasets]


def _by_postcode(request: Request, datasets: list[str], srs: str) -> list[dict[str, Any]]:
    text = request.query_params.get("postcode", "")
    squeezed = re.sub(r"\s+", "", text).upper()
    if not re.fullmatch(r"[A-Z]{1,2}[0-9][0-9A-Z]?([0-9]([A-Z]{2})?)?", squeezed) or len(squeezed) < 3:
        raise _Bad(
            "Requested postcode must contain a minimum of the sector plus 1 digit of the district e.g. SO1. "
            f"Requested postcode was {text}"
        )
    if on := world.street(squeezed):
        extra = [_substation(on, srs)] if "LPI" in datasets else []
        return _results(world.addresses(on.postcode), datasets, srs) + extra
    if re.fullmatch(r"AZ[1-9][0-9]", squeezed):
        pairs = (f"{first}{second}" for first in world.LETTERS for second in world.LETTERS)
        homes = [home for pair in pairs for home in world.addresses(squeezed + pair)]
        return _results(homes, datasets, srs)
    return []


def _by_uprn(request: Request, datasets: list[str], srs: str) -> list[dict[str, Any]]:
    text = request.query_params.get("uprn", "")
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise _Bad(f"Requested UPRN must be an integer of up to 12 digits. Requested UPRN was {text}")
    home = world.address(text)
    return _results([home] if home else [], datasets, srs)


def _by_text(request: Request, datasets: list[str], srs: str) -> list[dict[str, Any]]:
    """Match a postcode, or a street's name, with or without a house number or flat."""
    text = request.query_params.get("query", "").strip()
    if not text:
        raise _Bad("Parameter query must contain a minimum of one valid character")
    words = " ".join(re.findall(r"[A-Z0-9']+", text.upper()))
    coded = re.search(r"\b(AZ[1-9]) ?([0-9][A-Z]{2})\b", words)
    if coded:
        on = world.street(coded.group(1) + coded.group(2))
        streets: tuple[Street, ...] = (on,) if on else ()
        words = words.replace(coded.group(0), " ")
    else:
        parts = words.split()
        named = [" ".join(pair) for pair in pairwise(parts)]
        streets = next((world.streets_by_name()[name] for name in named if name in world.streets_by_name()), ())
    homes = [home for on in streets for home in world.addresses(on.postcode)]
    flat, number = re.search(r"\b(?:FLAT|APARTMENT) ([1-3])\b", words), re.search(r"\b([0-9]+)\b", words)
    if flat or number:
        wanted = int(flat.group(1)) + 10 if flat else int(number.group(1)) if number else 0
        homes = [home for home in homes if home.number == wanted]
    return _results(homes, datasets, srs)


def _by_point(request: Request, datasets: list[str], srs: str) -> list[dict[str, Any]]:
    """Find the nearest home to `point`: "easting,northing", or "lat,lng" with `srs=WGS84`."""
    match = re.fullmatch(r"\s*(-?[0-9.]{1,20})\s*,\s*(-?[0-9.]{1,20})\s*", request.query_params.get("point", ""))
    try:
        first, second = (float(match.group(1)), float(match.group(2))) if match else (None, None)
    except ValueError:
        first = second = None
    if first is None or second is None:
        raise _Bad("Parameter point must be two numbers divided by a comma")
    radius = _number(request, "radius", 100, 1, 1000)
    lat, lng = (first, second) if _srs(request, "srs") in _GEOGRAPHIC else world.from_grid(first, second)
    if not (abs(lat) <= 90 and abs(lng) <= 180):
        raise _Bad("Parameter point is out of range")
    found = world.nearest(lat, lng, float(radius))
    results = _results([found[0]], datasets, srs)[:1] if found else []
    for result in results:
        next(iter(result.values()))["DISTANCE"] = round(found[1] if found else 0.0, 1)
    return results


_WAYS = {"postcode": _by_postcode, "uprn": _by_uprn, "find": _by_text, "nearest": _by_point}


def search(request: Request) -> Response:
    """`GET search/places/v1/{postcode|find|uprn|nearest}`; 400 with OS's words when the query won't do."""
    refused = _refused(request)
    if refused:
        return refused
    try:
        datasets, srs = _datasets(request), _srs(request, "output_srs")
        most = _number(request, "maxresults", 100, 1, 100)
        offset = _number(request, "offset", 0, 0, 999_999_999)
        results = _WAYS[request.url.path.rpartition("/")[2]](request, datasets, srs)
    except _Bad as bad:
        return JSONResponse({"error": {"statuscode": 400, "message": str(bad)}}, 400)
    header = {
        "uri": str(request.url.remove_query_params("key")),
        "query": "&".join(
            f"{k}={v}" for k, v in request.query_params.items() if k in ("postcode", "query", "uprn", "point")
        ),
        "offset": offset,
        "totalresults": len(results),
        "format": "JSON",
        "dataset": ",".join(datasets),
        "lr": request.query_params.get("lr", "EN,CY"),
        "maxresults": most,
        "epoch": "87",
        "output_srs": srs,
    }
    page = results[offset : offset + most]
    return JSONResponse({"header": header, "results": page} if page else {"header": header})


routes: list[BaseRoute] = [
    Route("/oauth2/token/v1", token, methods=["POST"]),
    *(Route(f"/search/places/v1/{way}", search, name=way) for way in _WAYS),
    *postcodes.routes,
]

"""How GeoReport v2 is written: JSON or XML by the path's ending, and errors as an array of code and description."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timezone
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

# The name of the root of a list, the name of one thing in it; XML has one more level than JSON.
SERVICES = ("services", "service")
DEFINITION = ("service_definitions", "service_definition")
REQUESTS = ("service_requests", "request")
UPDATES = ("service_request_updates", "request_update")
ERRORS = ("errors", "error")
DISCOVERY = ("discovery", "discovery")
_SINGULAR = {"attributes": "attribute", "values": "value", "groups": "group", "endpoints": "endpoint"}


class Problem(Exception):
    """What is wrong with a request, with the status that GeoReport gives it: 400, 403 or 404."""

    def __init__(self, status: int, *descriptions: str) -> None:
        super().__init__("; ".join(descriptions))
        self.status = status
        self.descriptions = descriptions


def answer(request: Request, things: Any, names: tuple[str, str], status: int = 200) -> Response:
    """Return the things in the format that the path asks for."""
    if request.path_params.get("format") != "xml":
        return JSONResponse(things, status)
    root = Element(names[0])
    for thing in things if isinstance(things, list) else [things]:
        _write(SubElement(root, names[1]), thing)
    text = b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, "utf-8", xml_declaration=False)
    return Response(text, status, media_type="text/xml; charset=utf-8")


def refuse(request: Request, problem: Problem) -> Response:
    """Return the error as GeoReport words it."""
    errors = [{"code": problem.status, "description": description} for description in problem.descriptions]
    return answer(request, errors, ERRORS, problem.status)


def _write(element: Element, value: object) -> None:
    if isinstance(value, Mapping):
        for name, part in value.items():
            _write(SubElement(element, str(name)), part)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for part in value:
            _write(SubElement(element, _SINGULAR.get(element.tag, "item")), part)
    elif value is not None:
        element.text = str(value).lower() if isinstance(value, bool) else _clean(str(value))


def _clean(text: str) -> str:
    """Leave out the control characters that XML 1.0 can't carry."""
    return "".join(c for c in text if c >= " " or c in "\t\n\r")


def moment(text: str, name: str) -> datetime:
    """Return a W3C date-time of a query as an aware UTC time; a date alone is its midnight in UTC.

    Raises Problem 400 when it is not one.
    """
    try:
        # A plus that was not percent-encoded arrives as a space.
        plus = re.sub(r"(T[\d:.]+) (\d\d:\d\d)$", r"\1+\2", text.strip())
        read = datetime.fromisoformat(plus.replace("Z", "+00:00"))
    except ValueError:
        raise Problem(400, f"{name} is not a valid datetime") from None
    return (read if read.tzinfo else read.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)


def stamp(at: datetime) -> str:
    """Return a time as the contract writes it, to the second, with its offset."""
    return at.replace(microsecond=0).isoformat()


def working_days_after(day: date, count: int) -> date:
    """Return the day that is so many days from Monday to Friday after `day`; bank holidays are not looked at."""
    for _ in range(count):
        day = date.fromordinal(day.toordinal() + 1)
        while day.weekday() > 4:
            day = date.fromordinal(day.toordinal() + 1)
    return day

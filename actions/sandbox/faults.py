"""Faults on demand, for each system: what does the assistant do when a back office fails?

Kinds: `down` (closed without an answer, nothing done), `reset` (the request is carried out, then the connection is
cut), `timeout` (held 30 s, nothing done), `slow` (3 s, then normal), `500`, `429`, `garbage` (200 with a web page).
"""

import asyncio
import json
import socket
import struct
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TRANSPORT = "sandbox.transport"
KINDS = ("down", "timeout", "500", "429", "garbage", "slow", "reset")
SYSTEMS = ("pay", "notify", "open311", "repairs", "waste", "places", "postcodes", "revenues", "calendar")
HOLD_SECONDS = 30.0
SLOW_SECONDS = 3.0

SERVER_ERRORS: dict[str, object] = {
    "pay": {"code": "P0198", "description": "Downstream system error"},
    "notify": {"status_code": 500, "errors": [{"error": "Exception", "message": "Internal server error"}]},
}
TOO_MANY: dict[str, object] = {
    "pay": {"code": "P0900", "description": "Too many requests"},
    "notify": {
        "status_code": 429,
        "errors": [
            {
                "error": "RateLimitError",
                "message": "Exceeded rate limit for key type TEST of 3000 requests per 60 seconds",
            }
        ],
    },
}


@dataclass
class Fault:
    """What the next `count` calls of a system meet; only those of one HTTP method when `method` is set."""

    kind: str
    count: int = 1
    method: str | None = None


_faults: dict[str, Fault] = {}


def clear() -> None:
    """Forget every fault."""
    _faults.clear()


def system_of(path: str) -> str:
    """Return the system that a path belongs to: its first part, but for /places/postcodes/... and Notify's /v2/..."""
    parts = path.strip("/").split("/")
    if parts[:2] == ["places", "postcodes"]:
        return "postcodes"
    return "notify" if parts[0] == "v2" else parts[0]


def take(system: str, method: str) -> str | None:
    """Return the kind of fault that this call meets, and count it off; None when it goes well."""
    fault = _faults.get(system)
    if fault is None or fault.method not in (None, method):
        return None
    fault.count -= 1
    if fault.count == 0:
        del _faults[system]
    return fault.kind


class Faults:
    """The middleware. What people look at never fails: paths that start with one of `pages`, and `/<system>/`."""

    def __init__(self, app: ASGIApp, pages: tuple[str, ...] = ()) -> None:
        self.app = app
        self.pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        system = system_of(path)
        if scope["type"] != "http" or path.startswith(self.pages) or path == f"/{system}/":
            await self.app(scope, receive, send)
            return
        kind = take(system, scope["method"])
        if kind == "reset":
            await self.app(scope, receive, _discard)
            await _cut(scope, receive)
        elif kind == "down":
            await _cut(scope, receive)
        elif kind == "timeout" and await _gone_within(receive, HOLD_SECONDS):
            return
        elif kind in (None, "slow"):
            await asyncio.sleep(SLOW_SECONDS if kind else 0)
            await self.app(scope, receive, send)
        else:
            await _answer(kind, system)(scope, receive, send)


async def _discard(message: Message) -> None:
    """Take a part of a response and send nothing."""


def _answer(kind: str | None, system: str) -> Response:
    if kind == "garbage":
        return PlainTextResponse("<html><body>Scheduled maintenance</body>", media_type="text/html")
    if kind == "429":
        return JSONResponse(TOO_MANY.get(system, {"error": "Too many requests"}), 429, {"Retry-After": "1"})
    if kind == "timeout":
        return PlainTextResponse("Gateway timeout", 504)
    if system in SERVER_ERRORS:
        return JSONResponse(SERVER_ERRORS[system], 500)
    return PlainTextResponse("Internal server error", 500)


async def _cut(scope: Scope, receive: Receive) -> None:
    """Cut the connection with a TCP reset. Returns when the server has noticed, so that it adds no answer of its own.

    Raises KeyError under a server that does not offer the transport (`__main__` starts one that does).
    """
    transport = scope["extensions"][TRANSPORT]
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _gone_within(receive: Receive, seconds: float) -> bool:
    """Wait until the client has gone; False when it is still there after so many seconds."""
    try:
        await asyncio.wait_for(_gone(receive), seconds)
    except asyncio.TimeoutError:
        return False
    return True


async def show(request: Request) -> Response:
    """`GET /faults`: what is set, by system."""
    return JSONResponse({system: asdict(fault) for system, fault in _faults.items()})


async def put(request: Request) -> Response:
    """`PUT /faults/<system>` with `kind`, and `count` (1) and `method` (any) where wanted. 404 unknown system, 400."""
    system = request.path_params["system"]
    if system not in SYSTEMS:
        return JSONResponse({"error": f"There is no system {system}. Systems: {', '.join(SYSTEMS)}"}, 404)
    try:
        wanted = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        wanted = None
    if not isinstance(wanted, dict) or str(wanted.get("kind")) not in KINDS:
        return JSONResponse({"error": f"Send JSON with a kind. Kinds: {', '.join(KINDS)}"}, 400)
    count, method = wanted.get("count", 1), wanted.get("method")
    if type(count) is not int or count < 1 or method not in (None, "GET", "POST", "PUT", "PATCH", "DELETE"):
        return JSONResponse({"error": "count is a whole number from 1; method is an HTTP method or null"}, 400)
    _faults[system] = Fault(str(wanted["kind"]), count, method)
    return await show(request)


async def delete(request: Request) -> Response:
    """`DELETE /faults` or `/faults/<system>`: 204."""
    system = request.path_params.get("system")
    if system is None:
        clear()
    else:
        _faults.pop(system, None)
    return Response(status_code=204)


routes = [
    Route("/faults", show, methods=["GET"]),
    Route("/faults", delete, methods=["DELETE"]),
    Route("/faults/{system}", put, methods=["PUT"]),
    Route("/faults/{system}", delete, methods=["DELETE"]),
]

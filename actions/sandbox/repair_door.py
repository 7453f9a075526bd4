"""Who may use the repairs service.

`POST Authentication?identifier=` gives a bearer token for a minute. POSTs need one; a GET without one is served, so
that anybody can look; a wrong or old one is 401.
"""

import os
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta

import jwt
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot import clock

Handler = Callable[[Request], Awaitable[Response]]
_SIGNING = secrets.token_hex(32)
_TOKEN_SECONDS = 60


async def authenticate(request: Request) -> Response:
    """`POST Authentication?identifier=`: a token as plain text; 401 for a wrong identifier."""
    expected = os.environ.get("REPAIRS_IDENTIFIER", "sandbox-repairs-identifier")
    if request.query_params.get("identifier") != expected:
        return Response(status_code=401)
    expires = int((clock.now() + timedelta(seconds=_TOKEN_SECONDS)).timestamp())
    return PlainTextResponse(jwt.encode({"exp": expires}, _SIGNING, "HS256"))


def guarded(handler: Handler) -> Handler:
    """Let a request through only with a good token, or, to read, with none; 401 otherwise."""

    async def guard(request: Request) -> Response:
        header = request.headers.get("authorization")
        if header is None and request.method in ("GET", "HEAD"):
            return await handler(request)
        scheme, _, bearer = (header or "").partition(" ")
        try:
            claims = jwt.decode(bearer, _SIGNING, algorithms=["HS256"], options={"verify_exp": False})
        except jwt.InvalidTokenError:
            return Response(status_code=401)
        if scheme.lower() != "bearer" or claims["exp"] < clock.now().timestamp():
            return Response(status_code=401)
        return await handler(request)

    return guard

"""How an address is added, and the headers that every answer of a blueprint has; for all channels."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sanic import Blueprint
from sanic.response import HTTPResponse

from bot.channels.headers import set_missing


def add(site: Blueprint, method: str, address: str, handler: Callable[..., Awaitable[HTTPResponse]]) -> None:
    """Add a route. A POST is streamed, so that its handler counts the body as it comes."""

    # Sanic writes on the function that it is given, which a method doesn't take.
    async def route(request: Any, **parts: str) -> HTTPResponse:
        return await handler(request, **parts)

    name = re.sub("[^a-z]+", "_", f"{method} {address}".lower())
    site.add_route(route, address, methods=[method], stream=method == "POST", name=name)


def guard(site: Blueprint, headers: Mapping[str, str]) -> None:
    """Set these headers on every answer that has none of its own."""

    async def set_headers(request: Any, response: Any) -> None:
        set_missing(response, headers)

    site.middleware("response")(set_headers)

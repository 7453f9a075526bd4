"""Whether the assistant lives, and whether it can answer: each thing that it needs, by name."""

import asyncio
from typing import Any
from urllib.parse import urljoin

import aiohttp
from sanic.response import HTTPResponse, json
from sqlalchemy.exc import SQLAlchemyError

from bot.log import ConversationLog
from bot.settings import Settings

SECONDS = 3.0


class Health:
    """The handlers."""

    def __init__(self, settings: Settings, log: ConversationLog) -> None:
        self._log = log
        self._action_url = f"http://127.0.0.1:{settings.action_port}/health"

    async def live(self, request: Any) -> HTTPResponse:
        """`GET /health/live`: the process answers."""
        return json({"status": "ok"})

    async def ready(self, request: Any) -> HTTPResponse:
        """`GET /health/ready`: {"status", "dependencies": {name: "ok" or "down"}}; 503 when one is down."""
        agent = getattr(request.app.ctx, "agent", None)
        database, action_server = await asyncio.gather(self._database(), self._action_server(agent))
        found = {
            "database": database,
            "action_server": action_server,
            "model": agent is not None and bool(agent.is_ready()),
        }
        well = all(found.values())
        body = {
            "status": "ok" if well else "down",
            "dependencies": {name: "ok" if up else "down" for name, up in found.items()},
        }
        return json(body, status=200 if well else 503)

    async def _database(self) -> bool:
        try:
            await asyncio.wait_for(asyncio.to_thread(self._log.waiting, 1), SECONDS)
        except (SQLAlchemyError, asyncio.TimeoutError):
            return False
        return True

    async def _action_server(self, agent: Any) -> bool:
        endpoint = getattr(agent, "action_endpoint", None)
        url = urljoin(endpoint.url, "/health") if endpoint else self._action_url
        try:
            timeout = aiohttp.ClientTimeout(total=SECONDS)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
                return bool(response.status == 200)
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return False

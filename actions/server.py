"""The action server that Rasa calls: loopback, a shared secret, a body limit, and no echo of what was sent.

It speaks Rasa's action server protocol (`POST /webhook` with `next_action` and `tracker`, answered by `events` and
`responses`). Each turn runs in a worker thread, so one slow system never holds up another resident.
"""

import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from actions.engine.desks import Desks
from actions.notices.notifier import Notifier
from actions.outbox import Outbox
from actions.rounds import Rounds
from bot.db import get_engine
from bot.log import ConversationLog
from bot.settings import Settings, get_settings

BODY_LIMIT = 512 * 1024
WORKERS = 64
ENGINE_ACTIONS = ("validate_journey_form", "action_restart")


def create_app(settings: Settings | None = None) -> Starlette:
    """Return the ASGI application. The outbox, which does what was kept, and the notifier run beside it."""
    settings = settings or get_settings()
    desks = Desks(settings, ConversationLog(get_engine()))
    rounds: tuple[Rounds, ...] = (Outbox(desks.systems, desks.log), Notifier(desks.systems, desks.log))
    limiter = CapacityLimiter(WORKERS)

    async def webhook(request: Request) -> Response:
        if not hmac.compare_digest(request.headers.get("x-action-secret", ""), settings.action_secret):
            return JSONResponse({"error": "not allowed"}, 403)
        body = await _limited_body(request)
        if body is None:
            return JSONResponse({"error": "too big"}, 413)
        try:
            call = json.loads(body)
            action, tracker = call["next_action"], call["tracker"]
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "not a call of an action"}, 422)
        if not isinstance(tracker, dict) or not isinstance(tracker.get("sender_id"), str):
            return JSONResponse({"error": "not a call of an action"}, 422)
        if action not in ENGINE_ACTIONS:
            return JSONResponse({"error": "no such action", "action_name": "unknown"}, 404)
        if action == "action_restart" and (tracker.get("active_loop") or {}).get("name"):
            # Rasa runs the loop's validation after it, and that is where this turn is answered.
            return JSONResponse({"events": [], "responses": []})
        return JSONResponse(await to_thread.run_sync(desks.answer, tracker, limiter=limiter))

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        for one in rounds:
            one.start()
        yield
        for one in rounds:
            one.stop()

    routes = [Route("/webhook", webhook, methods=["POST"]), Route("/health", health)]
    return Starlette(routes=routes, lifespan=lifespan)


async def _limited_body(request: Request) -> bytes | None:
    """Return the body, or None once it is over the limit; a compressed body is not unpacked."""
    if request.headers.get("content-encoding", "identity") != "identity":
        return None
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_LIMIT:
            return None
        chunks.append(chunk)
    return b"".join(chunks)

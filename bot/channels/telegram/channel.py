"""The channel "telegram": `POST /telegram/webhook`, and what runs beside it. Without a bot's token it is off."""

import asyncio
import hmac
import json as jsonlib
import re
from collections.abc import Coroutine
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.response import HTTPResponse, json

from bot.channels.headers import security_headers
from bot.channels.limits import read_body
from bot.channels.routes import add, guard
from bot.channels.trouble import Trouble
from bot.log import ConversationLog, get_log
from bot.settings import Settings, get_settings

BODY_BYTES = 1024 * 1024
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class TelegramChannel(InputChannel):
    """The webhook, the sender, and polling in the place of the webhook. Its parts are made once the server starts."""

    def __init__(self, settings: Settings, log: ConversationLog) -> None:
        """Raises ValueError for a secret that Telegram would not take."""
        secret = settings.telegram_webhook_secret
        if secret and not SECRET.fullmatch(secret):
            raise ValueError("TELEGRAM_WEBHOOK_SECRET takes 1 to 256 of the characters A-Z, a-z, 0-9, _ and -")
        self.settings = settings
        self.log = log
        self._service: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, as Rasa and the log know it."""
        return "telegram"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "TelegramChannel":
        """Return the channel on this process's settings and log."""
        return cls(get_settings(), get_log())

    def url_prefix(self) -> str:
        """Return the prefix of its addresses: none."""
        return "/"

    def blueprint(self, on_new_message: Any) -> Blueprint:
        """Return the routes. `on_new_message` is not used: messages take the one path of `bot.channels.base`."""
        site = Blueprint("telegram")
        add(site, "POST", "/telegram/webhook", self.webhook)
        guard(site, security_headers(self.settings))
        if self.settings.telegram_bot_token:
            site.listener("after_server_start")(self._start)
            site.listener("before_server_stop")(self._stop)
        return site

    async def webhook(self, request: Any) -> HTTPResponse:
        """`POST /telegram/webhook`: an update. 200 once what it says is on disk; 403 without the secret."""
        if self._service is None:
            raise Trouble(404, "not_found")
        secret = self.settings.telegram_webhook_secret
        shown = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not secret or not hmac.compare_digest(secret.encode(), shown.encode("utf-8", "surrogateescape")):
            raise Trouble(403, "bad_token", "The secret token is not the one that was agreed.")
        await self._service.reception.take(_update(await read_body(request, BODY_BYTES)))
        return json({})

    async def _start(self, app: Any, loop: Any) -> None:
        # Only here: without a token python-telegram-bot is not loaded.
        from bot.channels.telegram.service import Service
        from bot.channels.telegram.set_up import poll, set_up

        made = Service(self.settings, app.ctx.path)
        work: list[Coroutine[Any, Any, None]] = [made.sender.run(), set_up(made.api.bot, self.settings)]
        if self.settings.telegram_polling:
            work.append(poll(made.api.bot, made.reception.take))
        self._tasks = [asyncio.ensure_future(one) for one in work]
        self._service = made

    async def _stop(self, app: Any, loop: Any) -> None:
        if self._service is None:
            return
        await self._service.reception.finish()
        for task in self._tasks:
            task.cancel()
        await self._service.sender.finish()
        await self._service.api.close()


def _update(body: bytes) -> dict[str, Any]:
    """Return the update. Raises Trouble (400) for what Telegram does not send."""
    try:
        told = jsonlib.loads(body)
    except (ValueError, RecursionError):
        raise Trouble(400, "bad_json") from None
    number = told.get("update_id") if isinstance(told, dict) else None
    if type(number) is not int or not 0 <= number < 2**63:
        raise Trouble(400, "bad_json")
    return dict(told)

"""The one door to the Bot API: python-telegram-bot's bot, with errors that say whether a call can have been carried out."""

from typing import Any

import httpx
from telegram.error import NetworkError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.settings import Settings

SECONDS = 10.0
CONNECT_SECONDS = 5.0
# Answers of what stands before the Bot API when it is away: it has not seen the call.
AWAY = frozenset({502, 503})
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class NotSent(NetworkError):
    """Telegram was not reached: the call was certainly not carried out."""


class Request(HTTPXRequest):
    """python-telegram-bot's requests; raises NotSent where it would not tell apart what was not sent and what is unknown."""

    async def do_request(self, *args: Any, **options: Any) -> tuple[int, bytes]:
        """Make a request, as the base class does."""
        try:
            status, body = await super().do_request(*args, **options)
        except NetworkError as error:
            if isinstance(error.__cause__, _NEVER_LEFT):
                raise NotSent(type(error.__cause__).__name__) from error
            raise
        if status in AWAY:
            raise NotSent(str(status))
        return status, body


class Api:
    """The bot and its connections. Makes no call by itself; `close` it at the end."""

    def __init__(self, settings: Settings) -> None:
        base = settings.telegram_api_url.rstrip("/")
        self._requests = (_request(2), _request(64))
        # The limiter keeps under Telegram's 30 messages a second; what it still refuses is due again (`sender`).
        self.bot: ExtBot[int] = ExtBot(
            settings.telegram_bot_token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._requests[1],
            get_updates_request=self._requests[0],
            rate_limiter=AIORateLimiter(),
        )

    async def close(self) -> None:
        """Close the connections."""
        for request in self._requests:
            await request.shutdown()


def _request(connections: int) -> Request:
    return Request(connections, read_timeout=SECONDS, write_timeout=SECONDS, connect_timeout=CONNECT_SECONDS)

"""The page behind the link in every reminder by text or email. Opening it stops nothing: mail scanners open links too."""

import asyncio
import re
from typing import Any

from sanic.response import HTTPResponse, html

from bot.channels.pages import Pages
from bot.channels.trouble import Trouble
from bot.log import ConversationLog

_CODE = re.compile(r"[a-z2-7]{24}")


class Stop:
    """The handlers. Whoever has the code may stop; a code of 120 bits is guessed by nobody."""

    def __init__(self, log: ConversationLog, pages: Pages) -> None:
        self._log = log
        self._pages = pages

    async def ask(self, request: Any, code: str) -> HTTPResponse:
        """`GET /stop/<code>`: ask whether to stop. The same page for every code."""
        return html(self._pages.stop(_checked(code)))

    async def stop(self, request: Any, code: str) -> HTTPResponse:
        """`POST /stop/<code>`: stop all to that number or address. To stop twice is no error."""
        await asyncio.to_thread(self._log.notices.stop_by_code, _checked(code))
        return html(self._pages.stopped())


def _checked(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise Trouble(404, "not_found")
    return code

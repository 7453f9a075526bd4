"""Carrying a conversation on somewhere else: the page with a code for it, and the page where such a code is typed.

Only a POST makes or uses a code: what merely follows links, such as a preview, opens nothing.
"""

import asyncio
from typing import Any

from sanic.response import HTTPResponse, html, redirect

from bot.channels.chat import CHANNEL, NEWEST
from bot.channels.headers import check_origin
from bot.channels.incoming import FORM, form_fields, media_type
from bot.channels.limits import MessageLimit, read_body
from bot.channels.pages import Pages
from bot.channels.session import Sessions
from bot.channels.trouble import Trouble
from bot.council import council
from bot.log import CarryOn, CodeRefused, ConversationGone, ConversationLog, TooManyTries
from bot.settings import Settings
from bot.words import words

PAGE = "/chat/carry-on"


class CarryOnPages:
    """The handlers. One for each process."""

    def __init__(self, settings: Settings, log: ConversationLog, sessions: Sessions, pages: Pages) -> None:
        self._settings = settings
        self._log = log
        self._carry_on = CarryOn(log)
        self._sessions = sessions
        self._pages = pages
        self._limit = MessageLimit(settings.messages_per_minute)

    async def ask(self, request: Any) -> HTTPResponse:
        """`GET /chat/carry-on`: where a code is typed. Makes the session, or renews it."""
        response = html(self._pages.carry_on())
        self._sessions.keep(response, self._sessions.read(request) or Sessions.new())
        return response

    async def redeem(self, request: Any) -> HTTPResponse:
        """`POST /chat/carry-on`, a form with code: from now on this session sees the code's conversation."""
        key = self._allowed(request)
        fields = await self._fields(request)
        typed = fields.get("code", "")[:64]
        try:
            self._limit.count(key)
            await asyncio.to_thread(self._carry_on.redeem, typed, CHANNEL, key)
        except (CodeRefused, TooManyTries, Trouble) as error:
            trouble = _trouble(error)
            return html(self._pages.carry_on(trouble, typed), status=trouble.status, headers=trouble.headers)
        except ConversationGone:
            raise Trouble(401, "no_session") from None
        return redirect(NEWEST, status=303)

    async def code(self, request: Any) -> HTTPResponse:
        """`POST /chat/carry-on/code`: a new code for this session's conversation, and the ways to use it."""
        key = self._allowed(request)
        await self._fields(request)
        self._limit.count(key)
        conversation = await asyncio.to_thread(self._log.open, CHANNEL, key)
        try:
            made = await asyncio.to_thread(self._carry_on.code, conversation.id)
        except ConversationGone:
            raise Trouble(401, "no_session") from None
        return html(self._pages.code(made))

    async def back(self, request: Any) -> HTTPResponse:
        """`GET /chat/carry-on/code`: somebody reloaded. A code is shown once, so they are asked again."""
        return redirect(PAGE, status=303)

    def _allowed(self, request: Any) -> str:
        check_origin(request, self._settings)
        return self._sessions.needed(request)

    async def _fields(self, request: Any) -> dict[str, str]:
        body = await read_body(request, self._settings.body_bytes)
        if media_type(request) != FORM:
            raise Trouble(415, "bad_json")
        return form_fields(body)


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, Trouble):
        return error
    if isinstance(error, TooManyTries):
        return Trouble(429, "too_many_codes", headers={"Retry-After": "3600"})
    return Trouble(422, "bad_code", words("gate.bad_code", minutes=council()["carry_on"]["code_minutes"]))

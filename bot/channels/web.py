"""The website's channel: every fixed address of the assistant, behind one set of headers and one way to refuse.

`bot.server` registers it from `credentials.yml`, as Rasa does with any channel.
"""

import asyncio
import logging
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.exceptions import SanicException
from sanic.response import HTTPResponse, html, json, raw
from sqlalchemy.exc import SQLAlchemyError

from actions.backoffice.systems import Systems
from bot.channels.base import Path, Sweeper
from bot.channels.carry_on import CarryOnPages
from bot.channels.chat import CHANNEL, Chat
from bot.channels.feeds import Feeds
from bot.channels.headers import security_headers, set_missing
from bot.channels.health import Health
from bot.channels.hooks import Hooks
from bot.channels.incoming import wants_page
from bot.channels.pages import Pages
from bot.channels.routes import add, guard
from bot.channels.session import Sessions
from bot.channels.stop import Stop
from bot.channels.trouble import Trouble
from bot.log import ConversationLog, get_log
from bot.settings import Settings, get_settings
from bot.widget import assets

YEAR = "public, max-age=31536000, immutable"
logger = logging.getLogger(__name__)


class WebChannel(InputChannel):
    """The channel "web". Its parts are made once the server starts."""

    def __init__(self, settings: Settings, log: ConversationLog) -> None:
        self.settings = settings
        self.log = log
        self.pages = Pages(settings)
        self.headers = security_headers(settings)
        self.path = Path(log, self._agent)
        self._app: Any = None
        self._sweep: asyncio.Task[None] | None = None

    @classmethod
    def name(cls) -> str:
        """Return the channel's name, as Rasa and the log know it."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "WebChannel":
        """Return the channel on this process's settings and log. Raises FileNotFoundError when the page is not built."""
        return cls(get_settings(), get_log())

    def url_prefix(self) -> str:
        """Return the prefix of its addresses: none."""
        return "/"

    def blueprint(self, on_new_message: Any) -> Blueprint:
        """Return the routes. `on_new_message` is not used: messages take the one path of `bot.channels.base`."""
        site = Blueprint("web")
        systems = Systems.from_settings(self.settings)
        sessions = Sessions(self.settings.secret_key, self.settings.cookie_secure)
        chat = Chat(self.settings, self.log, self.path, sessions, self.pages)
        _add_chat(site, chat)
        _add_carry_on(site, CarryOnPages(self.settings, self.log, sessions, self.pages))
        hooks = Hooks(self.settings, self.log, sessions, self.pages, systems)
        add(site, "GET", "/chat/return/<token:str>", hooks.payer_returns)
        add(site, "POST", "/webhooks/pay", hooks.pay)
        add(site, "POST", "/webhooks/notify", hooks.notify)
        health = Health(self.settings, self.log)
        add(site, "GET", "/health/live", health.live)
        add(site, "GET", "/health/ready", health.ready)
        add(site, "GET", "/bins/<name:str>", Feeds(self.settings, systems).bins)
        stop = Stop(self.log, self.pages)
        add(site, "GET", "/stop/<code:str>", stop.ask)
        add(site, "POST", "/stop/<code:str>", stop.stop)
        add(site, "GET", "/", self.council_page)
        add(site, "GET", "/widget.js", self.widget)
        add(site, "GET", "/static/<name:str>", self.static)
        self._listen(site, chat)
        return site

    async def council_page(self, request: Any) -> HTTPResponse:
        """`GET /`: a page of the council's website, with the embedded script."""
        return html(self.pages.demo(), headers=security_headers(self.settings, frame="'self'"))

    async def widget(self, request: Any) -> HTTPResponse:
        """`GET /widget.js`: the script for the council's pages; its address never changes, so it is kept for minutes."""
        headers = {"Cache-Control": "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"}
        return raw(self.pages.widget(), content_type="text/javascript; charset=utf-8", headers=headers)

    async def static(self, request: Any, name: str) -> HTTPResponse:
        """`GET /static/<name>`: a built file, by a name that changes with what is in it."""
        found = assets.content(name)
        if found is None:
            raise Trouble(404, "not_found")
        return raw(found[0], content_type=found[1], headers={"Cache-Control": YEAR})

    async def refuse(self, request: Any, error: Exception) -> HTTPResponse:
        """Answer any error: a page for a browser, JSON for a script, and never a word of what is inside."""
        trouble = _trouble_of(error)
        if request is not None and wants_page(request):
            response = html(self.pages.error(trouble), status=trouble.status, headers=trouble.headers)
        else:
            response = json(trouble.to_json(), status=trouble.status, headers=trouble.headers)
        set_missing(response, self.headers)
        return response

    def _agent(self) -> Any:
        return self._app.ctx.agent

    def _listen(self, site: Blueprint, chat: Chat) -> None:
        """Guard every answer, also those to addresses that nobody has, and sweep while the server runs."""

        async def prepare(app: Any, loop: Any) -> None:
            self._app = app
            app.ctx.path = self.path  # the other channels take the same one
            app.error_handler.add(Exception, self.refuse)
            app.error_handler.add(SanicException, self.refuse)

        async def start(app: Any, loop: Any) -> None:
            self._sweep = asyncio.ensure_future(Sweeper(self.path).run())

        async def stop(app: Any, loop: Any) -> None:
            chat.stopping.set()
            if self._sweep:
                self._sweep.cancel()

        site.listener("before_server_start")(prepare)
        site.listener("after_server_start")(start)
        site.listener("before_server_stop")(stop)
        guard(site, self.headers)


def _add_chat(site: Blueprint, chat: Chat) -> None:
    add(site, "GET", "/chat", chat.page)
    add(site, "DELETE", "/chat", chat.erase)
    add(site, "POST", "/chat/messages", chat.send)
    add(site, "GET", "/chat/messages", chat.back)
    add(site, "GET", "/chat/updates", chat.updates)
    add(site, "POST", "/chat/photos", chat.photo)
    add(site, "GET", "/chat/photos", chat.back)
    add(site, "GET", "/photos/<name:str>", chat.picture)
    add(site, "GET", "/chat/transcript", chat.transcript)
    add(site, "GET", "/chat/delete", chat.ask_to_erase)
    add(site, "POST", "/chat/delete", chat.erase_by_form)


def _add_carry_on(site: Blueprint, carry_on: CarryOnPages) -> None:
    add(site, "GET", "/chat/carry-on", carry_on.ask)
    add(site, "POST", "/chat/carry-on", carry_on.redeem)
    add(site, "GET", "/chat/carry-on/code", carry_on.back)
    add(site, "POST", "/chat/carry-on/code", carry_on.code)


def _trouble_of(error: Exception) -> Trouble:
    if isinstance(error, Trouble):
        return error
    if isinstance(error, SQLAlchemyError):
        logger.error("the conversation log can't be reached: %s", type(error).__name__)
        return Trouble(503, "internal", headers={"Retry-After": "10"})
    if isinstance(error, SanicException):
        status = error.status_code or 500
        if status in (404, 405):
            return Trouble(status, "not_found")
        if status == 413:
            return Trouble(413, "too_big")
        if status < 500:
            return Trouble(status, "bad_json")
        return Trouble(status, "internal")
    logger.error("a request failed", exc_info=error)
    return Trouble(500, "internal")

"""The resident's conversation over HTTP: the page, sending, later replies, photos, a copy, and erasure."""

import asyncio
import logging
import re
from typing import Any

from sanic.response import HTTPResponse, empty, html, json, raw, redirect, text

from bot.channels.base import Path, Received, Unanswered
from bot.channels.headers import check_origin
from bot.channels.incoming import (
    FORM,
    Incoming,
    Upload,
    form_fields,
    from_form,
    from_json,
    from_upload,
    media_type,
    wants_page,
)
from bot.channels.limits import MessageLimit, read_body
from bot.channels.pages import Pages
from bot.channels.pictures import keep_photo, photo_trouble
from bot.channels.session import Sessions
from bot.channels.trouble import Trouble
from bot.log import ConversationGone, ConversationLog, Message
from bot.log.message import OUT
from bot.settings import Settings
from bot.widget.view import reply_json
from bot.words import words

CHANNEL = "web"
POLL_SECONDS = 25.0
LOOK_SECONDS = 1.0
LONG_POLLS = 4
FORM_ROOM = 4096  # the other field and the borders of a form with a photo
NEWEST = "/chat#last"
_PHOTO_ID = re.compile(r"[0-9a-f]{32}")
logger = logging.getLogger(__name__)


class Chat:
    """The handlers. One for each process."""

    def __init__(self, settings: Settings, log: ConversationLog, path: Path, sessions: Sessions, pages: Pages) -> None:
        self.log = log
        self.path = path
        self.sessions = sessions
        self.pages = pages
        self.stopping = asyncio.Event()
        self._settings = settings
        self._limit = MessageLimit(settings.messages_per_minute)
        self._turns: set[asyncio.Task[list[Message]]] = set()
        self._polls: dict[str, int] = {}

    async def page(self, request: Any) -> HTTPResponse:
        """`GET /chat`: the whole conversation. Makes the session, or renews it; needs nothing but the database."""
        key = self.sessions.read(request)
        messages = await self._messages(key) if key else []
        response = html(self.pages.chat(messages))
        self.sessions.keep(response, key or Sessions.new())
        return response

    async def back(self, request: Any) -> HTTPResponse:
        """`GET` of an address that only takes messages: somebody reloaded or came back. Goes to the page."""
        return redirect(NEWEST, status=303)

    async def send(self, request: Any) -> HTTPResponse:
        """`POST /chat/messages`: JSON in and out, or a form that goes back to the page."""
        kind = media_type(request)
        if kind not in ("application/json", FORM):
            raise Trouble(415, "bad_json")
        key = self._allowed(request)
        if kind == "application/json":
            self._limit.count(key)
            incoming = from_json(await read_body(request, self._settings.body_bytes), self._settings)
            return await self._replies(key, incoming)
        typed = ""
        try:
            fields = form_fields(await read_body(request, self._settings.body_bytes))
            typed = fields.get("text", "")
            self._limit.count(key)
            await self._take(key, from_form(fields, self._settings))
        except Unanswered:
            pass  # It is on disk, and the page says so.
        except Trouble as trouble:
            return await self._page_with(key, trouble, "text", typed)
        return redirect(NEWEST, status=303)

    async def photo(self, request: Any) -> HTTPResponse:
        """`POST /chat/photos`: a multipart form with id and photo; JSON out, or back to the page for a browser's form."""
        key = self._allowed(request)
        try:
            self._limit.count(key)
            upload = from_upload(request, await self._photo_body(request))
            incoming, photo_id = await self._keep_photo(key, upload)
            if not wants_page(request):
                return await self._replies(key, incoming, photo_id)
            await self._take(key, incoming, photo_id)
        except Unanswered:
            pass
        except Trouble as trouble:
            if not wants_page(request):
                raise
            return await self._page_with(key, trouble, "photo")
        return redirect(NEWEST, status=303)

    async def updates(self, request: Any) -> HTTPResponse:
        """`GET /chat/updates?after=N`: the replies numbered higher, at once or within 25 seconds, else none.

        With "other" true the page shows a conversation that is no longer this session's: it was erased or left elsewhere.
        """
        key = self.sessions.needed(request)
        after = request.args.get("after", "0")
        if not re.fullmatch("[0-9]{1,9}", after):
            raise Trouble(400, "bad_json")
        if self._polls.get(key, 0) >= LONG_POLLS:
            raise Trouble(429, "too_fast", headers={"Retry-After": "5"})
        self._polls[key] = self._polls.get(key, 0) + 1
        try:
            replies = await self._wait_for_replies(key, int(after))
        finally:
            self._polls[key] -= 1
            if not self._polls[key]:
                del self._polls[key]
        if replies is None:
            return json({"replies": [], "other": True})
        return json({"replies": [reply_json(message) for message in replies]})

    async def picture(self, request: Any, name: str) -> HTTPResponse:
        """`GET /photos/<id>.jpg`: a photo, for the page and for the back office; the id can't be guessed."""
        photo_id = name.removesuffix(".jpg")
        if not name.endswith(".jpg") or not _PHOTO_ID.fullmatch(photo_id):
            raise Trouble(404, "not_found")
        content = await asyncio.to_thread(self.log.photo, photo_id)
        if content is None:
            raise Trouble(404, "not_found")
        return raw(content, content_type="image/jpeg")

    async def transcript(self, request: Any) -> HTTPResponse:
        """`GET /chat/transcript`: a copy of the conversation, as a text file."""
        key = self.sessions.needed(request)
        conversation = await asyncio.to_thread(self.log.open, CHANNEL, key)
        copy = await asyncio.to_thread(self.log.transcript, conversation.id)
        return text(copy, headers={"Content-Disposition": 'attachment; filename="conversation.txt"'})

    async def erase(self, request: Any) -> HTTPResponse:
        """`DELETE /chat`: erase the conversation and end the session."""
        await self._erase(self._allowed(request))
        response = empty()
        self.sessions.end(response)
        return response

    async def ask_to_erase(self, request: Any) -> HTTPResponse:
        """`GET /chat/delete`: ask first."""
        return html(self.pages.delete())

    async def erase_by_form(self, request: Any) -> HTTPResponse:
        """`POST /chat/delete`: as DELETE, for a page without a script."""
        await read_body(request, self._settings.body_bytes)
        await self._erase(self._allowed(request))
        response = html(self.pages.deleted())
        self.sessions.end(response)
        return response

    def _allowed(self, request: Any) -> str:
        """Return the session of a request that changes something. Raises Trouble when it comes from elsewhere."""
        check_origin(request, self._settings)
        return self.sessions.needed(request)

    async def _messages(self, key: str) -> list[Message]:
        conversation = await asyncio.to_thread(self.log.open, CHANNEL, key)
        return await asyncio.to_thread(self.log.messages, conversation.id)

    async def _page_with(self, key: str, trouble: Trouble, field: str, typed: str = "") -> HTTPResponse:
        page = self.pages.chat(await self._messages(key), trouble=trouble, field=field, typed=typed)
        return html(page, status=trouble.status, headers=trouble.headers)

    async def _replies(self, key: str, incoming: Incoming, photo_id: str | None = None) -> HTTPResponse:
        """Answer a message as JSON: 200 with its replies, or 202 when it is kept and is answered later."""
        try:
            replies = await self._take(key, incoming, photo_id)
        except Unanswered:
            return json({"replies": [], "kept": True, "message": words("gate.kept")}, status=202)
        return json({"replies": [reply_json(message) for message in replies]})

    async def _take(self, key: str, incoming: Incoming, photo_id: str | None = None) -> list[Message]:
        conversation = await asyncio.to_thread(self.log.enter, CHANNEL, key)
        choice = None
        if incoming.choice is not None:
            offered = await asyncio.to_thread(self.log.choice, conversation.id, incoming.choice)
            if offered is None:
                raise Trouble(422, "bad_choice")
            choice = (offered.id, offered.title, offered.value)
        said = choice[1] if choice else incoming.text
        received = Received(incoming.id, said, choice, photo_id, incoming.location)
        # A turn goes on when its resident has gone: half a turn would be taken up again from its start.
        turn = asyncio.ensure_future(self.path.take(conversation.id, received, CHANNEL))
        self._turns.add(turn)
        turn.add_done_callback(self._turn_ended)
        try:
            return await asyncio.shield(turn)
        except ConversationGone:
            raise Trouble(401, "no_session") from None

    def _turn_ended(self, turn: asyncio.Task[list[Message]]) -> None:
        self._turns.discard(turn)
        if not turn.cancelled() and turn.exception():
            logger.info("a turn ended with %s", type(turn.exception()).__name__)

    async def _photo_body(self, request: Any) -> bytes:
        try:
            return await read_body(request, self._settings.photo_bytes + FORM_ROOM)
        except Trouble as trouble:
            raise photo_trouble(self._settings, trouble.status, "photo_too_big") from None

    async def _keep_photo(self, key: str, upload: Upload) -> tuple[Incoming, str]:
        """Re-encode and store a photo. Returns its message and its id."""
        conversation = await asyncio.to_thread(self.log.enter, CHANNEL, key)
        try:
            photo_id = await keep_photo(self.log, self._settings, conversation.id, upload.content)
        except ConversationGone:
            raise Trouble(401, "no_session") from None
        return Incoming(upload.id), photo_id

    async def _wait_for_replies(self, key: str, after: int) -> list[Message] | None:
        """Look every second, since another process may write too. None: the session has another conversation now."""
        begun = await asyncio.to_thread(self.log.open, CHANNEL, key)
        if begun.last_seq < after:
            return None
        loop = asyncio.get_running_loop()
        ends = loop.time() + POLL_SECONDS
        while True:
            messages = await asyncio.to_thread(self.log.messages, begun.id, after)
            replies = [message for message in messages if message.direction == OUT]
            if replies or loop.time() >= ends or self.stopping.is_set():
                return replies
            try:
                await asyncio.wait_for(self.stopping.wait(), LOOK_SECONDS)
            except asyncio.TimeoutError:
                if not await asyncio.to_thread(self.log.leads_to, CHANNEL, key, begun.id):
                    return None

    async def _erase(self, key: str) -> None:
        conversation = await asyncio.to_thread(self.log.open, CHANNEL, key)
        await self.path.erase(conversation.id)

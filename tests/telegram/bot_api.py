"""A stand-in for the Bot API, which holds us to Telegram's rules. It serves HTTP; python-telegram-bot is the real one.

It knows chats, what stands in them, files, commands, the webhook, and updates that are fetched. `fail` makes the next calls
of a method go wrong, before they are carried out or after.
"""

import asyncio
import json
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers import unused_port, wait_until
from tests.telegram.markup import BadEntities, plain, units

TOKEN = "710000001:tests-of-the-night-desk-token"
FILE_BYTES = 20 * 1024 * 1024
ACTIONS = frozenset("typing upload_photo record_video upload_document find_location choose_sticker".split())


class Refusal(Exception):
    """An error of the Bot API."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.body = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


@dataclass
class Shown:
    """A message of the bot's as it stands in a chat: its text without markup, and its rows of buttons."""

    id: int
    text: str
    buttons: list[dict[str, Any]] = field(default_factory=list)
    html: str = ""
    edited: bool = False


@dataclass
class Fault:
    """What goes wrong: 429, 403, 500, 502, "hang" (carried out, never answered), "cut" (carried out, connection ended)."""

    kind: int | str
    count: int
    seconds: float = 1.0
    chat: int | None = None


class BotApi:
    """The Bot API of one bot, in a thread. `calls` is every call as (method, fields)."""

    def __init__(self) -> None:
        self.port = unused_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.chats: dict[int, list[Shown]] = defaultdict(list)
        self.known: set[int] = set()
        self.blocked: set[int] = set()
        self.queries: set[str] = set()
        self.answered: dict[str, str] = {}
        self.commands: list[dict[str, str]] = []
        self.webhook: dict[str, Any] = {}
        self.files: dict[str, bytes] = {}
        self.pending: list[dict[str, Any]] = []
        self._faults: dict[str, Fault] = {}
        self._ids = iter(range(1000, 10_000_000))
        self._lock = threading.Lock()

    def new_id(self) -> int:
        """Return a number that was not used: of a message, an update, a press."""
        with self._lock:
            return next(self._ids)

    def fail(self, method: str, kind: int | str, count: int = 1, seconds: float = 1.0, chat: int | None = None) -> None:
        """Make the next calls of a method go wrong (see `Fault`); `seconds` is retry_after, or how long it hangs."""
        self._faults[method] = Fault(kind, count, seconds, chat)

    def mend(self) -> None:
        """End every fault."""
        self._faults.clear()

    def called(self, method: str, chat: int | None = None) -> list[dict[str, Any]]:
        """Return the fields of every call of a method, in a chat when it is given."""
        return [f for name, f in list(self.calls) if name == method and chat in (None, f.get("chat_id"))]

    @contextmanager
    def running(self) -> Iterator["BotApi"]:
        """Serve until the end of the block."""
        app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{path:path}", self._download),
            ]
        )
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="error", ws="none")
        server = uvicorn.Server(config)
        server.config.timeout_graceful_shutdown = 1
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield self
        finally:
            server.should_exit = True
            thread.join(10)

    async def _call(self, request: Request) -> Response:
        if request.path_params["token"] != TOKEN:
            return JSONResponse(Refusal(401, "Unauthorized").body, 401)
        name = request.path_params["method"]
        act: Callable[[dict[str, Any]], Any] | None = getattr(self, f"_{name}", None)
        if act is None:
            return JSONResponse(Refusal(404, "Not Found").body, 404)
        fields = _fields(await request.body(), request.headers.get("content-type", ""))
        self.calls.append((name, fields))
        fault = self._next_fault(name, fields)
        try:
            if fault and isinstance(fault.kind, int):
                raise _refusal(fault)
            if name == "getUpdates":
                return JSONResponse({"ok": True, "result": await self._wait_for_updates(fields)})
            result = act(fields)
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.code)
        except BadEntities as wrong:
            return JSONResponse(Refusal(400, f"Bad Request: {wrong}").body, 400)
        if fault and fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "cut":
            raise ConnectionAbortedError("the connection is cut")
        return JSONResponse({"ok": True, "result": result})

    def _next_fault(self, name: str, fields: dict[str, Any]) -> Fault | None:
        fault = self._faults.get(name)
        if fault is None or fault.count < 1 or fault.chat not in (None, fields.get("chat_id")):
            return None
        fault.count -= 1
        return fault

    async def _download(self, request: Request) -> Response:
        content = self.files.get(request.path_params["path"].removeprefix("files/"))
        if request.path_params["token"] != TOKEN or content is None:
            return JSONResponse(Refusal(404, "Not Found").body, 404)
        return Response(content, media_type="application/octet-stream")

    # The methods

    def _getMe(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {"id": 710000001, "is_bot": True, "first_name": "Night Desk", "username": "night_desk_bot"}

    def _sendMessage(self, fields: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(fields)
        shown = Shown(self.new_id(), _text(fields), _buttons(fields), str(fields["text"]))
        self.chats[chat].append(shown)
        return _message(chat, shown)

    def _editMessageText(self, fields: dict[str, Any]) -> dict[str, Any]:
        shown = self._find(fields)
        text, buttons = _text(fields), _buttons(fields)
        if (text, buttons) == (shown.text, shown.buttons):
            raise Refusal(400, "Bad Request: message is not modified")
        shown.text, shown.buttons, shown.edited = text, buttons, True
        return _message(fields["chat_id"], shown)

    def _editMessageReplyMarkup(self, fields: dict[str, Any]) -> dict[str, Any]:
        shown, buttons = self._find(fields), _buttons(fields)
        if buttons == shown.buttons:
            raise Refusal(400, "Bad Request: message is not modified")
        shown.buttons, shown.edited = buttons, True
        return _message(fields["chat_id"], shown)

    def _answerCallbackQuery(self, fields: dict[str, Any]) -> bool:
        query, text = str(fields.get("callback_query_id")), str(fields.get("text", ""))
        if query not in self.queries:
            raise Refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if len(text) > 200:
            raise Refusal(400, "Bad Request: MESSAGE_TOO_LONG")
        self.answered[query] = text
        return True

    def _sendChatAction(self, fields: dict[str, Any]) -> bool:
        self._chat(fields)
        if fields.get("action") not in ACTIONS:
            raise Refusal(400, "Bad Request: wrong parameter action in request")
        return True

    def _getFile(self, fields: dict[str, Any]) -> dict[str, Any]:
        file_id = str(fields.get("file_id"))
        content = self.files.get(file_id)
        if content is None:
            raise Refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(content) > FILE_BYTES:
            raise Refusal(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": len(content), "file_path": f"files/{file_id}"}

    def _setMyCommands(self, fields: dict[str, Any]) -> bool:
        commands = fields.get("commands") or []
        for one in commands:
            if not re.fullmatch("[a-z0-9_]{1,32}", one["command"]):
                raise Refusal(400, "Bad Request: BOT_COMMAND_INVALID")
            if not 1 <= len(one["description"]) <= 256:
                raise Refusal(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        if not 0 < len(commands) <= 100:
            raise Refusal(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
        self.commands = commands
        return True

    def _setWebhook(self, fields: dict[str, Any]) -> bool:
        if not str(fields.get("url", "")).startswith("https://"):
            raise Refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch("[A-Za-z0-9_-]{1,256}", str(fields.get("secret_token", "x"))):
            raise Refusal(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = fields
        return True

    def _deleteWebhook(self, fields: dict[str, Any]) -> bool:
        self.webhook = {}
        return True

    def _getUpdates(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        self.pending = [update for update in self.pending if update["update_id"] >= int(fields.get("offset", 0))]
        return self.pending[:100]

    async def _wait_for_updates(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        until = time.monotonic() + min(float(fields.get("timeout", 0)), 2.0)
        while not (found := self._getUpdates(fields)) and time.monotonic() < until:
            await asyncio.sleep(0.05)
        return found

    def _chat(self, fields: dict[str, Any]) -> int:
        chat = fields.get("chat_id")
        if type(chat) is not int or chat not in self.known:
            raise Refusal(400, "Bad Request: chat not found")
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        return chat

    def _find(self, fields: dict[str, Any]) -> Shown:
        chat = self._chat(fields)
        found = next((shown for shown in self.chats[chat] if shown.id == fields.get("message_id")), None)
        if found is None:
            raise Refusal(400, "Bad Request: message to edit not found")
        return found


def _fields(body: bytes, kind: str) -> dict[str, Any]:
    """Return the parameters of a call: JSON, or a form whose values may be JSON."""
    if kind.startswith("application/json"):
        return dict(json.loads(body))
    return {name: _value(name, values[0]) for name, values in parse_qs(body.decode()).items()}


def _value(name: str, value: str) -> Any:
    if name in ("text", "callback_query_id", "file_id", "url", "secret_token", "action"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _refusal(fault: Fault) -> Refusal:
    if fault.kind == 429:
        wait = max(1, int(fault.seconds))
        return Refusal(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
    known = {403: "Forbidden: bot was blocked by the user", 500: "Internal Server Error", 502: "Bad Gateway"}
    return Refusal(int(fault.kind), known.get(int(fault.kind), "Bad Request"))


def _text(fields: dict[str, Any]) -> str:
    text = str(fields.get("text", ""))
    if fields.get("parse_mode") == "HTML":
        text = plain(text)
    if not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    if units(text) > 4096:
        raise Refusal(400, "Bad Request: message is too long")
    return text


def _buttons(fields: dict[str, Any]) -> list[dict[str, Any]]:
    rows = (fields.get("reply_markup") or {}).get("inline_keyboard") or []
    buttons = [button for row in rows for button in row]
    for button in buttons:
        if not button.get("text", "").strip():
            raise Refusal(400, "Bad Request: BUTTON_TEXT_INVALID")
        if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
    if len(buttons) > 100:
        raise Refusal(400, "Bad Request: reply markup is too long")
    return buttons


def _message(chat: int, shown: Shown) -> dict[str, Any]:
    return {
        "message_id": shown.id,
        "date": int(time.time()),
        "chat": {"id": chat, "type": "private", "first_name": "R"},
        "text": shown.text,
    }

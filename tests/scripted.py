"""In the place of Rasa's agent, where a test is about the channel or the page and not about what is understood.

The channel, the log and everything between them are the real ones.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import requests
from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic
from sanic.touchup.service import TouchUp

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.web import WebChannel
from bot.log import ConversationLog
from bot.settings import Settings

Script = Callable[[UserMessage], list[dict[str, Any]]]
FLAT = ["1 Mill Lane", "2 Mill Lane", "My address is not listed"]


def says(text: str, *choices: str, kind: str = "answer", **extra: Any) -> dict[str, Any]:
    """Return a reply as the action server sends it."""
    return {"text": text, "choices": [{"title": c, "value": f"value of {c}"} for c in choices], "kind": kind, "extra": extra}


def small_script(message: UserMessage) -> list[dict[str, Any]]:
    """Answer by a word in the message: which address, photo, where, silence, fail; anything else is said again."""
    if message.metadata.get("photo"):
        return [says("I've added your photo.")]
    if message.metadata.get("location"):
        return [says("You are near Mill Lane.")]
    if message.metadata.get("choice"):
        return [says(f"You chose {message.text}.")]
    if "address" in message.text:
        return [says("Which address is it?", *FLAT, kind="question")]
    if "photo" in message.text:
        return [says("Do you have a photo?", "I don't have a photo", kind="question", wants="photo")]
    if "where" in message.text:
        return [says("Where is it?", kind="question", wants="location")]
    if "silence" in message.text:
        return []
    if "fail" in message.text:
        raise RuntimeError("Rasa failed")
    return [says(f"You said: {message.text}")]


class Scripted:
    """Answers as Rasa's agent does, from `script`. `heard` is every message; a cleared `go` holds each turn up."""

    action_endpoint = None
    model_id = "script"

    def __init__(self, script: Script = small_script) -> None:
        self.script = script
        self.heard: list[UserMessage] = []
        self.go = Event()
        self.go.set()
        self.processor = self

    def is_ready(self) -> bool:
        """Say that there is a model."""
        return True

    async def parse_message(self, message: UserMessage) -> dict[str, Any]:
        """Understand nothing."""
        return {"text": message.text, "intent": {"name": None, "confidence": 0.0}, "entities": []}

    async def handle_message(self, message: UserMessage) -> None:
        """Send the script's replies to the message's channel."""
        self.heard.append(message)
        await asyncio.get_running_loop().run_in_executor(None, self.go.wait, 20)
        for reply in self.script(message):
            await message.output_channel.send_response(message.sender_id, {"custom": reply})


class Site:
    """The assistant's web server, in a thread of the test. `url` is where it listens."""

    def __init__(self, settings: Settings, log: ConversationLog, agent: Scripted) -> None:
        self.settings = settings
        self.log = log
        self.agent = agent
        self.url = f"http://127.0.0.1:{settings.port}"

    @contextmanager
    def running(self) -> Iterator["Site"]:
        """Serve until the end of the block."""
        started, stop = Event(), asyncio.Event()
        loop = asyncio.new_event_loop()
        thread = Thread(target=lambda: loop.run_until_complete(self._serve(started, stop)), daemon=True)
        thread.start()
        assert started.wait(20), "the server did not start"
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(20)
            loop.close()

    async def _serve(self, started: Event, stop: asyncio.Event) -> None:
        app = Sanic(f"night_desk_{uuid4().hex}", configure_logging=False)
        app.config.REQUEST_MAX_SIZE = self.settings.photo_bytes + 1_000_000
        app.ctx.agent = self.agent
        register([WebChannel(self.settings, self.log), TelegramChannel(self.settings, self.log)], app, route="/")
        server: Any = await app.create_server("127.0.0.1", self.settings.port, return_asyncio_server=True, access_log=False)
        await server.startup()
        # Sanic rewrites its own code for the first server of a process, and would fail at the second.
        TouchUp._registry.clear()
        await server.before_start()
        await server.after_start()
        started.set()
        await stop.wait()
        await server.before_stop()
        await server.close()
        for connection in list(server.connections):
            connection.abort()
        await server.after_stop()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=0.5)

    def visitor(self) -> "Visitor":
        """Return somebody who has just opened the chat page."""
        return Visitor(self.url)


class Visitor:
    """A resident's browser, without a script or a screen."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = requests.Session()
        self.page()

    def page(self) -> str:
        """Return the chat page, as it is now."""
        answer = self.http.get(f"{self.url}/chat", timeout=20)
        assert answer.status_code == 200
        return answer.text

    def post(self, body: Any, **options: Any) -> requests.Response:
        """Send JSON to the conversation; an id is added when there is none."""
        if isinstance(body, dict) and "id" not in body:
            body = {"id": str(uuid4()), **body}
        return self.http.post(f"{self.url}/chat/messages", json=body, timeout=30, **options)

    def say(self, text: str) -> list[dict[str, Any]]:
        """Send words and return the replies."""
        answer = self.post({"text": text})
        assert answer.status_code == 200, answer.text
        replies: list[dict[str, Any]] = answer.json()["replies"]
        return replies

    def form(self, **fields: str) -> requests.Response:
        """Send a form as a browser without a script does; redirects are not followed."""
        return self.http.post(
            f"{self.url}/chat/messages",
            data={"id": str(uuid4()), **fields},
            headers={"Accept": "text/html"},
            allow_redirects=False,
            timeout=30,
        )

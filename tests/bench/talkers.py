"""Residents who talk to a contestant over HTTP and look at the clock, with a client that takes little time itself."""

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

SECONDS = 120


class NoAnswer(RuntimeError):
    """A message was refused. The message says what came instead."""


class Talker(Protocol):
    """One conversation. Both methods return the seconds from sending to having the whole answer, and raise NoAnswer.

    `heard` is what was said last, and empty after silence.
    """

    heard: str

    def say(self, text: str) -> float:
        """Send words."""
        ...

    def choose(self, title: str) -> float:
        """Press the choice that begins so; say its title when there is none, as somebody without the button would."""
        ...


class _Line:
    """One kept-alive connection, opened again when it was closed."""

    def __init__(self, url: str) -> None:
        self._http = http.client.HTTPConnection(urlsplit(url).netloc, timeout=SECONDS)

    def close(self) -> None:
        """Let go of the connection: a server closes one that is idle for some seconds."""
        self._http.close()

    def ask(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> tuple[Any, float, str]:
        """Return the JSON that came back (None when it is none), the seconds, and the cookie that was set."""
        sent = None if body is None else json.dumps(body).encode()
        started = time.perf_counter()
        try:
            self._http.request(method, path, sent, {"Content-Type": "application/json", **headers})
            answer = self._http.getresponse()
            content = answer.read()
        except OSError:
            self.close()
            raise
        seconds = time.perf_counter() - started
        if answer.status != 200:
            raise NoAnswer(f"{path} answered {answer.status}: {content[:300]!r}")
        found = json.loads(content) if "json" in answer.headers.get("Content-Type", "") else None
        return found, seconds, answer.headers.get("Set-Cookie", "").partition(";")[0]


class ChatTalker:
    """A resident on our page, by `POST /chat/messages`."""

    def __init__(self, url: str) -> None:
        self.heard = ""
        self._line = _Line(url)
        self._choices: dict[str, str] = {}
        _, _, cookie = self._line.ask("GET", "/chat", None, {})
        self._line.close()
        self._headers = {"Cookie": cookie, "Origin": url}

    def say(self, text: str) -> float:
        """See Talker."""
        return self._send(text=text)

    def choose(self, title: str) -> float:
        """See Talker."""
        found = next((choice for name, choice in self._choices.items() if name.startswith(title)), None)
        return self._send(text=title) if found is None else self._send(choice=found)

    def _send(self, **content: str) -> float:
        answer, seconds, _ = self._line.ask("POST", "/chat/messages", {"id": str(uuid4()), **content}, self._headers)
        self.heard = "\n".join(reply["text"] for reply in answer["replies"])
        self._choices = {choice["title"]: choice["id"] for reply in answer["replies"] for choice in reply["choices"]}
        return seconds


class RestTalker:
    """A resident on Rasa's REST channel. Our action server's choices come in `custom`, and go back in the metadata."""

    def __init__(self, url: str, sender: str) -> None:
        self.heard = ""
        self._line = _Line(url)
        self._sender = sender
        self._messages = 0
        self._choices: dict[str, str] = {}

    def say(self, text: str) -> float:
        """See Talker."""
        return self._send(text)

    def choose(self, title: str) -> float:
        """See Talker."""
        found = next((value for name, value in self._choices.items() if name.startswith(title)), None)
        return self._send(title, {} if found is None else {"choice": found})

    def _send(self, text: str, metadata: Mapping[str, str] = {}) -> float:
        self._messages += 1
        # Our engine names what a turn starts by the number of its message, so each needs one.
        body = {"sender": self._sender, "message": text, "metadata": {"seq": self._messages, **metadata}}
        answer, seconds, _ = self._line.ask("POST", "/webhooks/rest/webhook", body, {})
        replies = [reply.get("custom") or reply for reply in answer]
        self.heard = "\n".join(reply.get("text", "") for reply in replies)
        self._choices = {choice["title"]: choice["value"] for reply in replies for choice in reply.get("choices", ())}
        return seconds

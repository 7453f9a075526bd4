"""The whole of Night Desk as real processes: the sandbox council, the action server and the assistant, on free ports."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.servers import ROOT, answers, unused_port, wait_until

READY_SECONDS = 120
EVENING = "2026-11-24T20:30:00+00:00"


class Stack:
    """Starts everything in a folder of its own. It is always a Tuesday evening there, unless NOW says otherwise.

    More settings go in as environment variables; an empty NOW lets the clock run.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.action_secret = "the secret of these actions"
        ports = {name: unused_port() for name in ("PORT", "ACTION_PORT", "SANDBOX_PORT")}
        self.base_url = f"http://127.0.0.1:{ports['PORT']}"
        self.action_url = f"http://127.0.0.1:{ports['ACTION_PORT']}"
        self.sandbox_url = f"http://127.0.0.1:{ports['SANDBOX_PORT']}"
        self.database_url = f"sqlite:///{folder / 'night-desk.db'}"
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in ("ACTIONS_URL", "NOW", "REDIS_URL")},
            **{name: str(port) for name, port in ports.items()},
            "PUBLIC_URL": self.base_url,
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": "the secret of this stack",
            "ACTION_SECRET": self.action_secret,
            "SANDBOX_DB": str(folder / "sandbox.db"),
            "PAY_WEBHOOK_TARGET": f"{self.base_url}/webhooks/pay",
            "NOTIFY_CALLBACK_TARGET": f"{self.base_url}/webhooks/notify",
            "MESSAGES_PER_MINUTE": "1000",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "RASA_TELEMETRY_ENABLED": "false",
            "NOW": EVENING,
            **environment,
        }
        # What `python -m` runs. Another module may stand in the place of one, to look at it.
        self.modules = {"sandbox": ["actions.sandbox"], "actions": ["actions"], "assistant": ["bot", "serve"]}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start the three, and wait until the assistant can answer. Fails the test with the log of one that ended."""
        if not list((ROOT / "models").glob("*.tar.gz")):
            pytest.fail("there is no model: run `make train`")
        names = ("sandbox", "actions", "assistant")
        for name in names:
            self._spawn(name)
        for name in names:
            self._wait(name)

    def start_sandbox(self) -> None:
        """Start the sandbox, with what it had."""
        self._spawn("sandbox")
        self._wait("sandbox")

    def start_actions(self) -> None:
        """Start the action server."""
        self._spawn("actions")
        self._wait("actions")

    def start_assistant(self) -> None:
        """Start the assistant; its model is loaded when this returns."""
        self._spawn("assistant")
        self._wait("assistant")

    def stop_assistant(self) -> None:
        """Stop the assistant as an operator does."""
        self._end("assistant", signal.SIGTERM)

    def restart_assistant(self) -> None:
        """Stop the assistant as an operator does, and start it again."""
        self.stop_assistant()
        self.start_assistant()

    def kill_assistant(self) -> None:
        """End the assistant at once, as a power cut does."""
        self._end("assistant", signal.SIGKILL)

    def stop_actions(self) -> None:
        """Stop the action server."""
        self._end("actions", signal.SIGTERM)

    def kill_actions(self) -> None:
        """End the action server at once."""
        self._end("actions", signal.SIGKILL)

    def stop_sandbox(self) -> None:
        """Stop the back office: nothing listens there any more. What it has recorded stays."""
        self._end("sandbox", signal.SIGTERM)

    def stop(self) -> None:
        """Stop everything."""
        for name in list(self._processes):
            self._end(name, signal.SIGTERM)

    def turn_clock(self, now: str) -> None:
        """Set the clock of the action server, which sends what is due, and start it again; the others keep theirs."""
        self._environment["NOW"] = now
        self._end("actions", signal.SIGTERM)
        self.start_actions()

    @contextmanager
    def second_actions(self) -> Iterator[None]:
        """Run another action server on the same database until the end of the block."""
        port = unused_port()
        with (self.folder / "second.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *self.modules["actions"]],
                cwd=ROOT,
                env={**self._environment, "ACTION_PORT": str(port)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}/health"))
            yield
        finally:
            process.terminate()
            process.wait(20)

    def reset(self) -> None:
        """Empty the sandbox and clear its faults. Conversations stay; each resident has their own."""
        requests.post(f"{self.sandbox_url}/reset", timeout=10).raise_for_status()
        requests.delete(f"{self.sandbox_url}/faults", timeout=10).raise_for_status()

    def fault(self, system: str, kind: str, count: int = 1, method: str | None = None) -> None:
        """Make the next calls of a system (of one HTTP method) fail: down, timeout, 500, 429, garbage, slow, reset."""
        body = {"kind": kind, "count": count, "method": method}
        requests.put(f"{self.sandbox_url}/faults/{system}", json=body, timeout=10).raise_for_status()

    def mend(self) -> None:
        """End every fault; what is recorded stays."""
        requests.delete(f"{self.sandbox_url}/faults", timeout=10).raise_for_status()

    def pid_of(self, name: str) -> int:
        """Return the process id of one that runs: sandbox, actions or assistant."""
        return self._processes[name].pid

    def log_of(self, name: str) -> str:
        """Return what a process has printed: sandbox, actions or assistant."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def _spawn(self, name: str) -> None:
        module, *arguments = self.modules[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _wait(self, name: str) -> None:
        """Wait until a process answers. Fails the test with its log when it has ended."""
        ready = {
            "sandbox": lambda: answers(f"{self.sandbox_url}/faults"),
            "actions": lambda: answers(f"{self.action_url}/health"),
            "assistant": self._has_model,
        }[name]
        process = self._processes[name]
        ends = time.monotonic() + READY_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > ends:
                pytest.fail(f"{name} is not ready:\n{self.log_of(name)[-3000:]}")
            time.sleep(0.1)

    def _has_model(self) -> bool:
        """Return whether the assistant is there with its model, whatever else is away."""
        try:
            answer = requests.get(f"{self.base_url}/health/ready", timeout=5)
        except requests.RequestException:
            return False
        return bool(answer.json()["dependencies"]["model"] == "ok")

    def _end(self, name: str, how: signal.Signals) -> None:
        process = self._processes.pop(name, None)
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Stack]:
    """Run everything until the end of the block."""
    made = Stack(folder, **environment)
    try:
        made.start()
        yield made
    finally:
        made.stop()


class Resident:
    """Somebody who talks to the assistant by HTTP, as design.md fixes it, and knows nothing else of it.

    `replies` is what the newest turn brought.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.get(f"{base_url}/chat", timeout=20).raise_for_status()
        self.replies: list[dict[str, Any]] = []
        self.last = 0

    def send(self, message_id: str = "", **content: Any) -> requests.Response:
        """Send text=, choice= or location= under an id of its own, or the one that is given."""
        body = {"id": message_id or str(uuid4()), **content}
        return self.session.post(f"{self.base_url}/chat/messages", json=body, timeout=30)

    def say(self, text: str) -> str:
        """Send words and return the replies as one text; nothing when they come later."""
        return self._take(self.send(text=text))

    def choose(self, title: str) -> str:
        """Press the choice with this title, or the first that begins so, and return the replies as one text."""
        offered = [choice for reply in self.replies for choice in reply["choices"]]
        exact = [choice for choice in offered if choice["title"] == title]
        found = exact or [choice for choice in offered if choice["title"].startswith(title)]
        assert found, f"{title!r} was not offered: {[choice['title'] for choice in offered]} after {self._text()!r}"
        return self._take(self.send(choice=found[0]["id"]))

    def later(self, seconds: float = 40.0) -> str:
        """Wait for replies that come by themselves and return them as one text; nothing when none came in time."""
        url = f"{self.base_url}/chat/updates?after={self.last}"
        return self._take(self.session.get(url, timeout=seconds))

    def hear(self, words: str, seconds: float = 20.0) -> str:
        """Wait for a later reply with these words and return it. Fails the test when none comes in time."""
        until = time.monotonic() + seconds
        heard: list[str] = []
        while words not in (heard or [""])[-1]:
            assert time.monotonic() < until, f"{words!r} did not come within {seconds} s, but {heard}"
            heard.append(self.later())
        return heard[-1]

    def _take(self, answer: requests.Response) -> str:
        assert answer.ok, answer.text
        self.replies = answer.json()["replies"]
        self.last = max([self.last, *(int(reply["seq"]) for reply in self.replies)])
        return self._text()

    def _text(self) -> str:
        return "\n".join(str(reply["text"]) for reply in self.replies)

"""Starting real processes for tests, on ports that nothing else uses."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parent.parent


def unused_port() -> int:
    """Return a TCP port of 127.0.0.1 on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until `ready` is true. Fails the test after so many seconds."""
    until = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > until:
            pytest.fail(f"not ready within {seconds} s")
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Tell whether something answers at a URL with a success."""
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def start_sandbox(folder: Path, **environment: str) -> Iterator[str]:
    """Run `python -m actions.sandbox` on a free port with its database in `folder`; yield its base URL, then end it."""
    port = unused_port()
    settings = {"SANDBOX_PORT": str(port), "SANDBOX_DB": str(folder / "sandbox.db"), "PAY_WEBHOOK_TARGET": ""}
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "actions.sandbox"],
            cwd=ROOT,
            env=os.environ | settings | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or answers(f"{url}/faults"))
        if process.poll() is not None:
            pytest.fail((folder / "sandbox.log").read_text())
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()

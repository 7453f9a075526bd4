"""`make run`: the sandbox, the action server and the assistant, started together and stopped together."""

import os
import socket
import sys
import threading
import time

import requests
from honcho.manager import Manager
from honcho.printer import Printer

from bot.settings import ROOT, Settings, get_settings

READY_SECONDS = 120
INTERRUPTED = 130  # Ctrl-C, as honcho tells it


def run() -> int:
    """Start everything, print the URLs when it is ready, and return the exit code once stopped."""
    settings = get_settings()
    taken = [port for port in _ports(settings) if not _is_free(settings.host, port)]
    if taken:
        names = ", ".join(f"{port} ({_ports(settings)[port]})" for port in taken)
        print(f"Port already in use: {names}. Stop what uses it, or set PORT, ACTION_PORT or SANDBOX_PORT.")
        return 1
    manager = Manager(Printer(sys.stdout))
    environment = {
        "PAY_WEBHOOK_TARGET": f"{settings.public_url}/webhooks/pay",
        "NOTIFY_CALLBACK_TARGET": f"{settings.public_url}/webhooks/notify",
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
    }
    if settings.uses_sandbox:
        manager.add_process("sandbox", f"exec {sys.executable} -m actions.sandbox", env=environment, cwd=str(ROOT))
    manager.add_process("actions", f"exec {sys.executable} -m actions", env=environment, cwd=str(ROOT))
    manager.add_process("assistant", f"exec {sys.executable} -m bot serve", env=environment, cwd=str(ROOT))
    threading.Thread(target=_announce, args=(settings,), daemon=True).start()
    manager.loop()
    return 0 if manager.returncode == INTERRUPTED else int(manager.returncode or 0)


def _ports(settings: Settings) -> dict[int, str]:
    ports = {settings.port: "the assistant", settings.action_port: "the action server"}
    if settings.uses_sandbox:
        ports[settings.sandbox_port] = "the sandbox council"
    return ports


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _announce(settings: Settings) -> None:
    base = f"http://{settings.host}:{settings.port}"
    print("Starting (10 to 20 seconds) ...", flush=True)
    ends = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        try:
            if requests.get(f"{base}/health/ready", timeout=2).ok:
                break
        except requests.RequestException:
            pass
        time.sleep(0.5)
    else:
        print(f"Not ready after {READY_SECONDS} seconds: look at {base}/health/ready and at the messages above.")
        return
    lines = [f"Night Desk is running.\n\n  Chat page             {base}/chat\n  Demo council page     {base}/"]
    if settings.uses_sandbox:
        sandbox = f"http://127.0.0.1:{settings.sandbox_port}"
        lines.append(f"  Sandbox council       {sandbox}/   (what to try, and what was sent)")
        lines.append(f"  Texts that were sent  {sandbox}/notify/texts")
    lines.append("\nPress Ctrl-C to stop everything.")
    print("\n" + "\n".join(lines) + "\n", flush=True)

"""A real server that answers what a test tells it, for what the sandbox never says."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest


class Told(ThreadingHTTPServer):
    """`answers` maps a path to what it gives, in turn (the last again and again): a body, or (status, body)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, list[object]] = {}
        self.asked: list[tuple[str, str, list[tuple[str, str]], bytes, dict[str, str]]] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def tell(self, path: str, *answers: object) -> None:
        self.answers[path] = list(answers)


class _Handler(BaseHTTPRequestHandler):
    server: Told

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.asked.append((self.command, parts.path, parse_qsl(parts.query), body, headers))
        told = self.server.answers.get(parts.path, [(404, "")])
        answer = told.pop(0) if len(told) > 1 else told[0]
        status, content = answer if isinstance(answer, tuple) else (200, answer)
        raw = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def told() -> Iterator[Told]:
    """The server, listening on a free port."""
    server = Told()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()

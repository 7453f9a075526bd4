"""A web server for tests, that hears what the sandbox sends."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Listener(HTTPServer):
    """Keeps the raw body and the headers of each POST. The first `refusals` of them are answered 503."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[bytes, dict[str, str]]] = []
        self.refusals = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}/"

    def bodies(self) -> list[dict[str, Any]]:
        """Return what was heard, in order, as JSON."""
        return [json.loads(body) for body, _ in self.heard]


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((body, dict(self.headers)))
        self.send_response(503 if len(self.server.heard) <= self.server.refusals else 204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass

"""The one door out. Every call to a system of the council goes through here, and only here.

Limits: 2 s to connect, 8 s for a read of the socket, 10 s for a call with its second try, and never beyond the turn's
deadline; 1 MB of answer. A read is tried once more when that may help and time is left. A write is tried again only
when its connection certainly never opened. Redirects are followed on reads and to the same host only.
"""

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urljoin, urlsplit

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from actions.backoffice.deadline import deadline, remaining
from actions.backoffice.errors import BackOfficeError, Final, NotFound, OutcomeUnknown, Retryable
from actions.backoffice.problems import problem_of
from actions.backoffice.transport import PunctualSession, timeouts

T = TypeVar("T")
Params = Mapping[str, str] | Sequence[tuple[str, str]]

CALL_SECONDS = 10.0
SECOND_TRY_NEEDS = 1.0
WRITE_NEEDS = 2.0
PAUSE_SECONDS = 0.1
MOST_BYTES = 1_000_000
MOST_REDIRECTS = 3

logger = logging.getLogger("actions.backoffice")


class _TooBig(requests.RequestException):
    """The answer is larger than any that the contracts can give."""


class _Elsewhere(requests.RequestException):
    """The answer is a redirect that is not followed."""


@dataclass(frozen=True)
class _Call:
    operation: str
    method: str
    url: str
    write: bool
    params: Params | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None


@dataclass(frozen=True)
class Answer:
    """A 2xx answer. `write` decides what an unreadable one means."""

    system: str
    operation: str
    status: int
    content: bytes
    write: bool

    @property
    def text(self) -> str:
        """The body as UTF-8 text; bytes that are not become U+FFFD."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as JSON. Raises Retryable (read) or OutcomeUnknown (write) when it is something else."""
        try:
            return json.loads(self.content, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise self.garbage() from None

    def read(self, parse: Callable[[Any], T]) -> T:
        """Return `parse(json)`. Raises as `json` when the body is not of the shape that `parse` takes."""
        body = self.json()
        try:
            return parse(body)
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
            raise self.garbage() from None

    def garbage(self) -> BackOfficeError:
        """Return the error for an answer that can't be understood."""
        kind = OutcomeUnknown if self.write else Retryable
        return kind(self.system, self.operation, f"HTTP {self.status} with an answer that can't be understood")


class Door:
    """The way to one system. Thread-safe: each thread has its own session.

    Each method returns an Answer for a 2xx and raises from the tree in `errors`:
    reads -> Retryable, Final, NotFound; writes -> those and OutcomeUnknown.
    """

    def __init__(self, system: str, base_url: str, headers: Mapping[str, str] | None = None) -> None:
        self.system = system
        self._base = base_url.rstrip("/")
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "night-desk",
            **(headers or {}),
        }
        self._local = threading.local()

    def get(
        self, operation: str, path: str, *, params: Params | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Read `path` (which starts with a slash; use `segment` for its parts)."""
        return self.call(operation, "GET", path, write=False, params=params, headers=headers)

    def post_json(
        self,
        operation: str,
        path: str,
        body: object = None,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        write: bool = True,
    ) -> Answer:
        """Post `body` as JSON, or nothing. `write=False` is for a post that changes nothing, such as signing in."""
        data = None if body is None else json.dumps(body).encode()
        return self.call(operation, "POST", path, write=write, params=params, headers=headers, data=data)

    def post_form(self, operation: str, path: str, fields: Sequence[tuple[str, str]]) -> Answer:
        """Post the fields as a form, in UTF-8; a name may come more than once."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.call(operation, "POST", path, write=True, headers=kind, data=urlencode(fields).encode())

    def call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        write: bool,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
    ) -> Answer:
        """Make the call, and a second try where that is safe. A write is not begun with less than 2 s left."""
        call = _Call(operation, method, self._base + path, write, params, {**self._headers, **(headers or {})}, data)
        needs = WRITE_NEEDS if write else SECOND_TRY_NEEDS
        if remaining() < (WRITE_NEEDS if write else PAUSE_SECONDS):
            raise Retryable(self.system, operation, "no time was left to ask")
        with deadline(CALL_SECONDS):
            try:
                return self._attempt(call)
            except Retryable as error:
                if not error.at_once or remaining() < needs + PAUSE_SECONDS:
                    raise
            time.sleep(PAUSE_SECONDS)
            return self._attempt(call)

    def _attempt(self, call: _Call) -> Answer:
        """Make one try, time it and log it. Never the URL or a body: they hold keys and residents' data."""
        started = time.monotonic()
        outcome = "interrupted"
        try:
            status, content = self._exchange(call)
            outcome = str(status)
        except requests.RequestException as error:
            outcome = type(error).__name__
            # Without its cause, whose words hold the whole URL.
            raise self._failure(call, error) from None
        finally:
            elapsed = (time.monotonic() - started) * 1000
            logger.info("%s %s: %s in %d ms", self.system, call.operation, outcome, elapsed)
        return self._judge(call, status, content)

    def _exchange(self, call: _Call) -> tuple[int, bytes]:
        url, params = call.url, call.params
        with self._session(call.write) as session:
            for _ in range(MOST_REDIRECTS + 1):
                response = session.request(
                    call.method,
                    url,
                    params=params,
                    data=call.data,
                    headers=call.headers,
                    timeout=timeouts(),
                    stream=True,
                    allow_redirects=False,
                )
                with response:
                    if call.write or not response.is_redirect:
                        return response.status_code, _body(response)
                    url, params = urljoin(url, response.headers["location"]), None
                if _origin(url) != _origin(call.url):
                    break
        raise _Elsewhere("a redirect that is not followed")

    @contextmanager
    def _session(self, write: bool) -> Iterator[PunctualSession]:
        """Give this thread's session, or a fresh one for a write.

        A kept connection may have been closed by the other side meanwhile, and then nobody could tell whether the
        write arrived; on a connection of its own that can't happen.
        """
        if write:
            with PunctualSession() as session:
                yield session
            return
        if not hasattr(self._local, "session"):
            self._local.session = PunctualSession()
        yield self._local.session

    def _failure(self, call: _Call, error: requests.RequestException) -> BackOfficeError:
        """Say what a failed exchange means for this call."""
        if isinstance(error, _Elsewhere):
            return Final(self.system, call.operation, "a redirect that is not followed", status=302, code="redirect")
        if _never_opened(error):
            return Retryable(self.system, call.operation, "could not connect", at_once=True)
        name = type(error).__name__
        if call.write:
            return OutcomeUnknown(self.system, call.operation, f"sent, and then {name}")
        return Retryable(self.system, call.operation, name, at_once=not isinstance(error, _TooBig))

    def _judge(self, call: _Call, status: int, content: bytes) -> Answer:
        """Return the answer of a 2xx; raise what any other status means for this call."""
        if 200 <= status < 300:
            return Answer(self.system, call.operation, status, content, call.write)
        code, message = problem_of(content)
        detail = f"HTTP {status} {code}".strip()
        if status in (408, 429):
            raise Retryable(self.system, call.operation, detail)
        if 400 <= status < 500:
            kind = NotFound if status == 404 else Final
            raise kind(self.system, call.operation, detail, status=status, code=code, message=message)
        if call.write:
            raise OutcomeUnknown(self.system, call.operation, detail)
        raise Retryable(self.system, call.operation, detail, at_once=status >= 500)


def segment(value: str) -> str:
    """Return `value` as one segment of a path. Raises ValueError for what can't be one: nothing, "." and ".."."""
    if value in ("", ".", ".."):
        raise ValueError(f"{value!r} can't be part of a path")
    return quote(value, safe="")


def _body(response: requests.Response) -> bytes:
    """Read the body, up to the cap; the socket keeps to the deadline."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_content(16384):
        parts.append(part)
        size += len(part)
        if size > MOST_BYTES:
            raise _TooBig("the answer is too big")
    return b"".join(parts)


def _never_opened(error: requests.RequestException) -> bool:
    """Tell whether the connection certainly never opened, so that nothing can have been sent."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else None
    if isinstance(reason, NewConnectionError):
        return True
    return bool(reason and reason.args and isinstance(reason.args[0], ssl.SSLCertVerificationError))


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")

"""Sessions of `requests` that can't be held up: every read from the socket obeys the deadline.

The timeout of `requests` starts again with each byte that arrives, so a server that drips can hold a thread for hours.
"""

import http.client
import io
import logging
import socket
from http.cookiejar import DefaultCookiePolicy
from typing import Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from actions.backoffice.deadline import remaining

CONNECT_SECONDS = 2.0
READ_SECONDS = 8.0

# Its lines hold whole URLs, and those hold keys and residents' addresses.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class _PunctualReader(io.RawIOBase):
    """Read from a socket, never waiting beyond the deadline of the calling context."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Fill `buffer` with what has arrived. Raises TimeoutError when the time is up."""
        left = min(READ_SECONDS, remaining())
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        self._sock.settimeout(left)
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class _PunctualResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_PunctualReader(raw, sock))


class _PlainConnection(HTTPConnection):
    response_class = _PunctualResponse


class _SecureConnection(HTTPSConnection):
    response_class = _PunctualResponse


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _PunctualAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


class PunctualSession(requests.Session):
    """A session that keeps no cookies, takes no proxy or password from the environment, and follows no redirect."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self.mount(scheme, _PunctualAdapter(max_retries=0))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no target: `requests` would read the whole body of a redirect, however large, before we may look."""
        return


def timeouts() -> tuple[float, float]:
    """Return the connect and read timeouts in seconds for a call that starts now."""
    left = max(0.05, remaining())
    return min(CONNECT_SECONDS, left), min(READ_SECONDS, left)

"""The session: a random key that the server made and signed, in a cookie that no script can read."""

import hashlib
import hmac
import re
import secrets
from typing import Any

from bot.channels.trouble import Trouble

COOKIE = "night_desk"
MAX_AGE = 30 * 24 * 3600
_SHAPE = re.compile(r"([A-Za-z0-9_-]{43})\.([0-9a-f]{64})")


class Sessions:
    """Makes, reads and ends sessions. The key is 256 random bits; a cookie that we did not sign is no session."""

    def __init__(self, secret: str, secure: bool) -> None:
        self._secret = hashlib.sha256(b"session\0" + secret.encode()).digest()
        self._secure = secure

    @staticmethod
    def new() -> str:
        """Return a new session's key."""
        return secrets.token_urlsafe(32)

    def read(self, request: Any) -> str | None:
        """Return the key of the request's session, or None when it has none that we signed."""
        parts = _SHAPE.fullmatch(request.cookies.get(COOKIE) or "")
        if parts is None or not hmac.compare_digest(self._sign(parts[1]), parts[2]):
            return None
        return parts[1]

    def needed(self, request: Any) -> str:
        """As `read`, for what needs a session. Raises Trouble (401) when there is none."""
        key = self.read(request)
        if key is None:
            raise Trouble(401, "no_session")
        return key

    def keep(self, response: Any, key: str) -> None:
        """Set the cookie, or renew it for another 30 days."""
        response.cookies[COOKIE] = f"{key}.{self._sign(key)}"
        self._guard(response.cookies[COOKIE], MAX_AGE)

    def end(self, response: Any) -> None:
        """Take the cookie away."""
        response.cookies[COOKIE] = ""
        self._guard(response.cookies[COOKIE], 0)

    def _guard(self, cookie: Any, max_age: int) -> None:
        cookie["max-age"] = max_age
        cookie["path"] = "/"
        cookie["httponly"] = True
        cookie["samesite"] = "Lax"
        if self._secure:
            cookie["secure"] = True

    def _sign(self, key: str) -> str:
        return hmac.new(self._secret, key.encode(), hashlib.sha256).hexdigest()

"""The headers that every answer has, and the check of where a request comes from."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.channels.trouble import Trouble
from bot.council import council
from bot.settings import Settings
from bot.words import words


def security_headers(settings: Settings, frame: str = "'none'") -> dict[str, str]:
    """Return the headers of a page: nothing inline, nothing from elsewhere, framed by the council's own sites alone.

    `frame` is what the page itself may frame.
    """
    ancestors = " ".join(["'self'", *settings.frame_origins.replace(",", " ").split()])
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        f"form-action 'self'; frame-ancestors {ancestors}; frame-src {frame}; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
        "Cache-Control": "no-store",
    }


def set_missing(response: Any, headers: Mapping[str, str]) -> None:
    """Set those headers that the response does not have yet."""
    for name, value in headers.items():
        response.headers.setdefault(name, value)


def check_origin(request: Any, settings: Settings) -> None:
    """Raise Trouble (403) when a browser says that the request was made on another site than ours."""
    origin = request.headers.get("origin")
    if origin is None:
        foreign = request.headers.get("sec-fetch-site") == "cross-site"
    else:
        foreign = not _is_ours(origin, request.headers.get("host", ""), settings.public_url)
    if foreign:
        raise Trouble(403, "wrong_origin", words("gate.wrong_origin", website=council()["website"]))


def _is_ours(origin: str, host: str, public_url: str) -> bool:
    try:
        theirs, ours = urlsplit(origin), urlsplit(public_url)
    except ValueError:
        return False
    if theirs.scheme not in ("http", "https") or not theirs.netloc:
        return False
    # A proxy may end TLS, so the scheme of our own host is not known here.
    return (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc) or theirs.netloc == host

"""What a request says: JSON or form to a message that the gate has admitted. Nothing here touches the database."""

import hashlib
import json
import math
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from sanic.request import parse_multipart_form

from bot.channels.trouble import Trouble
from bot.safety import gate
from bot.settings import Settings
from bot.words import words

FORM = "application/x-www-form-urlencoded"
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_CHOICE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BOUNDARY = re.compile(r'boundary="?([^";,]{1,200})"?', re.IGNORECASE)


@dataclass(frozen=True)
class Incoming:
    """One message as it came: its id, and one of a text, the id of a choice, or a place in degrees."""

    id: str
    text: str = ""
    choice: str | None = None
    location: dict[str, float] | None = None


@dataclass(frozen=True)
class Upload:
    """A photo as it came. It may be anything."""

    id: str
    content: bytes


def media_type(request: Any) -> str:
    """Return the media type of a request's body, in lower case, without its parameters."""
    return str(request.headers.get("content-type", "")).partition(";")[0].strip().lower()


def wants_page(request: Any) -> bool:
    """Return whether a browser asks for a page, rather than a script for JSON."""
    return "text/html" in request.headers.get("accept", "")


def from_json(body: bytes, settings: Settings) -> Incoming:
    """Read {"id", "text"}, {"id", "choice"} or {"id", "location": {"lat", "lng"}}. Raises Trouble."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Trouble(400, "bad_json") from None
    if not isinstance(said, dict) or sum(key in said for key in ("text", "choice", "location")) != 1:
        raise Trouble(400, "bad_json")
    message_id = checked_id(said.get("id"))
    if "choice" in said:
        return Incoming(message_id, choice=_checked_choice(said["choice"]))
    if "location" in said:
        return Incoming(message_id, location=_checked_location(said["location"]))
    if not isinstance(said["text"], str):
        raise Trouble(400, "bad_json")
    return Incoming(message_id, text=admit(said["text"], settings))


def form_fields(body: bytes) -> dict[str, str]:
    """Return the fields of a form, each once. Raises Trouble for one that is not UTF-8."""
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        raise Trouble(400, "bad_json") from None
    return {name: values[0] for name, values in fields.items()}


def from_form(fields: dict[str, str], settings: Settings) -> Incoming:
    """Read the fields id and text, or id and choice. Raises Trouble.

    A browser may keep an old form, with its id, and send other words in it; so the id goes with what is said.
    """
    message_id = checked_id(fields.get("id"))
    if "choice" in fields:
        choice = _checked_choice(fields["choice"])
        return Incoming(_with_content(message_id, choice.encode()), choice=choice)
    text = admit(fields.get("text", ""), settings)
    return Incoming(_with_content(message_id, text.encode()), text=text)


def from_upload(request: Any, body: bytes) -> Upload:
    """Read the fields id and photo of a multipart form. Raises Trouble (415) when it is something else."""
    boundary = _BOUNDARY.search(request.headers.get("content-type", ""))
    if media_type(request) != "multipart/form-data" or boundary is None:
        raise Trouble(415, "photo_type")
    try:
        parse: Any = parse_multipart_form
        fields, files = parse(body, boundary[1].encode())
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Trouble(400, "bad_json") from None
    message_id = checked_id(fields.get("id"))
    photo = files.get("photo")
    if photo is None or not photo.body:
        raise Trouble(400, "no_photo", words("page.error.no_photo"))
    return Upload(_with_content(message_id, photo.body) if wants_page(request) else message_id, photo.body)


def checked_id(value: object) -> str:
    """Return a message's id in lower case. Raises Trouble when it is not a UUID."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise Trouble(400, "bad_id")
    return value.lower()


def admit(text: str, settings: Settings) -> str:
    """Return the text as the gate admits it. Raises Trouble with the gate's own code."""
    try:
        return gate.admit(text, settings.message_characters)
    except gate.Refused as refused:
        message = words(refused.message_key, limit=f"{settings.message_characters:,}")
        raise Trouble(400, refused.code, message) from None


def _with_content(message_id: str, content: bytes) -> str:
    return f"{message_id}:{hashlib.sha256(content).hexdigest()[:16]}"


def _checked_choice(value: object) -> str:
    if not isinstance(value, str) or not _CHOICE.fullmatch(value):
        raise Trouble(422, "bad_choice")
    return value


def _checked_location(value: object) -> dict[str, float]:
    """Return {"lat", "lng"} in degrees (WGS 84). Raises Trouble for what is no place on Earth."""
    place: dict[str, float] = {}
    for name, most in (("lat", 90), ("lng", 180)):
        degrees: Any = value.get(name) if isinstance(value, dict) else None
        if type(degrees) not in (int, float) or not math.isfinite(degrees) or abs(degrees) > most:
            raise Trouble(400, "bad_json")
        place[name] = float(degrees)
    return place

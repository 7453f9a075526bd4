"""The built script and styles: their hashed names, and what is in them."""

import json
from functools import lru_cache
from pathlib import Path

DIST = Path(__file__).resolve().parent / "static" / "dist"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


@lru_cache(maxsize=1)
def manifest() -> dict[str, str]:
    """Return the built files, by plain name: {"chat.js": "chat-3f2a9c1d.js", ...}.

    Raises FileNotFoundError that says how to build them.
    """
    path = DIST / "manifest.json"
    if not path.exists():
        raise FileNotFoundError("the page's script and styles are not built: run `make assets`")
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def url(name: str) -> str:
    """Return the address of a built file, which changes whenever the file does. Raises KeyError for an unknown one."""
    return f"/static/{manifest()[name]}"


@lru_cache(maxsize=16)
def content(hashed: str) -> tuple[bytes, str] | None:
    """Return a built file and its media type by its hashed name, or None when there is no such file."""
    if hashed not in manifest().values():
        return None
    return (DIST / hashed).read_bytes(), TYPES[Path(hashed).suffix]

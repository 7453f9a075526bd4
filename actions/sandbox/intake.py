"""What is read from a report that is sent to the Open311 endpoint, and what it must hold."""

import math
import secrets
from typing import Any

from starlette.datastructures import FormData, UploadFile

from actions.sandbox import store
from actions.sandbox.georeport import Problem


def fields(form: FormData, query: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """Return the plain fields, the attributes (a list for `attribute[x][]`), and every media_url."""
    plain: dict[str, Any] = dict(query)
    attributes: dict[str, Any] = {}
    media = []
    for name, value in form.multi_items():
        if not isinstance(value, str):
            continue
        if name.startswith("attribute[") and name.endswith("][]"):
            attributes.setdefault(name[10:-3], []).append(value)
        elif name.startswith("attribute[") and name.endswith("]"):
            attributes[name[10:-1]] = value
        elif name in ("media_url", "media_url[]"):
            media += [value] if value else []
        else:
            plain[name] = value
    return plain, attributes, media


def place(plain: dict[str, Any]) -> tuple[float | None, float | None]:
    """Return the coordinates, (None, None) when an address stands in their place. Raises Problem 400."""
    lat, long = plain.get("lat"), plain.get("long")
    if lat in (None, "") and long in (None, ""):
        if not plain.get("address_string") and not plain.get("address_id"):
            raise Problem(400, "lat and long, address_string or address_id is required")
        return None, None
    try:
        read = float(lat or ""), float(long or "")
    except ValueError:
        raise Problem(400, "lat and long must be numbers") from None
    if not (math.isfinite(read[0]) and abs(read[0]) <= 90 and math.isfinite(read[1]) and abs(read[1]) <= 180):
        raise Problem(400, "lat or long is out of range")
    return read


def check_attributes(service: dict[str, Any], given: dict[str, Any]) -> None:
    """Raise Problem 400 with a line for each attribute that is missing or not one of its values."""
    wrong = []
    for attribute in service["attributes"]:
        code, answer = attribute["code"], given.get(attribute["code"])
        answers = answer if isinstance(answer, list) else [answer] if answer else []
        keys = {value["key"] for value in attribute.get("values", [])}
        if attribute["required"] and not answers:
            wrong.append(f"attribute[{code}] is required")
        elif keys and not keys.issuperset(answers):
            wrong.append(f"attribute[{code}] is not one of its values")
        elif attribute["datatype"] == "number" and not all(str(a).isascii() and str(a).isdigit() for a in answers):
            wrong.append(f"attribute[{code}] is not a number")
    if wrong:
        raise Problem(400, *wrong)


async def keep_photos(form: FormData) -> list[str]:
    """Keep the files of a multipart form; return their ids."""
    kept = []
    for _, value in form.multi_items():
        if isinstance(value, UploadFile):
            kept.append(secrets.token_hex(16))
            row = (kept[-1], value.content_type or "application/octet-stream", await value.read())
            with store.connect() as db:
                db.execute("INSERT INTO open311_photos VALUES (?, ?, ?)", row)
    return kept

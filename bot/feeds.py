"""The address of a home's bin calendar: signed, so that nobody can walk through the UPRNs and read other homes' days."""

import hashlib
import hmac

from bot.settings import get_settings


def calendar_path(uprn: str) -> str:
    """Return the path of the `.ics` feed of a home, for example "/bins/100091202104-0f3c….ics"."""
    return f"/bins/{uprn}-{calendar_signature(uprn, get_settings().secret_key)}.ics"


def calendar_signature(uprn: str, secret: str) -> str:
    """Return the first 24 hexadecimal digits of the HMAC-SHA256 of "bins" and the UPRN."""
    return hmac.new(secret.encode(), f"bins{uprn}".encode(), hashlib.sha256).hexdigest()[:24]

"""Which council a postcode belongs to: postcodes.io."""

from dataclasses import dataclass
from typing import Any

from actions.backoffice.errors import NotFound
from actions.backoffice.http import Door, segment


@dataclass(frozen=True)
class District:
    """The district or unitary council of a postcode: its name, its GSS code ("E07000138"), and the postcode's middle.

    `lat` and `lng` are WGS84, None where the Post Office gives none.
    """

    name: str
    gss: str
    lat: float | None
    lng: float | None


class Postcodes:
    """The client. Errors: see `Door`."""

    def __init__(self, base_url: str) -> None:
        self._door = Door("postcodes", base_url)

    def lookup(self, postcode: str) -> District | None:
        """Return the district of a postcode, or None when there is no such postcode (or no longer)."""
        try:
            return self._door.get("lookup", f"/postcodes/{segment(postcode)}").read(_district)
        except NotFound:
            return None


def _district(body: Any) -> District:
    result = body["result"]
    lat, lng = result.get("latitude"), result.get("longitude")
    return District(
        name=str(result["admin_district"]),
        gss=str(result["codes"]["admin_district"]),
        lat=None if lat is None else float(lat),
        lng=None if lng is None else float(lng),
    )

"""Addresses: OS Places API v1, the royal mail's records (DPA) and the council's own (LPI) merged by UPRN."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from actions.backoffice.cache import TtlCache
from actions.backoffice.errors import NotFound
from actions.backoffice.geometry import metres_between
from actions.backoffice.http import Door

BASE = "/search/places/v1"
DAY = 24 * 3600.0
PAGE = 100
MOST_PAGES = 5
NEAREST_METRES = "100"
FOUND = "25"
# GOV.UK's own rules for addresses that people can be asked about.
NOT_COUNCILS = {"ORDNANCE SURVEY", "HIGHWAYS ENGLAND"}
NOT_POSTAL = "N"


@dataclass(frozen=True)
class Address:
    """An address. `line` is without town and postcode ("4 Mill Lane"); `usrn` is the street, "" when not known.

    `lat` and `lng` are WGS84. `residential` is by the classification code (R*).
    """

    uprn: str
    line: str
    postcode: str
    usrn: str
    lat: float
    lng: float
    residential: bool


class Places:
    """The client. Errors: see `Door`."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._door = Door("places", base_url)
        self._api_key = api_key
        self._by_postcode: TtlCache[tuple[Address, ...]] = TtlCache(DAY)

    def by_postcode(self, postcode: str) -> list[Address]:
        """Return the addresses of a postcode by street and number; [] when there are none. Kept for 24 hours."""
        key = postcode.replace(" ", "").upper()
        return list(self._by_postcode.get_or_load(key, lambda: self._postcode(postcode)))

    def nearest(self, lat: float, lng: float) -> Address | None:
        """Return the address nearest to a WGS84 point, within 100 metres, or None."""
        params = {"point": f"{lat:.6f},{lng:.6f}", "srs": "WGS84", "radius": NEAREST_METRES}
        found = addresses_of(self._rows("nearest", params))
        return min(found, key=lambda a: metres_between(lat, lng, a.lat, a.lng), default=None)

    def find(self, text: str, near: tuple[float, float] | None = None) -> list[Address]:
        """Return up to 25 addresses for free text, best first; nearest first to `near` (lat, lng) when given."""
        found = addresses_of(self._rows("find", {"query": text, "maxresults": FOUND}))
        if near:
            found.sort(key=lambda a: metres_between(near[0], near[1], a.lat, a.lng))
        return found

    def _postcode(self, postcode: str) -> tuple[Address, ...]:
        rows: list[Any] = []
        for page in range(MOST_PAGES):
            params = {"postcode": postcode, "maxresults": str(PAGE), "offset": str(page * PAGE)}
            got = self._rows("postcode", params)
            rows += got
            if len(got) < PAGE:
                break
        return tuple(sorted(addresses_of(rows), key=_street_order))

    def _rows(self, operation: str, params: Mapping[str, str]) -> list[Any]:
        wanted = {**params, "dataset": "DPA,LPI", "output_srs": "WGS84", "key": self._api_key}
        try:
            # `results` is absent or null when there are none.
            return self._door.get(operation, f"{BASE}/{operation}", params=wanted).read(_checked_rows)
        except NotFound:
            return []


def _checked_rows(body: Any) -> list[Any]:
    body["header"]
    rows = list(body.get("results") or [])
    addresses_of(rows)
    return rows


def addresses_of(rows: Iterable[Any]) -> list[Address]:
    """Merge DPA and LPI rows by UPRN, in the order of their first row, without those that aren't real homes or shops.

    Raises LookupError, TypeError or ValueError for rows that OS Places doesn't give.
    """
    merged: dict[str, dict[str, dict[str, Any]]] = {}
    refused: set[str] = set()
    for row in rows:
        for kind in ("DPA", "LPI"):
            if kind in row:
                record = row[kind]
                merged.setdefault(str(record["UPRN"]), {}).setdefault(kind, record)
                if _is_refused(record):
                    refused.add(str(record["UPRN"]))
    return [_address(uprn, kinds) for uprn, kinds in merged.items() if uprn not in refused]


def _is_refused(record: Mapping[str, Any]) -> bool:
    custodian = str(record.get("LOCAL_CUSTODIAN_CODE_DESCRIPTION", ""))
    return custodian in NOT_COUNCILS or record.get("POSTAL_ADDRESS_CODE") == NOT_POSTAL


def _address(uprn: str, kinds: Mapping[str, Mapping[str, Any]]) -> Address:
    dpa, lpi = kinds.get("DPA", {}), kinds.get("LPI", {})
    # The royal mail's wording is the one that people know; the council's record has the street's number.
    record = dpa or lpi
    postcode = str(record.get("POSTCODE") or record.get("POSTCODE_LOCATOR") or "")
    town = str(record.get("POST_TOWN") or record.get("TOWN_NAME") or "")
    return Address(
        uprn=uprn,
        line=line_of(str(record["ADDRESS"]), town, postcode),
        postcode=postcode,
        usrn=str(lpi.get("USRN") or ""),
        lat=float(record["LAT"]),
        lng=float(record["LNG"]),
        residential=any(str(r.get("CLASSIFICATION_CODE", "")).startswith("R") for r in (dpa, lpi)),
    )


def line_of(address: str, town: str, postcode: str) -> str:
    """Return "4 Mill Lane" for "4, MILL LANE, ASHCOMBE, AZ1 2BB": without town and postcode, as people write it."""
    parts = [part.strip() for part in address.split(",") if part.strip()]
    for last in (postcode, town):
        if len(parts) > 1 and parts[-1].upper() == last.upper():
            parts.pop()
    lines: list[str] = []
    for part in parts:
        written = " ".join(_word(word) for word in part.split())
        if lines and re.fullmatch(r"\d+[A-Z]?(-\d+[A-Z]?)?", lines[-1]):
            lines[-1] += f" {written}"
        else:
            lines.append(written)
    return ", ".join(lines)


def _word(word: str) -> str:
    return word if any(c.isdigit() for c in word) else word.capitalize()


def _street_order(address: Address) -> tuple[object, ...]:
    """Sort by street, then by number as a number; a flat after the houses of its street."""
    parts = address.line.split(", ")
    number = re.match(r"(\d+)([A-Z]?)", parts[-1])
    street = parts[-1][number.end() :].strip() if number else parts[-1]
    digits = tuple(int(n) for n in re.findall(r"\d+", parts[0]))
    return (street, len(parts), int(number.group(1)) if number else 0, digits, address.line)

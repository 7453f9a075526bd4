"""The streets and homes of Ashcombe. Nothing is stored: the same postcode always gives the same street.

A postcode `AZ<area> <sector><two letters>` is one street: houses 1 to 8, and flats 1 to 3 in "<Street> House".
A UPRN is "10009", the area, the sector, three digits for the letters, two for the home (01 to 08, 11 to 13).
Odd houses are private, even houses are let by the council, flats are council leasehold.
"""

import json
import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

TOWN = "Ashcombe"
COUNCIL = "Ashcombe Borough Council"
GSS = "E07999001"
# Letters that the Post Office uses after the sector digit of a postcode. Pairs with one of the others, which somebody who
# makes up a postcode may type, come after them: index 400 and up.
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PAIRS = [a + b for a in LETTERS for b in LETTERS]
_PAIRS += [a + b for a in _ALPHABET for b in _ALPHABET if not (a in LETTERS and b in LETTERS)]
_INDEX = {pair: index for index, pair in enumerate(_PAIRS)}
HOUSES = tuple(range(1, 9))
FLATS = (11, 12, 13)
MILL_LANE = "AZ1 2BB"

_POSTCODE = re.compile(r"AZ([1-9])([0-9])([A-Z]{2})")
_UPRN = re.compile(r"10009([1-9])([0-9])([0-6][0-9]{2})([0-9]{2})")
_BASE_LAT, _BASE_LNG = 52.2, -1.5
# One street is a cell of about 110 m by 110 m, and a sector is a square of 20 by 20 cells.
_CELL_LAT, _CELL_LNG = 0.0010, 0.0016
_HOUSE_STEP = 0.00011
_NAMES: dict[str, list[str]] = json.loads(
    (Path(__file__).resolve().parent / "data" / "street_names.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Street:
    """One postcode. `index` counts its two letters from 0 to 675; `lat`, `lng` (WGS84) are the start of the street."""

    postcode: str
    name: str
    usrn: str
    area: int
    sector: int
    index: int
    lat: float
    lng: float


@dataclass(frozen=True)
class Home:
    """One address. `number` is 1 to 8 for a house and 11 to 13 for a flat; `tenure` is tenant, leasehold or private."""

    uprn: str
    number: int
    line: str
    postcode: str
    street: Street
    tenure: str
    lat: float
    lng: float

    @property
    def is_flat(self) -> bool:
        """Whether the home is a flat."""
        return self.number in FLATS

    @property
    def address(self) -> str:
        """The whole address on one line: "4 Mill Lane, Ashcombe, AZ1 2BB"."""
        return f"{self.line}, {TOWN}, {self.postcode}"


def normalise(text: str) -> str | None:
    """Return a postcode of this world as "AZ1 2BB"; None for any other text."""
    squeezed = re.sub(r"\s+", "", text).upper()
    return f"{squeezed[:3]} {squeezed[3:]}" if _POSTCODE.fullmatch(squeezed) else None


def street(postcode: str) -> Street | None:
    """Return the street of a postcode, written in any way; None when it is not of this world."""
    match = _POSTCODE.fullmatch(re.sub(r"\s+", "", postcode).upper())
    if match is None:
        return None
    area, sector, pair = match.groups()
    return _street(int(area), int(sector), _INDEX[pair])


def street_of(usrn: str) -> Street | None:
    """Return the street with this USRN; None when there is none."""
    match = re.fullmatch(r"100([1-9])([0-9])([0-6][0-9]{2})", usrn)
    area, sector, index = (int(group) for group in match.groups()) if match else (0, 0, len(_PAIRS))
    return _street(area, sector, index) if index < len(_PAIRS) else None


@lru_cache(maxsize=2048)
def _street(area: int, sector: int, index: int) -> Street:
    postcode = f"AZ{area} {sector}{_PAIRS[index]}"
    row, column = _cell(area, sector, index % 400)
    if index >= 400:  # between the streets of the others
        row, column = row + 0.5, column + 0.5
    return Street(
        postcode=postcode,
        name=_name(postcode),
        usrn=f"100{area}{sector}{index:03d}",
        area=area,
        sector=sector,
        index=index,
        lat=round(_BASE_LAT + row * _CELL_LAT, 6),
        lng=round(_BASE_LNG + column * _CELL_LNG, 6),
    )


def _cell(area: int, sector: int, index: int) -> tuple[float, float]:
    """Return the row (northwards) and column (eastwards) of a street: areas 3 by 3, sectors 2 by 5 in each."""
    row = (area - 1) // 3 * 40 + sector // 5 * 20 + index // 20
    column = (area - 1) % 3 * 100 + sector % 5 * 20 + index % 20
    return row, column


def _at_cell(row: int, column: int) -> Street | None:
    if not (0 <= row < 120 and 0 <= column < 300):
        return None
    area = row // 40 * 3 + column // 100 + 1
    sector = row % 40 // 20 * 5 + column % 100 // 20
    return _street(area, sector, row % 20 * 20 + column % 20)


def _name(postcode: str) -> str:
    if postcode == MILL_LANE:
        return "Mill Lane"
    number = zlib.crc32(postcode.encode())
    first, second = _NAMES["first"], _NAMES["second"]
    return f"{first[number % len(first)]} {second[number // len(first) % len(second)]}"


def addresses(postcode: str) -> list[Home]:
    """Return the homes of a postcode, houses first; [] when it is not of this world."""
    found = street(postcode)
    return [_home(found, number) for number in HOUSES + FLATS] if found else []


def address(uprn: str) -> Home | None:
    """Return the home with this UPRN; None when there is none. Leading zeros don't matter."""
    match = _UPRN.fullmatch(uprn.lstrip("0"))
    if match is None:
        return None
    area, sector, index, number = (int(group) for group in match.groups())
    known = number in HOUSES + FLATS and index < len(_PAIRS)
    return _home(_street(area, sector, index), number) if known else None


def _home(on: Street, number: int) -> Home:
    flat = number in FLATS
    return Home(
        uprn=f"10009{on.area}{on.sector}{on.index:03d}{number:02d}",
        number=number,
        line=f"Flat {number - 10}, {on.name} House" if flat else f"{number} {on.name}",
        postcode=on.postcode,
        street=on,
        tenure="leasehold" if flat else "private" if number % 2 else "tenant",
        lat=on.lat,
        lng=round(on.lng + (9 if flat else number - 1) * _HOUSE_STEP, 6),
    )


def nearest(lat: float, lng: float, radius: float) -> tuple[Home, float] | None:
    """Return the nearest home within `radius` metres of a WGS84 point, with its distance in metres; None when none."""
    row = min(max(round((lat - _BASE_LAT) / _CELL_LAT), 0), 119)
    column = min(max(round((lng - _BASE_LNG) / _CELL_LNG), 0), 299)
    reach = range(-1, 2)
    streets = [_at_cell(row + up, column + along) for up in reach for along in reach]
    homes = [home for found in streets if found for home in addresses(found.postcode)]
    ranked = sorted((metres(lat, lng, home.lat, home.lng), home.uprn, home) for home in homes)
    return (ranked[0][2], ranked[0][0]) if ranked and ranked[0][0] <= radius else None


def metres(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """Return the distance in metres between two WGS84 points, on a sphere."""
    half: float = sin(radians(other_lat - lat) / 2) ** 2
    half += cos(radians(lat)) * cos(radians(other_lat)) * sin(radians(other_lng - lng) / 2) ** 2
    return 2 * 6371000 * asin(sqrt(half))


@lru_cache(maxsize=1)
def streets_by_name() -> dict[str, tuple[Street, ...]]:
    """Return every street, by its name in capitals; a name other than Mill Lane has some fifty postcodes."""
    named: dict[str, list[Street]] = {}
    for area in range(1, 10):
        for sector in range(10):
            for index in range(400):
                found = _street(area, sector, index)
                named.setdefault(found.name.upper(), []).append(found)
    return {name: tuple(streets) for name, streets in named.items()}


def grid(lat: float, lng: float) -> tuple[int, int]:
    """Return a British National Grid easting and northing in metres: near the truth only close to Ashcombe."""
    return round(434250 + (lng + 1.5) * 68300), round(255750 + (lat - 52.2) * 111250)


def from_grid(easting: float, northing: float) -> tuple[float, float]:
    """Return the WGS84 latitude and longitude of a point near Ashcombe: the reverse of `grid`."""
    return 52.2 + (northing - 255750) / 111250, -1.5 + (easting - 434250) / 68300

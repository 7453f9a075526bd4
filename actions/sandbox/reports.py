"""What the Open311 endpoint knows: its services, the reports made through it, and those that are there from the start.

Reports get six-digit references from 200001. There from the start, and never stored: 100001 to 100003 near Mill Lane
(AZ1 2BB), and for number 7 of every street a missed refuse bin, reference "3", area, sector and the street's index.
A report's status is that of its latest update.
"""

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any

from actions.sandbox import rounds, store, world
from actions.sandbox.georeport import stamp, working_days_after
from bot import clock

SCHEMA = """
CREATE TABLE IF NOT EXISTS open311_requests (
    id INTEGER PRIMARY KEY, service_code TEXT NOT NULL, description TEXT, address TEXT, address_id TEXT, zipcode TEXT,
    lat REAL, long REAL, uprn TEXT, attributes TEXT NOT NULL, media_urls TEXT NOT NULL, contact TEXT NOT NULL,
    token TEXT UNIQUE, token_reads INTEGER NOT NULL DEFAULT 0, requested TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS open311_requests_when ON open311_requests (requested);
CREATE INDEX IF NOT EXISTS open311_requests_uprn ON open311_requests (uprn, service_code);
CREATE TABLE IF NOT EXISTS open311_updates (
    id INTEGER PRIMARY KEY, update_id TEXT NOT NULL, service_request_id TEXT NOT NULL, status TEXT NOT NULL,
    description TEXT NOT NULL, updated TEXT NOT NULL, media_url TEXT, UNIQUE (service_request_id, update_id));
CREATE TABLE IF NOT EXISTS open311_photos (id TEXT PRIMARY KEY, media_type TEXT NOT NULL, content BLOB NOT NULL);
"""
FIRST = 200000
CLOSED = frozenset(
    (
        "closed",
        "fixed",
        "duplicate",
        "not_councils_responsibility",
        "no_further_action",
        "internal_referral",
        "cancelled",
    )
)
OPEN = frozenset(
    ("open", "in_progress", "planned", "action_scheduled", "investigating", "reopen", "for_triage", "unchanged")
)
_SERVICES = Path(__file__).resolve().parent / "data" / "open311_services.json"


@dataclass(frozen=True)
class Report:
    """One report, as the council holds it. `status` is the one it began with; times are aware, in UTC."""

    id: str
    service_code: str
    description: str
    requested: datetime
    address: str | None = None
    address_id: str | None = None
    zipcode: str | None = None
    lat: float | None = None
    long: float | None = None
    uprn: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    media_urls: tuple[str, ...] = ()
    status: str = "open"


@dataclass(frozen=True)
class Update:
    """One change of a report's status."""

    id: str
    service_request_id: str
    status: str
    description: str
    updated: datetime
    media_url: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the update as FixMyStreet's extension writes it."""
        return {
            "update_id": self.id,
            "service_request_id": self.service_request_id,
            "status": self.status,
            "description": self.description,
            "updated_datetime": stamp(self.updated),
            "media_url": self.media_url or "",
        }


@lru_cache(maxsize=1)
def services() -> dict[str, dict[str, Any]]:
    """Return the services by code, from `data/open311_services.json`."""
    listed = json.loads(_SERVICES.read_text(encoding="utf-8"))["services"]
    return {service["service_code"]: service for service in listed}


def _seeds(now: datetime) -> list[Report]:
    homes = world.addresses(world.MILL_LANE)

    def seed(id: str, code: str, text: str, home: world.Home, days: int, status: str, **attributes: str) -> Report:
        requested = datetime.combine((now - timedelta(days=days)).date(), time(9, 14), timezone.utc)
        where = f"Outside {home.address}"
        return Report(
            id=id,
            service_code=code,
            description=text,
            requested=requested,
            address=where,
            zipcode=home.postcode,
            lat=home.lat,
            long=home.lng,
            attributes=attributes,
            status=status,
        )

    return [
        seed("100001", "pothole", "A deep hole by the kerb.", homes[2], 6, "open", where="edge", size="large"),
        seed("100002", "street_light", "The light is out.", homes[6], 3, "open", fault="out", column_number="14"),
        seed("100003", "graffiti", "Paint on the wall.", homes[7], 20, "open", offensive="no"),
    ]


def _seed_updates(now: datetime) -> list[Update]:
    when = {report.id: report.requested for report in _seeds(now)}
    return [
        Update(
            "100002-1",
            "100002",
            "investigating",
            "An engineer will test the light.",
            when["100002"] + timedelta(hours=26),
        ),
        Update("100003-1", "100003", "fixed", "The paint has been removed.", when["100003"] + timedelta(days=4)),
    ]


def missed_bin_reference(street: world.Street) -> str:
    """Return the reference of the missed refuse bin that number 7 of a street has reported."""
    return f"3{street.area}{street.sector}{street.index:03d}"


def _reported_missed_bin(reference: str, now: datetime) -> Report | None:
    if len(reference) != 6 or not reference.isdigit() or reference[0] != "3":
        return None
    home = world.address(f"10009{reference[1:]}07")
    if home is None:
        return None
    day = rounds.last(home.street, "refuse", now).date
    evening = datetime.combine(day, time(17, 45), clock.LONDON).astimezone(timezone.utc)
    return Report(
        id=reference,
        service_code="missed_bin",
        description="The general waste bin was not emptied.",
        requested=min(evening, now),
        address=home.address,
        zipcode=home.postcode,
        lat=home.lat,
        long=home.lng,
        uprn=home.uprn,
        attributes={"uprn": home.uprn, "bin": "refuse"},
    )


def _read(row: sqlite3.Row) -> Report:
    return Report(
        id=str(FIRST + row["id"]),
        service_code=row["service_code"],
        description=row["description"],
        requested=datetime.fromisoformat(row["requested"]),
        address=row["address"],
        address_id=row["address_id"],
        zipcode=row["zipcode"],
        lat=row["lat"],
        long=row["long"],
        uprn=row["uprn"],
        attributes=json.loads(row["attributes"]),
        media_urls=tuple(json.loads(row["media_urls"])),
    )


def get(reference: str) -> Report | None:
    """Return the report with this reference; None when there is none."""
    now = clock.now()
    for seed in _seeds(now):
        if seed.id == reference:
            return seed
    if not reference.isascii() or not reference.isdigit() or len(reference) > 9:
        return None
    with store.connect() as db:
        row = db.execute("SELECT * FROM open311_requests WHERE id = ?", (int(reference) - FIRST,)).fetchone()
    return _read(row) if row else _reported_missed_bin(reference, now)


def between(start: datetime, end: datetime, codes: list[str]) -> list[Report]:
    """Return the reports made from `start` to `end`, newest first, of these services (of all when empty)."""
    with store.connect() as db:
        rows = db.execute(
            "SELECT * FROM open311_requests WHERE requested BETWEEN ? AND ? ORDER BY id DESC",
            (start.astimezone(timezone.utc).isoformat(), end.astimezone(timezone.utc).isoformat()),
        ).fetchall()
    stored = [_read(row) for row in rows]
    seeds = [report for report in reversed(_seeds(clock.now())) if start <= report.requested <= end]
    return [report for report in stored + seeds if not codes or report.service_code in codes]


def updates(reference: str | None = None) -> list[Update]:
    """Return the updates of one report, or of all, oldest first."""
    with store.connect() as db:
        rows = db.execute(
            "SELECT * FROM open311_updates WHERE ? IS NULL OR service_request_id = ? ORDER BY updated, id",
            (reference, reference),
        ).fetchall()
    stored = [
        Update(
            str(r["id"]),
            r["service_request_id"],
            r["status"],
            r["description"],
            datetime.fromisoformat(r["updated"]),
            r["media_url"],
        )
        for r in rows
    ]
    seeded = [update for update in _seed_updates(clock.now()) if reference in (None, update.service_request_id)]
    return sorted(seeded + stored, key=lambda update: update.updated)


def latest() -> dict[str, Update]:
    """Return the latest update of each report that has one."""
    return {update.service_request_id: update for update in updates()}


def to_json(report: Report, update: Update | None) -> dict[str, Any]:
    """Return a report as GeoReport writes it; `status` may be one of FixMyStreet's extended ones.

    Additions to the contract: `extended_attributes` (the report's answers) and `media_urls` where there are several.
    """
    service = services()[report.service_code]
    requested = report.requested.astimezone(clock.LONDON)
    due = working_days_after(requested.date(), int(service["working_days"]))
    shown = {
        "service_request_id": report.id,
        "status": update.status if update else report.status,
        "status_notes": update.description if update else None,
        "service_name": service["service_name"],
        "service_code": report.service_code,
        "description": report.description,
        "agency_responsible": world.COUNCIL,
        "service_notice": service["service_notice"],
        "requested_datetime": stamp(requested),
        "updated_datetime": stamp(update.updated.astimezone(clock.LONDON) if update else requested),
        "expected_datetime": stamp(datetime.combine(due, time(17, 0), clock.LONDON)),
        "address": report.address,
        "address_id": report.address_id,
        "zipcode": report.zipcode,
        "lat": report.lat,
        "long": report.long,
        "media_url": report.media_urls[0] if report.media_urls else None,
        "extended_attributes": report.attributes,
    }
    return shown | ({"media_urls": list(report.media_urls)} if len(report.media_urls) > 1 else {})


def open_missed_bin(home: world.Home, wanted: str, now: datetime) -> str | None:
    """Return the reference of an open missed bin report since the last visit for that bin; None when there is none."""
    last = rounds.last(home.street, wanted, now).date
    references = [missed_bin_reference(home.street)] if home.number == 7 and wanted == "refuse" else []
    with store.connect() as db:
        rows = db.execute(
            "SELECT * FROM open311_requests WHERE service_code = 'missed_bin' AND uprn = ? ORDER BY id DESC",
            (home.uprn,),
        ).fetchall()
    references = [
        report.id
        for report in map(_read, rows)
        if report.attributes.get("bin") == wanted and report.requested.astimezone(clock.LONDON).date() >= last
    ] + references
    for reference in references:
        changes = updates(reference)
        if not changes or changes[-1].status not in CLOSED:
            return reference
    return None

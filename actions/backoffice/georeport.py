"""What GeoReport v2 sends and takes: its records as dataclasses, and how they are read and written."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

# FixMyStreet's extended statuses; GeoReport's own are open and closed.
OPEN = frozenset(
    ["open", "in_progress", "planned", "action_scheduled", "investigating", "reopen", "for_triage", "unchanged"]
)

# The last line of a report or an update that we sent.
OUR_REF = re.compile(r"^Ref ND-[A-Z0-9]{8}\s*\Z", re.MULTILINE)


@dataclass(frozen=True)
class Service:
    """Something that can be reported. `has_attributes`: it has questions of its own, see `Open311.definition`."""

    code: str
    name: str
    description: str
    group: str
    keywords: tuple[str, ...]
    has_attributes: bool


@dataclass(frozen=True)
class Attribute:
    """A question of a service.

    `question` is in the council's words, `hint` "" or a help for the answer. `datatype`: string, number, datetime,
    text, singlevaluelist or multivaluelist. `values`: (key, name) of each choice. `asked` is False for words that are
    only shown. `automated`: filled in by the council's systems.
    """

    code: str
    question: str
    hint: str
    datatype: str
    required: bool
    order: int
    asked: bool
    automated: bool
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ServiceRequest:
    """A report as the council tells it. Times are aware. `status` is one of GeoReport's or of FixMyStreet's."""

    id: str
    status: str
    status_notes: str | None
    service_code: str
    service_name: str
    description: str
    requested: datetime
    updated: datetime | None
    expected: datetime | None
    address: str | None
    lat: float | None
    lng: float | None
    notice: str | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be dealt with."""
        return self.status in OPEN


@dataclass(frozen=True)
class ReportUpdate:
    """A change of a report, `reference`, as FixMyStreet's extension tells it. `updated` is aware."""

    id: str
    reference: str
    status: str
    description: str
    updated: datetime

    @property
    def is_ours(self) -> bool:
        """Whether we sent it ourselves: its last line is a reference of ours."""
        return OUR_REF.search(self.description) is not None


@dataclass(frozen=True)
class NearbyRequest:
    """An open report and how far away it is, in whole metres."""

    request: ServiceRequest
    metres: int


def flag(value: object) -> bool:
    """Read a boolean; open311-adapter writes them as the strings "true" and "false"."""
    return value.lower() in ("true", "1") if isinstance(value, str) else bool(value)


def service_of(one: Any) -> Service:
    """Read an item of services.json."""
    keywords = one.get("keywords") or ""
    words = keywords if isinstance(keywords, list) else str(keywords).split(",")
    groups = one.get("groups") or [one.get("group")]
    return Service(
        code=str(one["service_code"]),
        name=str(one["service_name"]),
        description=str(one.get("description") or ""),
        group=str(groups[0] or ""),
        keywords=tuple(word.strip() for word in words if word.strip()),
        has_attributes=flag(one.get("metadata", False)),
    )


def attribute_of(one: Any) -> Attribute:
    """Read an item of a definition's `attributes`."""
    return Attribute(
        code=str(one["code"]),
        question=str(one.get("description") or ""),
        hint=str(one.get("datatype_description") or ""),
        datatype=str(one["datatype"]),
        required=flag(one.get("required", False)),
        order=int(one.get("order") or 0),
        asked=flag(one.get("variable", True)),
        automated=bool(one.get("automated")),
        values=tuple((str(value["key"]), str(value["name"])) for value in one.get("values") or ()),
    )


def reference_and_token(body: Any) -> tuple[str, str]:
    """Read the answer to a report, or to a token; "" for the one that is not there. Raises ValueError without both."""
    first = body[0]
    reference, token = _text(first.get("service_request_id")), _text(first.get("token"))
    if reference is None and token is None:
        raise ValueError("neither a reference nor a token")
    return reference or "", token or ""


def request_of(one: Any) -> ServiceRequest:
    """Read an item of requests.json."""
    requested = _moment(one["requested_datetime"])
    if requested is None:
        raise ValueError("a report without its time")
    return ServiceRequest(
        id=str(one["service_request_id"]),
        status=str(one["status"]).lower(),
        status_notes=_text(one.get("status_notes")),
        service_code=str(one["service_code"]),
        service_name=str(one.get("service_name") or ""),
        description=str(one.get("description") or ""),
        requested=requested,
        updated=_moment(one.get("updated_datetime")),
        expected=_moment(one.get("expected_datetime")),
        address=_text(one.get("address")),
        lat=_number(one.get("lat")),
        lng=_number(one.get("long")),
        notice=_text(one.get("service_notice")),
    )


def update_of(one: Any) -> ReportUpdate:
    """Read an item of servicerequestupdates.json. Raises ValueError without its time."""
    updated = _moment(one["updated_datetime"])
    if updated is None:
        raise ValueError("an update without its time")
    return ReportUpdate(
        id=str(one["update_id"]),
        reference=str(one["service_request_id"]),
        status=str(one["status"]).lower(),
        description=str(one.get("description") or ""),
        updated=updated,
    )


def fields_of(
    given: Mapping[str, str | None], attributes: Mapping[str, str | Sequence[str]], media_urls: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the form of a report: `attribute[code]`, `attribute[code][]` for several, and a media_url for each."""
    fields = [(name, value) for name, value in given.items() if value]
    for code, answer in attributes.items():
        if isinstance(answer, str):
            fields.append((f"attribute[{code}]", answer))
        else:
            fields += [(f"attribute[{code}][]", one) for one in answer]
    return fields + [("media_url", url) for url in media_urls]


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None


def _number(value: Any) -> float | None:
    return None if value in (None, "") else float(value)


def _moment(value: Any) -> datetime | None:
    if not value:
        return None
    read = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return read if read.tzinfo else read.replace(tzinfo=timezone.utc)

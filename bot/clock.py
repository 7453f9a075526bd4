"""The clocks: the council's, which `NOW` freezes for a demo or a test, and the machine's. Nobody else asks the system."""

import os
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """Return the present moment, aware, in UTC.

    Raises ValueError when `NOW` is set and is not an ISO 8601 time with an offset.
    """
    frozen = os.environ.get("NOW")
    if not frozen:
        return machine_now()
    moment = datetime.fromisoformat(frozen.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"NOW={frozen} needs an offset, for example 2026-12-25T23:30:00+00:00")
    return moment.astimezone(timezone.utc)


def machine_now() -> datetime:
    """Return the machine's time, aware, in UTC: for tries and leases, which a frozen clock would never reach."""
    return datetime.now(timezone.utc)


def local_now() -> datetime:
    """Return the present moment on the council's wall clock (Europe/London)."""
    return now().astimezone(LONDON)


def today() -> date:
    """Return the council's calendar day."""
    return local_now().date()

"""When is my bin day: an address, and the next date of each bin with what moved it and why."""

from actions.backoffice.places import Address
from actions.backoffice.waste import BinService
from actions.engine.talk import Talk
from actions.journeys.parts import our_address
from actions.plain import bin_name, day
from bot.clock import today
from bot.feeds import calendar_path
from bot.settings import get_settings


def run(talk: Talk) -> None:
    """Tell the next collection of each bin, soonest first."""
    address = our_address(talk)
    services = talk.lookup(f"bins {address.uprn}", lambda: talk.systems.waste.services(address.uprn, address.postcode))
    coming = sorted((s for s in services if s.next_date), key=lambda s: (s.next_date or today(), s.bin))
    if not coming:
        talk.end("none", go=("speak_to_person",), address=address.line)
    lines = [_line(talk, service) for service in coming]
    late = [talk.words("late", bin=bin_name(s), until=day(s.round_late_until)) for s in services if s.round_late_until]
    talk.end(
        "result",
        go=("set_bin_reminder",) if late else ("report_missed_bin", "set_bin_reminder"),
        address=f"{address.line}, {address.postcode}",
        lines="\n".join(lines + late),
        calendar=calendar_url(address),
    )


def _line(talk: Talk, service: BinService) -> str:
    assert service.next_date
    when = day(service.next_date)
    if service.next_date == today():
        when = talk.words("today", day=when)
    if service.usual_date:
        return talk.words(
            "moved", bin=bin_name(service), day=when, usual=day(service.usual_date), reason=service.change_reason or ""
        )
    return talk.words("line", bin=bin_name(service), day=when)


def calendar_url(address: Address) -> str:
    """Return the address of the home's calendar feed."""
    return f"{get_settings().public_url}{calendar_path(address.uprn)}"

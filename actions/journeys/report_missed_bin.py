"""My bin was not emptied: the reasons why it may not have been, then a report to the waste team."""

from datetime import date, time

from actions.acts import MISSED_BIN
from actions.backoffice.waste import BinService
from actions.engine.readers import Option, Pick
from actions.engine.talk import Row, Talk
from actions.journeys.parts import our_address
from actions.plain import bin_name, day, hour, sentence
from bot.clock import local_now, today
from bot.council import council
from bot.hours import working_days_between


def run(talk: Talk) -> None:
    """Report a missed bin, unless a reason is known: then say it, and what to do."""
    address = our_address(talk)
    services = talk.lookup(f"bins {address.uprn}", lambda: talk.systems.waste.services(address.uprn, address.postcode))
    if not services:
        talk.end("none", go=("speak_to_person",), address=address.line)
    options = [Option(sentence(bin_name(s)), s.bin, also=_also(s.bin)) for s in services]
    chosen = talk.ask("bin", Pick("bin"), options=options)
    service = next(s for s in services if s.bin == chosen)
    _known_reason(talk, service)
    assert service.last_date
    talk.check(
        [
            Row("address", talk.words("row.address"), f"{address.line}, {address.postcode}"),
            Row("bin", talk.words("row.bin"), sentence(bin_name(service))),
            Row("day", talk.words("row.day"), day(service.last_date), change=False),
        ]
    )
    codes = council()["bins"]["service_codes"]
    done = talk.act(
        MISSED_BIN,
        {
            "service_code": codes["missed"],
            "description": f"Missed collection: {bin_name(service)}, {service.last_date.isoformat()}",
            "uprn": address.uprn,
            "address": f"{address.line}, {address.postcode}",
            "lat": address.lat,
            "lng": address.lng,
            "attributes": {"bin": service.bin},
        },
    )
    talk.end(done.state, bin=bin_name(service), reference=done.reference, our_ref=done.our_ref)


def _known_reason(talk: Talk, service: BinService) -> None:
    """End the journey when the bin can't be reported, with the reason; return when it can."""
    name, last = bin_name(service), service.last_date
    if service.report_open:
        talk.end("already", bin=name, reference=service.report_open)
    if service.round_late_until:
        talk.end("late", bin=name, until=day(service.round_late_until))
    if last is None:
        talk.end("no_collection", bin=name, go=("speak_to_person",))
    if last == today() and local_now().time() < _crew_day_ends():
        talk.end("too_early", bin=name, ends=hour(_crew_day_ends()))
    if service.last_event and not service.last_event.general:
        reasons = council()["bins"]["reasons"]
        todo = reasons.get(service.last_event.type, talk.words("todo_default"))
        talk.end(
            "logged",
            bin=name,
            day=day(last),
            why=_why(talk, service.last_event.type),
            todo=todo,
            go=("ask_bin_policy", "ask_recycling_centre"),
        )
    if _too_late(last):
        following = day(service.next_date) if service.next_date else talk.words("soon")
        talk.end("too_late", bin=name, day=day(last), next=following, window=council()["bins"]["report_within_working_days"])


def _why(talk: Talk, event: str) -> str:
    known = {"Contaminated", "Not presented", "Incorrectly presented", "Too heavy", "Excess waste", "Damaged"}
    return talk.words(f"event.{event.lower().replace(' ', '_')}") if event in known else event.lower()


def _too_late(last: date) -> bool:
    return working_days_between(last, today()) > int(council()["bins"]["report_within_working_days"])


def _crew_day_ends() -> time:
    return time.fromisoformat(council()["bins"]["crew_day_ends"])


def _also(kind: str) -> tuple[str, ...]:
    return {
        "refuse": ("black", "general waste", "rubbish", "refuse", "grey", "household"),
        "recycling": ("blue", "recycling", "recycle"),
        "food": ("green", "food", "caddy", "food waste"),
        "garden": ("brown", "garden", "garden waste"),
    }.get(kind, ())

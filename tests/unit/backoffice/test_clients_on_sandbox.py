"""Every client against the sandbox council, for real: each function, and each fault that the sandbox can make."""

import time
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
import requests

from actions.backoffice.deadline import deadline
from actions.backoffice.errors import BackOfficeError, Final, NotFound, OutcomeUnknown, Retryable
from actions.backoffice.homes import Option
from actions.backoffice.repairs import RepairRequest
from actions.backoffice.systems import Systems
from bot import clock
from bot.settings import Settings

MILL_LANE = "AZ1 2BB"
PHONE = "07700 900456"


def systems_at(url: str, **more: str) -> Systems:
    names = ("pay", "notify", "open311", "repairs", "waste", "places", "revenues", "calendar")
    urls = {f"{name}_url": f"{url}/{name}" for name in names} | {"postcodes_url": f"{url}/places"}
    return Systems.from_settings(Settings(**urls, **more))  # type: ignore[arg-type]


@pytest.fixture
def systems(sandbox: str) -> Systems:
    return systems_at(sandbox)


def uprn_of(systems: Systems, line: str) -> str:
    return next(a.uprn for a in systems.places.by_postcode(MILL_LANE) if a.line == line)


def leaf(options: list[Option]) -> tuple[Option, Option, Option | None]:
    """Return the first path of a triage tree that can be booked."""
    for room in options:
        for problem in room.options:
            if not problem.exit and not problem.options:
                return room, problem, None
            for issue in problem.options:
                if not issue.exit:
                    return room, problem, issue
    raise AssertionError("nothing can be booked")


def our_ref() -> str:
    return f"ND-{uuid4().hex[:8].upper()}"


def break_down(url: str, system: str, kind: str, count: int = 9) -> None:
    fault = {"kind": kind, "count": count}
    requests.put(f"{url}/faults/{system}", json=fault, timeout=5).raise_for_status()


def test_addresses_of_a_postcode_are_homes_in_order_without_the_substation(systems: Systems) -> None:
    found = systems.places.by_postcode(MILL_LANE)
    assert [a.line for a in found[:8]] == [f"{n} Mill Lane" for n in range(1, 9)]
    assert [a.line.split(",")[0] for a in found[8:]] == ["Flat 1", "Flat 2", "Flat 3"]
    assert all(a.postcode == MILL_LANE and a.residential and a.usrn and len(a.uprn) == 12 for a in found)
    assert systems.places.by_postcode("AZ0 2CC") == []


def test_the_nearest_address_to_a_home_is_that_home(systems: Systems) -> None:
    home = systems.places.by_postcode(MILL_LANE)[3]
    found = systems.places.nearest(home.lat, home.lng)
    assert found and found.uprn == home.uprn
    assert systems.places.nearest(55.0, -3.0) is None


def test_an_address_is_found_by_its_words(systems: Systems) -> None:
    home = systems.places.by_postcode(MILL_LANE)[3]
    found = systems.places.find("4 Mill Lane", near=(home.lat, home.lng))
    assert found and found[0].uprn == home.uprn


def test_a_postcode_has_its_council(systems: Systems) -> None:
    ours = systems.postcodes.lookup(MILL_LANE)
    assert ours and ours.gss == "E07999001"
    theirs = systems.postcodes.lookup("SW1A 1AA")
    assert theirs and theirs.name == "Westminster"
    assert systems.postcodes.lookup("ZZ99 9ZZ") is None


def test_bin_days_agree_in_both_contracts(systems: Systems) -> None:
    uprn = uprn_of(systems, "1 Mill Lane")
    days = {c.bin: c.next_date for c in systems.waste.next_collections(uprn, MILL_LANE)}
    services = {s.bin: s for s in systems.waste.services(uprn, "AZ1 2BB")}
    assert set(days) == set(services) == {"refuse", "recycling", "food", "garden"}
    assert all(services[name].next_date == day for name, day in days.items())
    assert len(systems.waste.collections(uprn, MILL_LANE)) > len(days)


def test_what_the_crew_logged_is_told(systems: Systems) -> None:
    services = {
        (n, s.bin): s for n in (5, 6, 7, 8) for s in systems.waste.services(uprn_of(systems, f"{n} Mill Lane"), MILL_LANE)
    }
    left = services[5, "recycling"].last_event
    assert left and left.type == "Contaminated" and not left.general
    late = services[6, "refuse"]
    assert late.last_event and late.last_event.general
    assert late.round_late_until == clock.today() + timedelta(days=1)
    reported = services[7, "refuse"].report_open
    assert reported and systems.open311.request(reported)
    assert services[8, "refuse"].assisted and not services[7, "refuse"].assisted


def test_a_home_without_bins_has_no_services(systems: Systems) -> None:
    assert systems.waste.services("1", MILL_LANE) == []


def test_a_report_is_made_once_and_found_by_reference_by_our_reference_and_nearby(systems: Systems) -> None:
    home = systems.places.by_postcode(MILL_LANE)[0]
    since = clock.now()
    asked = [a for a in systems.open311.definition("pothole") if a.required and not a.automated]
    answers = {a.code: a.values[0][0] if a.values else "1" for a in asked}
    ours = our_ref()
    reference = systems.open311.report(
        "pothole",
        "A hole.",
        our_ref=ours,
        lat=home.lat,
        lng=home.lng,
        address=home.line,
        uprn=home.uprn,
        attributes=answers,
        media_urls=["http://127.0.0.1/photo"],
        contact={"phone": PHONE},
    )
    found = systems.open311.request(reference)
    assert found and found.service_code == "pothole" and found.is_open
    assert found.description == f"A hole.\nRef {ours}"
    assert found.notice and found.expected and found.lat == pytest.approx(home.lat)
    assert systems.open311.find("pothole", ours, since) == reference
    assert systems.open311.find("pothole", "ND-OTHER", since) is None
    near = systems.open311.nearby("pothole", home.lat, home.lng, 250, since - timedelta(days=90))
    assert near[0].request.id == reference and near[0].metres == 0
    assert "100001" in [one.request.id for one in near]


def test_every_service_can_be_reported_even_one_that_answers_with_a_token(systems: Systems) -> None:
    for service in systems.open311.services():
        asked = [a for a in systems.open311.definition(service.code) if a.required and not a.automated]
        answers = {a.code: a.values[0][0] if a.values else "1" for a in asked}
        reference = systems.open311.report(
            service.code,
            "Words.",
            our_ref=our_ref(),
            lat=52.2,
            lng=-1.5,
            attributes={"uprn": "100091203201", **answers},
        )
        found = systems.open311.request(reference)
        assert found and found.service_code == service.code


def test_a_report_without_a_needed_answer_is_refused(systems: Systems) -> None:
    with pytest.raises(Final) as caught:
        systems.open311.report("graffiti", "A tag.", our_ref=our_ref(), lat=52.2, lng=-1.5)
    assert caught.value.status == 400 and "attribute[offensive]" in caught.value.message


def test_a_wrong_open311_key_is_refused(sandbox: str) -> None:
    with pytest.raises(Final) as caught:
        systems_at(sandbox, open311_api_key="wrong").open311.report("graffiti", "x", our_ref="ND-A", lat=52.2, lng=-1.5)
    assert caught.value.status == 403


def test_a_payment_is_made_read_found_and_cancelled(systems: Systems) -> None:
    reference = our_ref()
    made = systems.pay.create(
        12345, reference, "Council tax 712345671", "https://www.ashcombe.example/back", {"account": "712345671"}
    )
    assert (made.status, made.finished, made.code, made.amount) == ("created", False, None, 12345)
    assert made.next_url and made.next_url.startswith("http")
    read = systems.pay.get(made.id)
    assert (read.id, read.reference, read.paid) == (made.id, reference, False)
    assert [p.id for p in systems.pay.search(reference)] == [made.id]
    assert systems.pay.search("ND-OTHER") == []
    systems.pay.cancel(made.id)
    cancelled = systems.pay.get(made.id)
    assert (cancelled.status, cancelled.finished, cancelled.code) == ("cancelled", True, "P0040")
    with pytest.raises(Final):
        systems.pay.cancel(made.id)
    with pytest.raises(NotFound):
        systems.pay.get("0" * 26)


def test_a_payment_that_pay_can_not_take_is_refused_with_its_code(systems: Systems) -> None:
    with pytest.raises(Final) as caught:
        systems.pay.create(10_000_001, our_ref(), "Too much", "https://www.ashcombe.example/back")
    assert caught.value.code == "P0102"


def test_a_wrong_pay_key_is_refused(sandbox: str) -> None:
    with pytest.raises(Final) as caught:
        systems_at(sandbox, pay_api_key="api_test_wrong").pay.search("ND-A")
    assert caught.value.status == 401


def test_a_text_and_an_email_are_sent_and_found_by_our_reference(systems: Systems) -> None:
    reference = our_ref()
    made = systems.notify.text(PHONE, "one_time_code", {"code": "123456", "minutes": "10"}, reference)
    assert systems.notify.find(reference) == made
    sent = systems.notify.get(made)
    assert (sent.kind, sent.status, sent.reference) == ("sms", "delivered", reference)
    assert "123456" in sent.body
    personal = {"what": "a pothole", "reference": "200001"}
    posted = systems.notify.email("resident@ashcombe.example", "report_logged_email", personal, our_ref())
    assert systems.notify.get(posted).to == "resident@ashcombe.example"
    assert systems.notify.find("ND-OTHER") is None
    with pytest.raises(NotFound):
        systems.notify.get(str(uuid4()))


def test_a_text_to_no_number_is_refused(systems: Systems) -> None:
    with pytest.raises(Final) as caught:
        systems.notify.text("12", "one_time_code", {"code": "1", "minutes": "10"}, our_ref())
    assert (caught.value.status, caught.value.code) == (400, "ValidationError")


def test_a_repair_is_booked_read_moved_and_cancelled(systems: Systems) -> None:
    repairs = systems.repairs
    home = next(h for h in repairs.addresses("tenant", MILL_LANE) if h.line.startswith("4 "))
    room, problem, issue = leaf(repairs.triage("tenant"))
    job = (room.value, problem.value, issue.value if issue else "")
    slots = repairs.slots("tenant", *job, home.location_id)
    booked = repairs.book("tenant", RepairRequest(home, room, problem, issue, "Tap drips", PHONE, "text", PHONE, slots[0]))
    read = repairs.get(MILL_LANE, booked.id)
    assert read and read.slot == slots[0] and read.kind == "tenant"
    assert read.room and read.room.display == room.display and read.property == home
    assert slots[0] not in repairs.slots("tenant", *job, home.location_id)
    repairs.change(MILL_LANE, booked.id, slots[1])
    repairs.change(MILL_LANE, booked.id, slots[1])
    moved = repairs.get(MILL_LANE, booked.id)
    assert moved and moved.slot == slots[1] and moved.slot.display == slots[1].display
    repairs.cancel(MILL_LANE, booked.id)
    repairs.cancel(MILL_LANE, booked.id)
    assert repairs.get(MILL_LANE, booked.id) is None


def test_a_repair_of_another_postcode_is_not_found(systems: Systems) -> None:
    assert systems.repairs.get(MILL_LANE, "1A2B3C4D") is None
    with pytest.raises(NotFound):
        systems.repairs.cancel(MILL_LANE, "1A2B3C4D")


@pytest.mark.parametrize("kind", ["tenant", "leasehold", "communal"])
def test_each_kind_of_home_has_its_addresses_and_its_tree_with_exits(systems: Systems, kind: str) -> None:
    assert systems.repairs.addresses(kind, MILL_LANE)  # type: ignore[arg-type]
    assert systems.repairs.addresses(kind, "ZZ1 1ZZ") == []  # type: ignore[arg-type]
    exits = {
        option.exit
        for room in systems.repairs.triage(kind)  # type: ignore[arg-type]
        for problem in room.options
        for option in (problem, *problem.options)
    }
    assert "emergency" in exits and None in exits


def test_a_communal_repair_is_booked_without_a_time(systems: Systems) -> None:
    (block,) = systems.repairs.addresses("communal", MILL_LANE)
    room, problem, issue = leaf(systems.repairs.triage("communal"))
    booked = systems.repairs.book("communal", RepairRequest(block, room, problem, issue, "Dark", PHONE, "text", PHONE))
    assert booked.id and booked.days_for_repair


def test_a_diary_that_comes_back_empty_is_an_empty_list(systems: Systems) -> None:
    home = systems.repairs.addresses("tenant", "AZ9 9ZZ")[0]
    room, problem, issue = leaf(systems.repairs.triage("tenant"))
    job = (room.value, problem.value, issue.value if issue else "")
    assert systems.repairs.slots("tenant", *job, home.location_id, clock.today()) == []


@pytest.mark.parametrize("adapter", ["hackney", "ims"])
def test_an_account_is_read_by_either_adapter(sandbox: str, adapter: str) -> None:
    revenues = systems_at(sandbox, revenues_adapter=adapter).revenues
    account = revenues.account("712345671")
    assert account and (account.reference, account.fund) == ("712345671", "CT")
    assert account.balance_pence > 0 and account.postcode.startswith("AZ")
    assert revenues.account("712345672") is None
    if adapter == "hackney":
        assert account.next_instalment and account.next_instalment.date > clock.today()
        assert account.phone and account.phone.startswith("07700 900")


def test_bank_holidays_are_read_and_kept(sandbox: str, systems: Systems) -> None:
    found = systems.calendar.bank_holidays()
    assert any(h.title == "Christmas Day" for h in found)
    break_down(sandbox, "calendar", "500")
    assert systems.calendar.bank_holidays() == found


HOLE = {"where": "edge"}
WRITES: dict[str, Callable[[Systems], object]] = {
    "pay": lambda s: s.pay.create(100, "ND-FAULT", "Council tax", "https://www.ashcombe.example/back"),
    "notify": lambda s: s.notify.text(
        PHONE, "a5c00000-0000-4000-8000-000000000004", {"code": "1", "minutes": "10"}, "ND-FAULT"
    ),
    "open311": lambda s: s.open311.report("pothole", "x", our_ref="ND-FAULT", lat=52.2, lng=-1.5, attributes=HOLE),
}
READS: dict[str, Callable[[Systems], object]] = {
    "pay": lambda s: s.pay.search("ND-FAULT"),
    "notify": lambda s: s.notify.find("ND-FAULT"),
    "open311": lambda s: s.open311.request("100001"),
    "repairs": lambda s: s.repairs.addresses("tenant", MILL_LANE),
    "waste": lambda s: s.waste.services("100091201001", MILL_LANE),
    "places": lambda s: s.places.by_postcode(MILL_LANE),
    "postcodes": lambda s: s.postcodes.lookup(MILL_LANE),
    "revenues": lambda s: s.revenues.account("712345671"),
}
MEANS: dict[str, type[BackOfficeError]] = {
    "down": OutcomeUnknown,
    "timeout": OutcomeUnknown,
    "500": OutcomeUnknown,
    "429": Retryable,
    "garbage": OutcomeUnknown,
    "reset": OutcomeUnknown,
}


@pytest.mark.parametrize("kind", MEANS)
@pytest.mark.parametrize("system", READS)
def test_a_faulty_read_is_retryable_within_its_time(sandbox: str, systems: Systems, system: str, kind: str) -> None:
    break_down(sandbox, system, kind)
    started = time.monotonic()
    with deadline(1.2), pytest.raises(Retryable) as caught:
        READS[system](systems)
    assert time.monotonic() - started < 1.6
    assert caught.value.system == system


@pytest.mark.parametrize("kind", MEANS)
@pytest.mark.parametrize("system", WRITES)
def test_a_faulty_write_is_never_taken_for_done_or_undone(sandbox: str, systems: Systems, system: str, kind: str) -> None:
    break_down(sandbox, system, kind, 1)
    with deadline(2.2), pytest.raises(BackOfficeError) as caught:
        WRITES[system](systems)
    assert type(caught.value) is MEANS[kind]


def test_what_was_done_behind_a_reset_is_found_afterwards_and_only_once(sandbox: str, systems: Systems) -> None:
    since = clock.now()
    for system, write in WRITES.items():
        break_down(sandbox, system, "reset", 1)
        with pytest.raises(OutcomeUnknown):
            write(systems)
    assert len(systems.pay.search("ND-FAULT")) == 1
    assert systems.notify.find("ND-FAULT")
    assert systems.open311.find("pothole", "ND-FAULT", since)


def test_a_slow_system_is_waited_for(sandbox: str, systems: Systems) -> None:
    break_down(sandbox, "open311", "slow", 1)
    with deadline(10):
        assert systems.open311.request("100001")


def test_one_fault_is_ridden_out_by_the_second_try(sandbox: str, systems: Systems) -> None:
    for kind in ("down", "500"):
        break_down(sandbox, "postcodes", kind, 1)
        assert systems.postcodes.lookup(MILL_LANE)


def test_nothing_at_all_listening_is_retryable_for_every_write(free_port: int) -> None:
    nobody = systems_at(f"http://127.0.0.1:{free_port}")
    for write in WRITES.values():
        with pytest.raises(Retryable):
            write(nobody)


def test_a_closed_report_is_opened_again_by_an_update_that_is_known_as_ours(systems: Systems, sandbox: str) -> None:
    began = clock.now() - timedelta(minutes=1)
    answers = {"offensive": "no"}
    reference = systems.open311.report("graffiti", "A tag", our_ref=our_ref(), address="Mill Lane", attributes=answers)
    team = {"api_key": "sandbox-open311-key", "service_request_id": reference, "update_id": "t1", "status": "CLOSED"}
    team |= {"description": "Cleaned.", "updated_datetime": began.isoformat()}
    requests.post(f"{sandbox}/open311/servicerequestupdates.json", data=team, timeout=5).raise_for_status()
    made = systems.open311.update(reference, "reopen", "It is back.", our_ref())
    found = {u.id: u for u in systems.open311.updates(began) if u.reference == reference}
    assert [(u.status, u.is_ours) for u in found.values()] == [("closed", False), ("reopen", True)] and made in found
    request = systems.open311.request(reference)
    assert request and request.is_open
    with pytest.raises(Final):
        systems.open311.update("999999", "reopen", "No such report.", our_ref())


def test_texts_that_the_council_received_are_listed_newest_first(systems: Systems, sandbox: str) -> None:
    assert systems.notify.received() == []
    for text in ("hello", "STOP"):
        body = {"phone": "07700 900123", "text": text}
        assert requests.post(f"{sandbox}/notify/received", json=body, timeout=5).status_code == 204
    found = systems.notify.received()
    assert [(one.phone, one.text) for one in found] == [("+447700900123", "STOP"), ("+447700900123", "hello")]
    assert requests.post(f"{sandbox}/notify/received", json={"phone": "x"}, timeout=5).status_code == 400

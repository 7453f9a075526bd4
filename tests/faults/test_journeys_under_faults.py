"""Each system failing in each way at the moment when it is needed, through the whole of Night Desk.

Whatever happens: one honest reply within twelve seconds, nothing said to be done that the back office does not have,
nothing done twice, and it works once the system is back.
"""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from bot.council import council
from bot.db import upgrade
from tests.journeys.talker import Talker
from tests.journeys.town import Town, desks_at
from tests.stack import EVENING, Resident, Stack

KINDS = ("down", "slow", "500", "429", "garbage", "reset")
MOST_SECONDS = 12.0
DONE = re.compile(r"^(Reported|Booked|Ordered|Moved|Cancelled|Pay £)", re.MULTILINE)
HONEST = re.compile(r"can't reach|could not|couldn't|did not answer|got no (clear )?answer|can't tell|not logged")
ALWAYS = 99
NEW_POSTCODES = (f"AZ7 {number}{letter}B" for letter in "ABDEF" for number in range(10))


def reports(stack: Stack, code: str = "") -> list[str]:
    """Return the references of the reports that were made since the reset."""
    found = requests.get(f"{stack.sandbox_url}/open311/requests.json", timeout=10).json()
    return [
        r["service_request_id"] for r in found if int(r["service_request_id"]) > 200000 and code in ("", r["service_code"])
    ]


def payments(stack: Stack) -> list[str]:
    found = requests.get(f"{stack.sandbox_url}/pay/v1/payments", timeout=10).json()["results"]
    return [p["payment_id"] for p in found]


def texts(stack: Stack, about: str) -> list[str]:
    """Return the ids of the texts whose words name a repair: what others kept may be sent at any time."""
    found = requests.get(f"{stack.sandbox_url}/notify/v2/notifications", timeout=10).json()["notifications"]
    return [n["id"] for n in found if about in n["body"]]


def repairs(stack: Stack) -> list[str]:
    """Return the references of all repairs: the contract lists none, so they are read off the page for people."""
    page = requests.get(f"{stack.sandbox_url}/repairs/", timeout=10).text
    return sorted(set(re.findall(r">([0-9A-F]{8})<", page)))


def to_a_payment(resident: Resident) -> None:
    resident.say("I'd like to settle some of my council tax this evening")
    resident.choose("Yes, I want to pay now")
    resident.say("712345671")
    resident.say("£120")


def to_a_missed_bin(resident: Resident) -> None:
    resident.say("the recycling lorry drove straight past 4 Church Gardens AZ1 1BB today")


def to_a_repair(resident: Resident) -> None:
    resident.say("the tap in the kitchen drips and won't stop, I'm a council tenant at AZ1 2BB")
    resident.choose("None of these")
    resident.choose("2 Mill Lane")
    resident.say("07700 900123")
    resident.choose(resident.replies[-1]["choices"][0]["title"])


def to_a_bin_day(resident: Resident) -> None:
    resident.say("I've lost track of when the dustcart does our road")
    resident.say("AZ1 2BB")


def yes(resident: Resident) -> str:
    return resident.choose("Yes, that's right")


@dataclass(frozen=True)
class Moment:
    """When a system is needed. `records` counts what it then has; `again` is what the resident does once it is back."""

    system: str
    method: str
    before: Callable[[Resident], None]
    needs: Callable[[Resident], str]
    records: Callable[[Stack], list[str]]
    again: Callable[[Resident], str]
    works: str


def try_again(resident: Resident) -> str:
    return resident.choose("Try again")


def _again(before: Callable[[Resident], None]) -> Callable[[Resident], str]:
    def again(resident: Resident) -> str:
        before(resident)
        return resident.replies[-1]["text"] if "already" in resident.replies[-1]["text"] else yes(resident)

    return again


def _asks_for_a_new_postcode(resident: Resident) -> None:
    resident.say("I've lost track of when the dustcart does our road")


def _gives_a_new_postcode(resident: Resident) -> str:
    """Give one that nobody has asked for, since addresses are remembered for a while."""
    return resident.say(next(NEW_POSTCODES))


def _pays_again(resident: Resident) -> str:
    resident.say("I'd like to settle some of my council tax this evening")
    resident.choose("Yes, I want to pay now")
    said = resident.say("712345671")
    if "How much" not in said:
        return said
    resident.say("£120")
    return yes(resident)


NOTHING: Callable[[Stack], list[str]] = lambda stack: []  # noqa: E731

ACTS = {
    "pay": Moment("pay", "POST", to_a_payment, yes, payments, _pays_again, "Pay £120|already have a payment of £120"),
    "open311": Moment(
        "open311", "POST", to_a_missed_bin, yes, reports, _again(to_a_missed_bin), "Reported|already reported"
    ),
    "repairs": Moment("repairs", "POST", to_a_repair, yes, repairs, _again(to_a_repair), "Booked"),
}
LOOKUPS = {
    "waste": Moment("waste", "GET", to_a_bin_day, lambda r: r.choose("4 Mill"), NOTHING, try_again, "Next collections"),
    "places": Moment(
        "places",
        "GET",
        _asks_for_a_new_postcode,
        _gives_a_new_postcode,
        NOTHING,
        try_again,
        "Which address",
    ),
    "postcodes": Moment(
        "postcodes",
        "GET",
        _asks_for_a_new_postcode,
        _gives_a_new_postcode,
        NOTHING,
        try_again,
        "Which address",
    ),
    "open311 questions": Moment(
        "open311",
        "GET",
        lambda r: (r.say("somebody has fly-tipped an old mattress down our lane"), None)[1],
        lambda r: r.say("AZ2 3DD, behind the garages"),
        lambda stack: reports(stack, "fly_tipping"),  # a report of an earlier test may still be on its way
        try_again,
        "What has been dumped",
    ),
    "repairs questions": Moment(
        "repairs",
        "GET",
        lambda r: (r.say("the tap in the kitchen drips and won't stop, I'm a council tenant at AZ1 2BB"), None)[1],
        lambda r: r.choose("None of these"),
        repairs,
        try_again,
        "Which address",
    ),
}


def timed(resident: Resident, needs: Callable[[Resident], str]) -> str:
    """Take the step and return what was said, once it was in time."""
    started = time.monotonic()
    said = needs(resident)
    assert time.monotonic() - started < MOST_SECONDS
    assert resident.replies, "silence"
    return said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ACTS)
def test_an_act_that_meets_a_fault_is_told_honestly_and_done_once(
    name: str, kind: str, stack: Stack, resident: Resident
) -> None:
    moment = ACTS[name]
    moment.before(resident)
    stack.fault(moment.system, kind, 1, moment.method)
    said = timed(resident, moment.needs)
    made = moment.records(stack)
    assert len(made) <= 1
    if DONE.search(said):
        assert len(made) == 1 and (name == "pay" or made[0] in said)
    else:
        assert HONEST.search(said), said
    stack.mend()
    if name == "open311" and "I've kept it" in said:
        return  # It is sent by itself: `test_what_was_kept_is_done_once_and_told_later` waits for it.
    if not (made and name == "repairs"):
        said = moment.again(resident)
        assert re.search(moment.works, said), said
    assert len(moment.records(stack)) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", LOOKUPS)
def test_a_lookup_that_meets_a_fault_is_told_honestly_and_can_be_tried_again(
    name: str, kind: str, stack: Stack, resident: Resident
) -> None:
    moment = LOOKUPS[name]
    moment.before(resident)
    stack.fault(moment.system, kind, 1 if kind == "slow" else ALWAYS, moment.method)
    said = timed(resident, moment.needs)
    stack.mend()
    assert not DONE.search(said) and not moment.records(stack)
    if kind != "slow":
        assert HONEST.search(said) and "Nothing has been sent" in said, said
        said = moment.again(resident)
    assert moment.works in said


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_that_can_not_be_sent_is_said_and_the_booking_stands(kind: str, stack: Stack, resident: Resident) -> None:
    to_a_repair(resident)
    stack.fault("notify", kind, 1, "POST")
    said = timed(resident, yes)
    [made] = repairs(stack)
    assert "Booked" in said and made in said
    sent = texts(stack, made)
    assert len(sent) == (kind in ("slow", "reset"))
    assert ("I've sent a text" in said) == (len(sent) == 1)


def test_systems_that_hold_their_answer_hold_up_nobody_else(stack: Stack) -> None:
    stack.reset()
    reporter, reader, payer = (Resident(stack.base_url) for _ in range(3))
    to_a_missed_bin(reporter)
    to_a_bin_day(reader)
    stack.fault("open311", "timeout", 1, "POST")
    stack.fault("waste", "timeout", ALWAYS)
    with ThreadPoolExecutor() as pool:
        report = pool.submit(timed, reporter, yes)
        read = pool.submit(timed, reader, lambda r: r.choose("4 Mill"))
        time.sleep(0.5)
        started = time.monotonic()
        to_a_payment(payer)
        paid = yes(payer)
        assert time.monotonic() - started < 3
        assert not report.done() and not read.done()
        said = report.result(), read.result()
    stack.mend()
    assert "Pay £120" in paid
    assert HONEST.search(said[0]) and not DONE.search(said[0]) and reports(stack) == []
    assert "can't reach the bin collection system" in said[1]
    assert "Next collections" in reader.choose("Try again")


def test_what_was_kept_is_done_once_and_told_later(stack: Stack) -> None:
    stack.reset()
    tenant, reporter, orderer = (Resident(stack.base_url) for _ in range(3))
    to_a_repair(tenant)
    to_a_missed_bin(reporter)
    orderer.say("could I get hold of a replacement food caddy, ours was nicked")
    orderer.choose("1")
    orderer.say("4 Church Gardens AZ1 1BB")
    stack.fault("notify", "429", 1, "POST")
    assert "I'll send it" in yes(tenant)
    [booked] = repairs(stack)
    stack.fault("open311", "429", 1, "POST")
    said = yes(orderer)
    assert "not placed yet" in said and not DONE.search(said)
    stack.stop_sandbox()
    try:
        said = timed(reporter, yes)
    finally:
        stack.start_sandbox()
    assert "not logged yet" in said and not DONE.search(said)
    [missed] = re.findall(r"reference is (\d+)", reporter.hear("is now reported", 60))
    [ordered] = re.findall(r"reference is (\d+)", orderer.hear("is now ordered", 60))
    assert reports(stack, "missed_bin") == [missed] and reports(stack, "container_request") == [ordered]
    assert len(texts(stack, booked)) == 1


@pytest.fixture
def owing(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talker]:
    """Somebody of a council that shows balances, which the stack's council does not, about to give their postcode."""
    monkeypatch.setenv("NOW", EVENING)
    monkeypatch.setitem(council()["council_tax"], "balance_enabled", True)
    desks = desks_at(Town(stack.sandbox_url), tmp_path / "night-desk.db")
    upgrade(desks.log.engine)
    talker = Talker(desks)
    talker.say("how much council tax do I owe", "check_council_tax_balance")
    talker.say("712345671")
    yield talker
    stack.mend()
    desks.log.engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
def test_a_balance_that_can_not_be_looked_up_is_told_honestly_and_can_be_tried_again(
    kind: str, stack: Stack, owing: Talker
) -> None:
    stack.fault("revenues", kind, 1 if kind == "slow" else ALWAYS)
    started = time.monotonic()
    owing.say("AZ9 9AA")
    assert time.monotonic() - started < MOST_SECONDS and len(owing.last) == 1
    assert "£" not in owing.said
    stack.mend()
    if kind != "slow":
        assert "can't reach the council tax system" in owing.said
        owing.press("Try again")
    assert owing.asked == "check_council_tax_balance.code"

"""Every journey before a system that fails: one honest reply, nothing claimed that no record has, nothing done twice."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.engine.desks import Desks
from tests.journeys.acts_again import later_round
from tests.journeys.talker import Talker
from tests.journeys.town import Town, desks_at

RIGHT = "Yes, that's right"
CLAIMS = re.compile(r"\b(Reported|Booked|Ordered|Moved|Cancelled|Paid)[.:]")
KINDS = ("down", "500", "429", "garbage", "reset")


def missed_bin(talker: Talker) -> None:
    talker.say("my black bin wasn't emptied at 4 Mill Lane AZ1 2BB", "report_missed_bin")


def bin_order(talker: Talker) -> None:
    talker.say("the crew broke my brown bin at 4 Mill Lane AZ1 2BB", "order_bin")
    talker.say("1")


def street_problem(talker: Talker) -> None:
    talker.say("there is litter everywhere in Mill Lane by the gate AZ1 2BB", "report_street_problem")
    while talker.asked != "report_street_problem.check":
        talker.press_choice(talker.last[-1].choices[-1])


def repair(talker: Talker) -> None:
    talker.say("my kitchen tap drips all day, I'm at AZ1 2BB", "report_repair")
    talker.press("None of these")
    talker.press("I rent")
    talker.say("4")
    talker.say("07700 900123")
    talker.say("monday morning")


def payment(talker: Talker) -> None:
    talker.say("I want to pay my council tax", "pay_council_tax")
    talker.press("Yes, I want to pay now")
    talker.say("712345671")
    talker.say("£145")


def counted(town: Town, what: str) -> int:
    """Return how many of these the back office holds."""
    held: dict[str, Callable[[], int]] = {
        "missed_bin": lambda: len(town.reports("missed_bin")),
        "bin_order": lambda: len(town.reports("container_request")),
        "street_problem": lambda: len(town.reports("litter")),
        "repair": lambda: len(town.repairs()),
        "payment": lambda: len(town.payments()),
    }
    return held[what]()


TO_THE_CHECK = {f.__name__: f for f in (missed_bin, bin_order, street_problem, repair, payment)}
SYSTEM = {"repair": "repairs", "payment": "pay"}
# What is certain after each failure: a report is kept when it certainly did not arrive; a payment or a booking is not.
AFTER = {
    "missed_bin": {"429": "kept", "reset": "done"},
    "bin_order": {"429": "kept", "reset": "done"},
    "street_problem": {"429": "kept", "reset": "done"},
    "repair": {"429": "rejected"},
    "payment": {"429": "rejected", "reset": "done"},
}
TOLD = {
    "kept": "I've kept it, and I'll send it as soon as I can|I've kept it and I'll send it as soon as I can",
    "unknown": "I can't tell if it|I can't give you a link",
    "rejected": "nothing is booked|nothing has been paid",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", TO_THE_CHECK)
def test_what_was_confirmed_is_claimed_only_when_the_record_has_it(talker: Talker, town: Town, what: str, kind: str) -> None:
    TO_THE_CHECK[what](talker)
    assert talker.asked.endswith(".check"), talker.said
    town.break_down(SYSTEM.get(what, "open311"), kind, 1, method="POST")
    talker.press(RIGHT)
    expected = AFTER[what].get(kind, "unknown")
    assert len(talker.last) == 1
    held = talker.commitments[0]
    if expected == "done":
        assert str(held.reference) in talker.said or "link" in talker.last[0].extra
    else:
        assert re.search(TOLD[expected], talker.said) and not CLAIMS.search(talker.said), talker.said
        assert re.search(r"\bND-[A-Z2-9]{8}\b", talker.said)
        assert held.state == {"kept": "requested"}.get(expected, expected)
    assert counted(town, what) == (1 if kind == "reset" else 0)


@pytest.mark.parametrize("what", ["missed_bin", "bin_order", "street_problem"])
def test_what_was_kept_is_done_once_when_the_system_is_back_and_told(
    talker: Talker, desks: Desks, town: Town, what: str
) -> None:
    TO_THE_CHECK[what](talker)
    town.break_down("open311", "429", 1, method="POST")
    talker.press(RIGHT)
    assert counted(town, what) == 0
    later_round(desks)
    later_round(desks)
    assert counted(town, what) == 1
    [told] = talker.later()
    assert "is back and your" in told and str(talker.commitments[0].reference) in told


def test_a_report_that_arrived_though_nobody_could_tell_is_found_later_and_not_sent_again(
    talker: Talker, desks: Desks, town: Town
) -> None:
    missed_bin(talker)
    town.break_down("open311", "reset")
    talker.press(RIGHT)
    assert "I can't tell if it arrived" in talker.said and talker.commitments[0].state == "unknown"
    town.mend()
    later_round(desks)
    later_round(desks)
    [made] = town.reports("missed_bin")
    [told] = talker.later()
    assert made["service_request_id"] in told


def test_a_report_that_never_arrived_stays_unknown_and_is_not_sent_again(talker: Talker, desks: Desks, town: Town) -> None:
    missed_bin(talker)
    town.break_down("open311", "500", 1, method="POST")
    talker.press(RIGHT)
    later_round(desks)
    later_round(desks)
    assert town.reports("missed_bin") == [] and talker.commitments[0].state == "unknown" and talker.later() == []


def test_a_booking_that_may_have_arrived_is_left_to_a_person_and_never_posted_again(
    talker: Talker, desks: Desks, town: Town
) -> None:
    repair(talker)
    town.break_down("repairs", "reset", 1, method="POST")
    talker.press(RIGHT)
    assert "I can't tell if it is booked" in talker.said and talker.asked == ""
    later_round(desks)
    assert len(town.repairs()) == 1 and town.texts() == []


@pytest.mark.parametrize(
    ("kind", "word", "texts"),
    [
        ("429", "I couldn't send the confirmation text yet", 0),
        ("500", "I couldn't send a confirmation text", 0),
        ("reset", "I've sent a text", 1),
    ],
)
def test_a_text_that_fails_takes_nothing_from_the_booking(
    talker: Talker, desks: Desks, town: Town, kind: str, word: str, texts: int
) -> None:
    repair(talker)
    town.break_down("notify", kind, 1, method="POST")
    talker.press(RIGHT)
    assert talker.said.startswith("Booked.") and word in talker.said
    assert len(town.repairs()) == 1 and len(town.texts()) == texts
    later_round(desks)
    assert len(town.texts()) == (0 if kind == "500" else 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("press", ["Move a repair appointment", "Cancel a repair"])
def test_moving_and_cancelling_are_claimed_only_when_done(talker: Talker, town: Town, press: str, kind: str) -> None:
    repair(talker)
    talker.press(RIGHT)
    reference = str(talker.commitments[0].reference)
    talker.press(press)
    if talker.asked == "change_repair_appointment.slot":
        talker.say("tuesday afternoon")
    town.break_down("repairs", kind, 1, method="POST")
    talker.press(RIGHT)
    held = town.repair("AZ1 2BB", reference)
    done = held is None or held["appointmentTime"]["startDateTime"] != "2026-11-30T08:00:00"
    assert done == (kind == "reset")
    assert bool(CLAIMS.search(talker.said)) == done and len(talker.last) == 1


def steps(*said: tuple[str, str]) -> Callable[[Talker], None]:
    """Return a conversation of these messages."""

    def talk(talker: Talker) -> None:
        for text, intent in said:
            talker.say(text, intent)

    return talk


LOOKUPS = {
    "places": steps(("when is my bin day at 4 Mill Lane AZ1 2BB", "check_bin_day")),
    "postcodes": steps(("when is my bin day at 4 Mill Lane AZ1 2BB", "check_bin_day")),
    "waste": steps(("my black bin wasn't emptied at 4 Mill Lane AZ1 2BB", "report_missed_bin")),
    "open311": steps(("what happened to report 100002", "check_report_status")),
    "repairs": steps(("when is repair 1A2B3C4D coming, AZ1 2BB", "check_repair_status")),
}


@pytest.mark.parametrize("kind", [*KINDS, "timeout"])
@pytest.mark.parametrize("system", LOOKUPS)
def test_a_system_that_can_not_be_read_is_named_and_trying_again_goes_on(
    town: Town, database: Path, system: str, kind: str
) -> None:
    resident = Talker(desks_at(town, database, turn_seconds=0.6 if kind == "timeout" else 10))
    town.break_down(system, kind)
    LOOKUPS[system](resident)
    assert len(resident.last) == 1 and "I can't reach the" in resident.said and not CLAIMS.search(resident.said)
    assert "Nothing has been sent" in resident.said and "failed_call" in resident.flags
    assert resident.titles == ["Try again", "Ask for a call back"]
    town.mend()
    resident.press("Try again")
    assert "I can't reach" not in resident.said
    assert resident.stack == [] or resident.asked, resident.said


def test_while_a_system_is_down_stop_stops(talker: Talker, town: Town) -> None:
    town.break_down("waste", "down", 99)
    missed_bin(talker)
    talker.say("forget it then", "stop")
    assert "I've stopped" in talker.said and talker.stack == []


def test_while_a_system_is_down_something_else_can_be_asked(talker: Talker, town: Town) -> None:
    town.break_down("waste", "down", 99)
    missed_bin(talker)
    talker.say("I want to pay my council tax", "pay_council_tax")
    assert talker.asked == "pay_council_tax.can_pay"


def test_words_while_a_system_was_down_try_again(talker: Talker, town: Town) -> None:
    town.break_down("waste", "down", 99)
    missed_bin(talker)
    town.mend()
    talker.say("ok try now")
    assert talker.asked == "report_missed_bin.check"


def test_stop_after_a_failed_last_look_books_nothing(talker: Talker, town: Town) -> None:
    """The diary is read once more before a booking; when that fails, the yes was said but nothing was done."""
    repair(talker)
    town.break_down("repairs", "down", 9, method="GET")
    talker.press(RIGHT)
    assert "I can't reach the repairs system" in talker.said
    town.mend()
    talker.say("no, stop", "stop")
    assert "Nothing has been sent" in talker.said and town.repairs() == [] and talker.commitments == []


def test_trying_again_after_a_failed_last_look_books_once(talker: Talker, town: Town) -> None:
    repair(talker)
    town.break_down("repairs", "down", 9, method="GET")
    talker.press(RIGHT)
    town.mend()
    talker.press("Try again")
    assert talker.said.startswith("Booked.") and len(town.repairs()) == 1


def test_a_turn_keeps_to_its_time(town: Town, database: Path) -> None:
    resident = Talker(desks_at(town, database, turn_seconds=3.0))
    missed_bin(resident)
    town.break_down("open311", "timeout", 9)
    started = time.monotonic()
    resident.press(RIGHT)
    assert time.monotonic() - started < 4.5
    assert len(resident.last) == 1 and "I can't tell if it arrived" in resident.said


@pytest.fixture(autouse=True)
def mended(town: Town) -> Iterator[None]:
    """Leave no fault behind."""
    yield
    town.mend()

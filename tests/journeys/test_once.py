"""Exactly once: turns that are run again after a crash, and acts that a crash cut short."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from actions.acts import BOOK_REPAIR, CALL_BACK, MISSED_BIN, PAYMENT, TEXT
from actions.acts.base import Act, carry_out, key_of, our_reference
from actions.engine.desks import Desks
from tests.journeys.acts_again import later_round
from tests.journeys.talker import Talker
from tests.journeys.test_broken_systems import TO_THE_CHECK, counted
from tests.journeys.town import Town

RIGHT = "Yes, that's right"

MISSED: dict[str, Any] = {
    "service_code": "missed_bin",
    "description": "Missed collection: general waste bin",
    "uprn": "100091202104",
    "address": "4 Mill Lane, AZ1 2BB",
    "lat": 52.2,
    "lng": -1.5,
    "attributes": {"bin": "refuse"},
}
PAID = {"account": "712345671", "amount_pence": 14500, "description": "Council tax", "return_token": "0" * 32}
TEXTED = {"phone": "+447700900123", "template": "repair_cancelled", "personalisation": {"reference": "1A2B3C4D"}}
CALLED = {"phone": "+447700900123", "about": "bins", "team": "waste", "by": "midday"}


def crash_before_settling(desks: Desks, talker: Talker, act: Act, request: dict[str, Any]) -> str:
    """Leave behind what a process leaves that dies between doing an act and writing down how it went."""
    key = key_of(act, request, "frame")
    desks.log.begin(key, conversation_id=talker.id, kind=act.kind, system=act.system, request=request, owner=act.owner)
    act.perform(desks.systems, request, our_reference(key))
    return key


@pytest.mark.parametrize("what", TO_THE_CHECK)
def test_a_turn_that_is_run_again_after_a_crash_gives_the_same_and_does_nothing_twice(
    talker: Talker, town: Town, what: str
) -> None:
    TO_THE_CHECK[what](talker)
    before = talker.slot
    talker.press(RIGHT)
    first = [c.reference for c in talker.commitments]
    talker.slot = before
    talker.press(RIGHT)
    assert counted(town, what) == 1 and [c.reference for c in talker.commitments] == first
    if what == "payment":
        assert "haven't made a second one" in talker.said
    else:
        assert str(first[0]) in talker.said


@pytest.mark.parametrize("what", TO_THE_CHECK)
def test_a_message_that_was_answered_and_comes_again_gets_the_same_replies(talker: Talker, town: Town, what: str) -> None:
    TO_THE_CHECK[what](talker)
    assert talker.again() == talker.last
    talker.press(RIGHT)
    assert talker.again() == talker.last and counted(town, what) == 1


def test_a_cancellation_that_is_run_again_after_a_crash_is_told_as_done(talker: Talker, town: Town) -> None:
    TO_THE_CHECK["repair"](talker)
    talker.press(RIGHT)
    talker.press("Cancel a repair")
    before = talker.slot
    talker.press(RIGHT)
    talker.slot = before
    talker.press(RIGHT)
    assert talker.said.startswith("Cancelled.") and len(town.texts()) == 2


def test_a_move_that_is_run_again_after_a_crash_is_told_as_done(talker: Talker, town: Town) -> None:
    TO_THE_CHECK["repair"](talker)
    talker.press(RIGHT)
    talker.press("Move a repair appointment")
    talker.say("tuesday afternoon")
    before = talker.slot
    talker.press(RIGHT)
    talker.slot = before
    talker.press(RIGHT)
    assert talker.said.startswith("Moved.") and "Tuesday 1 December, 12pm to 4pm" in talker.said
    assert len(town.repairs()) == 1 and len(town.texts()) == 2


@pytest.mark.parametrize(
    ("act", "request_", "held"),
    [
        (MISSED_BIN, MISSED, lambda town: town.reports("missed_bin")),
        (PAYMENT, PAID, lambda town: town.payments()),
        (TEXT, TEXTED, lambda town: town.texts()),
    ],
)
def test_an_act_that_a_crash_cut_short_is_looked_up_and_not_repeated(
    talker: Talker, desks: Desks, town: Town, act: Act, request_: dict[str, Any], held: Callable[[Town], list[Any]]
) -> None:
    crash_before_settling(desks, talker, act, request_)
    done = carry_out(act, request_, talker.id, "frame", desks.systems, desks.log)
    assert len(held(town)) == 1
    assert done.state == ("open" if act is PAYMENT else "confirmed") and done.reference
    assert act is not PAYMENT or done.detail["next_url"].startswith("http")


def test_what_a_crash_cut_short_is_looked_up_by_the_outbox_and_told(talker: Talker, desks: Desks, town: Town) -> None:
    crash_before_settling(desks, talker, MISSED_BIN, MISSED)
    later_round(desks)
    [made] = town.reports("missed_bin")
    assert made["service_request_id"] in talker.later()[0]


def test_an_act_that_was_begun_and_never_sent_is_not_claimed(talker: Talker, desks: Desks, town: Town) -> None:
    key = key_of(MISSED_BIN, MISSED, "frame")
    desks.log.begin(key, conversation_id=talker.id, kind="missed_bin", system="open311", request=MISSED, owner="waste")
    done = carry_out(MISSED_BIN, MISSED, talker.id, "frame", desks.systems, desks.log)
    assert done.state == "unknown" and done.reference == "" and town.reports("missed_bin") == []


def test_a_call_back_that_a_crash_cut_short_is_there(talker: Talker, desks: Desks) -> None:
    crash_before_settling(desks, talker, CALL_BACK, CALLED)
    done = carry_out(CALL_BACK, CALLED, talker.id, "frame", desks.systems, desks.log)
    assert done.state == "confirmed" and done.reference == done.our_ref


def test_the_same_act_again_stands_as_it_is(talker: Talker, desks: Desks, town: Town) -> None:
    first = carry_out(MISSED_BIN, MISSED, talker.id, "frame", desks.systems, desks.log)
    again = carry_out(MISSED_BIN, MISSED, talker.id, "frame", desks.systems, desks.log)
    assert again == first and len(town.reports("missed_bin")) == 1


def test_another_journey_may_do_the_same_act(talker: Talker, desks: Desks, town: Town) -> None:
    carry_out(MISSED_BIN, MISSED, talker.id, "frame", desks.systems, desks.log)
    carry_out(MISSED_BIN, MISSED, talker.id, "another", desks.systems, desks.log)
    assert len(town.reports("missed_bin")) == 2


def test_what_the_system_refuses_is_rejected_with_its_code_and_never_tried_again(
    talker: Talker, desks: Desks, town: Town
) -> None:
    wrong = {**TEXTED, "phone": "12"}
    done = carry_out(TEXT, wrong, talker.id, "frame", desks.systems, desks.log)
    assert done.state == "rejected" and done.code == "ValidationError"
    later_round(desks)
    assert town.texts() == [] and talker.commitments[0].attempts == 1


def test_a_booking_that_was_cut_short_is_unknown_because_nothing_can_find_it(
    talker: Talker, desks: Desks, town: Town
) -> None:
    TO_THE_CHECK["repair"](talker)
    talker.press(RIGHT)
    request = talker.commitments[0].request
    later = {**request, "slot": {"start": "2026-12-01T08:00:00+00:00", "end": "2026-12-01T12:00:00+00:00"}}
    crash_before_settling(desks, talker, BOOK_REPAIR, later)
    done = carry_out(BOOK_REPAIR, later, talker.id, "frame", desks.systems, desks.log)
    assert done.state == "unknown" and len(town.repairs()) == 2


def test_our_own_reference_can_be_read_out(talker: Talker) -> None:
    made = {our_reference(str(n)) for n in range(200)}
    assert len(made) == 200
    assert all(len(ref) == 11 and ref.startswith("ND-") and not set(ref[3:]) & set("ILOU01") for ref in made)


def test_a_fault_of_ours_is_told_honestly_and_leaves_the_task_where_it_was(talker: Talker, desks: Desks, town: Town) -> None:
    TO_THE_CHECK["missed_bin"](talker)
    before = talker.slot
    with desks.log.engine.begin() as conn:
        conn.execute(sa.text("ALTER TABLE commitments RENAME TO away"))
    talker.press(RIGHT, may_fail=True)
    assert "Something went wrong on our side" in talker.said and len(talker.last) == 1
    assert json.loads(talker.slot)["stack"] == json.loads(before)["stack"]
    assert "failed_turn" in talker.flags and town.reports("missed_bin") == []
    with desks.log.engine.begin() as conn:
        conn.execute(sa.text("ALTER TABLE away RENAME TO commitments"))
    talker.press(RIGHT, may_fail=True)
    assert talker.said.startswith("Reported.") and len(town.reports("missed_bin")) == 1

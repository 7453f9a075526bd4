"""The morning's list: what the night leaves for staff, in the real databases."""

import json

import pytest
from sqlalchemy.engine import Engine

from bot import clock, morning
from bot.council import council
from bot.log import CarryOn, ConversationLog, Deliveries, Doors, Plan, Reply


@pytest.fixture(autouse=True)
def _here(engine, monkeypatch):
    monkeypatch.setattr(morning, "get_engine", lambda: engine)
    monkeypatch.setattr(morning, "upgrade", lambda: None)


def test_a_quiet_night_leaves_nothing():
    assert not any(morning.morning().values())


def test_emergencies_call_backs_and_what_is_not_known_are_listed_without_what_was_said(log: ConversationLog, capsys):
    conversation = log.open("web", "somebody").id
    log.flag(conversation, "report_gas_leak")
    log.flag(conversation, "not_understood")
    shared = {"conversation_id": conversation, "system": "open311", "owner": "waste"}
    log.begin("a", kind="missed_bin", request={"description": "a secret"}, **shared)
    log.settle("a", "unknown")
    log.begin("b", kind="street_problem", request={}, **shared)
    log.settle("b", "confirmed", reference="200001")
    request = {"phone": "+447700900123", "team": "council_tax", "by": "midday on Tuesday"}
    log.begin("c", kind="call_back", request=request, **shared)
    log.settle("c", "confirmed", reference="ND-1")
    waits = log.receive(conversation, "1", "another secret")
    log.hand_to_staff(conversation, waits.seq, [Reply("An adviser will read it.")])
    found = morning.morning()
    assert [row["why"] for row in found["emergencies"]] == ["report_gas_leak"]
    assert [(row["kind"], row["state"]) for row in found["acts"]] == [("missed_bin", "unknown")]
    assert [(row["team"], row["phone"]) for row in found["call_backs"]] == [("Council tax", "+447700900123")]
    assert [row["state"] for row in found["unanswered"]] == ["staff"]
    assert not found["other_flags"]
    assert morning.main([]) == 0
    assert "secret" not in capsys.readouterr().out
    assert morning.main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == found


def test_a_reply_that_nobody_knows_of_or_that_is_not_taken_is_listed(log: ConversationLog, engine: Engine):
    doors, deliveries = Doors(engine, log.secret), Deliveries(engine)
    for chat, note in (("1", deliveries.unsure), ("2", deliveries.refused)):
        door = doors.enter("telegram", chat)
        inbound = log.receive(door.conversation_id, "1", "hello", door_id=door.id)
        log.answer(door.conversation_id, inbound.seq, [Reply("a secret")])
        claimed = deliveries.claim("telegram")
        assert claimed
        note(claimed)
    found = morning.morning()["unsent"]
    assert [(row["message"], row["state"]) for row in found] == [(2, "unsure"), (2, "undeliverable")]
    assert "secret" not in str(found)


def test_an_adviser_who_is_told_the_code_sees_the_conversation_and_the_code_stays_good(
    log: ConversationLog, monkeypatch, capsys
):
    monkeypatch.setattr(morning, "get_log", lambda: log)
    former, conversation = log.open("telegram", "a chat").id, log.open("web", "somebody").id
    for one in (former, conversation):
        log.receive(one, "1", f"my bin was missed, in {one}")
    carry_on = CarryOn(log)
    carry_on.redeem(carry_on.code(conversation), "telegram", "a chat")
    code = carry_on.code(conversation)
    assert morning.main([code.lower()]) == 0
    shown = capsys.readouterr().out
    assert f"my bin was missed, in {conversation}" in shown
    assert f"left conversation {former}" in shown
    assert morning.main([code]) == 0
    carry_on.redeem(code, "web", "a phone")
    capsys.readouterr()
    assert morning.main([code]) == 1
    assert morning.REFUSED in capsys.readouterr().err


def test_an_adviser_does_not_guess_codes_either(log: ConversationLog, monkeypatch, capsys):
    monkeypatch.setattr(morning, "get_log", lambda: log)
    for number in range(council()["carry_on"]["tries_a_day"]):
        assert morning.main([f"A2A-AAA-AA{number}"]) == 1
    assert morning.main([CarryOn(log).code(log.open("web", "somebody").id)]) == 1
    assert morning.TOO_MANY in capsys.readouterr().err


def test_what_the_council_could_not_say_and_texts_that_did_not_arrive_are_listed_without_the_number(
    log: ConversationLog, capsys
):
    conversation = log.open("web", "somebody").id
    log.begin(
        "t", conversation_id=conversation, kind="text", system="notify", request={"phone": "07700 900123"}, owner="waste"
    )
    log.settle("t", "confirmed", reference="n1", result={"delivery": "permanent-failure"})
    begun = clock.now()
    plan = Plan("k", "repair", "text", begun, begun, "R1", "words", "+447700900123", {"reference": "R1"})
    log.notices.plan(conversation, plan)
    taken = log.notices.claim()
    assert taken and log.notices.end(taken, "failed", "not sent in time")
    found = morning.morning()
    assert [(row["kind"], row["why"]) for row in found["undelivered"]] == [
        ("text", "permanent-failure"),
        ("repair", "not sent in time"),
    ]
    assert [row["why"] for row in found["other_flags"]] == ["failed_notice"]
    assert morning.main([]) == 0 and "900123" not in capsys.readouterr().out

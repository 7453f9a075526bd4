"""The morning's list: what the night leaves for staff, in the real databases."""

import json

import pytest

from bot import clock, morning
from bot.log import ConversationLog, Plan, Reply


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

import json

import pytest

from bot import clock, records
from bot.log import CarryOn, ConversationLog, Doors, Plan, Reply


@pytest.fixture
def conversation(log: ConversationLog, monkeypatch: pytest.MonkeyPatch) -> str:
    """A conversation with one question and its answer."""
    monkeypatch.setattr(records, "get_log", lambda: log)
    opened = log.open("web", "somebody")
    received = log.receive(opened.id, "m1", "when is my bin day")
    log.answer(opened.id, received.seq, [Reply("On Tuesday")])
    return opened.id


def test_export_prints_the_transcript(conversation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert records.export([conversation]) == 0
    assert "On Tuesday" in capsys.readouterr().out


def test_export_as_json_has_all_that_is_kept(conversation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert records.export([conversation, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [(m["direction"], m["text"]) for m in record["messages"]] == [("in", "when is my bin day"), ("out", "On Tuesday")]


def test_export_as_json_has_what_is_still_to_be_said_and_the_consent(
    conversation: str, log: ConversationLog, capsys: pytest.CaptureFixture[str]
) -> None:
    due = clock.now()
    log.notices.plan(conversation, Plan("k", "bins", "text", due, due, "home", "the words", "+447700900123"))
    assert records.export([conversation, "--json"]) == 0
    [notice] = json.loads(capsys.readouterr().out)["notices"]
    assert (notice["address"], notice["consent"], notice["state"]) == ("+447700900123", "the words", "due")


def test_erase_erases(conversation: str, log: ConversationLog, capsys: pytest.CaptureFixture[str]) -> None:
    assert records.erase([conversation]) == 0
    assert log.messages(conversation) == []
    assert conversation in capsys.readouterr().out


def test_an_unknown_conversation_is_an_error(conversation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert records.export(["nothing"]) == records.erase(["nothing"]) == 1
    assert "nothing" in capsys.readouterr().err


def test_export_as_json_has_the_chat_on_telegram_and_what_was_delivered(
    log: ConversationLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(records, "get_log", lambda: log)
    door = Doors(log.engine, log.secret).enter("telegram", "4000123")
    received = log.receive(door.conversation_id, "m1", "hello", door_id=door.id)
    log.answer(door.conversation_id, received.seq, [Reply("Hi")])
    assert records.export([door.conversation_id, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [(d["channel"], d["address"], d["blocked"]) for d in record["doors"]] == [("telegram", "4000123", False)]
    assert [m.get("delivery") for m in record["messages"]] == [None, "due"]


def test_export_as_json_names_the_conversations_that_were_left_for_this_one_and_the_other_way_round(
    conversation: str, log: ConversationLog, capsys: pytest.CaptureFixture[str]
) -> None:
    left = log.open("telegram", "chat 7").id
    log.receive(left, "u1", "hello")
    CarryOn(log).redeem(CarryOn(log).code(conversation), "telegram", "chat 7")
    records.export([conversation, "--json"])
    assert json.loads(capsys.readouterr().out)["former"] == [left]
    records.export([left, "--json"])
    assert json.loads(capsys.readouterr().out)["continued_in"] == conversation

"""Processes that die in the middle of a turn, and a database that is not there: nothing lost, nothing done twice."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from bot.db import upgrade
from tests.journeys.talker import Talker
from tests.journeys.town import Town, desks_at
from tests.stack import EVENING, Resident, Stack

MISSED = "the recycling lorry drove straight past 4 Church Gardens AZ1 1BB today"
LOST = "I've lost track of when the dustcart does our road"


def reports(stack: Stack) -> list[str]:
    found = requests.get(f"{stack.sandbox_url}/open311/requests.json", timeout=10).json()
    return [r["service_request_id"] for r in found if int(r["service_request_id"]) > 200000]


def everything(resident: Resident) -> list[str]:
    """Return every reply of the conversation, as a page that was reloaded asks for them."""
    answer = resident.session.get(f"{resident.base_url}/chat/updates?after=0", timeout=40)
    return [str(reply["text"]) for reply in answer.json()["replies"]]


class Press(threading.Thread):
    """A press of "Yes, that's right" by somebody whose connection may break."""

    def __init__(self, resident: Resident) -> None:
        super().__init__()
        self.resident = resident
        self.choice = resident.replies[-1]["choices"][0]["id"]
        self.status = 0
        self.start()

    def run(self) -> None:
        try:
            self.status = self.resident.send(choice=self.choice).status_code
        except requests.RequestException:
            self.status = -1


@pytest.fixture
def database(stack: Stack) -> Iterator[sqlite3.Connection]:
    """The stack's database, as an administrator opens it who takes something away."""
    with closing(sqlite3.connect(stack.folder / "night-desk.db", timeout=10, isolation_level=None)) as found:
        yield found


def test_the_assistant_killed_in_mid_turn_answers_once_and_the_act_is_done_once(stack: Stack, resident: Resident) -> None:
    resident.say(MISSED)
    stack.fault("open311", "slow", 1, "POST")
    press = Press(resident)
    time.sleep(1)
    stack.kill_assistant()
    press.join(20)
    assert press.status == -1
    stack.start_assistant()
    said = resident.hear("Reported", 30)
    [made] = reports(stack)
    assert made in said
    assert sum("Reported" in text for text in everything(resident)) == 1
    assert f"report {made}" in resident.say(f"what's the latest with report {made}").lower()
    assert reports(stack) == [made]


def test_while_the_action_server_is_down_messages_are_kept_and_an_emergency_is_answered(
    stack: Stack, resident: Resident
) -> None:
    stack.stop_actions()
    try:
        answer = resident.send(text=LOST)
        assert answer.status_code == 202
        assert "kept your message" in answer.json()["message"]
        second = resident.send(text="AZ1 2BB")
        assert second.status_code == 202
        other = Resident(stack.base_url)
        assert "0800 111 999" in other.say("there's a really strong smell of gas in the hallway")
    finally:
        stack.start_actions()
    resident.hear("Which address is it?", 40)
    said = everything(resident)
    assert [text for text in said if "What is the postcode" in text] == ["What is the postcode?"]
    assert sum("Which address is it?" in text for text in said) == 1


def test_the_action_server_killed_in_mid_act_claims_nothing_and_answers_once(stack: Stack, resident: Resident) -> None:
    resident.say(MISSED)
    stack.fault("open311", "slow", 1, "POST")
    press = Press(resident)
    time.sleep(1)
    stack.kill_actions()
    press.join(20)
    assert press.status == 202
    stack.start_actions()
    said = resident.hear("can't tell if it arrived", 40)
    assert "Reported" not in said and "won't send it twice" in said
    assert sum("can't tell if it arrived" in text for text in everything(resident)) == 1
    assert reports(stack) == []


def test_what_can_not_be_stored_is_never_acknowledged(
    stack: Stack, resident: Resident, database: sqlite3.Connection
) -> None:
    resident.say(LOST)
    database.execute("ALTER TABLE messages RENAME TO elsewhere")
    try:
        answer = resident.send(text="AZ1 2BB")
        updates = resident.session.get(f"{resident.base_url}/chat/updates?after=0", timeout=40)
        health = requests.get(f"{stack.base_url}/health/ready", timeout=10)
    finally:
        database.execute("ALTER TABLE elsewhere RENAME TO messages")
    assert answer.status_code == 503 and answer.json()["error"]["code"] == "internal"
    assert updates.status_code == 503
    assert health.status_code == 503 and health.json()["dependencies"]["database"] == "down"
    assert "AZ1 2BB" not in resident.session.get(f"{resident.base_url}/chat/transcript", timeout=10).text
    assert "Which address" in resident.say("AZ1 2BB")


def test_a_database_that_takes_no_writes_acknowledges_nothing(
    stack: Stack, resident: Resident, database: sqlite3.Connection
) -> None:
    resident.say(LOST)
    database.execute("CREATE TRIGGER read_only BEFORE INSERT ON messages BEGIN SELECT RAISE(FAIL, 'read-only'); END")
    try:
        answer = resident.send(text="AZ1 2BB")
        page = resident.session.get(f"{resident.base_url}/chat", timeout=10)
    finally:
        database.execute("DROP TRIGGER read_only")
    assert answer.status_code == 503
    assert page.status_code == 200 and "AZ1 2BB" not in page.text
    assert "Which address" in resident.say("AZ1 2BB")


def test_a_state_that_can_not_be_saved_leaves_the_message_waiting(
    stack: Stack, resident: Resident, database: sqlite3.Connection
) -> None:
    resident.say(LOST)
    database.execute("CREATE TRIGGER read_only BEFORE UPDATE ON dialogues BEGIN SELECT RAISE(FAIL, 'read-only'); END")
    try:
        assert resident.send(text="AZ1 2BB").status_code == 202
    finally:
        database.execute("DROP TRIGGER read_only")
    resident.hear("Which address is it?", 40)
    assert sum("Which address is it?" in text for text in everything(resident)) == 1


def test_a_turn_that_was_saved_and_never_written_down_gives_the_same_replies_again(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOW", EVENING)
    desks = desks_at(Town(stack.sandbox_url), tmp_path / "night-desk.db")
    upgrade(desks.log.engine)
    talker = Talker(desks)
    talker.say("my bin was missed", "report_missed_bin")
    talker.say("AZ1 1BB")
    inbound = desks.log.receive(talker.id, "the last one", "4")
    message = {
        "text": "4",
        "intent": {"name": "inform", "confidence": 0.9},
        "entities": [],
        "metadata": {"seq": inbound.seq, "text": "4"},
    }
    tracker = {"sender_id": talker.id, "slots": {"desk": json.loads(talker.slot)}, "latest_message": message}
    first = desks.answer(tracker)
    saved = json.loads(json.dumps(first["events"][0]["value"]))
    again = desks.answer({**tracker, "slots": {"desk": saved}})
    assert again["responses"] == first["responses"] and "Which bin was missed" in str(again)
    assert again["events"][0]["value"] == saved
    desks.log.engine.dispose()

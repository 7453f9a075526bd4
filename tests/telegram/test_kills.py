"""The assistant is killed: what was on disk goes out, once."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta, timezone

import pytest

from tests.servers import wait_until
from tests.stack import Stack
from tests.telegram.bot_api import BotApi
from tests.telegram.people import Person


@pytest.fixture
def person(api: BotApi, everything: Stack) -> Person:
    """Somebody who has said hello."""
    made = Person(api, everything.base_url)
    made.say("/start")
    return made


def deliveries(everything: Stack, state: str) -> int:
    with closing(sqlite3.connect(everything.folder / "night-desk.db", timeout=10)) as conn:
        [found] = conn.execute("SELECT count(*) FROM deliveries WHERE state = ?", (state,)).fetchall()
    return int(found[0])


def test_killed_between_the_commit_and_the_sending_it_is_sent_once(person: Person, api: BotApi, everything: Stack) -> None:
    api.fail("sendMessage", 429, count=1000, seconds=1, chat=person.chat)
    person.say("I've lost track of when the dustcart does our road", wait=False)
    wait_until(lambda: deliveries(everything, "due") > 0)
    everything.kill_assistant()
    api.mend()
    everything.start_assistant()
    assert "What is the postcode" in person.hear("postcode", 40)
    person.silence(3)


def test_killed_before_the_answer_it_is_answered_once(person: Person, api: BotApi, everything: Stack) -> None:
    everything.stop_actions()
    try:
        person.say("I've lost track of when the dustcart does our road", wait=False)
        person.hear("kept your message")
        everything.kill_assistant()
    finally:
        everything.start_actions()
    everything.start_assistant()
    person.hear("What is the postcode", 40)
    person.silence(7)


def test_killed_while_telegram_takes_it_it_is_not_sent_again_and_the_next_one_comes(
    person: Person, api: BotApi, everything: Stack
) -> None:
    api.fail("sendMessage", "hang", seconds=20, chat=person.chat)
    person.say("I've lost track of when the dustcart does our road", wait=False)
    person.hear("What is the postcode")
    everything.kill_assistant()
    everything.start_assistant()
    person.say("AZ1 2BB", wait=False)
    person.silence(3)
    lapse(everything)
    said = person.hear("Which address is it?", 20)
    assert "What is the postcode" not in said
    assert deliveries(everything, "unsure") == 1


def lapse(everything: Stack) -> None:
    """Let the time of every claim be over."""
    past = (datetime.now(timezone.utc) - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(everything.folder / "night-desk.db", timeout=10, isolation_level=None)) as conn:
        conn.execute("UPDATE deliveries SET next_try_at = ? WHERE state = 'sending'", (past,))

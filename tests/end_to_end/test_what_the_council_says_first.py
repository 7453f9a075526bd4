"""Reminders and news from the running processes, by HTTP: at their minute, once, whoever dies or runs twice."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests

from tests.servers import wait_until
from tests.stack import EVENING, Resident, Stack

RIGHT = "Yes, that's right"
DAY_BEFORE = "2026-11-29T10:00:00+00:00"
ROUNDS_SECONDS = 12  # more than two rounds


@pytest.fixture(autouse=True)
def _evening(stack: Stack) -> Iterator[None]:
    """Turn the clock back, for whoever comes next."""
    yield
    stack.mend()
    stack.turn_clock(EVENING)


def book(resident: Resident) -> str:
    """Book a repair for Monday morning and return its reference."""
    resident.say("the tap in the kitchen drips and won't stop, I'm a council tenant at AZ1 2BB")
    resident.choose("None of these")
    resident.choose("4 Mill Lane")
    resident.say("07700 900123")
    resident.say("monday morning")
    said = resident.choose(RIGHT)
    assert "Booked" in said and "remind you on Sunday 29 November" in said
    return said.split("reference is ")[1][:8]


def texts(stack: Stack, words: str = "someone will come") -> list[str]:
    found = requests.get(f"{stack.sandbox_url}/notify/v2/notifications", timeout=10).json()["notifications"]
    return [str(one["body"]) for one in found if words in one["body"]]


def first(resident: Resident, words: str) -> list[dict[str, Any]]:
    """Return the messages with these words, of the whole conversation."""
    answer = resident.session.get(f"{resident.base_url}/chat/updates?after=0", timeout=40)
    return [reply for reply in answer.json()["replies"] if words in reply["text"]]


def let_leases_run_out(stack: Stack, *, posts: bool = False) -> None:
    """Let two minutes go by by the machine's clock; with `posts`, so many that Notify shows all that it was sent."""
    with closing(sqlite3.connect(stack.folder / "night-desk.db", timeout=10)) as database, database:
        database.execute("UPDATE notices SET next_try_at = '2026-01-01 00:00:00.000000'")
        if posts:
            database.execute("UPDATE notices SET posted_at = '2026-01-01 00:00:00.000000' WHERE posted_at IS NOT NULL")


def test_a_reminder_arrives_at_the_frozen_clocks_minute_once_and_its_button_moves_the_appointment(
    stack: Stack, resident: Resident
) -> None:
    reference = book(resident)
    stack.turn_clock("2026-11-29T09:59:59+00:00")
    time.sleep(ROUNDS_SECONDS)
    assert texts(stack) == [] and first(resident, "Someone will come on Monday 30 November, 8am to 12pm for") == []
    stack.turn_clock(DAY_BEFORE)
    resident.hear(f"for your repair {reference}")
    wait_until(lambda: len(texts(stack)) > 0)
    time.sleep(ROUNDS_SECONDS)
    assert len(texts(stack)) == 1 and len(first(resident, f"for your repair {reference}")) == 1
    assert "booked for Monday 30 November" in resident.choose("Move the appointment")


def test_two_notifiers_on_one_database_say_each_notice_once(stack: Stack) -> None:
    stack.reset()
    residents = [Resident(stack.base_url) for _ in range(6)]
    for resident in residents:
        resident.say("remind me about my bins at 4 Mill Lane AZ1 2BB")
        resident.choose("By text")
        resident.say(f"07700 90012{residents.index(resident)}")
        resident.choose("9pm")
        assert "The first reminder is on Tuesday 24 November" in resident.choose(RIGHT)
    stack.turn_clock("2026-11-24T21:00:00+00:00")
    with stack.second_actions():
        wait_until(lambda: len(texts(stack, "food caddy")) >= len(residents))
        time.sleep(ROUNDS_SECONDS)
    assert len(texts(stack, "food caddy")) == len(texts(stack, "You asked us")) == len(residents)


def test_a_notifier_killed_between_taking_and_saying_leaves_it_to_the_next_and_it_is_said_once(
    stack: Stack, resident: Resident
) -> None:
    reference = book(resident)
    stack.fault("repairs", "slow", 1, "GET")
    stack.turn_clock(DAY_BEFORE)
    wait_until(lambda: requests.get(f"{stack.sandbox_url}/faults", timeout=5).json() == {})
    stack.kill_actions()
    assert first(resident, f"for your repair {reference}") == []
    let_leases_run_out(stack)
    stack.start_actions()
    resident.hear(f"for your repair {reference}")
    wait_until(lambda: len(texts(stack)) > 0)
    time.sleep(ROUNDS_SECONDS)
    assert len(texts(stack)) == 1 and len(first(resident, f"for your repair {reference}")) == 1


@pytest.mark.parametrize(("fault", "arrived"), [("slow", 0), ("reset", 1)])
def test_a_notifier_killed_while_it_posts_a_text_looks_it_up_and_sends_it_once(
    stack: Stack, resident: Resident, fault: str, arrived: int
) -> None:
    reference = book(resident)
    stack.fault("notify", fault, 1, "POST")
    stack.turn_clock(DAY_BEFORE)
    wait_until(lambda: requests.get(f"{stack.sandbox_url}/faults", timeout=5).json() == {})
    time.sleep(1)
    stack.kill_actions()
    assert len(texts(stack)) == arrived
    let_leases_run_out(stack, posts=True)
    stack.start_actions()
    resident.hear(f"for your repair {reference}")
    wait_until(lambda: len(texts(stack)) > 0)
    time.sleep(ROUNDS_SECONDS)
    assert len(texts(stack)) == 1


def test_a_number_that_does_not_exist_is_told_in_the_conversation_when_notify_says_so(
    stack: Stack, resident: Resident
) -> None:
    resident.say("remind me about my bins at 4 Mill Lane AZ1 2BB")
    resident.choose("By text")
    resident.say("07700 900002")
    resident.choose("9pm")
    resident.choose(RIGHT)
    resident.hear("couldn't reach you where you asked for reminders")
    stack.turn_clock("2026-11-24T21:00:00+00:00")
    time.sleep(ROUNDS_SECONDS)
    assert texts(stack, "food caddy") == []


def test_the_link_in_a_text_asks_before_it_stops_and_stops_for_good(stack: Stack, resident: Resident) -> None:
    resident.say("remind me about my bins at 4 Mill Lane AZ1 2BB")
    resident.choose("By text")
    resident.say("07700 900123")
    resident.choose("9pm")
    resident.choose(RIGHT)
    wait_until(lambda: len(texts(stack, "You asked us")) > 0)
    link = next(word for word in texts(stack, "You asked us")[0].split() if "/stop/" in word)
    page = requests.get(link, timeout=10)
    assert page.ok and "Do you want to stop the reminders?" in page.text
    stopped = requests.post(link, timeout=10)
    assert stopped.ok and "The reminders are stopped" in stopped.text
    assert requests.get(f"{stack.base_url}/stop/x", timeout=10).status_code == 404
    stack.turn_clock("2026-11-24T21:00:00+00:00")
    time.sleep(ROUNDS_SECONDS)
    assert texts(stack, "food caddy") == []


def test_reminders_stop_by_word_as_it_is_really_understood(stack: Stack, resident: Resident) -> None:
    book(resident)
    assert "stopped all reminders" in resident.say("stop reminders")


def test_news_of_a_report_and_whether_it_is_fixed(stack: Stack, resident: Resident) -> None:
    resident.say("the recycling lorry drove straight past 4 Church Gardens AZ1 1BB today")
    said = resident.choose(RIGHT)
    reference = said.split("reference is ")[1][:6]
    form = {"api_key": "sandbox-open311-key", "service_request_id": reference, "update_id": "u1", "status": "CLOSED"}
    form |= {"updated_datetime": EVENING, "description": "The crew came back."}
    requests.post(f"{stack.sandbox_url}/open311/servicerequestupdates.json", data=form, timeout=10).raise_for_status()
    assert "The crew came back" in resident.hear(f"report {reference}", 80)
    resident.choose("No, it's still full")
    assert f"opened report {reference} again" in resident.choose("Open it again")

"""Two wishes in one message from outside: by the fixed HTTP interface, with both results in the back office."""

import re
from typing import Any

import requests

from tests.stack import Resident, Stack

RIGHT = "Yes, that's right"


def reports(stack: Stack, code: str) -> list[dict[str, Any]]:
    """Return the back office's reports of a kind that were made since the reset."""
    answer = requests.get(f"{stack.sandbox_url}/open311/requests.json", params={"service_code": code}, timeout=10)
    answer.raise_for_status()
    return [one for one in answer.json() if int(one["service_request_id"]) > 200000]


def test_both_are_done_though_the_assistant_is_killed_between_them(stack: Stack, resident: Resident) -> None:
    said = resident.say(
        "could I have a new food caddy as ours is cracked, and nobody emptied our black bin at 4 Mill Lane AZ1 2BB today"
    )
    assert "First: Report a missed bin. After that: Order a bin" in said and "Check this" in said
    stack.kill_assistant()
    stack.start_assistant()
    said = resident.choose(RIGHT)
    [missed] = reports(stack, "missed_bin")
    assert missed["service_request_id"] in said and "Next, as you asked: Order a bin" in said
    said = resident.choose("1")
    assert "4 Mill Lane" in said
    said = resident.choose("Yes") if "Check this" not in said else said
    assert re.search(r"Food caddy.*\n.*\n- How many: 1", said)
    said = resident.choose(RIGHT)
    [order] = reports(stack, "container_request")
    assert order["service_request_id"] in said and "Next" not in said
    assert len(reports(stack, "missed_bin")) == 1


def test_beside_an_emergency_the_other_wish_is_kept(stack: Stack, resident: Resident) -> None:
    said = resident.say("there's a fire upstairs and my nan is in there!! also when is our bin day at 4 Mill Lane AZ1 2BB")
    assert resident.replies[0]["kind"] == "emergency" and said.startswith("Call 999 now")
    assert [choice["title"] for choice in resident.replies[-1]["choices"]] == ["Find your next bin day"]
    assert "Next collections for 4 Mill Lane" in resident.choose("Find your next bin day")

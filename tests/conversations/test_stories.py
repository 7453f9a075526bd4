"""Whole conversations, written so that a council officer can read them, held with the running assistant.

A story is in a file of its topic, `*.yml`:

    - story: what it shows
      steps:
        - resident: what is typed            (or `choose:` the start of a button's words, `location:` [lat, lng])
          assistant says: [words, words]     all of them stand in the replies to this step
          never says: [words]                none of them does
          offers: [words]                    buttons whose words begin so
          kind: emergency                    the first reply is of this kind
      afterwards: {payments: 1}              what the back office then has: a kind of record and how many

Words are compared without regard to capitals. What residents type is in no training file: a test sees to it.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.phrases import phrases
from tests.stack import Resident, Stack

HERE = Path(__file__).parent
KEYS = {"resident", "choose", "location", "assistant says", "never says", "offers", "kind"}
# What was there before anybody came has a lower number.
FIRST_NEW_REPORT = 200000


def _stories() -> list[Any]:
    found = []
    for path in sorted(HERE.glob("*.yml")):
        for told in yaml.safe_load(path.read_text(encoding="utf-8")):
            found.append(pytest.param(told, id=f"{path.stem}: {told['story']}"))
    return found


STORIES = _stories()


@pytest.mark.parametrize("told", STORIES)
def test_a_story_goes_as_it_is_told(told: dict[str, Any], stack: Stack, resident: Resident) -> None:
    offered: list[dict[str, Any]] = []
    for number, step in enumerate(told["steps"], start=1):
        if not any(reply["choices"] for reply in resident.replies):
            # The page keeps the newest buttons until there are newer ones.
            resident.replies = offered
        said = _heard(step, resident)
        _check(step, said, resident.replies, f"step {number}, {step}")
        offered = resident.replies if any(reply["choices"] for reply in resident.replies) else offered
    for kind, count in (told.get("afterwards") or {}).items():
        assert _records(stack, kind) == count, f"{kind} in the back office"


def _heard(step: dict[str, Any], resident: Resident) -> str:
    if "choose" in step:
        return resident.choose(str(step["choose"]))
    if "location" in step:
        lat, lng = step["location"]
        answer = resident.send(location={"lat": lat, "lng": lng})
        assert answer.status_code == 200, answer.text
        resident.replies = answer.json()["replies"]
        return "\n".join(str(reply["text"]) for reply in resident.replies)
    return resident.say(str(step["resident"]))


def _check(step: dict[str, Any], said: str, replies: list[dict[str, Any]], where: str) -> None:
    assert set(step) <= KEYS, f"{where}: unknown words {set(step) - KEYS}"
    assert replies, f"{where}: silence"
    texts = [reply["text"] for reply in replies]
    assert len(texts) == len(set(texts)), f"{where}: said twice\n{said}"
    for words in step.get("assistant says", ()):
        assert str(words).lower() in said.lower(), f"{where}: {words!r} is not in\n{said}"
    for words in step.get("never says", ()):
        assert str(words).lower() not in said.lower(), f"{where}: {words!r} is in\n{said}"
    offered = [choice["title"] for reply in replies for choice in reply["choices"]]
    for words in step.get("offers", ()):
        assert any(title.startswith(str(words)) for title in offered), f"{where}: {words!r} is not offered: {offered}"
    if "kind" in step:
        assert replies[0]["kind"] == step["kind"], f"{where}: {replies[0]['kind']}\n{said}"


def _records(stack: Stack, kind: str) -> int:
    """Count what the back office has, by its published contracts; `kind` is one of the words below."""
    if kind in ("payments", "texts"):
        path = {"payments": "/pay/v1/payments", "texts": "/notify/v2/notifications"}[kind]
        found = requests.get(f"{stack.sandbox_url}{path}", timeout=10).json()
        return len(found["results" if kind == "payments" else "notifications"])
    codes = {"missed bins": ("missed_bin",), "bin orders": ("container_request",)}.get(kind)
    assert codes or kind == "street reports", f"nobody counts {kind!r}"
    reports = requests.get(f"{stack.sandbox_url}/open311/requests.json", timeout=10).json()
    new = [r["service_code"] for r in reports if int(r["service_request_id"]) > FIRST_NEW_REPORT]
    bins = ("missed_bin", "container_request")
    return sum(code in codes if codes else code not in bins for code in new)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def test_nothing_that_a_story_types_was_trained_on() -> None:
    trained = {_plain(text) for text, _ in phrases()}
    typed = {_plain(str(step["resident"])) for param in STORIES for step in param.values[0]["steps"] if "resident" in step}
    # A short answer to a question ("yes", "kitchen") is the same in everybody's mouth.
    assert not {text for text in typed & trained if len(text.split()) > 3}


def test_the_stories_are_many_and_each_has_a_name_of_its_own() -> None:
    names = [param.values[0]["story"] for param in STORIES]
    assert len(names) == len(set(names)) >= 40

import json
import re
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from bot.log import ConversationLog
from bot.log.states import WAITING
from bot.settings import Settings
from bot.words import words
from tests.scripted import Scripted, Site, Visitor

NAUGHTY = (Path(__file__).parents[2] / "data" / "naughty_strings.txt").read_text(encoding="utf-8").splitlines()


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_message_comes_back_with_numbered_replies(visitor: Visitor) -> None:
    [reply] = visitor.say("which address")
    assert reply["seq"] == 2
    assert reply["text"] == "Which address is it?"
    assert [set(choice) for choice in reply["choices"]] == [{"id", "title"}] * 3
    assert reply["kind"] == "question"
    assert reply["html"] == '<p class="govuk-body">Which address is it?</p>'


def test_a_choice_that_was_offered_reaches_the_engine_by_its_value(visitor: Visitor, agent: Scripted) -> None:
    [question] = visitor.say("which address")
    answer = visitor.post({"choice": question["choices"][1]["id"]})
    assert answer.json()["replies"][0]["text"] == "You chose 2 Mill Lane."
    assert agent.heard[-1].metadata["choice"] == "value of 2 Mill Lane"


def test_a_place_reaches_the_engine(visitor: Visitor, agent: Scripted) -> None:
    answer = visitor.post({"location": {"lat": 52.2, "lng": -1.5}})
    assert answer.json()["replies"][0]["text"] == "You are near Mill Lane."
    assert agent.heard[-1].metadata["location"] == {"lat": 52.2, "lng": -1.5}
    assert words("page.location_shared") in visitor.page()


def test_the_same_id_again_is_the_same_message(visitor: Visitor, agent: Scripted) -> None:
    body = {"id": str(uuid4()), "text": "hello"}
    first, second = visitor.post(body), visitor.post(body)
    assert first.json() == second.json()
    assert len(agent.heard) == 1


@pytest.mark.parametrize("text", ["silence", "fail now"])
def test_a_message_without_an_answer_is_kept_and_said_to_be(visitor: Visitor, log: ConversationLog, text: str) -> None:
    answer = visitor.post({"text": text})
    assert answer.status_code == 202
    assert answer.json() == {"replies": [], "kept": True, "message": words("gate.kept")}
    assert [(m.text, m.state) for m in log.waiting()] == [(text, WAITING)]
    assert words("page.waiting") in visitor.page()


def test_a_kept_message_is_answered_once_the_engine_is_back(
    visitor: Visitor, agent: Scripted, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.base.SWEEP_SECONDS", 0.2)
    agent.script = lambda message: []
    assert visitor.post({"text": "hello"}).status_code == 202
    agent.script = lambda message: [{"text": "Late", "choices": [], "kind": "answer", "extra": {}}]
    later = visitor.http.get(f"{site.url}/chat/updates?after=0", timeout=30).json()["replies"]
    assert [reply["text"] for reply in later] == ["Late"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"text": ""}, (400, "empty")),
        ({"text": " \n "}, (400, "empty")),
        ({"text": "a" * 2001}, (400, "too_long")),
        ({"text": "a\x00b"}, (400, "characters")),
        ({"text": "\ud800"}, (400, "characters")),
        ({"text": 7}, (400, "bad_json")),
        ({"text": "hello", "choice": "abc"}, (400, "bad_json")),
        ({}, (400, "bad_json")),
        (["hello"], (400, "bad_json")),
        ({"id": "7", "text": "hello"}, (400, "bad_id")),
        ({"id": 7, "text": "hello"}, (400, "bad_id")),
        ({"choice": "never_offered_00"}, (422, "bad_choice")),
        ({"choice": "a\x00"}, (422, "bad_choice")),
        ({"choice": 3}, (422, "bad_choice")),
        ({"location": {"lat": 91, "lng": 0}}, (400, "bad_json")),
        ({"location": {"lat": "52", "lng": 0}}, (400, "bad_json")),
        ({"location": {"lat": True, "lng": 0}}, (400, "bad_json")),
        ({"location": None}, (400, "bad_json")),
        ({"text": "a" * 20_000}, (413, "too_big")),
    ],
)
def test_what_can_not_be_taken_is_refused_and_not_kept(
    visitor: Visitor, log: ConversationLog, agent: Scripted, body: object, expected: tuple[int, str]
) -> None:
    answer = visitor.post(body)
    assert code(answer) == expected
    assert answer.json()["error"]["message"]
    assert not agent.heard
    assert not log.waiting()


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 15_000, b'{"id": NaN'], ids=["cut", "bytes", "deep", "nan"])
def test_bad_json_is_refused(visitor: Visitor, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert code(visitor.http.post(f"{visitor.url}/chat/messages", data=body, headers=headers, timeout=20)) == (
        400,
        "bad_json",
    )


def test_a_body_without_a_length_is_counted_as_it_comes(visitor: Visitor) -> None:
    pieces = (b'{"text": "' + b"a" * 4000 for _ in range(20))
    headers = {"Content-Type": "application/json"}
    answer = visitor.http.post(f"{visitor.url}/chat/messages", data=pieces, headers=headers, timeout=20)
    assert code(answer) == (413, "too_big")


def test_another_kind_of_body_is_refused(visitor: Visitor) -> None:
    answer = visitor.http.post(f"{visitor.url}/chat/messages", data="<a/>", headers={"Content-Type": "text/xml"}, timeout=20)
    assert answer.status_code == 415


def test_a_choice_of_another_conversation_is_refused(site: Site) -> None:
    [question] = site.visitor().say("which address")
    assert code(site.visitor().post({"choice": question["choices"][0]["id"]})) == (422, "bad_choice")


@pytest.mark.parametrize("text", ["/restart", '/pay_council_tax{"amount": 1}', "/"])
def test_a_command_is_plain_text(visitor: Visitor, agent: Scripted, text: str) -> None:
    visitor.say(text)
    assert not agent.heard[0].text.startswith("/")
    assert agent.heard[0].metadata["text"] == text


def test_a_card_number_is_masked_before_anything_has_it(visitor: Visitor, agent: Scripted) -> None:
    replies = visitor.say("my card is 4242 4242 4242 4242")
    assert replies[0]["text"] == words("gate.card")
    assert "4242" not in agent.heard[0].text
    assert "4242" not in visitor.page()


def test_an_emergency_is_answered_without_rasa_and_marked_in_words(visitor: Visitor, agent: Scripted) -> None:
    [reply] = visitor.say("I can smell gas in my kitchen")
    assert (reply["kind"], reply["emergency"]) == ("emergency", "report_gas_leak")
    assert not agent.heard
    assert words("page.emergency_label") in visitor.page()


def test_more_messages_than_the_limit_wait(settings: Settings, log: ConversationLog, agent: Scripted) -> None:
    with Site(replace(settings, messages_per_minute=2), log, agent).running() as site:
        visitor = site.visitor()
        visitor.say("one")
        visitor.say("two")
        answer = visitor.post({"text": "three"})
        assert code(answer) == (429, "too_fast")
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert site.visitor().say("another resident")


def test_a_form_goes_back_to_the_newest_message(visitor: Visitor) -> None:
    answer = visitor.form(text="hello")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/chat#last")
    page = visitor.page()
    assert page.index("hello") < page.index("You said: hello")


def test_a_form_that_is_sent_twice_is_one_message(visitor: Visitor, agent: Scripted) -> None:
    message_id = str(uuid4())
    visitor.form(id=message_id, text="hello")
    visitor.form(id=message_id, text="hello")
    assert len(agent.heard) == 1


def test_other_words_in_an_old_form_are_another_message(visitor: Visitor, agent: Scripted) -> None:
    message_id = str(uuid4())
    visitor.form(id=message_id, text="hello")
    visitor.form(id=message_id, text="goodbye")
    assert [message.text for message in agent.heard] == ["hello", "goodbye"]


def test_a_choice_by_form(visitor: Visitor) -> None:
    visitor.form(text="which address")
    found = re.search(r'name="choice" value="([^"]+)">2 Mill Lane<', visitor.page())
    assert found
    visitor.form(choice=found[1])
    assert "You chose 2 Mill Lane." in visitor.page()


def test_a_refused_form_shows_why_and_keeps_the_words(visitor: Visitor) -> None:
    typed = "a" * 2001
    answer = visitor.form(text=typed)
    assert answer.status_code == 400
    assert words("gate.too_long", limit="2,000") in answer.text
    assert f">{typed}</textarea>" in answer.text
    assert "<title>Error: " in answer.text


def test_a_form_in_a_dead_session_gets_a_page_that_says_what_to_do(site: Site) -> None:
    answer = requests.post(f"{site.url}/chat/messages", data={"text": "hi"}, headers={"Accept": "text/html"}, timeout=20)
    assert answer.status_code == 401
    assert words("gate.no_session") in answer.text
    assert 'href="/chat"' in answer.text


def test_naughty_strings_are_answered_or_refused_and_always_shown_as_text(visitor: Visitor) -> None:
    for line in NAUGHTY:
        answer = visitor.post({"text": line})
        assert answer.status_code in (200, 400), line
    page = visitor.page()
    assert page.count("<script") == 1
    assert not re.search(r"<(?:img|svg|iframe|body|input)[^>]*\bon\w+=", page.split('id="log"')[1].split("</ol>")[0])


def test_a_turn_goes_on_when_its_resident_has_gone(visitor: Visitor, agent: Scripted, log: ConversationLog) -> None:
    agent.go.clear()
    with pytest.raises(requests.Timeout):
        visitor.http.post(f"{visitor.url}/chat/messages", json={"id": str(uuid4()), "text": "hello"}, timeout=0.5)
    agent.go.set()
    later = visitor.http.get(f"{visitor.url}/chat/updates?after=0", timeout=30).json()["replies"]
    assert [reply["text"] for reply in later] == ["You said: hello"]
    assert len(agent.heard) == 1


def test_a_reply_is_json_that_any_client_can_read(visitor: Visitor) -> None:
    answer = visitor.post({"text": "hello"})
    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.content)["replies"][0]["text"] == "You said: hello"

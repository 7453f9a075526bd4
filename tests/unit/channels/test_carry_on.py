"""Carrying a conversation on by the page: what a browser gets, with or without a script."""

import html
import re
from dataclasses import replace

import pytest
import requests

from bot.council import council
from bot.log import CarryOn, ConversationLog
from bot.settings import Settings
from bot.words import words
from tests.scripted import Scripted, Site, Visitor

CODE = re.compile(r'<p class="nd-code">([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})</p>')


def post(visitor: Visitor, path: str, fields: dict[str, str] | None = None, **headers: str) -> requests.Response:
    headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded", **headers}
    return visitor.http.post(f"{visitor.url}{path}", data=fields or "", headers=headers, allow_redirects=False, timeout=20)


def code_page(visitor: Visitor) -> str:
    answer = post(visitor, "/chat/carry-on/code")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.text


def code_of(visitor: Visitor) -> str:
    found = CODE.search(code_page(visitor))
    assert found
    return found[1]


def carry_on(visitor: Visitor, code: str) -> requests.Response:
    return post(visitor, "/chat/carry-on", {"code": code})


def seen(visitor: Visitor) -> str:
    return html.unescape(visitor.page())


def test_the_page_gives_a_code_and_a_link_that_opens_telegram_with_it(visitor: Visitor) -> None:
    assert words("carry_on.tool_telegram") in visitor.page()
    page = code_page(visitor)
    found = CODE.search(page)
    assert found
    assert f'href="https://t.me/AshcombeBot?start={found[1]}" target="_blank" rel="noopener noreferrer"' in page
    assert words("carry_on.code.telegram_typed", username="AshcombeBot") in page


def test_without_telegram_only_the_other_ways_are_shown(settings: Settings, log: ConversationLog, agent: Scripted) -> None:
    with Site(replace(settings, telegram_bot_username=""), log, agent).running() as site:
        visitor = site.visitor()
        assert words("carry_on.tool") in visitor.page()
        page = code_page(visitor)
    assert CODE.search(page)
    assert "elegram" not in page


def test_another_browser_carries_on_where_the_first_one_was(site: Site, visitor: Visitor, agent: Scripted) -> None:
    visitor.say("which address")
    other = site.visitor()
    other.say("hello")
    answer = carry_on(other, code_of(visitor).lower().replace("-", " "))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/chat#last")
    page = other.page()
    assert page.count('name="choice"') == 3
    assert "You said: hello" not in page
    assert words("carry_on.moved.web").split("\n")[0] in seen(other)
    choice = re.findall(r'name="choice" value="([^"]+)">2 Mill Lane', page)[0]
    assert other.post({"choice": choice}).json()["replies"][0]["text"] == "You chose 2 Mill Lane."
    assert agent.heard[-1].sender_id == agent.heard[0].sender_id
    assert "You chose 2 Mill Lane." in seen(visitor)
    assert visitor.say("me again")[0]["text"] == "You said: me again"
    assert "me again" in seen(other)


def test_a_photo_moves_with_its_conversation(site: Site, visitor: Visitor, log: ConversationLog, agent: Scripted) -> None:
    visitor.say("hello")
    photo = log.save_photo(str(agent.heard[-1].sender_id), b"1", "image/jpeg")
    log.receive(str(agent.heard[-1].sender_id), "p", "", photo_id=photo)
    other = site.visitor()
    carry_on(other, code_of(visitor))
    assert f"/photos/{photo}.jpg" in other.page()


def test_looking_at_the_link_uses_nothing(site: Site, visitor: Visitor) -> None:
    code = code_of(visitor)
    for address in (f"/chat/carry-on?code={code}", f"/chat/carry-on/code?code={code}", f"/chat/carry-on#{code}"):
        assert requests.get(f"{site.url}{address}", timeout=20).ok
        assert code not in requests.get(f"{site.url}{address}", timeout=20).text
    assert carry_on(site.visitor(), code).status_code == 303


def test_somebody_who_comes_by_the_link_needs_no_session_before(site: Site, visitor: Visitor) -> None:
    visitor.say("hello")
    stranger = site.visitor()
    stranger.http.cookies.clear()
    assert stranger.http.get(f"{site.url}/chat/carry-on", timeout=20).ok
    assert carry_on(stranger, code_of(visitor)).status_code == 303
    assert "You said: hello" in seen(stranger)


@pytest.mark.parametrize("code", ["", "K7Q-F3M-XA2", "not a code", "x" * 5000, "<b>"])
def test_a_code_that_does_not_work_is_said_kindly_and_stays_in_the_box(visitor: Visitor, code: str) -> None:
    answer = carry_on(visitor, code)
    assert answer.status_code == 422
    assert words("gate.bad_code", minutes=council()["carry_on"]["code_minutes"]) in html.unescape(answer.text)
    assert "<title>Error: " in answer.text
    assert f'value="{html.escape(code[:64])}"' in answer.text


def test_a_used_code_opens_nothing(site: Site, visitor: Visitor) -> None:
    visitor.say("a secret")
    code = code_of(visitor)
    assert carry_on(site.visitor(), code).status_code == 303
    other = site.visitor()
    assert carry_on(other, code).status_code == 422
    assert "a secret" not in seen(other)


def test_who_presses_the_button_twice_gets_there_all_the_same(site: Site, visitor: Visitor) -> None:
    code, other = code_of(visitor), site.visitor()
    assert [carry_on(other, code).status_code for _ in range(2)] == [303, 303]


def test_who_guesses_is_stopped_and_the_right_code_no_longer_helps(site: Site, visitor: Visitor) -> None:
    guesser = site.visitor()
    answers = [carry_on(guesser, f"A2A-AAA-AA{number}") for number in range(10)]
    assert {answer.status_code for answer in answers} == {422}
    stopped = carry_on(guesser, code_of(visitor))
    assert stopped.status_code == 429
    assert stopped.headers["Retry-After"] == "3600"
    assert words("gate.too_many_codes") in html.unescape(stopped.text)


@pytest.mark.parametrize("path", ["/chat/carry-on", "/chat/carry-on/code"])
def test_another_site_can_neither_make_nor_use_a_code(visitor: Visitor, log: ConversationLog, path: str) -> None:
    """A page that made a browser use its owner's code would read what is said there from then on."""
    code = CarryOn(log).code(log.open("web", "attacker").id)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert post(visitor, path, {"code": code}, **headers).status_code == 403
    visitor.http.cookies.clear()
    assert post(visitor, path, {"code": code}).status_code == 401


def test_only_a_form_is_read(visitor: Visitor) -> None:
    answer = visitor.http.post(f"{visitor.url}/chat/carry-on", json={"code": "K7Q-F3M-XA2"}, timeout=20)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "bad_json")


def test_a_page_left_open_hears_that_its_session_has_another_conversation(site: Site, visitor: Visitor) -> None:
    first = visitor.say("hello")[0]["seq"]
    other = site.visitor()
    other.say("hello")
    carry_on(other, code_of(visitor))
    other.http.delete(f"{site.url}/chat", timeout=20)
    answer = visitor.http.get(f"{site.url}/chat/updates?after={first}", timeout=30)
    assert answer.json() == {"replies": [], "other": True}
    assert "You said" not in visitor.page()


def test_the_page_where_it_began_hears_at_once_that_it_goes_on_elsewhere(visitor: Visitor, log: ConversationLog) -> None:
    [reply] = visitor.say("which address")
    CarryOn(log).redeem(code_of(visitor), "telegram", "chat 7")
    answer = visitor.http.get(f"{visitor.url}/chat/updates?after={reply['seq']}", timeout=30).json()
    assert [r["text"] for r in answer["replies"]] == [words("carry_on.moved.telegram"), "Which address is it?"]
    assert len(answer["replies"][1]["choices"]) == 3
    assert visitor.post({"choice": answer["replies"][1]["choices"][0]["id"]}).status_code == 200


def test_what_is_sent_again_after_the_move_is_not_done_again(site: Site, visitor: Visitor, agent: Scripted) -> None:
    other = site.visitor()
    sent = {"id": "0b0e4f0c-8b1f-4a51-9c53-0d3f6a0d1f11", "text": "yes"}
    first = other.post(sent).json()
    carry_on(other, code_of(visitor))
    turns = len(agent.heard)
    assert other.post(sent).json() == first
    assert len(agent.heard) == turns

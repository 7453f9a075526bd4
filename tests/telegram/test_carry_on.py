"""A conversation carried from the page to Telegram and back, against the real channels and a Bot API."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.council import council
from bot.db import reading
from bot.log import ConversationLog, Reply
from bot.log.tables import metadata
from bot.settings import Settings
from bot.words import words
from tests.scripted import Scripted, Site, Visitor
from tests.telegram.bot_api import BotApi
from tests.telegram.people import Person

MINUTES = council()["carry_on"]["code_minutes"]
LINK = re.compile(r"http\S+/chat/carry-on#([0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3})\b")
MOVED = words("carry_on.moved.telegram")


@pytest.fixture(scope="module")
def settings(settings: Settings) -> Settings:
    """A council whose bot has a name."""
    return replace(settings, telegram_bot_username="night_desk_bot")


@pytest.fixture
def visitor(site: Site, agent: Scripted) -> Visitor:
    """Somebody on the page, who was asked for an address."""
    made = site.visitor()
    made.say("which address")
    return made


def form(visitor: Visitor, path: str, **fields: str) -> str:
    headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
    return visitor.http.post(f"{visitor.url}{path}", data=fields or "", headers=headers, timeout=20).text


def deep_link(visitor: Visitor) -> str:
    """Return the code in the page's link to Telegram."""
    found = re.search(r'href="https://t\.me/night_desk_bot\?start=([0-9A-Z-]{11})"', form(visitor, "/chat/carry-on/code"))
    assert found
    return found[1]


def test_the_pages_link_goes_on_in_telegram_with_the_question_that_is_open(
    visitor: Visitor, person: Person, agent: Scripted
) -> None:
    person.say(f"/start {deep_link(visitor)}")
    assert [shown.text for shown in person.seen] == [words("telegram.privacy"), MOVED, "Which address is it?"]
    assert person.press("2 Mill Lane") == "You chose 2 Mill Lane."
    assert len({message.sender_id for message in agent.heard}) == 1
    assert "You chose 2 Mill Lane." in visitor.page()


def test_a_code_that_is_typed_does_the_same_and_the_notice_about_privacy_comes_once(
    visitor: Visitor, known: Person, log: ConversationLog
) -> None:
    known.say(deep_link(visitor).lower().replace("-", " "))
    assert [shown.text for shown in known.seen[-2:]] == [MOVED, "Which address is it?"]
    assert [shown.text for shown in known.seen].count(words("telegram.privacy")) == 1
    assert known.say("and my bins") == "You said: and my bins"


def test_back_to_the_web_by_a_link_that_uses_nothing_until_its_button_is_pressed(
    known: Person, visitor: Visitor, agent: Scripted
) -> None:
    known.say("which address")
    chat = agent.heard[-1].sender_id
    found = LINK.search(known.say("/web"))
    assert found
    assert visitor.http.get(f"{visitor.url}/chat/carry-on", timeout=20).ok
    page = form(visitor, "/chat/carry-on", code=found[1])
    moved = words("carry_on.moved.web").split("\n")[0]
    assert moved in page
    assert page.count('name="choice"') == 3
    assert known.hear() == words("carry_on.moved.web")
    visitor.say("from the page")
    known.silence()
    assert known.say("from the chat") == "You said: from the chat"
    assert [message.sender_id for message in agent.heard[-2:]] == [chat, chat]


@pytest.mark.parametrize("text", ["carry on on the web", "Continue on the website, "])
def test_words_ask_for_the_link_too(known: Person, text: str) -> None:
    assert LINK.search(known.say(text))


def test_a_link_is_new_each_time_and_the_one_before_is_void(known: Person, site: Site) -> None:
    first, second = LINK.search(known.say("/web")), LINK.search(known.say("/web"))
    assert first and second
    refused = form(site.visitor(), "/chat/carry-on", code=first[1])
    assert words("gate.bad_code", minutes=MINUTES) in refused
    assert words("gate.bad_code", minutes=MINUTES) not in form(site.visitor(), "/chat/carry-on", code=second[1])


def test_no_code_is_in_the_log_of_the_conversation(known: Person, visitor: Visitor, log: ConversationLog) -> None:
    found = LINK.search(known.say("/web"))
    code = deep_link(visitor)
    known.say(f"/start {code}")
    known.say(code)
    assert found
    with reading(log.engine) as conn:
        kept = str([conn.execute(sa.select(table)).all() for table in metadata.tables.values()])
    assert code not in kept
    assert found[1] not in kept


def test_a_code_that_does_not_work_is_said_kindly(known: Person, visitor: Visitor, agent: Scripted) -> None:
    heard = len(agent.heard)
    used = deep_link(visitor)
    refused = words("gate.bad_code", minutes=MINUTES)
    assert known.say("K7Q-F3M-XA2") == refused
    assert known.say("/start K7Q-F3M-XA2") == refused
    known.say(used)
    assert known.say(used) == refused
    assert len(agent.heard) == heard


def test_what_only_looks_like_a_code_is_answered_as_what_it_is(known: Person) -> None:
    assert known.say("the 2nd bin") == "You said: the 2nd bin"
    assert known.say("712345671") == "You said: 712345671"


def test_who_guesses_in_a_chat_is_stopped(known: Person, visitor: Visitor) -> None:
    for number in range(council()["carry_on"]["tries_a_day"]):
        known.say(f"A2A-AAA-AA{number}")
    assert known.say(deep_link(visitor)) == words("gate.too_many_codes")


def test_an_update_with_a_code_that_comes_again_does_nothing_more(visitor: Visitor, person: Person) -> None:
    update = person.message(text=f"/start {deep_link(visitor)}")
    for again in (update, update, {**update, "update_id": person.api.new_id()}):
        answer = person.bring(again)
        assert answer is not None and answer.status_code == 200
    person.hear("Which address")
    person.silence()
    assert len(person.seen) == 3


def test_what_was_sent_before_the_move_and_comes_again_is_not_done_again(
    visitor: Visitor, known: Person, log: ConversationLog, agent: Scripted
) -> None:
    said = known.message(text="report it")
    known.bring(said)
    known.hear()
    known.say(deep_link(visitor))
    known.bring({**said, "update_id": known.api.new_id()})
    known.silence()
    assert [message.text for message in agent.heard].count("report it") == 1


def test_two_chats_in_one_conversation_are_not_taken_for_each_other(
    people: Callable[[], Person], visitor: Visitor, agent: Scripted
) -> None:
    first, second = people(), people()
    for person in (first, second):
        person.say(f"/start {deep_link(visitor)}")
    one = first.message(text="from the first")
    two = second.message(text="from the second")
    two["message"]["message_id"] = one["message"]["message_id"]
    first.bring(one)
    second.bring(two)
    assert first.hear("You said").endswith("You said: from the first")
    assert second.hear("You said").endswith("You said: from the second")


def test_what_the_council_writes_later_goes_to_where_the_resident_is(
    visitor: Visitor, person: Person, log: ConversationLog, agent: Scripted, api: BotApi
) -> None:
    conversation = str(agent.heard[-1].sender_id)
    person.say(f"/start {deep_link(visitor)}")
    log.later(conversation, Reply("It is paid."))
    assert person.hear() == "It is paid."
    visitor.say("I am back")
    log.later(conversation, Reply("It is mended."))
    person.silence()
    assert "It is mended." in visitor.page()


def test_delete_in_the_chat_erases_it_on_the_page_and_what_was_said_in_the_chat_before(
    visitor: Visitor, known: Person, log: ConversationLog, agent: Scripted
) -> None:
    chat = str(agent.heard[-1].sender_id)
    known.say(deep_link(visitor))
    known.say("/delete")
    known.bring(known.press_update(*known.button(words("page.delete.confirm"))))
    known.silence(1.0)
    assert "Which address" not in visitor.page()
    assert log.messages(chat) == []

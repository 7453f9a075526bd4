"""The door for updates: who is let in, and that what is let in is served once."""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from bot.channels.telegram.channel import TelegramChannel
from bot.db import reading
from bot.log import ConversationLog
from bot.log.tables import metadata
from bot.settings import Settings
from tests.scripted import Scripted, Site
from tests.servers import wait_until
from tests.telegram.bot_api import BotApi
from tests.telegram.people import HEADER, SECRET, Person

ODD_UPDATES: list[dict[str, Any]] = [
    {},
    {"channel_post": {"message_id": 5, "date": 1, "chat": {"id": -5, "type": "channel"}, "text": "news"}},
    {"edited_channel_post": {"message_id": 5, "date": 1, "chat": {"id": -5, "type": "channel"}, "text": "more news"}},
    {"poll": {"id": "1", "question": "?", "options": []}},
    {"message": {}},
    {"message": []},
    {"message": None},
    {"message": "hello"},
    {"message": {"message_id": "x", "chat": {"id": "y"}}},
    {"callback_query": {"id": "1"}},
    {"something_new": {"of": ["next", "year"]}},
    {"inline_query": {"id": "1", "from": {"id": 1, "is_bot": False, "first_name": "R"}, "query": "", "offset": ""}},
    {"message": {"message_id": 9, "date": 1, "chat": {"id": 9, "type": "private"}, "new_chat_title": "x"}},
]


def rows(log: ConversationLog) -> dict[str, int]:
    with reading(log.engine) as conn:
        count = sa.select(sa.func.count())
        return {name: conn.execute(count.select_from(table)).scalar_one() for name, table in metadata.tables.items()}


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.lower(), "é", "\udcff"])
def test_what_does_not_show_the_secret_is_refused_and_nothing_is_stored(
    person: Person, site: Site, log: ConversationLog, secret: str | None
) -> None:
    before = rows(log)
    headers = {} if secret is None else {HEADER: secret.encode("utf-8", "surrogateescape")}
    for update in (person.message(text="hello"), {"update_id": 1}, [], "x"):
        answer = requests.post(f"{site.url}/telegram/webhook", json=update, headers=headers, timeout=10)
        assert answer.status_code == 403 and answer.json()["error"]["code"] == "bad_token"
    assert rows(log) == before


def test_without_a_token_the_channel_is_off_and_the_rest_runs(
    another: Settings, log: ConversationLog, agent: Scripted, api: BotApi
) -> None:
    before = len(api.calls)
    with Site(replace(another, telegram_bot_token=""), log, agent).running() as site:
        answer = Person(api, site.url).bring({"update_id": 1})
        assert answer is not None and answer.status_code == 404
        assert site.visitor().say("hello")[0]["text"] == "You said: hello"
    assert len(api.calls) == before


def test_without_a_secret_the_webhook_is_closed_and_not_set(
    another: Settings, log: ConversationLog, agent: Scripted, api: BotApi
) -> None:
    api.webhook = {}
    with Site(replace(another, telegram_webhook_secret=""), log, agent).running() as site:
        person = Person(api, site.url)
        for secret in ("", SECRET):
            answer = person.bring(person.message(text="hello"), secret)
            assert answer is not None and answer.status_code == 403
    assert api.webhook == {} and api.called("sendMessage", person.chat) == []


def test_a_secret_that_telegram_would_not_take_is_a_fault_at_the_start(settings: Settings, log: ConversationLog) -> None:
    with pytest.raises(ValueError, match="TELEGRAM_WEBHOOK_SECRET"):
        TelegramChannel(replace(settings, telegram_webhook_secret="a secret!"), log)


@pytest.mark.parametrize("content", ODD_UPDATES, ids=lambda content: next(iter(content), "nothing"))
def test_an_update_of_an_unknown_kind_is_accepted_and_ignored(known: Person, content: dict[str, Any]) -> None:
    answer = known.bring(known.update(**content))
    assert answer is not None and answer.status_code == 200
    known.silence(0.3)


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b'{"update_id": "1"}', b'{"update_id": true}', b"[" * 5000, b"\xff"])
def test_what_is_no_update_is_refused(site: Site, body: bytes) -> None:
    answer = requests.post(f"{site.url}/telegram/webhook", data=body, headers={HEADER: SECRET}, timeout=10)
    assert answer.status_code == 400


def test_what_can_not_be_stored_is_not_acknowledged_and_is_served_when_it_comes_again(
    known: Person, log: ConversationLog, agent: Scripted
) -> None:
    database = str(log.engine.url.database)
    update = known.message(text="keep this")
    with sqlite3.connect(database, timeout=10) as conn:
        conn.execute("CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(FAIL, 'full'); END")
    answer = known.bring(update)
    assert answer is not None and answer.status_code == 503
    with sqlite3.connect(database, timeout=10) as conn:
        conn.execute("DROP TRIGGER full")
    for _ in range(2):
        answer = known.bring(update)
        assert answer is not None and answer.status_code == 200
    assert known.hear() == "You said: keep this"
    known.silence()


def test_an_old_update_that_comes_after_an_erasure_begins_nothing(known: Person, agent: Scripted) -> None:
    update = known.message(text="report it")
    known.bring(update)
    known.hear()
    known.say("/delete")
    known.bring(known.press_update(*known.button("Delete it")))
    known.silence(0.3)
    known.bring(update)
    known.silence()
    assert [m.text for m in agent.heard].count("report it") == 1


def test_a_thousand_updates_three_times_each_in_any_order_are_served_once(
    people: Callable[[], Person], log: ConversationLog, agent: Scripted
) -> None:
    """Messages, edits of them, presses of two buttons under one message, and channel posts; eight at a time."""
    chance = random.Random(7)
    crowd = [people() for _ in range(40)]
    for person in crowd:
        person.say("which address", wait=False)
    for person in crowd:
        person.hear("Which address")
    agent.heard.clear()
    updates = [person.press_update(*person.button(f"{number} Mill Lane")) for person in crowd for number in (1, 2)]
    sent: list[tuple[Person, dict[str, Any]]] = []
    for count in range(1000 - len(updates)):
        if count % 4 < 2:
            person = chance.choice(crowd)
            sent.append((person, person.bare_message(text=f"act {count}")))
            updates.append(person.update(message=sent[-1][1]))
        elif count % 4 == 2:
            person, message = chance.choice(sent)
            updates.append(person.update(edited_message={**message, "text": f"changed {count}", "edit_date": 2}))
        else:
            post = {"message_id": count, "date": 1, "chat": {"id": -7, "type": "channel", "title": "News"}, "text": "act"}
            updates.append(crowd[0].update(**{chance.choice(("channel_post", "edited_channel_post")): post}))
    brought = updates * 3
    chance.shuffle(brought)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(crowd[0].bring, brought))
    assert len(brought) == 3000 and {answer.status_code for answer in answers if answer is not None} == {200}
    wait_until(lambda: not log.waiting(1) and len(agent.heard) >= len(sent) + len(crowd), 120)
    acts = Counter(message.text for message in agent.heard if not message.metadata.get("choice"))
    pressed = Counter(message.sender_id for message in agent.heard if message.metadata.get("choice"))
    assert acts == Counter(message["text"] for _, message in sent)
    assert len(pressed) == len(crowd) and set(pressed.values()) == {1}

"""Replies go out once and in order, whatever Telegram answers, or doesn't."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.log import ConversationLog, Deliveries, Doors, Reply
from bot.log.states import DELIVERED, DUE, UNDELIVERABLE, UNSURE
from bot.settings import Settings
from bot.words import words
from tests.scripted import Scripted, Site, says
from tests.servers import wait_until
from tests.telegram.bot_api import BotApi
from tests.telegram.people import Person


def conversation_of(log: ConversationLog, person: Person) -> str:
    door = Doors(log.engine, log.secret).find("telegram", str(person.chat))
    assert door
    return door.conversation_id


def states(log: ConversationLog, person: Person) -> list[str]:
    """Return the states of what was to be delivered to somebody, in order."""
    return [state for _, state in sorted(Deliveries(log.engine).of(conversation_of(log, person)).items())]


def texts(person: Person) -> list[str]:
    return [shown.text for shown in person.seen[2:]]


def test_when_telegram_wants_us_to_wait_we_wait_and_send_once(known: Person, api: BotApi) -> None:
    api.fail("sendMessage", 429, count=2, seconds=1, chat=known.chat)
    assert known.say("patience") == "You said: patience"
    known.silence()
    assert len(api.called("sendMessage", known.chat)) == 5


def test_others_are_served_while_one_waits_and_nobody_overtakes_oneself(
    known: Person, people: Callable[[], Person], api: BotApi
) -> None:
    other = people()
    other.say("hello")
    api.fail("sendMessage", 429, count=1, seconds=3, chat=known.chat)
    known.say("first", wait=False)
    known.say("second", wait=False)
    assert other.say("quick") == "You said: quick"
    assert texts(known) == []
    known.hear("second")
    assert texts(known) == ["You said: first", "You said: second"]


def test_somebody_who_blocked_us_gets_nothing_until_they_write_again(
    known: Person, api: BotApi, log: ConversationLog
) -> None:
    api.blocked.add(known.chat)
    known.say("hello?", wait=False)
    wait_until(lambda: states(log, known)[-1] == UNDELIVERABLE)
    tries = len(api.called("sendMessage", known.chat))
    log.later(conversation_of(log, known), Reply("An outcome", kind="notice"))
    known.silence()
    assert len(api.called("sendMessage", known.chat)) == tries and states(log, known)[-1] == UNDELIVERABLE
    api.blocked.discard(known.chat)
    assert known.say("I'm back") == "You said: I'm back"


def test_blocking_and_unblocking_are_heard_of(known: Person, log: ConversationLog) -> None:
    me = {"id": known.chat, "is_bot": False, "first_name": "R"}
    bot = {"id": 710000001, "is_bot": True, "first_name": "Night Desk"}
    chat = {"id": known.chat, "type": "private"}
    member, kicked = {"status": "member", "user": bot}, {"status": "kicked", "user": bot, "until_date": 0}
    doors = Doors(log.engine, log.secret)
    for old, new, blocked in ((member, kicked, True), (kicked, member, False)):
        change = {"chat": chat, "from": me, "date": 1, "old_chat_member": old, "new_chat_member": new}
        known.bring(known.update(my_chat_member=change))
        door = doors.find("telegram", str(known.chat))
        assert door and door.blocked is blocked


@pytest.mark.parametrize("kind", ["cut", 500])
def test_what_may_have_arrived_is_not_sent_again(known: Person, api: BotApi, log: ConversationLog, kind: int | str) -> None:
    api.fail("sendMessage", kind, chat=known.chat)
    known.say("perhaps", wait=False)
    wait_until(lambda: states(log, known)[-1] == UNSURE)
    known.say("and on", wait=False)
    known.hear("and on")
    assert texts(known) == ([] if kind == 500 else ["You said: perhaps"]) + ["You said: and on"]


def test_a_call_that_is_not_answered_in_time_is_not_made_again(
    known: Person, api: BotApi, log: ConversationLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.sender.SEND_SECONDS", 1.0)
    api.fail("sendMessage", "hang", seconds=4, chat=known.chat)
    known.say("slow", wait=False)
    wait_until(lambda: states(log, known)[-1] == UNSURE)
    known.silence(4) if not known.seen[2:] else None
    assert texts(known) == ["You said: slow"]


def test_a_gateway_without_telegram_behind_it_is_asked_again(known: Person, api: BotApi, log: ConversationLog) -> None:
    api.fail("sendMessage", 502, count=2, chat=known.chat)
    assert known.say("try again") == "You said: try again"
    assert texts(known) == ["You said: try again"] and states(log, known)[-1] == DELIVERED


def test_a_reply_that_telegram_does_not_take_holds_nobody_up(known: Person, agent: Scripted, log: ConversationLog) -> None:
    agent.script = lambda message: [says("Choose", " ")]  # a button without a name
    known.say("broken", wait=False)
    wait_until(lambda: states(log, known)[-1] == UNDELIVERABLE)
    agent.script = lambda message: [says("Well again")]
    assert known.say("and now") == "Well again"


def test_a_reply_that_another_process_writes_comes_too(known: Person, log: ConversationLog) -> None:
    log.later(conversation_of(log, known), Reply("Paid: £120.50", kind="notice"))
    assert known.hear() == "Paid: £120.50"


def test_the_assistant_starts_without_telegram_and_sends_later(
    another: Settings, fresh_log: ConversationLog, agent: Scripted
) -> None:
    away = BotApi()
    with Site(replace(another, telegram_api_url=away.url), fresh_log, agent).running() as site:
        person = Person(away, site.url)
        person.say("is anybody there", wait=False)
        assert site.visitor().say("hello")[0]["text"] == "You said: hello"
        wait_until(lambda: DUE in states(fresh_log, person))
        with away.running():
            person.hear("is anybody there", 30)
            wait_until(lambda: bool(away.commands))
    assert [shown.text for shown in person.seen] == [words("telegram.privacy"), "You said: is anybody there"]


def test_two_servers_that_both_send_send_once_and_in_order(
    people: Callable[[], Person], another: Settings, log: ConversationLog, agent: Scripted
) -> None:
    crowd = [people() for _ in range(6)]
    for person in crowd:
        person.say("hello", wait=False)
    for person in crowd:
        person.hear("hello")
    with Site(another, log, agent).running():
        for number in range(10):
            for person in crowd:
                log.later(conversation_of(log, person), Reply(f"News {number}", kind="notice"))
        wait_until(lambda: all(len(texts(person)) >= 10 for person in crowd), 60)
    for person in crowd:
        assert texts(person) == [f"News {number}" for number in range(10)]


def test_updates_are_fetched_where_there_is_no_webhook(
    api: BotApi, another: Settings, log: ConversationLog, agent: Scripted
) -> None:
    api.webhook = {"url": "https://left-over.example"}
    with Site(replace(another, telegram_polling=True, telegram_webhook_secret=""), log, agent).running():
        person = Person(api, None)
        assert "You said: hello" in person.say("hello")
        person.say("one", wait=False)
        person.say("two", wait=False)
        person.hear("two")
    assert agent.heard and [m.text for m in agent.heard] == ["hello", "one", "two"]
    assert api.webhook == {}

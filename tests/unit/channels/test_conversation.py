"""Later replies, the copy, erasure."""

import threading
import time

import pytest

from bot.log import ConversationLog, Reply
from bot.settings import Settings
from bot.words import words
from tests.scripted import Scripted, Site, Visitor
from tests.servers import wait_until


def conversation_of(agent: Scripted) -> str:
    return str(agent.heard[-1].sender_id)


def test_a_reply_that_another_process_writes_arrives(visitor: Visitor, agent: Scripted, log: ConversationLog) -> None:
    [reply] = visitor.say("hello")
    other = ConversationLog(log.engine, secret="the key of the tests")
    timer = threading.Timer(1.0, other.later, (conversation_of(agent), Reply("It is paid", kind="notice")))
    timer.start()
    started = time.monotonic()
    answer = visitor.http.get(f"{visitor.url}/chat/updates?after={reply['seq']}", timeout=30).json()
    assert [(r["text"], r["kind"], r["reply_to"]) for r in answer["replies"]] == [("It is paid", "notice", None)]
    assert 0.5 < time.monotonic() - started < 5


def test_only_replies_after_the_number_come_and_never_the_residents_own(visitor: Visitor) -> None:
    visitor.say("one")
    visitor.say("two")
    answer = visitor.http.get(f"{visitor.url}/chat/updates?after=2", timeout=30).json()
    assert [(reply["seq"], reply["text"]) for reply in answer["replies"]] == [(4, "You said: two")]


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 30, ""])
def test_a_number_that_is_none_is_refused(visitor: Visitor, after: str) -> None:
    answer = visitor.http.get(f"{visitor.url}/chat/updates", params={"after": after or " "}, timeout=30)
    assert answer.status_code == 400


def test_older_choices_are_words_and_the_newest_are_buttons(visitor: Visitor, agent: Scripted, log: ConversationLog) -> None:
    visitor.say("which address")
    assert visitor.page().count('name="choice"') == 3
    log.later(conversation_of(agent), Reply("It is paid", kind="notice"))
    assert visitor.page().count('name="choice"') == 3
    visitor.say("which address")
    page = visitor.page()
    assert page.count('name="choice"') == 3
    assert page.count("<li>1 Mill Lane</li>") == 1


def test_the_copy_is_a_text_file(visitor: Visitor) -> None:
    visitor.say("hello")
    answer = visitor.http.get(f"{visitor.url}/chat/transcript", timeout=20)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "You said: hello" in answer.text


def test_delete_erases_what_was_said_and_ends_the_session(visitor: Visitor, agent: Scripted, log: ConversationLog) -> None:
    visitor.say("hello")
    answer = visitor.http.delete(f"{visitor.url}/chat", timeout=20)
    assert answer.status_code == 204
    assert log.messages(conversation_of(agent)) == []
    assert not visitor.http.cookies
    assert "You said" not in visitor.page()


def test_delete_by_form_asks_first(visitor: Visitor, agent: Scripted, log: ConversationLog) -> None:
    visitor.say("hello")
    assert words("page.delete.ask") in visitor.http.get(f"{visitor.url}/chat/delete", timeout=20).text
    answer = visitor.http.post(f"{visitor.url}/chat/delete", headers={"Accept": "text/html"}, timeout=20)
    assert words("page.deleted.title") in answer.text
    assert log.conversation(conversation_of(agent)).erased


def test_delete_waits_for_the_turn_that_is_under_way(visitor: Visitor, agent: Scripted, log: ConversationLog) -> None:
    visitor.say("hello")
    agent.go.clear()
    sender = threading.Thread(target=visitor.post, args=({"text": "again"},))
    sender.start()
    while len(agent.heard) < 2:
        time.sleep(0.02)
    threading.Timer(0.5, agent.go.set).start()
    assert visitor.http.delete(f"{visitor.url}/chat", timeout=20).status_code == 204
    sender.join()
    assert log.messages(conversation_of(agent)) == []


def test_what_a_crash_left_waiting_is_answered_when_the_server_starts(
    settings: Settings, log: ConversationLog, agent: Scripted
) -> None:
    conversation = log.open("web", "somebody")
    log.receive(conversation.id, "m1", "left by a crash")
    with Site(settings, log, agent).running():
        wait_until(lambda: not log.waiting(), 4)
    assert [m.text for m in log.messages(conversation.id)] == ["left by a crash", "You said: left by a crash"]

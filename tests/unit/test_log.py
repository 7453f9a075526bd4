"""The conversation log, on every database that is there."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.clock import now
from bot.db import reading, writing
from bot.log import (
    Choice,
    ConversationGone,
    ConversationLog,
    Inbound,
    Reply,
    Understood,
    UnknownMessage,
)
from bot.log.dialogue import dialogues
from bot.log.door import doors
from bot.log.message import messages
from bot.log.states import ANSWERED, STAFF, WAITING


def said(log: ConversationLog, user: str = "session-1", message_id: str = "m1", text: str = "my bin") -> Inbound:
    return log.receive(log.open("web", user).id, message_id, text)


def test_postgresql_is_there_when_ci_demands_it() -> None:
    if not os.environ.get("TEST_POSTGRES_URL"):
        reason = "set TEST_POSTGRES_URL=postgresql://user@host/database to run these tests on PostgreSQL too"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def test_a_session_has_one_conversation_however_often_it_is_opened(log: ConversationLog) -> None:
    first = log.open("web", "session-1")
    assert log.open("web", "session-1") == first
    assert log.open("web", "session-2").id != first.id
    assert log.open("telegram", "session-1").id != first.id


def test_a_conversation_is_the_same_after_a_long_idle_time(log: ConversationLog, monkeypatch: pytest.MonkeyPatch) -> None:
    first = log.open("web", "session-1")
    monkeypatch.setenv("NOW", (now() + timedelta(days=30)).isoformat())
    assert log.open("web", "session-1").id == first.id


def test_the_session_id_is_nowhere_in_the_database(log: ConversationLog, engine: Engine) -> None:
    log.open("web", "secret-session")
    with reading(engine) as conn:
        [stored] = conn.execute(sa.select(doors.c.user_hash)).scalars()
    assert len(stored) == 64
    assert "secret-session" not in stored


def test_what_is_returned_when_it_is_stored_is_what_is_read_later(log: ConversationLog) -> None:
    first = log.open("web", "session-1")
    for number, more in enumerate(({}, {"location": {"lat": 51.5, "lng": -0.1}}, {"flagged": "card"})):
        inbound = log.receive(first.id, f"m{number}", "my bin", **more)
        assert replace(inbound, is_new=False) == log.inbound(first.id, inbound.seq)
        offers = (Choice("Yes", "y"), Choice("No", "n"))
        said = log.answer(first.id, inbound.seq, [Reply("Right?", offers, "question", {"question": "q"}), Reply("Well.")])
        assert said == log.replies_to(first.id, inbound.seq)
    later = log.later(first.id, Reply("Paid.", offers))
    assert later == log.messages(first.id)[-1]


def test_two_installations_hash_the_same_session_differently(engine: Engine) -> None:
    assert ConversationLog(engine, "a").open("web", "s").id != ConversationLog(engine, "b").open("web", "s").id


def test_sessions_opened_together_get_one_conversation(log: ConversationLog) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: log.open("web", "session-1").id, range(16)))
    assert len(set(opened)) == 1


def test_a_received_message_is_on_disk_and_waiting(log: ConversationLog, engine: Engine) -> None:
    place = {"lat": 52.2, "lng": -1.5}
    inbound = log.receive(log.open("web", "s").id, "m1", "hello", location=place, photo_id="a" * 32)
    assert (inbound.seq, inbound.state, inbound.is_new) == (1, WAITING, True)
    assert ConversationLog(engine, "another process").waiting() == [log.inbound(inbound.conversation_id, 1)]
    assert inbound.location == place
    assert inbound.at.tzinfo is timezone.utc


def test_the_same_channel_message_again_is_the_same_row(log: ConversationLog) -> None:
    first = said(log)
    again = said(log, text="other words")
    assert (again.seq, again.text, again.is_new) == (first.seq, first.text, False)
    assert len(log.messages(first.conversation_id)) == 1


def test_message_ids_of_two_conversations_do_not_meet(log: ConversationLog) -> None:
    assert said(log, "session-1").is_new
    assert said(log, "session-2").is_new


def test_a_flagged_message_marks_its_conversation_once(log: ConversationLog) -> None:
    conversation = log.open("web", "s")
    log.receive(conversation.id, "m1", "[card number removed]", flagged="card")
    log.receive(conversation.id, "m2", "[card number removed]", flagged="card")
    log.flag(conversation.id, "report_gas_leak")
    assert log.conversation(conversation.id).flags == ("card", "report_gas_leak")


def test_messages_received_together_are_numbered_without_gap_or_repeat(log: ConversationLog) -> None:
    conversation = log.open("web", "s")
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: log.receive(conversation.id, f"m{n}", "hi").seq, range(24)))
    assert sorted(got) == list(range(1, 25))


def test_one_message_delivered_many_times_together_is_new_once(log: ConversationLog) -> None:
    conversation = log.open("web", "s")
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: log.receive(conversation.id, "m1", "hi"), range(12)))
    assert [inbound.is_new for inbound in got].count(True) == 1
    assert {inbound.seq for inbound in got} == {1}


def test_an_answer_is_replies_and_state_and_what_was_understood(log: ConversationLog, engine: Engine) -> None:
    inbound = said(log)
    understood = Understood(
        "check_bin_day", 0.91, [{"name": "check_bin_day", "confidence": 0.91}], [], "20261124", {"nlu": 5.2}
    )
    replies = log.answer(inbound.conversation_id, inbound.seq, [Reply("Which bin?"), Reply("Or all?")], understood)
    assert [(reply.seq, reply.text, reply.reply_to) for reply in replies] == [(2, "Which bin?", 1), (3, "Or all?", 1)]
    assert log.inbound(inbound.conversation_id, 1).state == ANSWERED
    assert log.waiting() == []
    with reading(engine) as conn:
        row = conn.execute(sa.select(messages).where(messages.c.seq == 1)).one()
    assert (row.intent, row.confidence, row.model, row.timings) == ("check_bin_day", 0.91, "20261124", {"nlu": 5.2})


def test_a_message_is_answered_once(log: ConversationLog) -> None:
    inbound = said(log)
    first = log.answer(inbound.conversation_id, 1, [Reply("One", (Choice("Yes", "yes"),))])
    assert log.answer(inbound.conversation_id, 1, [Reply("Two")]) == first
    assert log.hand_to_staff(inbound.conversation_id, 1, [Reply("Three")]) == first
    assert log.replies_to(inbound.conversation_id, 1) == first
    assert log.inbound(inbound.conversation_id, 1).state == ANSWERED


def test_answers_given_together_store_one_set_of_replies(log: ConversationLog) -> None:
    inbound = said(log)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: log.answer(inbound.conversation_id, 1, [Reply(f"{n}")]), range(6)))
    assert all(answer == answers[0] for answer in answers)
    assert len(log.messages(inbound.conversation_id)) == 2


def test_an_answer_that_fails_half_way_leaves_nothing(log: ConversationLog) -> None:
    inbound = said(log)
    not_json = Reply("Two", extra={"at": object()})
    with pytest.raises(sa.exc.StatementError):
        log.answer(inbound.conversation_id, 1, [Reply("One"), not_json])
    assert log.messages(inbound.conversation_id)[1:] == []
    assert log.inbound(inbound.conversation_id, 1).state == WAITING


def test_a_message_left_to_staff_is_visibly_theirs(log: ConversationLog) -> None:
    inbound = said(log)
    [reply] = log.hand_to_staff(inbound.conversation_id, 1, [Reply("An adviser will read it", kind="notice")])
    assert reply.kind == "notice"
    assert log.inbound(inbound.conversation_id, 1).state == STAFF
    assert log.waiting() == []


def test_a_state_that_answers_nothing_is_refused(log: ConversationLog) -> None:
    inbound = said(log)
    with pytest.raises(ValueError, match="waiting"):
        log.answer(inbound.conversation_id, 1, [], state=WAITING)


def test_only_inbound_messages_can_be_answered(log: ConversationLog) -> None:
    inbound = said(log)
    log.answer(inbound.conversation_id, 1, [Reply("One")])
    for seq in (2, 99):
        with pytest.raises(UnknownMessage):
            log.answer(inbound.conversation_id, seq, [Reply("Two")])


def test_a_later_reply_takes_the_next_number(log: ConversationLog) -> None:
    inbound = said(log)
    log.answer(inbound.conversation_id, 1, [Reply("Pay here")])
    message = log.later(inbound.conversation_id, Reply("You have paid", (Choice("Receipt", "receipt"),), "notice"))
    assert (message.seq, message.reply_to) == (3, None)
    assert log.messages(inbound.conversation_id, after=2) == [message]
    assert log.messages(inbound.conversation_id, after=3) == []


def test_the_page_gets_ids_and_titles_but_no_values(log: ConversationLog) -> None:
    inbound = said(log)
    offers = (Choice("4 Mill Lane", "uprn:100091202104"), Choice("None of these", "none"))
    [reply] = log.answer(inbound.conversation_id, 1, [Reply("Which?", offers, "question", {"wants": "photo"})])
    sent = reply.to_json()
    assert [choice["title"] for choice in sent["choices"]] == ["4 Mill Lane", "None of these"]
    assert all(set(choice) == {"id", "title"} and len(choice["id"]) == 16 for choice in sent["choices"])
    assert {**sent, "choices": []} == {"seq": 2, "text": "Which?", "choices": [], "kind": "question", "wants": "photo"}


def test_extra_keys_can_not_hide_the_reply_itself(log: ConversationLog) -> None:
    inbound = said(log)
    [reply] = log.answer(inbound.conversation_id, 1, [Reply("Real", extra={"text": "false", "seq": 99})])
    assert (reply.to_json()["text"], reply.to_json()["seq"]) == ("Real", 2)


def test_a_choice_is_known_only_in_the_conversation_that_offered_it(log: ConversationLog) -> None:
    inbound, other = said(log, "session-1"), said(log, "session-2")
    [reply] = log.answer(inbound.conversation_id, 1, [Reply("Which?", (Choice("4 Mill Lane", "uprn:1"),))])
    [offered] = reply.choices
    found = log.choice(inbound.conversation_id, offered.id)
    assert found is not None
    assert (found.title, found.value) == ("4 Mill Lane", "uprn:1")
    assert log.choice(other.conversation_id, offered.id) is None
    assert log.choice(inbound.conversation_id, "uprn:1") is None


def test_waiting_messages_come_in_the_order_in_which_they_were_sent(log: ConversationLog) -> None:
    for user, message_id in (("a", "m1"), ("b", "m1"), ("a", "m2"), ("b", "m2")):
        said(log, user, message_id, f"{user} {message_id}")
    assert [inbound.text for inbound in log.waiting()] == ["a m1", "b m1", "a m2", "b m2"]
    assert [inbound.text for inbound in log.waiting(limit=2)] == ["a m1", "b m1"]
    assert log.waiting(before=now() - timedelta(hours=1)) == []


def test_a_photo_comes_back_as_it_was(log: ConversationLog) -> None:
    conversation = log.open("web", "s")
    photo_id = log.save_photo(conversation.id, b"\xff\xd8\x00\xff", "image/jpeg")
    assert len(photo_id) == 32
    assert log.photo(photo_id) == b"\xff\xd8\x00\xff"
    assert log.photo_type(photo_id) == "image/jpeg"
    assert log.photo("0" * 32) is None
    assert log.photo_type("0" * 32) is None


def test_the_message_before_can_be_read_and_masked(log: ConversationLog) -> None:
    conversation = log.open("web", "s")
    assert log.previous_text(conversation.id) is None
    said(log, "s", "m1", "4111 1111")
    log.answer(conversation.id, 1, [Reply("What is that?")])
    assert log.previous_text(conversation.id) == (1, "4111 1111")
    log.replace_text(conversation.id, 1, "[card number removed]")
    assert log.previous_text(conversation.id) == (1, "[card number removed]")
    with pytest.raises(UnknownMessage):
        log.replace_text(conversation.id, 2, "not the resident's")


def test_the_transcript_says_who_said_what_and_when_on_the_wall_clock(
    log: ConversationLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOW", "2026-07-01T22:05:00+00:00")
    conversation = log.open("web", "s")
    log.receive(conversation.id, "m1", "My bin was missed", photo_id="a" * 32, location={"lat": 52.2, "lng": -1.5})
    log.answer(conversation.id, 1, [Reply("Which bin?", (Choice("Food", "food"), Choice("Glass", "glass")))])
    heading, *rest = log.transcript(conversation.id).splitlines()
    assert heading.endswith("started on 1 July 2026 at 11:05pm.")
    assert rest == [
        "",
        "You, 1 July 2026 at 11:05pm:",
        "My bin was missed",
        "(sent a photo)",
        "(sent a location)",
        "",
        "Night Desk, 1 July 2026 at 11:05pm:",
        "Which bin?",
        "- Food",
        "- Glass",
    ]


def test_erasing_takes_everything_that_was_said_and_starts_anew(log: ConversationLog, engine: Engine) -> None:
    inbound = said(log, "s", text="I live at 4 Mill Lane")
    [reply] = log.answer(inbound.conversation_id, 1, [Reply("Thanks", (Choice("Yes", "yes"),))])
    photo_id = log.save_photo(inbound.conversation_id, b"1", "image/jpeg")
    with writing(engine) as conn:
        conn.execute(dialogues.insert().values(conversation_id=inbound.conversation_id, state={}, updated_at=now()))
    log.erase(inbound.conversation_id)
    log.erase(inbound.conversation_id)
    assert log.messages(inbound.conversation_id) == []
    assert log.photo(photo_id) is None
    assert log.choice(inbound.conversation_id, reply.choices[0].id) is None
    assert log.conversation(inbound.conversation_id).erased
    assert "Mill" not in log.transcript(inbound.conversation_id)
    assert log.open("web", "s").id != inbound.conversation_id
    with reading(engine) as conn:
        assert conn.execute(sa.select(dialogues)).all() == []
        left = conn.execute(sa.select(doors.c.user_hash).where(doors.c.conversation_id == inbound.conversation_id))
        assert left.all() == []


def test_an_erased_or_unknown_conversation_takes_nothing_more(log: ConversationLog) -> None:
    erased = said(log).conversation_id
    log.erase(erased)
    for gone in (erased, "0" * 32):
        with pytest.raises(ConversationGone):
            log.receive(gone, "m2", "hello")
        with pytest.raises(ConversationGone):
            log.answer(gone, 1, [Reply("late")])
        with pytest.raises(ConversationGone):
            log.later(gone, Reply("late"))
        with pytest.raises(ConversationGone):
            log.save_photo(gone, b"1", "image/jpeg")
        with pytest.raises(ConversationGone):
            log.flag(gone, "card")
    with pytest.raises(ConversationGone):
        log.transcript("0" * 32)


def test_a_time_without_a_zone_is_refused(log: ConversationLog) -> None:
    with pytest.raises(sa.exc.StatementError, match="has no time zone"):
        log.waiting(before=datetime(2026, 1, 1))

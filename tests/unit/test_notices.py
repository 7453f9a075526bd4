"""The table of what is due, in the real databases: planned once, taken by one, and never said after a stop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy.engine import Engine

from bot.council import council
from bot.db import reading, writing
from bot.log import ConversationGone, ConversationLog, Notice, Plan, Reply
from bot.log.notice import EMAIL, HERE, LEASE, TEXT, notices
from bot.log.states import DUE, FAILED, LAPSED, SENT, STOPPED
from bot.retention import retain

NOW = datetime(2026, 11, 25, 19, 0, tzinfo=timezone.utc)
PHONE = "+447700900123"
GONE = Reply("We could not reach you.")
LATER = datetime.now(timezone.utc) - timedelta(seconds=1)
Planner = Callable[..., str]


@pytest.fixture(autouse=True)
def _evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOW", NOW.isoformat())


@pytest.fixture
def plan(log: ConversationLog) -> Planner:
    """Plan a notice that is due; return its conversation."""

    def _plan(key: str = "k", channel: str = HERE, address: str | None = None, due: datetime = NOW, user: str = "a") -> str:
        conversation = log.open("web", user).id
        expires = due + timedelta(hours=2)
        log.notices.plan(conversation, Plan(key, "bins", channel, due, expires, "home", "words", address))
        return conversation

    return _plan


def all_of(log: ConversationLog, conversation: str) -> list[str]:
    return [notice.state for notice in log.notices_of(conversation)]


def let_leases_run_out(engine: Engine) -> None:
    with writing(engine) as conn:
        conn.execute(notices.update().values(next_try_at=datetime.now(timezone.utc) - timedelta(seconds=1)))


def taken(log: ConversationLog) -> Notice:
    found = log.notices.claim()
    assert found
    return found


def sent(log: ConversationLog, provider_id: str) -> Notice:
    """Take what is due and hand it to Notify."""
    posting = log.notices.posting(taken(log))
    assert posting and log.notices.posted(posting, provider_id, None)
    return posting


def test_the_same_reminder_is_planned_once(log: ConversationLog, plan: Planner) -> None:
    conversation = plan()
    plan()
    assert all_of(log, conversation) == [DUE]


def test_nothing_is_taken_before_its_minute_and_then_it_is(
    log: ConversationLog, plan: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(due=NOW + timedelta(minutes=1))
    assert log.notices.claim() is None
    monkeypatch.setenv("NOW", (NOW + timedelta(minutes=1)).isoformat())
    assert taken(log).attempts == 1


def test_what_one_has_taken_nobody_else_takes_until_its_lease_is_over(
    log: ConversationLog, plan: Planner, engine: Engine
) -> None:
    plan()
    first = taken(log)
    assert log.notices.claim() is None
    assert LEASE - timedelta(seconds=30) < first.next_try_at - datetime.now(timezone.utc) <= LEASE
    let_leases_run_out(engine)
    second = taken(log)
    assert not log.notices.say(first, Reply("Bins"), None)
    assert log.notices.say(second, Reply("Bins"), None)
    assert [message.text for message in log.messages(second.conversation_id or "")] == ["Bins"]


def test_many_that_take_together_never_take_the_same(log: ConversationLog, plan: Planner) -> None:
    for number in range(8):
        plan(f"key {number}", user=f"resident {number}")
    with ThreadPoolExecutor(4) as pool:
        found = [notice for notice in pool.map(lambda _: log.notices.claim(), range(16)) if notice]
    assert sorted(notice.key for notice in found) == [f"key {number}" for number in range(8)]


def test_what_is_said_and_what_follows_are_one_transaction(log: ConversationLog, plan: Planner) -> None:
    conversation = plan()
    following = Plan("k-2", "bins", HERE, NOW + timedelta(days=7), NOW + timedelta(days=8), "home", "words")
    notice = taken(log)
    assert log.notices.say(notice, Reply("Bins"), following)
    assert not log.notices.say(notice, Reply("Bins"), following)
    assert all_of(log, conversation) == [SENT, DUE] and len(log.messages(conversation)) == 1


def test_a_stop_between_taking_and_saying_is_heeded(log: ConversationLog, plan: Planner) -> None:
    conversation = plan()
    notice = taken(log)
    assert log.stop_reminders(conversation) == 1
    assert not log.notices.say(notice, Reply("Bins"), None)
    assert log.notices.posting(notice) is None
    assert all_of(log, conversation) == [STOPPED] and log.messages(conversation) == []
    assert log.stop_reminders(conversation) == 0


def test_the_code_in_a_text_stops_all_to_that_number_and_nothing_else(log: ConversationLog, plan: Planner) -> None:
    mine, same, other = plan("1", TEXT, PHONE), plan("2", TEXT, PHONE, user="b"), plan("3", TEXT, "+447700900124", user="c")
    code = log.notices_of(mine)[0].stop_code
    assert len(code) == 24 and log.notices.stop_by_code(code) == 2
    assert [all_of(log, one) for one in (mine, same, other)] == [[STOPPED], [STOPPED], [DUE]]
    assert log.notices.stop_by_code("") == 0


def test_a_texted_stop_does_not_stop_what_was_asked_for_later(log: ConversationLog, plan: Planner) -> None:
    conversation = plan("1", TEXT, PHONE)
    assert log.notices.stop_by_text(PHONE, NOW - timedelta(seconds=1)) == 0
    assert log.notices.stop_by_text(PHONE, NOW) == 1
    assert all_of(log, conversation) == [STOPPED]


def test_a_number_that_does_not_exist_fails_with_all_that_was_to_go_there_and_staff_see_it(
    log: ConversationLog, plan: Planner
) -> None:
    conversation = plan("1", TEXT, PHONE)
    posted = sent(log, "n1")
    plan("2", TEXT, PHONE)
    for _ in range(2):
        assert log.notices.receipt("n1", posted.reference, "permanent-failure", LATER, GONE)
    assert all_of(log, conversation) == [FAILED, FAILED]
    assert [message.text for message in log.messages(conversation)] == [GONE.text]
    assert log.conversation(conversation).flags == ("failed_notice",)


@pytest.mark.parametrize("trouble", ["temporary-failure", "technical-failure"])
def test_what_met_trouble_on_the_way_is_due_again_under_another_reference(
    log: ConversationLog, plan: Planner, trouble: str
) -> None:
    conversation = plan("1", TEXT, PHONE)
    first = sent(log, "n1")
    for _ in range(2):
        assert log.notices.receipt("n1", first.reference, trouble, LATER, GONE)
    assert all_of(log, conversation) == [DUE]
    second = sent(log, "n2")
    assert second.reference != first.reference and second.posts == 2
    assert log.notices.receipt("n2", second.reference, "delivered", LATER, GONE)
    [notice] = log.notices_of(conversation)
    assert (notice.state, notice.delivery) == (SENT, "delivered")


def test_a_receipt_that_comes_before_we_know_of_the_post_is_to_be_said_again(log: ConversationLog, plan: Planner) -> None:
    plan("1", TEXT, PHONE)
    posting = log.notices.posting(taken(log))
    assert posting and not log.notices.receipt("n1", posting.reference, "delivered", LATER, GONE)
    log.notices.posted(posting, "n1", None)
    assert log.notices.receipt("n1", posting.reference, "delivered", LATER, GONE)
    assert log.notices.receipt("unknown", "of somebody else", "delivered", LATER, GONE)


def test_erasing_a_conversation_stops_what_was_to_come_and_forgets_the_person(log: ConversationLog, plan: Planner) -> None:
    conversation = plan("1", EMAIL, "somebody@example.com")
    notice = taken(log)
    log.erase(conversation)
    [left] = log.notices_of(conversation)
    assert (left.state, left.address, left.about, left.subject, left.stop_code) == (STOPPED, None, {}, "", "")
    with pytest.raises(ConversationGone):
        log.notices.say(notice, Reply("Bins"), None)


def test_a_reminder_outlives_its_conversation_until_it_is_stopped_and_is_forgotten_in_its_time(
    log: ConversationLog, plan: Planner, engine: Engine
) -> None:
    plan("1", TEXT, PHONE, due=NOW + timedelta(days=400))
    days = council()["retention_days"]
    retain(NOW + timedelta(days=days["conversations"] + 1), engine)
    [left] = log.notices.due("bins", {"home"})
    assert left.conversation_id is None and left.address == PHONE
    assert log.notices.stop_by_code(left.stop_code) == 1
    assert retain(NOW + timedelta(days=days["notices"] + 1), engine)["notices"] == 1


def test_what_lapses_is_no_matter_for_staff_and_what_fails_is(log: ConversationLog, plan: Planner) -> None:
    for key, state in (("1", LAPSED), ("2", FAILED)):
        conversation = plan(key, user=key)
        assert log.notices.end(taken(log), state, "why")
        assert log.conversation(conversation).flags == (("failed_notice",) if state == FAILED else ())


def test_an_act_that_replaces_a_reminder_lets_the_old_one_lapse(log: ConversationLog, plan: Planner) -> None:
    from bot.log import Follow
    from bot.log.notice import follow

    conversation = plan("old")
    new = Plan("new", "bins", HERE, NOW, NOW + timedelta(hours=1), "home", "words")
    with writing(log.engine) as conn:
        follow(conn, "secret", conversation, Follow((("bins", "home"),), (new,)))
    assert all_of(log, conversation) == [LAPSED, DUE]


def test_a_key_says_nothing_of_the_person(log: ConversationLog, plan: Planner, engine: Engine) -> None:
    plan("1", TEXT, PHONE)
    with reading(engine) as conn:
        row = conn.execute(notices.select()).one()
    assert PHONE not in row.stop_code and row.consent == "words" and row.consented_at == NOW

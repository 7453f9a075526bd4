"""What the resident confirmed happens once, and what came of it is never lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.log import Commitment, ConversationGone, ConversationLog, IllegalTransition, Reply, UnknownCommitment
from bot.log.states import (
    COMMITMENT_TRANSITIONS,
    CONFIRMED,
    OPEN,
    REJECTED,
    REQUESTED,
    UNKNOWN,
    check_commitment,
)

NOW = datetime.now(timezone.utc)
Begin = Callable[..., Commitment]


@pytest.fixture
def begin(log: ConversationLog) -> Begin:
    def _begin(key: str = "key-1", system: str = "open311", user: str = "s") -> Commitment:
        return log.begin(
            key,
            conversation_id=log.open("web", user).id,
            kind="report_missed_bin",
            system=system,
            request={"uprn": "100091202104", "bin": "food"},
            owner="waste",
            due=NOW + timedelta(days=2),
        )

    return _begin


def test_a_commitment_begins_as_requested(log: ConversationLog, begin: Begin) -> None:
    begun = begin()
    assert (begun.state, begun.is_new, begun.attempts, begun.reference) == (REQUESTED, True, 0, None)
    assert begun.request == {"uprn": "100091202104", "bin": "food"}
    assert begun.due == NOW + timedelta(days=2)
    assert log.commitments(str(begun.conversation_id)) == [log.commitment("key-1")]


def test_the_same_key_is_the_same_act(log: ConversationLog, begin: Begin) -> None:
    begin()
    log.settle("key-1", CONFIRMED, reference="FMS-1")
    again = begin(system="pay")
    assert (again.is_new, again.state, again.reference, again.system) == (False, CONFIRMED, "FMS-1", "open311")


def test_of_many_that_begin_together_one_may_act(log: ConversationLog, begin: Begin) -> None:
    begin("another")
    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(lambda _: begin(), range(16)))
    assert [commitment.is_new for commitment in begun].count(True) == 1


def test_a_commitment_settles_with_the_back_offices_reference(log: ConversationLog, begin: Begin) -> None:
    begin()
    settled = log.settle("key-1", CONFIRMED, reference="FMS-1", result={"status": "open"})
    assert (settled.state, settled.changed, settled.reference, settled.attempts) == (CONFIRMED, True, "FMS-1", 1)
    assert settled.next_try_at is None
    assert log.by_reference("report_missed_bin", "FMS-1") == log.commitment("key-1")
    assert log.by_reference("report_repair", "FMS-1") is None
    assert log.by_reference("report_missed_bin", "FMS-2") is None


def test_a_try_without_outcome_is_counted_and_keeps_what_is_known(log: ConversationLog, begin: Begin) -> None:
    begin()
    log.settle("key-1", REQUESTED, reference="pay_1", result={"next": 1})
    again = log.settle("key-1", REQUESTED, next_try_at=NOW + timedelta(minutes=5))
    assert (again.attempts, again.changed, again.reference, again.result) == (2, False, "pay_1", {"next": 1})
    assert again.next_try_at == NOW + timedelta(minutes=5)


def test_an_unknown_outcome_can_be_found_out(log: ConversationLog, begin: Begin) -> None:
    begin("a"), begin("b")
    log.settle("a", UNKNOWN, next_try_at=NOW)
    assert log.settle("a", CONFIRMED, reference="FMS-1").changed
    log.settle("b", UNKNOWN)
    assert log.settle("b", REJECTED).changed


def test_a_settled_commitment_does_not_change_its_mind(log: ConversationLog, begin: Begin) -> None:
    begin()
    log.settle("key-1", CONFIRMED, reference="FMS-1")
    for state in (REQUESTED, UNKNOWN, REJECTED, "paid"):
        with pytest.raises(IllegalTransition, match="key-1"):
            log.settle("key-1", state, reference="FMS-2")
    kept = log.commitment("key-1")
    assert kept is not None
    assert (kept.state, kept.reference, kept.attempts) == (CONFIRMED, "FMS-1", 1)


def test_a_better_reference_may_follow_a_confirmation(log: ConversationLog, begin: Begin) -> None:
    begin()
    log.settle("key-1", CONFIRMED, reference="token-1")
    better = log.settle("key-1", CONFIRMED, reference="FMS-1")
    assert (better.reference, better.changed) == ("FMS-1", False)


@given(st.sampled_from(sorted(COMMITMENT_TRANSITIONS)), st.sampled_from([*sorted(COMMITMENT_TRANSITIONS), "other"]))
def test_only_open_states_lead_elsewhere(present: str, wanted: str) -> None:
    allowed = wanted == present or (present in OPEN and wanted in {CONFIRMED, REJECTED})
    allowed = allowed or (present, wanted) == (REQUESTED, UNKNOWN)
    if allowed:
        check_commitment("key", present, wanted)
    else:
        with pytest.raises(IllegalTransition):
            check_commitment("key", present, wanted)


def test_an_outcome_is_told_once_however_often_it_is_reported(log: ConversationLog, begin: Begin) -> None:
    conversation_id = str(begin().conversation_id)
    with ThreadPoolExecutor(4) as pool:
        settled = list(
            pool.map(lambda _: log.settle("key-1", CONFIRMED, reference="p", tell=Reply("You have paid")), range(4))
        )
    assert [commitment.changed for commitment in settled].count(True) == 1
    assert [message.text for message in log.messages(conversation_id)] == ["You have paid"]


def test_a_commitment_that_nobody_begun_can_not_be_settled(log: ConversationLog) -> None:
    with pytest.raises(UnknownCommitment):
        log.settle("key-1", CONFIRMED)
    assert log.commitment("key-1") is None


def test_an_act_that_died_before_it_was_settled_becomes_due(log: ConversationLog, begin: Begin) -> None:
    begin()
    assert log.due_for_retry(datetime.now(timezone.utc), 10) == []
    [due] = log.due_for_retry(datetime.now(timezone.utc) + timedelta(minutes=3), 10)
    assert (due.key, due.attempts) == ("key-1", 0)


def test_what_is_due_is_given_to_one_caller_the_longest_due_first(log: ConversationLog, begin: Begin) -> None:
    for minutes, key in enumerate(("c", "b", "a")):
        begin(key)
        log.settle(key, UNKNOWN, next_try_at=NOW - timedelta(minutes=minutes))
    begin("settled")
    log.settle("settled", CONFIRMED)
    begin("for-staff")
    log.settle("for-staff", UNKNOWN)
    assert [due.key for due in log.due_for_retry(NOW, 2)] == ["a", "b"]
    assert [due.key for due in log.due_for_retry(NOW, 2)] == ["c"]
    assert log.due_for_retry(NOW, 2) == []
    assert len(log.due_for_retry(NOW + timedelta(minutes=2), 10)) == 3


def test_callers_together_never_take_the_same_commitment(log: ConversationLog, begin: Begin) -> None:
    for number in range(6):
        begin(f"key-{number}")
        log.settle(f"key-{number}", REQUESTED, next_try_at=NOW)
    with ThreadPoolExecutor(4) as pool:
        taken = [due.key for batch in pool.map(lambda _: log.due_for_retry(NOW, 2), range(4)) for due in batch]
    assert len(taken) == len(set(taken))


def test_payments_that_pay_has_are_asked_after_until_they_have_an_outcome(log: ConversationLog, begin: Begin) -> None:
    for key in ("paid", "pending", "unknown", "never created"):
        begin(key, system="pay")
    begin("report")
    log.settle("paid", CONFIRMED, reference="1")
    log.settle("pending", REQUESTED, reference="2")
    log.settle("unknown", UNKNOWN, reference="3")
    assert {payment.key for payment in log.open_payments(NOW)} == {"pending", "unknown"}


def test_the_older_a_payment_is_the_less_often_it_is_asked_after(
    log: ConversationLog, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin("key-1", system="pay")
    begun = log.settle("key-1", REQUESTED, reference="pay_1").updated_at
    asked = []
    for second in range(0, 3600, 5):
        monkeypatch.setenv("NOW", (begun + timedelta(seconds=second)).isoformat())
        if log.open_payments(NOW + timedelta(seconds=second)):
            asked.append(second)
    waits = [after - before for before, after in zip(asked, asked[1:])]
    assert waits[:3] == [5, 5, 5] and waits == sorted(waits) and max(waits) == 300
    assert log.due_for_retry(NOW + timedelta(days=1)) == []


def test_erasing_keeps_the_act_but_not_the_person(log: ConversationLog, begin: Begin) -> None:
    conversation_id = str(begin().conversation_id)
    log.settle("key-1", REQUESTED, reference="pay_1", result={"name": "x"}, next_try_at=NOW)
    log.erase(conversation_id)
    kept = log.commitment("key-1")
    assert kept is not None
    assert (kept.kind, kept.state, kept.reference) == ("report_missed_bin", REQUESTED, "pay_1")
    assert (kept.request, kept.result, kept.erased) == ({}, {}, True)
    assert log.due_for_retry(NOW + timedelta(days=1), 10) == []


def test_the_outcome_of_an_erased_act_is_kept_but_not_told(log: ConversationLog, begin: Begin) -> None:
    conversation_id = str(begin().conversation_id)
    log.erase(conversation_id)
    settled = log.settle("key-1", CONFIRMED, result={"email": "x"}, tell=Reply("You have paid"))
    assert (settled.state, settled.changed, settled.result) == (CONFIRMED, True, {})
    assert log.messages(conversation_id) == []


def test_nothing_begins_in_a_conversation_that_is_gone(log: ConversationLog, begin: Begin) -> None:
    conversation_id = log.open("web", "s").id
    log.erase(conversation_id)
    with pytest.raises(ConversationGone):
        log.begin("k", conversation_id=conversation_id, kind="a", system="b", request={}, owner="c")

"""Deliveries on both databases: with the reply itself, by the right door, once, in order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.db import reading
from bot.log import CarryOn, ConversationLog, Deliveries, Delivery, Door, Doors, Reply, Updates
from bot.log.door import doors as doors_table
from bot.log.states import CONFIRMED, DELIVERED, DUE, SENDING, UNDELIVERABLE, UNSURE
from bot.retention import retain
from bot.sealed import Sealer

CHAT = "4000123"


@pytest.fixture
def doors(engine: Engine, log: ConversationLog) -> Doors:
    """The doors of the database."""
    return Doors(engine, log.secret)


@pytest.fixture
def deliveries(engine: Engine) -> Deliveries:
    """Its deliveries."""
    return Deliveries(engine)


@pytest.fixture
def door(doors: Doors) -> Door:
    """The door of a chat."""
    return doors.enter("telegram", CHAT)


def says(log: ConversationLog, door: Door, message_id: str, *replies: str) -> None:
    """Let the resident say something by the door, and answer it."""
    inbound = log.receive(door.conversation_id, message_id, "hello", door_id=door.id)
    log.answer(door.conversation_id, inbound.seq, [Reply(text) for text in replies])


def claimed(deliveries: Deliveries) -> Delivery:
    found = deliveries.claim("telegram")
    assert found is not None
    return found


def test_a_chat_has_one_door_and_the_conversation_of_its_hash(doors: Doors, door: Door, log: ConversationLog) -> None:
    assert doors.enter("telegram", CHAT) == doors.find("telegram", CHAT) == door
    assert log.open("telegram", CHAT).id == door.conversation_id
    assert doors.address(door.id) == CHAT
    assert doors.find("telegram", "5") is None


def test_a_chat_is_kept_sealed(engine: Engine, door: Door) -> None:
    with reading(engine) as conn:
        [row] = conn.execute(sa.select(doors_table)).mappings().all()
    assert CHAT not in str(dict(row))
    assert Doors(engine, "another secret").address(door.id) is None
    assert Sealer("a").open(Sealer("b").seal("x")) is None


def test_the_website_has_no_deliveries(log: ConversationLog, deliveries: Deliveries) -> None:
    conversation = log.open("web", "session")
    inbound = log.receive(conversation.id, "1", "hello")
    log.answer(conversation.id, inbound.seq, [Reply("Hi")])
    log.later(conversation.id, Reply("Later"))
    assert deliveries.of(conversation.id) == {} and deliveries.claim("telegram") is None


def test_a_later_reply_and_an_outcome_go_to_the_door_that_was_used_last(
    log: ConversationLog, doors: Doors, door: Door, deliveries: Deliveries
) -> None:
    moved = CarryOn(log).redeem(CarryOn(log).code(door.conversation_id), "web", "session")
    doors.enter("telegram", CHAT)
    says(log, door, "1", "Hi")
    log.begin("k", conversation_id=door.conversation_id, kind="a", system="pay", request={}, owner="x")
    log.settle("k", CONFIRMED, tell=Reply("Paid"))
    web = log.receive(log.enter("web", "session").id, "2", "from the page")
    log.answer(door.conversation_id, web.seq, [Reply("On the page")])
    log.later(door.conversation_id, Reply("Also on the page"))
    doors.enter("telegram", CHAT)
    says(log, door, "3", "Here again")
    log.later(door.conversation_id, Reply("Here too"))
    there = {m.seq: m.text for m in log.messages(door.conversation_id)}
    told = [there[seq] for seq in sorted(deliveries.of(door.conversation_id))]
    assert told == [moved[0].text, "Hi", "Paid", "Here again", "Here too"]


def test_replies_go_out_one_by_one_in_order(log: ConversationLog, door: Door, deliveries: Deliveries) -> None:
    says(log, door, "1", "One", "Two")
    first = claimed(deliveries)
    assert deliveries.claim("telegram") is None and deliveries.claim("web") is None
    deliveries.sent(first, more=True)
    second = claimed(deliveries)
    assert (second.seq, second.part) == (first.seq, 1)
    deliveries.sent(second, more=False)
    last = claimed(deliveries)
    assert (last.seq, last.part) == (first.seq + 1, 0)
    deliveries.sent(last, more=False)
    assert set(deliveries.of(door.conversation_id).values()) == {DELIVERED}


def test_what_has_to_wait_holds_up_its_own_door_alone(
    log: ConversationLog, door: Door, doors: Doors, deliveries: Deliveries
) -> None:
    says(log, door, "1", "One", "Two")
    deliveries.again(claimed(deliveries), 60)
    other = doors.enter("telegram", "5")
    says(log, other, "1", "Hi")
    assert claimed(deliveries).door_id == other.id
    assert deliveries.claim("telegram") is None


def test_a_claim_that_ended_is_unsure_and_is_not_taken_again(
    log: ConversationLog, door: Door, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(log, door, "1", "One", "Two")
    lost = claimed(deliveries)
    assert deliveries.of(door.conversation_id)[lost.seq] == SENDING
    monkeypatch.setattr("bot.clock.machine_now", lambda: datetime(2100, 1, 1, tzinfo=timezone.utc))
    deliveries.claim("telegram")
    assert claimed(deliveries).seq == lost.seq + 1
    assert deliveries.of(door.conversation_id)[lost.seq] == UNSURE
    deliveries.sent(lost, more=False)
    assert deliveries.of(door.conversation_id)[lost.seq] == UNSURE


def test_many_senders_claim_everything_once(log: ConversationLog, doors: Doors, deliveries: Deliveries) -> None:
    for chat in range(5):
        says(log, doors.enter("telegram", str(chat)), "1", "One", "Two", "Three")

    def send(_: int) -> list[tuple[str, int]]:
        done = []
        for _ in range(40):
            found = deliveries.claim("telegram")
            if found:
                done.append((found.conversation_id, found.seq))
                deliveries.sent(found, more=False)
        return done

    with ThreadPoolExecutor(6) as pool:
        sent = [one for done in pool.map(send, range(6)) for one in done]
    assert len(sent) == len(set(sent)) == 15


def test_a_blocked_door_gets_nothing_until_it_is_entered_again(
    log: ConversationLog, door: Door, doors: Doors, deliveries: Deliveries
) -> None:
    says(log, door, "1", "One", "Two")
    deliveries.block(door.id)
    log.later(door.conversation_id, Reply("Three"))
    assert set(deliveries.of(door.conversation_id).values()) == {UNDELIVERABLE}
    assert deliveries.claim("telegram") is None
    assert not doors.enter("telegram", CHAT).blocked
    log.later(door.conversation_id, Reply("Four"))
    assert list(deliveries.of(door.conversation_id).values())[-1] == DUE


def test_an_erasure_takes_doors_and_deliveries_along(
    log: ConversationLog, door: Door, doors: Doors, deliveries: Deliveries
) -> None:
    says(log, door, "1", "One")
    held = claimed(deliveries)
    log.erase(door.conversation_id)
    deliveries.sent(held, more=False)
    assert doors.of(door.conversation_id) == [] and deliveries.of(door.conversation_id) == {}
    assert doors.enter("telegram", CHAT).conversation_id != door.conversation_id


def test_doors_and_served_updates_are_not_kept_for_ever(log: ConversationLog, door: Door, engine: Engine) -> None:
    says(log, door, "1", "One")
    served = Updates(engine)
    served.note(7)
    served.note(7)
    assert served.served(7) and not served.served(8)
    done = retain(datetime(2100, 1, 1, tzinfo=timezone.utc), engine)
    assert (done["doors"], done["deliveries"], done["telegram_updates"]) == (1, 1, 1)

"""Nothing is kept longer than the council says."""

from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.council import council
from bot.db import reading, writing
from bot.log import CarryOn, Choice, ConversationGone, ConversationLog, Reply
from bot.log.conversation import conversations
from bot.log.dialogue import dialogues
from bot.log.states import CONFIRMED
from bot.log.tables import metadata
from bot.retention import RULES, retain

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
DAYS = council()["retention_days"]


@pytest.fixture
def old(log: ConversationLog, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the id of a conversation of START that has one of everything."""
    monkeypatch.setenv("NOW", START.isoformat())
    conversation_id = log.open("web", "old").id
    photo_id = log.save_photo(conversation_id, b"1", "image/jpeg")
    log.receive(conversation_id, "m1", "hello", photo_id=photo_id)
    log.answer(conversation_id, 1, [Reply("Hi", (Choice("Yes", "yes"),))])
    log.begin("key-1", conversation_id=conversation_id, kind="a", system="b", request={"x": 1}, owner="c")
    log.settle("key-1", CONFIRMED, reference="R-1")
    with writing(engine) as conn:
        conn.execute(dialogues.insert().values(conversation_id=conversation_id, state={}, updated_at=START))
    return conversation_id


def rows(engine: Engine) -> dict[str, int]:
    with reading(engine) as conn:
        return {
            name: conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }


def test_every_table_has_a_rule(engine: Engine) -> None:
    with reading(engine) as conn:
        there = set(sa.inspect(conn).get_table_names())
    assert there - {"alembic_version"} == set(RULES)
    assert {rule.days for rule in RULES.values()} == set(DAYS)


def test_what_is_young_enough_stays(engine: Engine, old: str) -> None:
    before = rows(engine)
    assert set(retain(START + timedelta(days=DAYS["conversations"]), engine).values()) == {0}
    assert rows(engine) == before


def test_an_old_conversation_goes_and_its_commitment_stays_without_it(
    log: ConversationLog, engine: Engine, old: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done = retain(START + timedelta(days=DAYS["conversations"], seconds=1), engine)
    gone = {table: count for table, count in done.items() if count}
    assert gone == {"photos": 1, "choices": 1, "messages": 2, "dialogues": 1, "doors": 1, "conversations": 1}
    assert "messages: 2 deleted, older than 90 days" in capsys.readouterr().out
    with pytest.raises(ConversationGone):
        log.conversation(old)
    kept = log.commitment("key-1")
    assert kept is not None
    assert (kept.conversation_id, kept.reference) == (None, "R-1")
    assert log.settle("key-1", CONFIRMED).state == CONFIRMED


def test_an_old_commitment_goes_in_its_own_time(engine: Engine, old: str) -> None:
    retain(START + timedelta(days=DAYS["commitments"], seconds=1), engine)
    assert set(rows(engine).values()) == {0}


def test_a_conversation_that_goes_on_is_kept_whole(
    log: ConversationLog, engine: Engine, old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = START + timedelta(days=DAYS["conversations"] - 1)
    monkeypatch.setenv("NOW", later.isoformat())
    log.receive(old, "m2", "me again")
    retain(START + timedelta(days=DAYS["conversations"] + 1), engine)
    assert len(log.messages(old)) == 3


def test_a_dialogue_written_after_its_erasure_goes_at_the_next_run(log: ConversationLog, engine: Engine, old: str) -> None:
    log.erase(old)
    with writing(engine) as conn:
        conn.execute(dialogues.insert().values(conversation_id=old, state={"slot": 1}, updated_at=START))
    assert retain(START, engine)["dialogues"] == 1


def test_a_conversation_that_outlives_the_one_it_went_on_in_can_still_be_told(
    log: ConversationLog, engine: Engine, old: str
) -> None:
    former = log.open("telegram", "chat 7").id
    log.receive(former, "u1", "hello")
    CarryOn(log).redeem(CarryOn(log).code(old), "telegram", "chat 7")
    with writing(engine) as conn:
        conn.execute(conversations.update().where(conversations.c.id == former).values(last_at=START + timedelta(days=1)))
    retain(START + timedelta(days=DAYS["conversations"], seconds=1), engine)
    assert log.later(former, Reply("It is paid.")).conversation_id == former

"""Rasa's dialogue state: one row a conversation, in the real databases."""

import pytest
import sqlalchemy as sa
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered

from bot.log.dialogue import dialogues
from bot.tracker_store import TrackerStore

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [greet]
    slots:
      desk: {type: any, influence_conversation: false, mappings: [{type: custom}]}
      conversation_over: {type: bool, influence_conversation: false, mappings: [{type: custom}]}
    forms: {journey_form: {required_slots: [conversation_over]}}
    """
)


@pytest.fixture
def store(engine, monkeypatch):
    monkeypatch.setattr("bot.tracker_store.get_engine", lambda: engine)
    return TrackerStore(domain=DOMAIN)


async def test_the_state_comes_back_and_listens(store):
    tracker = await store.get_or_create_tracker("a")
    tracker.update_with_events(
        [
            UserUttered("hello", {"name": "greet", "confidence": 1.0}),
            ActionExecuted("journey_form"),
            ActiveLoop("journey_form"),
            SlotSet("desk", {"stack": [1]}),
        ],
        DOMAIN,
    )
    await store.save(tracker)
    back = await store.retrieve("a")
    assert back.get_slot("desk") == {"stack": [1]}
    assert back.active_loop_name == "journey_form"
    assert back.latest_action_name == ACTION_LISTEN_NAME
    assert back.latest_message.text is None


async def test_a_conversation_is_one_row_however_long_it_is(store, engine):
    tracker = await store.get_or_create_tracker("a")
    for number in range(50):
        tracker.update_with_events([UserUttered(f"message {number}"), SlotSet("desk", {"n": number})], DOMAIN)
        await store.save(tracker)
    with engine.connect() as conn:
        rows = conn.execute(sa.select(dialogues)).all()
    assert len(rows) == 1
    assert "message" not in str(rows[0].state)
    assert list(await store.keys()) == ["a"]


async def test_an_unknown_conversation_has_no_state_and_a_deleted_one_neither(store):
    assert await store.retrieve("nobody") is None
    await store.save(await store.get_or_create_tracker("a"))
    await store.delete("a")
    assert await store.retrieve("a") is None


async def test_a_failing_database_is_raised_and_not_hidden(store, engine):
    with engine.begin() as conn:
        conn.execute(sa.text("DROP TABLE dialogues"))
    with pytest.raises(sa.exc.SQLAlchemyError):
        await store.retrieve("a")

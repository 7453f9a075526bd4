"""The fixes of Rasa's waste: they are in place, they change nothing else, and they still pay."""

import time

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot import rasa_fixes

ANSWER = {
    "events": [{"event": "slot", "timestamp": None, "name": "desk", "value": {"stack": [], "memory": {}}}],
    "responses": [{"custom": {"text": "Which address is it?", "choices": [], "kind": "question", "extra": {}}}],
}


@pytest.fixture
def stock_validate():
    """Rasa's own method, whatever was applied before."""
    import importlib

    import rasa.core.actions.action as module

    kept = RemoteAction._validate_action_result, RemoteAction._action_call_format
    stock = importlib.reload(module).RemoteAction
    yield stock
    RemoteAction._validate_action_result, RemoteAction._action_call_format = kept


def test_a_good_answer_passes_and_a_bad_one_is_refused_like_stock_rasa(stock_validate):
    action = stock_validate("validate_journey_form", None)
    bad = {"events": [{"event": "no such event"}], "responses": []}
    assert action._validate_action_result(ANSWER) is True
    assert rasa_fixes._validate_action_result(action, ANSWER) is True
    for check in (action._validate_action_result, lambda answer: rasa_fixes._validate_action_result(action, answer)):
        with pytest.raises(ValidationError):
            check(bad)


def test_the_compiled_validator_takes_less_than_half_of_the_stock_one(stock_validate):
    action = stock_validate("validate_journey_form", None)

    def median(check) -> float:
        times = []
        for _ in range(15):
            started = time.perf_counter()
            check(ANSWER)
            times.append(time.perf_counter() - started)
        return sorted(times)[7]

    ours = median(lambda answer: rasa_fixes._validate_action_result(action, answer))
    assert ours < median(action._validate_action_result) / 2


def test_an_action_call_does_not_grow_with_the_history():
    tracker = DialogueStateTracker("c", [AnySlot("desk", mappings=[{"type": "custom"}])])
    tracker.update(SlotSet("desk", {"stack": []}))
    for _ in range(200):
        tracker.update(UserUttered("hello", {"name": "greet", "confidence": 1.0}))
    call = rasa_fixes._action_call_format(RemoteAction("validate_journey_form", None), tracker, Domain.empty())
    assert call["next_action"] == "validate_journey_form"
    assert call["tracker"]["slots"]["desk"] == {"stack": []}
    assert call["tracker"]["latest_message"]["text"] == "hello"
    assert not call["tracker"].get("events")


def test_the_fail_safe_that_goes_to_memory_is_taken_off():
    real = InMemoryTrackerStore(Domain.empty())
    assert rasa_fixes.unwrap(FailSafeTrackerStore(real)) is real
    assert rasa_fixes.unwrap(real) is real


def test_a_changed_rasa_is_noticed(monkeypatch):
    monkeypatch.setattr(RemoteAction, "_validate_action_result", lambda self, result, more: True)
    with pytest.raises(RuntimeError, match="_validate_action_result has changed"):
        rasa_fixes.apply()

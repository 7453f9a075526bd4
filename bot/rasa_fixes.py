"""Where Rasa 3.6.21 wastes a turn, put right. Each with its reason and its measurement; a test fails when Rasa changes.

`apply()` is called once, when the channel is loaded. Nothing here changes what Rasa does, only how long it takes.
"""

import inspect
from typing import Any

import jsonschema
from rasa.core import processor
from rasa.core.actions.action import RemoteAction
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from bot.graph_runner import GraphRunner

_VALIDATOR = jsonschema.Draft7Validator(RemoteAction.action_response_format_spec())


def _validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Check an action's answer with one compiled validator.

    `jsonschema.validate` checks the constant schema against its metaschema on every call: four fifths of a turn
    (49.8 ms for a turn with two actions against 8.2 ms; `tests/unit/test_rasa_fixes.py` measures the ratio).
    """
    error = jsonschema.exceptions.best_match(_VALIDATOR.iter_errors(result))
    if error is not None:
        raise error
    return True


def _action_call_format(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """Send the state without the events: our engine reads slots and the latest message only.

    Stock Rasa serialises the whole history for every action call, so that a turn grows with the conversation.
    """
    return {
        "next_action": self.name(),
        "sender_id": tracker.sender_id,
        "tracker": tracker.current_state(EventVerbosity.NONE),
    }


def unwrap(store: Any) -> Any:
    """Return the real tracker store inside Rasa's fail-safe, which on a failure goes to memory and loses the turn."""
    return store._tracker_store if isinstance(store, FailSafeTrackerStore) else store


def use_real_tracker_store(agent: Any) -> None:
    """Make a loaded agent fail visibly when its tracker store fails."""
    agent.tracker_store = unwrap(agent.tracker_store)
    if agent.processor:
        agent.processor.tracker_store = unwrap(agent.processor.tracker_store)


def apply() -> None:
    """Put the fixes in place. Raises RuntimeError when Rasa is not the version that they were measured on."""
    expected = {"_validate_action_result": ["self", "result"], "_action_call_format": ["self", "tracker", "domain"]}
    for name, parameters in expected.items():
        if list(inspect.signature(getattr(RemoteAction, name)).parameters) != parameters:
            raise RuntimeError(f"Rasa's RemoteAction.{name} has changed: look at bot/rasa_fixes.py")
    RemoteAction._validate_action_result = _validate_action_result
    RemoteAction._action_call_format = _action_call_format
    processor.DaskGraphRunner = GraphRunner

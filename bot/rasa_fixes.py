"""Where Rasa 3.6.21 wastes a turn, put right. Each with its reason and its measurement; a test fails when Rasa changes.

`apply()` is called once, before the server is made. Nothing here changes what Rasa does, only how long it takes. Times are
processor time of a turn, under a profiler that doubles them.
"""

import asyncio
import copy
import inspect
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import jsonschema
from rasa.core import processor
from rasa.core.actions import forms
from rasa.core.actions.action import RemoteAction
from rasa.core.policies import memoization, rule_policy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import EndpointConfig

from bot.graph_runner import GraphRunner

MOST_STATES = 5000
# What is replaced below, with the parameters that it had when it was measured.
REPLACED: dict[tuple[type, str], list[str]] = {
    (RemoteAction, "_validate_action_result"): ["self", "result"],
    (RemoteAction, "_action_call_format"): ["self", "tracker", "domain"],
    (RulePolicy, "_get_possible_keys"): ["self", "lookup", "states"],
    (Domain, "is_empty"): ["self"],
    (MessageProcessor, "parse_message"): ["self", "message", "tracker", "only_output_properties"],
    (Event, "resolve_by_type"): ["type_name", "default"],
    (EndpointConfig, "session"): ["self"],
}
# These modules copy only what they hand to a debug log, which is off.
COPY_FOR_DEBUG = (processor, forms, rule_policy, memoization)

# One thread, so that nothing in the understanding need be fit for two.
_UNDERSTANDING = ThreadPoolExecutor(1, thread_name_prefix="understanding")
_parse_message: Callable[..., Coroutine[Any, None, dict[str, Any]]] = MessageProcessor.parse_message
_new_session: Callable[[EndpointConfig], Any] = EndpointConfig.session
_possible_keys: Callable[[RulePolicy, dict[str, str], list[Any]], set[str]] = RulePolicy._get_possible_keys


def _spec_of_slots() -> dict[str, Any]:
    """Return Rasa's schema of an action's answer, narrowed to the one kind of event that our actions give."""
    spec: dict[str, Any] = copy.deepcopy(RemoteAction.action_response_format_spec())
    event = spec["properties"]["events"]["items"]
    event["oneOf"] = [kind for kind in event["oneOf"] if kind["properties"]["event"] == {"const": "slot"}]
    return spec


_VALIDATOR = jsonschema.Draft7Validator(RemoteAction.action_response_format_spec())
_SLOTS_VALIDATOR = jsonschema.Draft7Validator(_spec_of_slots())
_EMPTY_DOMAIN = Domain.empty().as_dict()


def _validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """Check an action's answer with one compiled validator.

    `jsonschema.validate` checks the constant schema against its metaschema on every call: four fifths of a turn
    (49.8 ms for a turn with two actions against 8.2 ms; `tests/unit/test_rasa_fixes.py` measures the ratio). Then it
    tries each event as every one of 23 kinds, 1.1 ms; what is a slot is no other kind, so that is tried first.
    """
    if _SLOTS_VALIDATOR.is_valid(result):
        return True
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


def _get_possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[Any]) -> set[str]:
    """Return the rules that fit the states, found once: each prediction tries all 80 rules, 1.5 ms for a turn's two.

    A loaded policy's rules don't change, and one form with few entities has few states.
    """
    known: dict[tuple[int, str], frozenset[str]] = self.__dict__.setdefault("_known_keys", {})
    key = (id(lookup), repr(states))
    if key not in known:
        if len(known) >= MOST_STATES:
            known.clear()
        known[key] = frozenset(_possible_keys(self, lookup, states))
    return set(known[key])


def _is_empty(self: Domain) -> bool:
    """Compare with an empty domain that is made once, instead of for every message: 0.7 ms."""
    return bool(self.as_dict() == _EMPTY_DOMAIN)


def _session(self: EndpointConfig) -> nullcontext[Any]:
    """Keep the connection to the action server open, instead of making a session and a connection for each call: 2 ms.

    A call that meets a connection which has just been closed fails like any other, and its turn is tried again.
    """
    kept = self.__dict__.get("_kept_session")
    if kept is None or kept.closed:
        kept = self.__dict__["_kept_session"] = _new_session(self)
    return nullcontext(kept)


async def _parse_beside(
    self: MessageProcessor, message: Any, tracker: Any = None, only_output_properties: bool = True
) -> dict[str, Any]:
    """Understand a message in a thread of its own: stock Rasa lets everybody else wait for its 6 ms.

    The sentence vectors are calculated outside Python's lock, so that other turns go on meanwhile.
    """
    parsing = _parse_message(self, message, tracker, only_output_properties)
    if self.http_interpreter:
        return await parsing
    return await asyncio.get_running_loop().run_in_executor(_UNDERSTANDING, _done, parsing)


def _done(coroutine: Coroutine[Any, None, dict[str, Any]]) -> dict[str, Any]:
    """Return the result of a coroutine that waits for nothing. Raises RuntimeError when it does wait."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: dict[str, Any] = end.value
        return result
    coroutine.close()
    raise RuntimeError("Rasa's parse_message waits for something: look at bot/rasa_fixes.py")


async def close(endpoint: EndpointConfig) -> None:
    """Close the connections that `_session` keeps open to an endpoint."""
    kept = endpoint.__dict__.get("_kept_session")
    if kept is not None:
        await kept.close()


def unwrap(store: Any) -> Any:
    """Return the real tracker store inside Rasa's fail-safe, which on a failure goes to memory and loses the turn."""
    return store._tracker_store if isinstance(store, FailSafeTrackerStore) else store


def use_real_tracker_store(agent: Any) -> None:
    """Make a loaded agent fail visibly when its tracker store fails."""
    agent.tracker_store = unwrap(agent.tracker_store)
    if agent.processor:
        agent.processor.tracker_store = unwrap(agent.processor.tracker_store)


def apply() -> None:
    """Put the fixes in place, once. Raises RuntimeError when Rasa is not the version that they were measured on."""
    for (owner, name), parameters in REPLACED.items():
        if list(inspect.signature(getattr(owner, name)).parameters) != parameters:
            raise RuntimeError(f"Rasa's {owner.__name__}.{name} has changed: look at bot/rasa_fixes.py")
    RemoteAction._validate_action_result = _validate_action_result
    RemoteAction._action_call_format = _action_call_format
    RulePolicy._get_possible_keys = _get_possible_keys
    Domain.is_empty = _is_empty
    EndpointConfig.session = _session
    MessageProcessor.parse_message = _parse_beside
    # The kinds of events are walked through, with all that inherit from them, for each event that an action gives.
    Event.resolve_by_type = staticmethod(lru_cache(maxsize=100)(Event.resolve_by_type))
    # The whole state and its messages are copied seven times a turn, 1 ms, for a log that is off.
    for module in COPY_FOR_DEBUG:
        module.copy = SimpleNamespace(deepcopy=lambda value: value)
    # Dask plans and schedules every run: see there.
    processor.DaskGraphRunner = GraphRunner

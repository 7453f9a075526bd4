"""The fixes of Rasa's waste: they are in place, they change nothing else, and they still pay."""

import ast
import asyncio
import inspect
import textwrap
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import pytest
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import rasa_fixes

STOCK_KEYS = rasa_fixes._possible_keys
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


def test_an_event_is_of_one_kind_only_so_that_a_slot_need_be_tried_as_nothing_else():
    kinds = RemoteAction.action_response_format_spec()["properties"]["events"]["items"]["oneOf"]
    names = [kind["properties"]["event"]["const"] for kind in kinds]
    assert len(set(names)) == len(names) > 20


@pytest.mark.parametrize(
    "event", [{"event": "followup", "name": "action_listen"}, {"event": "slot"}, {"name": "desk"}, "slot"]
)
def test_events_that_are_no_slots_are_judged_like_stock_rasa(event, stock_validate):
    action = stock_validate("validate_journey_form", None)

    def verdict(check) -> bool:
        try:
            return bool(check({"events": [*ANSWER["events"], event]}))
        except ValidationError:
            return False

    assert verdict(lambda answer: rasa_fixes._validate_action_result(action, answer)) == verdict(
        action._validate_action_result
    )


def test_the_rules_that_fit_are_those_of_stock_rasa_and_are_looked_for_once(monkeypatch):
    policy = RulePolicy.__new__(RulePolicy)
    lookup = {
        '[{"prev_action": {"action_name": "action_listen"}, "user": {"intent": "greet"}}]': "journey_form",
        '[{"prev_action": {"action_name": "action_listen"}, "user": {"intent": "stop"}}]': "journey_form",
        '[{"prev_action": {"action_name": "journey_form"}, "active_loop": {"name": "journey_form"}}]': "action_listen",
    }
    looked = []

    def stock(self, lookup, states):
        looked.append(states)
        return STOCK_KEYS(self, lookup, states)

    monkeypatch.setattr(rasa_fixes, "_possible_keys", stock)
    for intent in ("greet", "stop", "praise", "greet"):
        states = [{"prev_action": {"action_name": "action_listen"}, "user": {"intent": intent}}]
        assert rasa_fixes._get_possible_keys(policy, lookup, states) == STOCK_KEYS(policy, lookup, states)
    assert len(looked) == 3


def test_only_a_domain_with_nothing_in_it_is_empty():
    assert rasa_fixes._is_empty(Domain.empty())
    assert not rasa_fixes._is_empty(Domain.from_yaml("intents: [greet]"))


def test_what_is_no_longer_copied_went_only_to_the_debug_log():
    for module in rasa_fixes.COPY_FOR_DEBUG:
        calls = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call)]
        copies = [call for call in calls if ast.unparse(call.func).startswith("copy.")]
        logged = [call for call in calls if ast.unparse(call.func) == "structlogger.debug"]
        assert copies, module.__name__
        for call in copies:
            assert ast.unparse(call.func) == "copy.deepcopy"
            assert any(call in ast.walk(log) for log in logged), f"{module.__name__}:{call.lineno}"


def test_every_kind_of_event_is_found_by_its_name():
    for kind in ("slot", "user", "action", "active_loop"):
        assert Event.resolve_by_type(kind).type_name == kind
    with pytest.raises(ValueError, match="no such"):
        Event.resolve_by_type("no such")


def test_understanding_waits_for_nothing_so_that_it_can_run_in_a_thread():
    tree = ast.parse(textwrap.dedent(inspect.getsource(rasa_fixes._parse_message)))
    waits = [ast.unparse(node.value) for node in ast.walk(tree) if isinstance(node, ast.Await)]
    assert waits == ["self.http_interpreter.parse(message)"]
    with pytest.raises(RuntimeError, match="waits for something"):
        rasa_fixes._done(asyncio.sleep(0))


def test_understanding_holds_up_nobody_else(monkeypatch):
    async def slow(self, message, tracker, only_output_properties):
        time.sleep(0.3)
        return {"text": message}

    monkeypatch.setattr(rasa_fixes, "_parse_message", slow)
    processor = SimpleNamespace(http_interpreter=None)

    async def talk() -> int:
        parsing = asyncio.ensure_future(rasa_fixes._parse_beside(processor, "hello"))
        turns = 0
        while not parsing.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert parsing.result() == {"text": "hello"}
        return turns

    assert asyncio.run(talk()) > 5


class CountsConnections(BaseHTTPRequestHandler):
    """An action server that answers each connection with its number."""

    protocol_version = "HTTP/1.1"
    connections = 0

    def setup(self) -> None:
        super().setup()
        type(self).connections += 1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"events": []}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


def test_calls_of_the_action_server_share_a_connection_also_after_it_was_closed(monkeypatch):
    monkeypatch.setattr(EndpointConfig, "session", rasa_fixes._session)
    server = ThreadingHTTPServer(("127.0.0.1", 0), CountsConnections)
    Thread(target=server.serve_forever, daemon=True).start()

    async def talk() -> None:
        endpoint = EndpointConfig(f"http://127.0.0.1:{server.server_port}")
        for _ in range(3):
            assert await endpoint.request(json={}) == {"events": []}
        assert CountsConnections.connections == 1
        await rasa_fixes.close(endpoint)
        assert await endpoint.request(json={}) == {"events": []}
        assert CountsConnections.connections == 2
        await rasa_fixes.close(endpoint)

    asyncio.run(talk())
    server.shutdown()


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

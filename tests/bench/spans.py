"""Where a turn's time goes: our servers with a stopwatch around what they do, from outside.

`python -m tests.bench.spans FILE serve` is `python -m bot serve`, and with `actions` it is `python -m actions`; as it ends
it writes the times to FILE. No code of ours knows of it: the functions below are wrapped once the server is imported.
A part that was not seen in the turns is named on the page.
"""

import functools
import importlib
import importlib.util
import inspect
import json
import runpy
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What is done, and where: a module and a function or a method in it. A name may have several functions.
SPANS: dict[str, dict[str, tuple[str, ...]]] = {
    "serve": {
        "the whole turn": ("bot.channels.chat:Chat.send",),
        "gate": ("bot.channels.chat:from_json",),
        "session's conversation": ("bot.log.log:ConversationLog.open",),
        "redaction": ("bot.safety.redaction:redact", "bot.log.log:ConversationLog.previous_text"),
        "log: the message": ("bot.log.log:ConversationLog.receive",),
        "emergency check": ("bot.safety.emergency:check",),
        "Rasa: reading the message": ("rasa.core.processor:MessageProcessor._parse_message_with_graph",),
        "understanding: vectors": ("bot.nlu.vectors:Encoder.encode",),
        "understanding: n-grams": ("bot.nlu.features:Features._sparse",),
        "understanding: the rest": ("bot.nlu.classifier:IntentClassifier.process",),
        "entities": ("bot.nlu.entities:EntityRuler.process",),
        "Rasa: the dialogue": ("rasa.core.processor:MessageProcessor.handle_message",),
        "Rasa: policies": ("rasa.core.processor:MessageProcessor.predict_next_with_tracker_if_should",),
        "dialogue state": ("bot.tracker_store:TrackerStore.retrieve", "bot.tracker_store:TrackerStore.save"),
        "action call": ("rasa.utils.endpoints:EndpointConfig.request",),
        "log: the replies": ("bot.log.log:ConversationLog.answer",),
    },
    "actions": {
        "engine": ("actions.engine.desks:Desks.answer",),
        "back office": ("actions.backoffice.http:Door.call",),
        "log: flags and commitments": (
            "bot.log.log:ConversationLog.flag",
            "bot.log.log:ConversationLog.begin",
            "bot.log.log:ConversationLog.settle",
        ),
    },
}

under_way: list[str] = []
"""The spans that have begun, the innermost last: of one client there is one turn at a time, whichever thread it is in."""
own: dict[str, float] = defaultdict(float)
"""Milliseconds of each span, without those of the spans inside it."""
counts: dict[str, int] = defaultdict(int)


def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function, sync or async, with a stopwatch: its time is taken from that of the span around it."""

    def start() -> tuple[str | None, float]:
        around = under_way[-1] if under_way else None
        under_way.append(name)
        return around, time.perf_counter()

    def end(around: str | None, started: float) -> None:
        spent = (time.perf_counter() - started) * 1000
        under_way.remove(name)
        own[name] += spent
        counts[name] += 1
        if around:
            own[around] -= spent

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def later(*args: Any, **kwargs: Any) -> Any:
            around, started = start()
            try:
                return await function(*args, **kwargs)
            finally:
                end(around, started)

        return later

    @functools.wraps(function)
    def now(*args: Any, **kwargs: Any) -> Any:
        around, started = start()
        try:
            return function(*args, **kwargs)
        finally:
            end(around, started)

    return now


def wrap(name: str, place: str) -> bool:
    """Put a stopwatch around `module:function` or `module:Class.method`. Returns whether it was there."""
    module_name, _, path = place.partition(":")
    try:
        holder: Any = importlib.import_module(module_name)
        *way, last = path.split(".")
        for step in way:
            holder = getattr(holder, step)
        function = inspect.getattr_static(holder, last)
    except (ImportError, AttributeError):
        return False
    if isinstance(function, (staticmethod, classmethod)):
        setattr(holder, last, type(function)(timed(name, function.__func__)))
    else:
        setattr(holder, last, timed(name, function))
    return True


def wrap_all(role: str) -> list[str]:
    """Put the stopwatches of a role in place and return the names of spans that have none of their functions any more."""
    return [name for name, places in SPANS[role].items() if not any([wrap(name, place) for place in places])]


class After:
    """An import hook: does something once a module has been imported, and then nothing more."""

    def __init__(self, module: str, act: Callable[[], object]) -> None:
        self._module, self._act = module, act

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        """Return how to import the module, and what comes after; None for others."""
        if name != self._module:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec and spec.loader, name
        execute = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            execute(module)
            self._act()

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def main(argv: list[str]) -> None:
    """Run a server to its end and write {"unused", "ms"}; SIGUSR1 clears the times, after a warm-up."""
    target, role = Path(argv[0]), argv[1]

    def clear(*_: object) -> None:
        own.clear()
        counts.clear()

    signal.signal(signal.SIGUSR1, clear)
    # uvicorn ends as the signal would have ended the process: not by its default, which writes nothing.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    package, module = {"serve": ("bot", "bot.server"), "actions": ("actions", "actions.server")}[role]
    sys.meta_path.insert(0, After(module, lambda: wrap_all(role)))
    sys.argv = [package, *(["serve"] if role == "serve" else [])]
    try:
        runpy.run_module(package, run_name="__main__")
    finally:
        unused = [name for name in SPANS[role] if not counts[name]]
        target.write_text(json.dumps({"unused": unused, "ms": own}), encoding="utf-8")


if __name__ == "__main__":
    # The functions that are wrapped add to the tables of the module by its name, not of __main__.
    importlib.import_module("tests.bench.spans").main(sys.argv[1:])

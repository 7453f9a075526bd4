"""Between Rasa's action call and the loop: one answer a turn, in Rasa's protocol."""

import logging
import time
from collections import OrderedDict
from threading import Lock
from typing import Any

from actions.backoffice.deadline import deadline
from actions.backoffice.systems import Systems
from actions.engine.desk import Desk
from actions.engine.loop import Loop
from actions.engine.turn import Turn
from bot.log import ConversationLog, Reply
from bot.settings import Settings
from bot.words import words

MOST_CACHED = 500
CACHE_SECONDS = 900
logger = logging.getLogger(__name__)


class Desks:
    """Answers turns. What was looked up is kept a quarter of an hour in memory, for 500 conversations at the most."""

    def __init__(self, settings: Settings, log: ConversationLog) -> None:
        self.settings = settings
        self.log = log
        self.systems = Systems.from_settings(settings)
        self._caches: OrderedDict[str, tuple[float, dict[str, Any]]] = OrderedDict()
        self._lock = Lock()

    def answer(self, tracker: dict[str, Any]) -> dict[str, Any]:
        """Return the events and responses of one turn. A fault of ours is told honestly, and leaves the state as it was."""
        turn = Turn.from_tracker(tracker)
        slots = tracker.get("slots") or {}
        desk = Desk.from_json(slots.get("desk"))
        if turn.seq and desk.seq == turn.seq:
            # Rasa saved this turn, and a crash came before its replies were written down: they are still known.
            return {"events": [_kept(desk)], "responses": [{"custom": reply} for reply in desk.last]}
        loop = Loop(turn, desk, self.systems, self.log, self._cache(turn.conversation_id))
        try:
            with deadline(self.settings.turn_seconds):
                replies = loop.run()
        except Exception:
            logger.exception("turn %s of %s failed", turn.seq, turn.conversation_id)
            self.log.flag(turn.conversation_id, "failed_turn")
            desk = Desk.from_json(slots.get("desk"))
            replies = [Reply(words("desk.broken"), kind="notice")]
        desk.seq, desk.last = turn.seq, [_custom(reply) for reply in replies]
        return {"events": [_kept(desk)], "responses": [{"custom": reply} for reply in desk.last]}

    def _cache(self, conversation_id: str) -> dict[str, Any]:
        now = time.monotonic()
        with self._lock:
            made, cache = self._caches.pop(conversation_id, (now, {}))
            if now - made > CACHE_SECONDS:
                made, cache = now, {}
            self._caches[conversation_id] = (made, cache)
            while len(self._caches) > MOST_CACHED:
                self._caches.popitem(last=False)
            return cache


def _kept(desk: Desk) -> dict[str, Any]:
    """Return the event that keeps the state."""
    return {"event": "slot", "timestamp": None, "name": "desk", "value": desk.to_json()}


def _custom(reply: Reply) -> dict[str, Any]:
    """Return a reply as our channels read it in `custom` of Rasa's protocol, where what is not text goes."""
    choices = [{"title": c.title, "value": c.value} for c in reply.choices]
    return {"text": reply.text, "choices": choices, "kind": reply.kind, "extra": reply.extra}

"""Rasa's dialogue state, one row a conversation.

All that a later turn needs is the slots and the active loop. So that is what is kept, instead of every event: a turn
costs the same at the start and after two thousand messages, no words of a resident are stored a second time, and
erasing a conversation erases its state. The transcript is in the conversation log (docs/adr/0003).
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore as RasaTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot import clock
from bot.db import get_engine, reading, writing
from bot.log.dialogue import dialogues

# Rasa's own slot with the metadata of the first message: a resident's words, which the log has already.
FIRST_WORDS = "session_started_metadata"
_READ = sa.select(dialogues.c.state).where(dialogues.c.conversation_id == sa.bindparam("conversation"))
_CHANGE = sa.update(dialogues).where(dialogues.c.conversation_id == sa.bindparam("conversation"))
_INSERT = sa.insert(dialogues)


class TrackerStore(RasaTrackerStore):
    """See the module's docstring. Every failure of the database is raised; nothing falls back to memory."""

    def __init__(
        self,
        host: EndpointConfig | None = None,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self.engine = get_engine()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the state. Raises sqlalchemy.exc.SQLAlchemyError."""
        await self.stream_events(tracker)
        slots = {name: slot.value for name, slot in tracker.slots.items() if slot.value is not None and name != FIRST_WORDS}
        state = {"slots": slots, "active_loop": tracker.active_loop_name}
        await asyncio.to_thread(self._write, tracker.sender_id, state)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return a tracker that listens, with the kept state, or None for a new conversation."""
        state = await asyncio.to_thread(self._read, sender_id)
        if state is None:
            return None
        events: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME), SessionStarted()]
        events += [SlotSet(name, value) for name, value in state["slots"].items()]
        if state["active_loop"]:
            events += [ActionExecuted(state["active_loop"]), ActiveLoop(state["active_loop"])]
        events.append(ActionExecuted(ACTION_LISTEN_NAME))
        return DialogueStateTracker.from_events(
            sender_id,
            evts=events,
            slots=self.domain.slots,
            max_event_history=self.max_event_history,
            domain=self.domain,
        )

    async def keys(self) -> Iterable[str]:
        """Return the ids of the conversations that have a state."""
        return await asyncio.to_thread(self._keys)

    async def delete(self, sender_id: str) -> None:
        """Forget a conversation's state."""
        await asyncio.to_thread(self._delete, sender_id)

    def _write(self, sender_id: str, state: dict[str, Any]) -> None:
        values = {"state": state, "updated_at": clock.now()}
        # The replies of the turn are put on disk after it, and it with them. A turn that has none yet is run again.
        with writing(self.engine, at_once=False) as conn:
            if conn.execute(_CHANGE, {"conversation": sender_id, **values}).rowcount == 0:
                conn.execute(_INSERT, {"conversation_id": sender_id, **values})

    def _read(self, sender_id: str) -> dict[str, Any] | None:
        with reading(self.engine) as conn:
            found: dict[str, Any] | None = conn.execute(_READ, {"conversation": sender_id}).scalar_one_or_none()
            return found

    def _keys(self) -> list[str]:
        with self.engine.connect() as conn:
            return list(conn.execute(sa.select(dialogues.c.conversation_id)).scalars())

    def _delete(self, sender_id: str) -> None:
        with self.engine.begin() as conn:
            conn.execute(sa.delete(dialogues).where(dialogues.c.conversation_id == sender_id))

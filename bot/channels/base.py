"""The one path of a message, whatever channel it came by.

    admitted text -> redact -> conversation log (committed) -> what is answered at once (an emergency, another language)
        -> Rasa -> conversation log -> replies

A message that is on disk and not answered (a crash, an action server that is down) is answered by `Sweeper`, once, or
is left visibly to staff.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from sqlalchemy.exc import SQLAlchemyError

from actions.engine.talk import when_safe
from bot.channels import asides
from bot.channels.at_once import AtOnce, at_once
from bot.channels.besides import besides
from bot.channels.locks import Locks
from bot.log import Choice, ConversationGone, ConversationLog, Inbound, Message, Reply, Understood
from bot.log.states import WAITING
from bot.safety import redaction
from bot.words import words

logger = logging.getLogger(__name__)
GIVE_UP_AFTER = 3600.0
SWEEP_SECONDS = 5.0
# In the place of the classifier's verdict on words that it can't read.
NO_WISH = {"intent": {"name": "inform", "confidence": 1.0}, "intent_ranking": []}


@dataclass(frozen=True)
class Received:
    """What a channel hands in. `text` is admitted by the gate; `choice` is (id, title, value) of one that was offered.

    `aside` names what the channel itself answers (see `bot.channels.asides`). `door_id` is the door that the replies go
    out by, none on the website. Photos with the same `album` were sent together.
    """

    message_id: str
    text: str
    choice: tuple[str | None, str, str] | None = None
    photo_id: str | None = None
    location: dict[str, float] | None = None
    aside: str | None = None
    door_id: int | None = None
    album: str | None = None


class Unanswered(Exception):
    """The message is on disk, and an answer comes later."""


class Path:
    """Takes messages to Rasa and back. One for each process; the agent is known once the server has loaded it."""

    def __init__(self, log: ConversationLog, agent: Callable[[], Any]) -> None:
        self.log = log
        self._agent = agent
        self._locks = Locks()

    async def take(self, conversation_id: str, received: Received, channel: str) -> list[Message]:
        """Put a message on disk, have it answered and return the replies.

        The same message id again returns the same replies. Raises Unanswered when it is on disk and could not be
        answered now, ConversationGone when the conversation was erased, SQLAlchemyError when nothing could be stored.
        """
        async with self._locks.of(conversation_id):
            inbound = await self.accept(conversation_id, received)
            if inbound.state != WAITING:
                return await asyncio.to_thread(self.log.replies_to, inbound.conversation_id, inbound.seq)
            if inbound.conversation_id != conversation_id:
                # It came again after its resident went on elsewhere, and is answered where it came first.
                raise Unanswered(f"{inbound.conversation_id} {inbound.seq}")
            return await self.answer(inbound, channel)

    async def accept(self, conversation_id: str, received: Received) -> Inbound:
        """Put a message on disk and return it; `settle` answers it. The same message id again returns the same row.

        It waits for no turn. Raises ConversationGone and SQLAlchemyError.
        """
        # One after the other: a card number may begin in one message and end in the next.
        async with self._locks.of(f"{conversation_id} store"):
            return await asyncio.to_thread(self._store, conversation_id, received)

    async def settle(self, inbound: Inbound, channel: str) -> None:
        """Answer a message that was left waiting, unless it has been answered in the meantime."""
        async with self._locks.of(inbound.conversation_id):
            current = await asyncio.to_thread(self.log.inbound, inbound.conversation_id, inbound.seq)
            if current.state == WAITING:
                await self.answer(current, channel)

    async def erase(self, conversation_id: str) -> None:
        """Erase a conversation, after the turn that is under way: Rasa saves its dialogue at the end of a turn."""
        async with self._locks.of(conversation_id):
            await asyncio.to_thread(self.log.erase, conversation_id)

    async def answer(self, inbound: Inbound, channel: str) -> list[Message]:
        """Answer a stored message. The caller holds the conversation's lock. Raises Unanswered."""
        first = await asyncio.to_thread(at_once, self.log, inbound)
        if first.understood:
            replies = (*first.replies, *await self._besides(inbound, first))
            return await asyncio.to_thread(self._finish, inbound, replies, first.understood, first.flags)
        replies, understood = await self._ask_rasa(inbound, channel, first.values_only)
        if not replies:
            raise Unanswered(f"{inbound.conversation_id} {inbound.seq}")
        return await asyncio.to_thread(self._finish, inbound, (*first.replies, *replies), understood, first.flags)

    async def _besides(self, inbound: Inbound, first: AtOnce) -> tuple[Reply, ...]:
        """Offer what else an English message asks for, beside the emergency in it."""
        urgent = [reply for reply in first.replies if reply.kind == "emergency"]
        if not urgent or first.flags:
            return ()
        others = await besides(self._agent(), inbound.text)
        return (when_safe(others, urgent[-1].choices),) if others else ()

    def _store(self, conversation_id: str, received: Received) -> Inbound:
        text, flagged = received.text, None
        choice_id, _, value = received.choice or (None, None, asides.value(received.aside))
        if value is None:
            text, flagged = self._redacted(conversation_id, received.text)
        # Messages of several chats may have the same numbers, and be in one conversation.
        by_door = f"{received.door_id} {received.message_id}" if received.door_id else received.message_id
        return self.log.receive(
            conversation_id,
            by_door,
            text,
            choice_id=choice_id,
            choice_value=value,
            photo_id=received.photo_id,
            location=received.location,
            flagged=flagged,
            door_id=received.door_id,
            album=received.album,
        )

    def _redacted(self, conversation_id: str, text: str) -> tuple[str, str | None]:
        """Mask card numbers and security codes, also one that began in the message before."""
        before = self.log.previous_text(conversation_id)
        clean = redaction.redact(text, before[1] if before else "")
        if before and clean.previous != before[1]:
            self.log.replace_text(conversation_id, before[0], clean.previous)
        return clean.text, "card" if clean.found else None

    def _finish(
        self, inbound: Inbound, replies: tuple[Reply, ...], understood: Understood, flags: tuple[str, ...]
    ) -> list[Message]:
        urgent = (str(reply.extra["emergency"]) for reply in replies if reply.kind == "emergency")
        for flag in dict.fromkeys((*urgent, *flags)):
            self.log.flag(inbound.conversation_id, flag)
        return self.log.answer(inbound.conversation_id, inbound.seq, replies, understood)

    async def _ask_rasa(self, inbound: Inbound, channel: str, values_only: bool) -> tuple[tuple[Reply, ...], Understood]:
        collector = CollectingOutputChannel()
        metadata: dict[str, Any] = {"seq": inbound.seq, "text": inbound.text}
        if inbound.choice_value is not None:
            metadata["choice"] = inbound.choice_value
        if inbound.photo_id:
            metadata["photo"] = inbound.photo_id
        if inbound.location:
            metadata["location"] = inbound.location
        # Rasa takes text that starts with a slash for a command; here it is what somebody typed.
        text = inbound.text.lstrip("/ ") or "?"
        message = UserMessage(text, collector, inbound.conversation_id, input_channel=channel, metadata=metadata)
        agent = self._agent()
        started = time.perf_counter()
        try:
            # Parsed here, so that what was understood is known whatever becomes of the action.
            parsed = await agent.processor.parse_message(message)
            message.parse_data = {**parsed, **NO_WISH} if values_only else parsed
            parsed_at = time.perf_counter()
            await agent.handle_message(message)
        except Exception as error:
            # Whatever went wrong inside Rasa, the message is on disk: it is tried again, and after an hour staff have it.
            logger.exception("a turn failed: %s %s", inbound.conversation_id, inbound.seq)
            raise Unanswered(f"{inbound.conversation_id} {inbound.seq}") from error
        timings = {"nlu": _ms(started, parsed_at), "turn": _ms(started, time.perf_counter())}
        replies = tuple(_reply(sent["custom"]) for sent in collector.messages if "custom" in sent)
        return replies, _understood(message.parse_data, agent.model_id, timings)


def _reply(custom: dict[str, Any]) -> Reply:
    choices = tuple(Choice(c["title"], c["value"]) for c in custom["choices"])
    return Reply(custom["text"], choices, custom["kind"], custom["extra"])


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 1)


def _understood(parsed: dict[str, Any], model: str | None, timings: dict[str, float]) -> Understood:
    intent = parsed.get("intent") or {}
    return Understood(
        intent=intent.get("name"),
        confidence=intent.get("confidence"),
        ranking=list(parsed.get("intent_ranking") or [])[:3],
        entities=[{k: e[k] for k in ("entity", "value") if k in e} for e in parsed.get("entities") or []],
        model=model,
        timings=timings,
    )


class Sweeper:
    """Answers what was left waiting: at the start what a crash left, later what could not be answered in its turn."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Since when each message is known to wait, by a clock that `NOW` doesn't freeze.
        self._since: dict[tuple[str, int], float] = {}

    async def run(self) -> None:
        """Sweep for as long as the server runs."""
        first = True
        while True:
            try:
                await self.sweep(0.0 if first else SWEEP_SECONDS)
            except SQLAlchemyError:
                logger.exception("the conversation log can't be reached; the sweep tries again")
            first = False
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self, older_than: float) -> None:
        """Answer, oldest first, what has waited for so many seconds; what waits for an hour goes to staff, and says so."""
        stuck: set[str] = set()
        for inbound, age in self._ages(await asyncio.to_thread(self._path.log.waiting)):
            if inbound.conversation_id in stuck or age < older_than:
                continue
            try:
                held = await asyncio.to_thread(self._path.log.conversation, inbound.conversation_id)
                await self._path.settle(inbound, held.channel)
            except ConversationGone:
                continue
            except Unanswered:
                stuck.add(inbound.conversation_id)
                if age > GIVE_UP_AFTER:
                    await asyncio.to_thread(self._give_up, inbound)

    def _ages(self, waiting: list[Inbound]) -> list[tuple[Inbound, float]]:
        """Return each message with the seconds that it has been seen waiting, and forget those that wait no longer."""
        now = time.monotonic()
        keys = [(inbound.conversation_id, inbound.seq) for inbound in waiting]
        self._since = {key: self._since.get(key, now) for key in keys}
        return [(inbound, now - self._since[key]) for inbound, key in zip(waiting, keys, strict=True)]

    def _give_up(self, inbound: Inbound) -> None:
        reply = Reply(words("gate.left_to_staff"), kind="notice")
        self._path.log.hand_to_staff(inbound.conversation_id, inbound.seq, [reply])

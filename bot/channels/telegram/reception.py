"""What is done with an update: on disk first, and what follows goes on by itself."""

import asyncio
import logging
import time
from collections.abc import Awaitable
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, Update
from telegram.error import BadRequest, TelegramError

from actions.engine.talk import offer
from bot.channels import asides
from bot.channels.base import Path, Received, Unanswered
from bot.channels.incoming import admit
from bot.channels.limits import MessageLimit
from bot.channels.locks import Locks
from bot.channels.pictures import keep_photo, photo_trouble
from bot.channels.telegram.at_work import at_work
from bot.channels.telegram.carrying import Carrying
from bot.channels.telegram.presses import Presses
from bot.channels.telegram.reading import File, Said, read
from bot.channels.telegram.sender import CHANNEL, Sender
from bot.channels.trouble import Trouble
from bot.log import ConversationGone, ConversationLog, Deliveries, Door, Doors, Inbound, Reply, Updates
from bot.settings import Settings
from bot.words import has_words, words

# The photos of an album come one by one: so long the first one waits for the others.
ALBUM_SECONDS = 1.0
STOP_SECONDS = 10.0
logger = logging.getLogger(__name__)


class Reception:
    """Takes updates, whether Telegram brings them or we ask for them. One for each process."""

    def __init__(
        self, settings: Settings, path: Path, bot: Bot, sender: Sender, doors: Doors, deliveries: Deliveries
    ) -> None:
        self._settings = settings
        self._path = path
        self._log: ConversationLog = path.log
        self._bot = bot
        self._sender = sender
        self._doors = doors
        self._deliveries = deliveries
        self._updates = Updates(self._log.engine)
        self._presses = Presses(bot, self._log)
        self._carrying = Carrying(self._log)
        self._limit = MessageLimit(settings.messages_per_minute)
        self._locks = Locks()
        self._under_way: set[asyncio.Future[Any]] = set()

    async def take(self, told: dict[str, Any]) -> None:
        """Serve an update, once however often it comes. When this returns, what it says is on disk.

        `told` is JSON with an "update_id". Raises SQLAlchemyError when nothing could be stored.
        """
        found = _read(told)
        if not found:
            return
        update_id = int(told["update_id"])
        async with self._locks.of(str(update_id)):
            if await asyncio.to_thread(self._updates.served, update_id):
                return
            for said in found:
                await self._serve(said)
            await asyncio.to_thread(self._updates.note, update_id)

    async def finish(self) -> None:
        """Wait for the turns under way, for ten seconds at the most; what is left is answered after the next start."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STOP_SECONDS)

    async def _serve(self, said: Said) -> None:
        if said.blocked is not None:
            await self._membership(said.chat, said.blocked)
            return
        door = await asyncio.to_thread(self._doors.enter, CHANNEL, said.chat)
        try:
            await self._receive(door, said)
        except ConversationGone:
            # It was erased in this moment; what is said now begins a new one.
            await self._receive(await asyncio.to_thread(self._doors.enter, CHANNEL, said.chat), said)

    async def _membership(self, chat: str, blocked: bool) -> None:
        door = await asyncio.to_thread(self._doors.find, CHANNEL, chat)
        if door and blocked:
            await asyncio.to_thread(self._deliveries.block, door.id)
        elif door:
            await asyncio.to_thread(self._doors.enter, CHANNEL, chat)

    async def _receive(self, door: Door, said: Said) -> None:
        left = await self._carrying.take(door, said)
        if left is None:
            self._sender.wake()
        else:
            await self._answer(door, left)

    async def _answer(self, door: Door, said: Said) -> None:
        if said.press:
            pressed = await asyncio.to_thread(self._log.choice, door.conversation_id, said.press.choice[:64])
            if pressed is None:
                self._go_on(self._presses.too_old(said))
                return
            if asides.name_in(pressed.value) == asides.DELETE:
                await self._path.erase(door.conversation_id)
                self._go_on(self._presses.deleted(said))
                return
            received = Received(said.id, pressed.title, (pressed.id, pressed.title, pressed.value), door_id=door.id)
            inbound = await self._path.accept(door.conversation_id, received)
            self._go_on(self._presses.answer(said, pressed, inbound))
        else:
            inbound = await self._path.accept(door.conversation_id, await self._received(door, said))
        if inbound.is_new:
            self._go_on(self._turn(inbound, said))

    async def _received(self, door: Door, said: Said) -> Received:
        """Return what is to be stored. What can't be taken becomes an aside that says why."""
        try:
            if said.aside != "group":
                self._limit.count(said.chat)
            photo = await self._photo(door.conversation_id, said.photo) if said.photo else None
            text = admit(said.text, self._settings) if said.text else ""
        except Trouble as trouble:
            # One notice a minute is enough for somebody who sends too much.
            number = f"{trouble.code} {int(time.time()) // 60}" if trouble.code == "too_fast" else said.id
            return Received(number, words("telegram.sent.other"), aside=trouble.code, door_id=door.id)
        if said.command == "human":
            return Received(said.id, "/human", (None, "/human", offer("speak_to_person").value), door_id=door.id)
        if said.command == "stop":
            await asyncio.to_thread(self._log.stop_reminders, door.conversation_id)
        if said.command:
            return Received(said.id, f"/{said.command}", aside=said.command, door_id=door.id)
        if said.aside:
            return Received(said.id, words(f"telegram.sent.{_shown(said.aside)}"), aside=said.aside, door_id=door.id)
        return Received(said.id, text, None, photo, said.location, door_id=door.id, album=said.album)

    async def _photo(self, conversation_id: str, photo: File) -> str:
        """Fetch a photo from Telegram, clean it and keep it; return its id. Raises Trouble."""
        if photo.size > self._settings.photo_bytes:
            raise photo_trouble(self._settings, 413, "photo_too_big")
        try:
            file = await self._bot.get_file(photo.id)
            content = bytes(await file.download_as_bytearray())
        except BadRequest:
            raise photo_trouble(self._settings, 413, "photo_too_big") from None
        except TelegramError as error:
            logger.warning("a photo could not be fetched: %s", type(error).__name__)
            raise Trouble(503, "photo_lost", words("telegram.reply.photo_lost")) from None
        return await keep_photo(self._log, self._settings, conversation_id, content)

    async def _turn(self, inbound: Inbound, said: Said) -> None:
        """Answer a message; the sender brings the replies."""
        if inbound.album:
            await asyncio.sleep(ALBUM_SECONDS)
        try:
            try:
                async with at_work(self._bot, said.chat):
                    await self._path.settle(inbound, CHANNEL)
            except Unanswered:
                kept = Reply(words("gate.kept"), kind="notice")
                await asyncio.to_thread(self._log.later, inbound.conversation_id, kept)
        except (ConversationGone, SQLAlchemyError) as error:
            logger.info("a turn ended with %s", type(error).__name__)
        self._sender.wake()

    def _go_on(self, work: Awaitable[None]) -> None:
        """Do something that the answer to Telegram does not wait for."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Future[None]") -> None:
        self._under_way.discard(task)
        if not task.cancelled() and task.exception():
            logger.error("what follows an update failed", exc_info=task.exception())


def _read(told: dict[str, Any]) -> tuple[Said, ...]:
    try:
        update = Update.de_json(told, None)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # Telegram sends new kinds of things before python-telegram-bot knows them; without the bot they are no messages.
        logger.warning("an update could not be read: %s", type(error).__name__)
        return ()
    return read(update)


def _shown(aside: str) -> str:
    """Return the key of the words that stand in the transcript for something that can't be shown."""
    return aside if aside and has_words(f"telegram.sent.{aside}") else "other"

"""The one sender: brings what the conversation log says to its resident, in order and once (see `bot.log.delivery`)."""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from telegram import Bot, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.api import NotSent
from bot.channels.telegram.carrying import Carrying
from bot.channels.telegram.render import Part, parts
from bot.log import ConversationLog, Deliveries, Delivery, Doors

CHANNEL = "telegram"
LOOK_SECONDS = 1.0
AT_ONCE = 16
# Shorter than a claim (`bot.log.delivery.CLAIM`).
SEND_SECONDS = 20.0
MOST_WAIT = 300.0
STOP_SECONDS = 5.0
# Telegram would fetch what is linked, and a link to pay is for its resident alone.
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
logger = logging.getLogger(__name__)


class Sender:
    """Sends for as long as the server runs. Another process may send too."""

    def __init__(self, bot: Bot, log: ConversationLog, deliveries: Deliveries, doors: Doors) -> None:
        self._bot = bot
        self._log = log
        self._deliveries = deliveries
        self._doors = doors
        self._carrying = Carrying(log)
        self._news = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """Look at once: there is something to send."""
        self._news.set()

    async def run(self) -> None:
        """Send what is due, and look every second: another process writes replies too."""
        while True:
            self._news.clear()
            delivery = None
            if len(self._under_way) < AT_ONCE:
                try:
                    delivery = await asyncio.to_thread(self._deliveries.claim, CHANNEL)
                except SQLAlchemyError:
                    logger.error("the conversation log can't be reached; what is due is sent later")
            if delivery:
                task = asyncio.ensure_future(self._send(delivery))
                self._under_way.add(task)
                task.add_done_callback(self._sent)
                continue
            try:
                await asyncio.wait_for(self._news.wait(), LOOK_SECONDS)
            except asyncio.TimeoutError:
                continue

    async def finish(self) -> None:
        """Wait for what is being sent, for five seconds at the most."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=STOP_SECONDS)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.wake()
        if not task.cancelled() and task.exception():
            logger.error("a delivery was not noted", exc_info=task.exception())

    async def _send(self, delivery: Delivery) -> None:
        """Send one part and note what became of it. Raises SQLAlchemyError: then its claim ends, and it is unsure."""
        message = await asyncio.to_thread(self._log.message, delivery.conversation_id, delivery.seq)
        address = await asyncio.to_thread(self._doors.address, delivery.door_id)
        if message is None or address is None:
            await asyncio.to_thread(self._deliveries.refused, delivery)
            return
        found = parts(await asyncio.to_thread(self._carrying.with_code, message))
        try:
            await asyncio.wait_for(self._say(address, found[delivery.part]), SEND_SECONDS)
        except (TelegramError, asyncio.TimeoutError) as error:
            await self._failed(delivery, error)
            return
        await asyncio.to_thread(self._deliveries.sent, delivery, delivery.part + 1 < len(found))

    async def _say(self, address: str, part: Part) -> None:
        await self._bot.send_message(
            int(address),
            part.html,
            parse_mode=ParseMode.HTML,
            reply_markup=part.buttons,
            link_preview_options=NO_PREVIEW,
        )

    async def _failed(self, delivery: Delivery, error: Exception) -> None:
        """Note a part that was not sent, or may have been. It is tried again only where it was certainly not sent."""
        name = f"{delivery.conversation_id} {delivery.seq}: {type(error).__name__}"
        if isinstance(error, RetryAfter):
            await asyncio.to_thread(self._deliveries.again, delivery, seconds_of(error))
        elif isinstance(error, (NotSent, InvalidToken)):
            logger.warning("not sent, and tried again: %s", name)
            await asyncio.to_thread(self._deliveries.again, delivery, min(MOST_WAIT, 2.0 ** min(delivery.attempts, 9)))
        elif isinstance(error, Forbidden):
            await asyncio.to_thread(self._deliveries.block, delivery.door_id)
        elif isinstance(error, (BadRequest, ChatMigrated)):
            logger.error("Telegram does not take a reply: %s", name)
            await asyncio.to_thread(self._deliveries.refused, delivery)
        else:
            logger.error("nobody can tell whether a reply was sent: %s", name)
            await asyncio.to_thread(self._deliveries.unsure, delivery)


def seconds_of(error: RetryAfter) -> float:
    """Return how long Telegram wants us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)

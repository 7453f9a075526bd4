"""The sign that an answer is being worked on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

# Most answers are there before anybody would see it.
AFTER_SECONDS = 0.3
# Telegram shows it for five seconds.
AGAIN_SECONDS = 4.0


@asynccontextmanager
async def at_work(bot: Bot, chat: str) -> AsyncIterator[None]:
    """Show in the chat that the assistant types, until the end of the block. Never raises: it is only a sign."""
    task = asyncio.ensure_future(_show(bot, chat))
    try:
        yield
    finally:
        task.cancel()


async def _show(bot: Bot, chat: str) -> None:
    await asyncio.sleep(AFTER_SECONDS)
    while True:
        with suppress(TelegramError):
            await bot.send_chat_action(int(chat), ChatAction.TYPING)
        await asyncio.sleep(AGAIN_SECONDS)

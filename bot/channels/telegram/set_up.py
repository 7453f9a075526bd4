"""What Telegram has to know of us: the menu of commands, and where to bring updates, unless we ask for them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import Bot, BotCommand
from telegram.error import TelegramError

from bot.channels.telegram.reading import ALLOWED, COMMANDS
from bot.settings import Settings
from bot.words import words

WEBHOOK = "/telegram/webhook"
FIRST_WAIT, MOST_WAIT = 5.0, 300.0
POLL_SECONDS = 20
logger = logging.getLogger(__name__)


async def set_up(bot: Bot, settings: Settings) -> None:
    """Tell Telegram, and try until it was reached; the assistant runs meanwhile."""
    wait = FIRST_WAIT
    while True:
        try:
            await _tell(bot, settings)
            return
        except TelegramError as error:
            logger.warning("Telegram can't be told of the assistant yet: %s", type(error).__name__)
        await asyncio.sleep(wait)
        wait = min(2 * wait, MOST_WAIT)


async def _tell(bot: Bot, settings: Settings) -> None:
    await bot.set_my_commands([BotCommand(name, words(f"telegram.command.{name}")) for name in COMMANDS])
    if settings.telegram_polling:
        await bot.delete_webhook()
    elif settings.telegram_webhook_secret and settings.public_url.startswith("https://"):
        await bot.set_webhook(
            f"{settings.public_url}{WEBHOOK}", secret_token=settings.telegram_webhook_secret, allowed_updates=ALLOWED
        )
    else:
        logger.warning("no webhook was set: it needs TELEGRAM_WEBHOOK_SECRET and a PUBLIC_URL with https")


async def poll(bot: Bot, take: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
    """Ask for updates, for as long as the server runs. What was not stored is asked for again."""
    offset = 0
    while True:
        asked = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED}
        try:
            # As plain JSON: python-telegram-bot would log an update that it can't read.
            found: Any = await bot.do_api_request("getUpdates", asked, read_timeout=POLL_SECONDS + 10)
            for told in found:
                await take(told)
                offset = int(told["update_id"]) + 1
        except Exception as error:
            # Whatever it was, it is asked for again: an update that is not stored must not be passed over.
            logger.warning("updates could not be fetched: %s", type(error).__name__)
            await asyncio.sleep(FIRST_WAIT)

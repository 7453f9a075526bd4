"""What somebody sees who pressed a button: the press is answered, the buttons go, and what was chosen stands there.

None of it is needed for the act, so nothing here is tried again.
"""

import asyncio
import html
import logging

from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.channels.telegram.reading import Said
from bot.channels.telegram.render import chosen
from bot.log import ConversationLog, Inbound, Offered
from bot.words import words

logger = logging.getLogger(__name__)


class Presses:
    """Answers presses."""

    def __init__(self, bot: Bot, log: ConversationLog) -> None:
        self._bot = bot
        self._log = log

    async def answer(self, said: Said, pressed: Offered, inbound: Inbound) -> None:
        """Show what was chosen. The buttons under a message are pressed once: a second press is told so."""
        if not inbound.is_new:
            await self._answer(said, words("telegram.chosen_before"))
            return
        await self._answer(said)
        question = await asyncio.to_thread(self._log.message, inbound.conversation_id, pressed.seq)
        await self._show(said, chosen(question, pressed.title) if question else None)

    async def too_old(self, said: Said) -> None:
        """Say kindly that the button is from a conversation that is gone."""
        await self._answer(said, words("telegram.old_button"))
        await self._show(said, None)

    async def deleted(self, said: Said) -> None:
        """Say that the conversation is erased, in the place of the question."""
        await self._answer(said)
        await self._show(said, html.escape(words("telegram.deleted"), quote=False))

    async def _answer(self, said: Said, text: str | None = None) -> None:
        if said.press is None:
            return
        try:
            await self._bot.answer_callback_query(said.press.query_id, text, show_alert=bool(text))
        except TelegramError as error:
            logger.info("a press could not be answered: %s", type(error).__name__)

    async def _show(self, said: Said, text: str | None) -> None:
        """Take the buttons away, and put this text (HTML) in the place of the message's when there is one."""
        if said.press is None:
            return
        chat, message = int(said.chat), said.press.message_id
        try:
            if text is None:
                await self._bot.edit_message_reply_markup(chat, message)
            else:
                await self._bot.edit_message_text(text, chat, message, parse_mode=ParseMode.HTML)
        except TelegramError as error:
            logger.info("a message could not be changed: %s", type(error).__name__)

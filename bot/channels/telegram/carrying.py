"""Carrying a conversation on: the codes that are sent in a chat, and those that are asked for there."""

import asyncio
import re
from dataclasses import replace

from bot.channels import asides
from bot.channels.telegram.reading import Said
from bot.log import CarryOn, CodeRefused, ConversationLog, Door, Message, TooManyTries
from bot.log.carry_on import as_code

# Written as we write codes: it is one, whether it works or not. "the 2nd bin" may be one, and is none unless it works.
_WRITTEN = re.compile(r"\s*\w{3}([-–—])\w{3}\1\w{3}\s*")


class Carrying:
    """Takes codes, and makes them."""

    def __init__(self, log: ConversationLog) -> None:
        self._log = log
        self._carry_on = CarryOn(log)

    async def take(self, door: Door, said: Said) -> Said | None:
        """Let the chat go on with another conversation when its code was sent, and return None: all is said in the log.

        Else return what is to be answered: what was said, or an aside when a code was sent that does not work. Raises
        ConversationGone.
        """
        code = as_code(said.argument if said.command == "start" else "" if said.photo else said.text)
        if code is None:
            return said
        try:
            await asyncio.to_thread(self._redeem, door, code, said)
        except (CodeRefused, TooManyTries) as error:
            if said.command is None and not _WRITTEN.fullmatch(said.text):
                return said
            aside = "too_many_codes" if isinstance(error, TooManyTries) else "bad_code"
            return replace(said, command=None, argument="", text="", aside=aside)
        return None

    def with_code(self, message: Message) -> Message:
        """Return a message as it is sent: with a new code where one belongs. The log itself never has a code."""
        if not message.extra.get(asides.CODE_HERE):
            return message
        code = self._carry_on.code(message.conversation_id)
        return replace(message, text=message.text.replace(asides.NO_CODE, code))

    def _redeem(self, door: Door, code: str, said: Said) -> None:
        new = self._log.conversation(door.conversation_id).last_seq == 0
        first = (asides.privacy(),) if new else ()
        self._carry_on.redeem(code, door.channel, said.chat, message_id=said.id, first=first)

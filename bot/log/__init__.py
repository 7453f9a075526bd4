"""The conversation log: the inbox, the outbox and the transcript at once, and what the council owes each resident.

Everything here is synchronous and touches the database: call it from a worker thread (`asyncio.to_thread`). All times
are aware and in UTC. Each method of `ConversationLog` is one transaction, committed when it returns.
"""

from bot.log.carry_on import CarryOn
from bot.log.choice import Offered
from bot.log.commitment import Commitment
from bot.log.conversation import Conversation
from bot.log.delivery import Deliveries, Delivery
from bot.log.door import Door, Doors
from bot.log.errors import (
    CodeRefused,
    ConversationGone,
    IllegalTransition,
    LogError,
    TooManyTries,
    UnknownCommitment,
    UnknownMessage,
)
from bot.log.log import ConversationLog, get_log
from bot.log.message import Inbound, Message
from bot.log.notice import Follow, Notice, Plan
from bot.log.speech import Choice, Reply, Understood
from bot.log.update import Updates

__all__ = [
    "CarryOn",
    "Choice",
    "CodeRefused",
    "Commitment",
    "Conversation",
    "ConversationGone",
    "ConversationLog",
    "Deliveries",
    "Delivery",
    "Door",
    "Doors",
    "Follow",
    "IllegalTransition",
    "Inbound",
    "LogError",
    "Message",
    "Notice",
    "Offered",
    "Plan",
    "Reply",
    "TooManyTries",
    "Understood",
    "UnknownCommitment",
    "UnknownMessage",
    "Updates",
    "get_log",
]

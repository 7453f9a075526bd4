"""A photo from a resident, whatever channel it came by: checked, cleaned and kept."""

import asyncio

from bot import photos
from bot.channels.trouble import Trouble
from bot.log import ConversationLog
from bot.settings import Settings
from bot.words import words


async def keep_photo(log: ConversationLog, settings: Settings, conversation_id: str, content: bytes) -> str:
    """Re-encode and store a photo and return its id. Raises Trouble when it is none or too big, and ConversationGone."""
    if len(content) > settings.photo_bytes:
        raise photo_trouble(settings, 413, "photo_too_big")
    try:
        clean = await asyncio.to_thread(photos.prepare, content)
    except photos.NotAPhoto:
        raise photo_trouble(settings, 415, "photo_type") from None
    return await asyncio.to_thread(log.save_photo, conversation_id, clean, "image/jpeg")


def photo_trouble(settings: Settings, status: int, code: str) -> Trouble:
    """Return the refusal of a photo, with the words that say what is taken."""
    return Trouble(status, code, words(f"gate.{code}", megabytes=settings.photo_bytes // 1_000_000))

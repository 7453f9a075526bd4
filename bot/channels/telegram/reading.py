"""What an update says, as far as it concerns us. Pure: nothing is stored or sent here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from telegram import Chat, ChatMember, Message, Update

from bot.channels.at_once import is_emergency
from bot.words import words

# What we ask Telegram for; all else that comes is accepted and ignored.
ALLOWED = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
COMMANDS = ("start", "help", "human", "web", "stop", "delete")
_COMMAND = re.compile(r"/([a-z]{1,32})(?:@\w+)?(?:\s+(\S.*))?", re.IGNORECASE | re.DOTALL)
_GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
# What a message may hold, and which aside answers it. An animation is a document too, and a venue a location.
_KINDS = {
    "voice": "voice",
    "audio": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "contact": "contact",
    "sticker": "sticker",
    "dice": "sticker",
    "document": "file",
    "poll": "other",
    "story": "other",
    "game": "other",
    "paid_media": "other",
    "checklist": "other",
    "invoice": "other",
}


@dataclass(frozen=True)
class File:
    """A file at Telegram. `size` is in bytes, 0 when Telegram does not say."""

    id: str
    size: int


@dataclass(frozen=True)
class Press:
    """A button that was pressed: `choice` is its token, `message_id` the message that it is under."""

    query_id: str
    choice: str
    message_id: int


@dataclass(frozen=True)
class Said:
    """What somebody said in a chat: one of text, command, aside, location, photo (with a text), press or blocked.

    `id` is unique in the chat: the same thing said again by Telegram has the same. `argument` is what followed a command.
    """

    chat: str
    id: str
    text: str = ""
    command: str | None = None
    argument: str = ""
    aside: str | None = None
    location: dict[str, float] | None = None
    photo: File | None = None
    album: str | None = None
    press: Press | None = None
    blocked: bool | None = None


def read(update: Update) -> tuple[Said, ...]:
    """Return what an update says, in order; nothing for what concerns us not."""
    if update.message:
        return tuple(_message(update.message))
    said = None
    if update.callback_query:
        said = _press(update)
    elif update.my_chat_member:
        said = _membership(update)
    elif update.edited_message:
        said = _edited(update.edited_message)
    return (said,) if said else ()


def _press(update: Update) -> Said | None:
    query = update.callback_query
    if query is None or query.message is None or query.message.chat.type != Chat.PRIVATE:
        return None
    under = query.message.message_id
    # By the message, not the press: the buttons under a message are pressed once.
    return Said(str(query.message.chat.id), f"c{under}", press=Press(query.id, query.data or "", under))


def _membership(update: Update) -> Said | None:
    changed = update.my_chat_member
    if changed is None:
        return None
    gone = changed.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    if changed.chat.type == Chat.PRIVATE:
        return Said(str(changed.chat.id), "", blocked=gone)
    return _group(changed.chat) if changed.chat.type in _GROUPS and not gone else None


def _group(chat: Chat) -> Said:
    return Said(str(chat.id), "group", aside="group")


def _edited(message: Message) -> Said | None:
    """An edit changes nothing that was done. Somebody who changes words is told so, once; but an emergency is heard."""
    text = message.text or message.caption or ""
    if message.chat.type != Chat.PRIVATE or not text:
        return None
    if is_emergency(text):
        when = message.edit_date or message.date
        return Said(str(message.chat.id), f"e{message.message_id} {when.timestamp():.0f}", text=text)
    return Said(str(message.chat.id), f"e{message.message_id}", aside="edited")


def _message(message: Message) -> Iterator[Said]:
    sender = message.from_user
    if sender is not None and sender.is_bot:
        return
    if message.chat.type in _GROUPS:
        yield _group(message.chat)
    if message.chat.type != Chat.PRIVATE:
        return
    chat, said = str(message.chat.id), _content(message)
    if said:
        yield Said(chat, f"m{message.message_id}", **said)
    if "aside" in said and message.caption:
        # What stands under a video is read, though the video isn't.
        yield Said(chat, f"t{message.message_id}", text=message.caption)


def _content(message: Message) -> dict[str, Any]:
    if message.text is not None:
        found = _COMMAND.fullmatch(message.text)
        if found and found[1].lower() in COMMANDS:
            return {"command": found[1].lower(), "argument": (found[2] or "").strip()}
        if _plain(message.text) in words("carry_on.web_asked").splitlines():
            return {"command": "web"}
        return {"text": message.text}
    if message.location:
        return {"location": {"lat": message.location.latitude, "lng": message.location.longitude}}
    photo = _photo(message)
    if photo:
        return {"photo": photo, "text": message.caption or "", "album": message.media_group_id}
    aside = next((answer for kind, answer in _KINDS.items() if getattr(message, kind, None)), None)
    return {"aside": aside} if aside else {}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _photo(message: Message) -> File | None:
    """Return a photo in its largest size, or an image that was sent as a file."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return File(largest.file_id, largest.file_size or 0)
    document = message.document
    if document and not message.animation and (document.mime_type or "").startswith("image/"):
        return File(document.file_id, document.file_size or 0)
    return None

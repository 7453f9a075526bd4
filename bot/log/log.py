"""The one door to the log. Each method is one transaction; a write is on disk when it returns."""

import hashlib
import hmac
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.engine import Engine

from bot.db import get_engine, reading, writing
from bot.log import (
    choice,
    codes,
    commitment,
    conversation,
    dialogue,
    door,
    message,
    notice,
    photo,
    states,
    transcript,
)
from bot.log.choice import Offered, choices
from bot.log.commitment import Commitment
from bot.log.conversation import Conversation
from bot.log.delivery import deliveries
from bot.log.door import doors
from bot.log.message import Inbound, Message, messages
from bot.log.notice import Follow, Notice
from bot.log.notices import Notices
from bot.log.photo import photos
from bot.log.speech import Reply, Understood
from bot.settings import get_settings


class ConversationLog:
    """Conversations, messages, photos and commitments of one database. Safe to share between threads."""

    def __init__(self, engine: Engine, secret: str | None = None) -> None:
        """`secret` keys every hash; by default it is `SECRET_KEY`."""
        self.engine = engine
        self.secret = get_settings().secret_key if secret is None else secret
        self.notices = Notices(engine, self.secret)

    # Conversations

    def open(self, channel: str, user_key: str) -> Conversation:
        """Return the conversation of a session or a chat, made if there is none.

        However long it was idle it is the same one, unless its resident carried on with another by a code.
        """
        hashed = self.user_hash(channel, user_key)
        with reading(self.engine) as conn:
            found = door.find(conn, channel, hashed)
            if found:
                return conversation.find(conn, found.conversation_id)
        return self._enter(channel, hashed)

    def enter(self, channel: str, user_key: str) -> Conversation:
        """As `open`, for somebody who says something: what the council writes later goes to this door."""
        hashed = self.user_hash(channel, user_key)
        with reading(self.engine) as conn:
            found = door.find(conn, channel, hashed)
            if found and found.in_use:
                return conversation.find(conn, found.conversation_id)
        return self._enter(channel, hashed)

    def _enter(self, channel: str, hashed: str) -> Conversation:
        with writing(self.engine) as conn:
            return conversation.find(conn, door.enter(conn, channel, hashed, door.NO_ADDRESS).conversation_id)

    def leads_to(self, channel: str, user_key: str, conversation_id: str) -> bool:
        """Return whether this is the conversation of a session or a chat. Makes none."""
        with reading(self.engine) as conn:
            found = door.find(conn, channel, self.user_hash(channel, user_key))
        return found is not None and found.conversation_id == conversation_id

    def user_hash(self, channel: str, user_key: str) -> str:
        """Return the keyed hash by which a session or a chat is known."""
        return conversation.user_hash(self.secret, channel, user_key)

    def keyed_hash(self, text: str) -> str:
        """Return a hash (HMAC-SHA256, hex) that nobody can make who has not the log's key."""
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def conversation(self, conversation_id: str) -> Conversation:
        """Return a conversation by its id, also an erased one. Raises ConversationGone when there is none."""
        with reading(self.engine) as conn:
            return conversation.find(conn, conversation_id)

    def former(self, conversation_id: str) -> list[str]:
        """Return the ids of the conversations that were left for this one, for staff."""
        with reading(self.engine) as conn:
            return conversation.former(conn, conversation_id)

    def flag(self, conversation_id: str, kind: str) -> None:
        """Mark a conversation for staff, once for each kind. Raises ConversationGone."""
        with writing(self.engine) as conn:
            conversation.flag(conn, conversation_id, kind)

    def transcript(self, conversation_id: str) -> str:
        """Return who said what and when, as plain text. Raises ConversationGone when it is unknown."""
        with reading(self.engine) as conn:
            return transcript.transcript(conn, conversation_id)

    def erase(self, conversation_id: str) -> None:
        """Delete messages, choices, photos, codes, doors, Rasa's dialogue, and the personal data of commitments and notices.

        So it is with the conversations that were left for this one, each in a transaction of its own. The next `open` by any
        of its doors starts a new one. To erase twice is no error. Raises ConversationGone when it is unknown.
        """
        for each in (*self.former(conversation_id), conversation_id):
            self._erase(each)

    def _erase(self, conversation_id: str) -> None:
        with writing(self.engine) as conn:
            if conversation.find(conn, conversation_id, lock=True).erased:
                return
            for table in (deliveries, doors, photos, choices, messages):
                conn.execute(table.delete().where(table.c.conversation_id == conversation_id))
            commitment.forget(conn, conversation_id)
            codes.forget(conn, conversation_id)
            notice.forget(conn, conversation_id)
            dialogue.forget(conn, conversation_id)
            conversation.close(conn, conversation_id)

    # Messages

    def receive(
        self,
        conversation_id: str,
        channel_message_id: str,
        text: str,
        *,
        choice_id: str | None = None,
        choice_value: str | None = None,
        photo_id: str | None = None,
        location: dict[str, float] | None = None,
        flagged: str | None = None,
        door_id: int | None = None,
        album: str | None = None,
    ) -> Inbound:
        """Put a message on disk, in state waiting, and return it.

        The same `channel_message_id` again returns the first row with `is_new` False and changes nothing. `flagged`
        (for example "card") also marks the conversation for staff. The replies go out by the door `door_id`; none is the
        website. Photos with the same `album` belong together. Raises ConversationGone.
        """
        with writing(self.engine) as conn:
            received = message.receive(
                conn,
                conversation_id,
                channel_message_id,
                text,
                choice_id=choice_id,
                choice_value=choice_value,
                photo_id=photo_id,
                location=location,
                flagged=flagged,
                door_id=door_id,
                album=album,
            )
            if received.is_new and flagged:
                conversation.flag(conn, conversation_id, flagged)
            return received

    def answer(
        self,
        conversation_id: str,
        inbound_seq: int,
        replies: list[Reply] | tuple[Reply, ...],
        understood: Understood | None = None,
        state: str = states.ANSWERED,
    ) -> list[Message]:
        """Store the replies, what was understood and the new state, all or nothing, and return the replies numbered.

        A message is answered once: later calls return the first replies. Raises ConversationGone (also when it was
        erased in the meantime) and UnknownMessage.
        """
        with writing(self.engine) as conn:
            return message.answer(conn, conversation_id, inbound_seq, list(replies), understood, state)

    def hand_to_staff(
        self, conversation_id: str, inbound_seq: int, replies: list[Reply] | tuple[Reply, ...]
    ) -> list[Message]:
        """Leave a message to the contact centre, visibly, and tell the resident so. As `answer` in all else."""
        return self.answer(conversation_id, inbound_seq, replies, state=states.STAFF)

    def later(self, conversation_id: str, reply: Reply) -> Message:
        """Store a reply that comes after its turn. Raises ConversationGone when the resident erased it."""
        with writing(self.engine) as conn:
            return message.later(conn, conversation_id, reply)

    def messages(self, conversation_id: str, after: int = 0) -> list[Message]:
        """Return the messages, in and out, numbered higher than `after`, in order."""
        with reading(self.engine) as conn:
            return message.after(conn, conversation_id, after)

    def message(self, conversation_id: str, seq: int) -> Message | None:
        """Return a message by its number, or None."""
        with reading(self.engine) as conn:
            return message.one(conn, conversation_id, seq)

    def album(self, conversation_id: str, name: str) -> list[Inbound]:
        """Return the messages that came with an album of photos, in order."""
        with reading(self.engine) as conn:
            return message.album(conn, conversation_id, name)

    def replies_to(self, conversation_id: str, inbound_seq: int) -> list[Message]:
        """Return the replies to one inbound message, in order."""
        with reading(self.engine) as conn:
            return message.replies_to(conn, conversation_id, inbound_seq)

    def inbound(self, conversation_id: str, seq: int) -> Inbound:
        """Return an inbound message by its number. Raises UnknownMessage."""
        with reading(self.engine) as conn:
            return message.inbound(conn, conversation_id, seq)

    def waiting(self, limit: int = 100, before: datetime | None = None) -> list[Inbound]:
        """Return the messages that nobody has answered, oldest first; only those received `before` when given."""
        with reading(self.engine) as conn:
            return message.waiting(conn, limit, before)

    def choice(self, conversation_id: str, choice_id: str) -> Offered | None:
        """Return the choice if it was offered in that conversation, else None."""
        with reading(self.engine) as conn:
            return choice.find(conn, conversation_id, choice_id)

    def previous_text(self, conversation_id: str) -> tuple[int, str] | None:
        """Return the number and text of the newest inbound message, or None; for a card number over two messages."""
        with reading(self.engine) as conn:
            return message.last_text(conn, conversation_id)

    def replace_text(self, conversation_id: str, seq: int, text: str) -> None:
        """Put masked words in the place of an inbound message's. Raises ConversationGone and UnknownMessage."""
        with writing(self.engine) as conn:
            message.replace_text(conn, conversation_id, seq, text)

    # Photos

    def save_photo(self, conversation_id: str, content: bytes, media_type: str) -> str:
        """Store a photo and return its id, 32 hexadecimal characters. Raises ConversationGone."""
        with writing(self.engine) as conn:
            conversation.live(conn, conversation_id)
            return photo.save(conn, conversation_id, content, media_type)

    def photos_with(self, conversation_id: str, photo_id: str) -> list[str]:
        """Return the ids of the photos that were sent together with this one, in order; itself alone when it was."""
        with reading(self.engine) as conn:
            return message.photos_with(conn, conversation_id, photo_id)

    def photo(self, photo_id: str) -> bytes | None:
        """Return the photo's bytes, or None when there is none."""
        with reading(self.engine) as conn:
            return photo.read(conn, photo_id)

    def photo_type(self, photo_id: str) -> str | None:
        """Return the photo's media type, or None when there is none."""
        with reading(self.engine) as conn:
            return photo.media_type(conn, photo_id)

    # Commitments

    def begin(
        self,
        key: str,
        *,
        conversation_id: str,
        kind: str,
        system: str,
        request: dict[str, Any],
        owner: str,
        due: datetime | None = None,
    ) -> Commitment:
        """Store a commitment in state requested before the back office is asked, and return it with `is_new` True.

        When the key is known, its row is returned unchanged: then the act was done, or is being done, by another call.
        A commitment that is never settled becomes due for a try after two minutes. Raises ConversationGone.
        """
        with writing(self.engine) as conn:
            return commitment.begin(
                conn,
                key,
                conversation_id=conversation_id,
                kind=kind,
                system=system,
                request=request,
                owner=owner,
                due=due,
            )

    def settle(
        self,
        key: str,
        state: str,
        *,
        reference: str | None = None,
        result: dict[str, Any] | None = None,
        next_try_at: datetime | None = None,
        tell: Reply | None = None,
        follow: Follow | None = None,
    ) -> Commitment:
        """Store what came of a commitment and return it, with `changed` True when its state is another than before.

        `state` may be the present one: a further try without an outcome, or a better reference. `tell` is said to the
        resident in the same transaction, and what is to `follow` is planned, only when the state changed and the
        conversation was not erased. Without `next_try_at` nothing tries an open commitment again by itself. Raises
        UnknownCommitment and IllegalTransition.
        """
        with writing(self.engine) as conn:
            settled = commitment.settle(conn, key, state, reference=reference, result=result, next_try_at=next_try_at)
            if settled.changed and settled.conversation_id and not settled.erased:
                if tell:
                    message.later(conn, settled.conversation_id, tell)
                if follow:
                    notice.follow(conn, self.secret, settled.conversation_id, follow)
            return settled

    def commitment(self, key: str) -> Commitment | None:
        """Return the commitment with that key, or None."""
        with reading(self.engine) as conn:
            return commitment.find(conn, key)

    def commitments(self, conversation_id: str) -> list[Commitment]:
        """Return a conversation's commitments, oldest first."""
        with reading(self.engine) as conn:
            return commitment.of_conversation(conn, conversation_id)

    def due_for_retry(self, now: datetime, limit: int = 20) -> list[Commitment]:
        """Take the open commitments whose next try is due. Each is hidden from other callers for two minutes."""
        with writing(self.engine) as conn:
            return commitment.due_for_retry(conn, now, limit)

    def open_payments(self, now: datetime, limit: int = 20) -> list[Commitment]:
        """Take the payments that may have been paid by now (machine's time), each less and less often as it gets older."""
        with writing(self.engine) as conn:
            return commitment.open_payments(conn, now, limit)

    def by_reference(self, kind: str, reference: str) -> Commitment | None:
        """Return the newest commitment of that kind with the back office's reference, or None."""
        with reading(self.engine) as conn:
            return commitment.by_reference(conn, kind, reference)

    # Notices

    def notices_of(self, conversation_id: str) -> list[Notice]:
        """Return what was or is to be said first in or for a conversation, oldest first."""
        with reading(self.engine) as conn:
            return notice.find(conn, notice.notices.c.conversation_id == conversation_id)

    def reaches(self, conversation_id: str) -> bool:
        """Return whether what is said first in a conversation reaches a resident who is not looking at it.

        So it does by the door that they used last. Raises ConversationGone.
        """
        with reading(self.engine) as conn:
            last = door.in_use(conn, conversation.newest(conn, conversation_id).id)
        return last is not None and last.channel in notice.PUSHING and not last.blocked

    def stop_reminders(self, conversation_id: str) -> int:
        """Stop all that is still to be said first, by every channel. Return how many. Raises ConversationGone.

        Also what was asked for in the conversations that were left for this one.
        """
        with writing(self.engine) as conn:
            conversation.live(conn, conversation_id)
            here = (*conversation.former(conn, conversation_id), conversation_id)
            return notice.move(conn, states.STOPPED, notice.notices.c.conversation_id.in_(here))


@lru_cache(maxsize=1)
def get_log() -> ConversationLog:
    """Return the log of this process, on `DATABASE_URL`."""
    return ConversationLog(get_engine())

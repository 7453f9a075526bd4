"""The one door to the log. Each method is one transaction; a write is on disk when it returns."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.engine import Engine

from bot.db import get_engine, reading, writing
from bot.log import choice, commitment, conversation, dialogue, message, notice, photo, states, transcript
from bot.log.choice import Offered, choices
from bot.log.commitment import Commitment
from bot.log.conversation import Conversation
from bot.log.message import Inbound, Message, messages
from bot.log.notice import Follow, Notice
from bot.log.notices import Notices
from bot.log.photo import photos
from bot.log.speech import Reply, Understood
from bot.settings import get_settings


class ConversationLog:
    """Conversations, messages, photos and commitments of one database. Safe to share between threads."""

    def __init__(self, engine: Engine, secret: str | None = None) -> None:
        """`secret` keys the hash of the sessions; by default it is `SECRET_KEY`."""
        self.engine = engine
        self._secret = get_settings().secret_key if secret is None else secret
        self.notices = Notices(engine, self._secret)

    # Conversations

    def open(self, channel: str, user_key: str) -> Conversation:
        """Return the session's conversation, made if there is none. However long it was idle, it is the same one."""
        hashed = conversation.user_hash(self._secret, channel, user_key)
        with reading(self.engine) as conn:
            found = conversation.find_live(conn, channel, hashed)
        if found:
            return found
        with writing(self.engine) as conn:
            return conversation.find_live(conn, channel, hashed) or conversation.start(conn, channel, hashed)

    def conversation(self, conversation_id: str) -> Conversation:
        """Return a conversation by its id, also an erased one. Raises ConversationGone when there is none."""
        with reading(self.engine) as conn:
            return conversation.find(conn, conversation_id)

    def flag(self, conversation_id: str, kind: str) -> None:
        """Mark a conversation for staff, once for each kind. Raises ConversationGone."""
        with writing(self.engine) as conn:
            conversation.flag(conn, conversation_id, kind)

    def transcript(self, conversation_id: str) -> str:
        """Return who said what and when, as plain text. Raises ConversationGone when it is unknown."""
        with reading(self.engine) as conn:
            return transcript.transcript(conn, conversation_id)

    def erase(self, conversation_id: str) -> None:
        """Delete messages, photos and Rasa's dialogue, the personal data of commitments, and what was to be said.

        The session's next `open` starts a new conversation. To erase twice is no error. Raises ConversationGone when
        the conversation is unknown.
        """
        with writing(self.engine) as conn:
            if conversation.find(conn, conversation_id, lock=True).erased:
                return
            for table in (photos, choices, messages):
                conn.execute(table.delete().where(table.c.conversation_id == conversation_id))
            commitment.forget(conn, conversation_id)
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
    ) -> Inbound:
        """Put a message on disk, in state waiting, and return it.

        The same `channel_message_id` again returns the first row with `is_new` False and changes nothing. `flagged`
        (for example "card") also marks the conversation for staff. Raises ConversationGone.
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
                    notice.follow(conn, self._secret, settled.conversation_id, follow)
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
        """Return whether what is said first in a conversation reaches a resident who is not looking at it."""
        return self.conversation(conversation_id).channel in notice.PUSHING

    def stop_reminders(self, conversation_id: str) -> int:
        """Stop all that is still to be said first, by every channel. Return how many. Raises ConversationGone."""
        with writing(self.engine) as conn:
            conversation.live(conn, conversation_id)
            return notice.move(conn, states.STOPPED, notice.notices.c.conversation_id == conversation_id)


@lru_cache(maxsize=1)
def get_log() -> ConversationLog:
    """Return the log of this process, on `DATABASE_URL`."""
    return ConversationLog(get_engine())

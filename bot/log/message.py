"""Messages, in and out, numbered in one series per conversation."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import clock
from bot.log import choice, conversation, delivery, door, states
from bot.log.choice import Offered
from bot.log.errors import UnknownMessage
from bot.log.speech import Choice, Reply, Understood
from bot.log.tables import UtcTime, metadata

IN = "in"
OUT = "out"
RESIDENT = "resident"  # the kind of every inbound message
QUESTION, ANSWER = "question", "answer"
QUESTION_WITHIN = 12  # messages

messages = sa.Table(
    "messages",
    metadata,
    # The order in which messages reached us, over all conversations.
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("direction", sa.String(3), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("extra", sa.JSON, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    # In only.
    sa.Column("channel_message_id", sa.Text),
    sa.Column("state", sa.String(16)),
    sa.Column("answered_at", UtcTime),
    sa.Column("choice_id", sa.String(16)),
    sa.Column("choice_value", sa.Text),
    sa.Column("photo_id", sa.String(32)),
    sa.Column("location", sa.JSON(none_as_null=True)),
    sa.Column("flagged", sa.Text),
    # By which door it came; none on the website.
    sa.Column("door_id", sa.Integer),
    # What photos that were sent together have in common.
    sa.Column("album", sa.Text),
    sa.Column("intent", sa.Text),
    sa.Column("confidence", sa.Float),
    sa.Column("ranking", sa.JSON),
    sa.Column("entities", sa.JSON),
    sa.Column("model", sa.Text),
    sa.Column("timings", sa.JSON),
    # Out only: the message that it answers; none for a later reply.
    sa.Column("reply_to", sa.Integer),
    sa.UniqueConstraint("conversation_id", "seq"),
    sa.UniqueConstraint("conversation_id", "channel_message_id"),
    sa.Index("ix_messages_state", "state", "id"),
)

_INSERT = messages.insert()
_OF_CONVERSATION = sa.select(messages).where(messages.c.conversation_id == sa.bindparam("conversation"))
_INBOUND = _OF_CONVERSATION.where(messages.c.seq == sa.bindparam("number"), messages.c.direction == IN)
_ONE = _OF_CONVERSATION.where(messages.c.seq == sa.bindparam("number"))
# Also in the conversations that were left for this one: a message that comes again, comes to where its door leads now.
_HERE_AND_BEFORE = sa.select(conversation.conversations.c.id).where(
    sa.or_(
        conversation.conversations.c.id == sa.bindparam("conversation"),
        conversation.conversations.c.continued_in == sa.bindparam("conversation"),
    )
)
_DELIVERED = (
    sa.select(messages)
    .where(
        messages.c.conversation_id.in_(_HERE_AND_BEFORE),
        messages.c.channel_message_id == sa.bindparam("channel_id"),
    )
    .limit(1)
)
_AFTER = _OF_CONVERSATION.where(messages.c.seq > sa.bindparam("number")).order_by(messages.c.seq)
_REPLIES = _OF_CONVERSATION.where(messages.c.reply_to == sa.bindparam("number")).order_by(messages.c.seq)
_CHANGE = messages.update().where(
    messages.c.conversation_id == sa.bindparam("conversation"), messages.c.seq == sa.bindparam("number")
)
_LAST_TEXT = (
    sa.select(messages.c.seq, messages.c.text)
    .where(messages.c.conversation_id == sa.bindparam("conversation"), messages.c.direction == IN)
    .order_by(messages.c.seq.desc())
    .limit(1)
)
_ALBUM_OF = (
    sa.select(messages.c.album)
    .where(messages.c.conversation_id == sa.bindparam("conversation"), messages.c.photo_id == sa.bindparam("photo"))
    .limit(1)
)
_ALBUM = _OF_CONVERSATION.where(messages.c.album == sa.bindparam("album")).order_by(messages.c.seq)


@dataclass(frozen=True)
class Inbound:
    """What a resident sent. `is_new` is False when the channel delivered it before. `location` is {"lat", "lng"}."""

    conversation_id: str
    seq: int
    channel_message_id: str
    text: str
    choice_id: str | None
    choice_value: str | None
    photo_id: str | None
    location: dict[str, float] | None
    flagged: str | None
    state: str
    at: datetime
    door_id: int | None = None
    album: str | None = None
    is_new: bool = False


@dataclass(frozen=True)
class Message:
    """One numbered line of a conversation. `direction` is "in" or "out"; `state` is of inbound ones only."""

    conversation_id: str
    seq: int
    direction: str
    kind: str
    text: str
    choices: tuple[Offered, ...]
    extra: dict[str, Any]
    at: datetime
    reply_to: int | None
    state: str | None
    photo_id: str | None
    location: dict[str, float] | None

    def to_json(self) -> dict[str, Any]:
        """Return what the page gets: {"seq", "text", "choices": [{"id", "title"}], "kind"} and the keys of `extra`."""
        return {
            **self.extra,
            "seq": self.seq,
            "text": self.text,
            "choices": [{"id": offered.id, "title": offered.title} for offered in self.choices],
            "kind": self.kind,
        }


def receive(
    conn: Connection,
    conversation_id: str,
    channel_message_id: str,
    text: str,
    *,
    choice_id: str | None,
    choice_value: str | None,
    photo_id: str | None,
    location: dict[str, float] | None,
    flagged: str | None,
    door_id: int | None,
    album: str | None,
) -> Inbound:
    """Store an inbound message in state waiting, or return the row that this channel message already has.

    That row may be in a conversation that was left for this one.
    """
    held = conversation.live(conn, conversation_id)
    known = conn.execute(_DELIVERED, {"conversation": conversation_id, "channel_id": channel_message_id}).one_or_none()
    if known:
        return _inbound(known)
    [seq] = conversation.advance(conn, held, 1)
    received = Inbound(
        conversation_id=conversation_id,
        seq=seq,
        channel_message_id=channel_message_id,
        text=text,
        choice_id=choice_id,
        choice_value=choice_value,
        photo_id=photo_id,
        location=location,
        flagged=flagged,
        state=states.WAITING,
        at=clock.now(),
        door_id=door_id,
        album=album,
    )
    values = {**vars(received), "direction": IN, "kind": RESIDENT, "extra": {}, "created_at": received.at}
    del values["at"], values["is_new"]
    conn.execute(_INSERT, values)
    return replace(received, is_new=True)


def answer(
    conn: Connection,
    conversation_id: str,
    inbound_seq: int,
    replies: list[Reply],
    understood: Understood | None,
    state: str,
) -> list[Message]:
    """Store the replies and the new state of an inbound message; the second time, only return the first replies."""
    if state not in states.MESSAGE_TRANSITIONS[states.WAITING]:
        raise ValueError(f"{state!r} is not the state of an answered message")
    held = conversation.live(conn, conversation_id)
    asked = inbound(conn, conversation_id, inbound_seq)
    if asked.state != states.WAITING:
        return replies_to(conn, conversation_id, inbound_seq)
    said = _say(conn, held, replies, inbound_seq, asked.door_id)
    values: dict[str, Any] = {"state": state, "answered_at": clock.now()}
    if understood:
        values |= {
            "intent": understood.intent,
            "confidence": understood.confidence,
            "ranking": list(understood.ranking),
            "entities": list(understood.entities),
            "model": understood.model,
            "timings": dict(understood.timings),
        }
    conn.execute(_CHANGE, {"conversation": conversation_id, "number": inbound_seq, **values})
    return said


def later(conn: Connection, conversation_id: str, reply: Reply) -> Message:
    """Store a reply that answers no particular message, for example the outcome of a payment.

    It is said where the resident is now, if they left this conversation for another, by the door that was used last.
    """
    held = conversation.newest(conn, conversation_id)
    last = door.in_use(conn, held.id)
    [message] = _say(conn, held, [reply], None, last.id if last else None)
    return message


def after(conn: Connection, conversation_id: str, seq: int) -> list[Message]:
    """Return the messages, in and out, numbered higher than `seq`, in order. Empty for an unknown conversation."""
    return _read(conn, _AFTER, conversation_id, seq)


def replies_to(conn: Connection, conversation_id: str, inbound_seq: int) -> list[Message]:
    """Return the replies to one inbound message, in order."""
    return _read(conn, _REPLIES, conversation_id, inbound_seq)


def inbound(conn: Connection, conversation_id: str, seq: int) -> Inbound:
    """Return an inbound message. Raises UnknownMessage."""
    row = conn.execute(_INBOUND, {"conversation": conversation_id, "number": seq}).one_or_none()
    if row is None:
        raise UnknownMessage(f"{conversation_id} has no inbound message {seq}")
    return _inbound(row)


def waiting(conn: Connection, limit: int, before: datetime | None) -> list[Inbound]:
    """Return the messages that nobody has answered, in the order in which they came."""
    query = sa.select(messages).where(messages.c.state == states.WAITING).order_by(messages.c.id).limit(limit)
    if before is not None:
        query = query.where(messages.c.created_at < before)
    return [_inbound(row) for row in conn.execute(query)]


def one(conn: Connection, conversation_id: str, seq: int) -> Message | None:
    """Return a message by its number, or None."""
    found = _read(conn, _ONE, conversation_id, seq)
    return found[0] if found else None


def album(conn: Connection, conversation_id: str, name: str) -> list[Inbound]:
    """Return the messages of an album, in order."""
    return [_inbound(row) for row in conn.execute(_ALBUM, {"conversation": conversation_id, "album": name})]


def photos_with(conn: Connection, conversation_id: str, photo_id: str) -> list[str]:
    """Return the ids of the photos of this one's album, in order; its own alone when it has none."""
    name = conn.execute(_ALBUM_OF, {"conversation": conversation_id, "photo": photo_id}).scalar()
    together = album(conn, conversation_id, name) if name else []
    return [message.photo_id for message in together if message.photo_id] or [photo_id]


def last_text(conn: Connection, conversation_id: str) -> tuple[int, str] | None:
    """Return the number and the text of the newest inbound message, or None when there is none."""
    row = conn.execute(_LAST_TEXT, {"conversation": conversation_id}).one_or_none()
    return (row.seq, row.text) if row else None


def replace_text(conn: Connection, conversation_id: str, seq: int, text: str) -> None:
    """Put other words in the place of an inbound message's. Raises UnknownMessage."""
    conversation.live(conn, conversation_id)
    inbound(conn, conversation_id, seq)
    conn.execute(_CHANGE, {"conversation": conversation_id, "number": seq, "text": text})


def open_question(conn: Connection, conversation_id: str) -> Reply | None:
    """Return what waits for the resident's answer, as it was put, or None. Notices come in between."""
    newest = conversation.find(conn, conversation_id).last_seq
    lately = after(conn, conversation_id, max(0, newest - QUESTION_WITHIN))
    for said in reversed([said for said in lately if said.direction == OUT]):
        if said.kind == QUESTION or said.choices:
            return Reply(said.text, tuple(Choice(c.title, c.value) for c in said.choices), said.kind, said.extra)
        if said.kind == ANSWER:
            return None
    return None


def _say(
    conn: Connection, held: conversation.Conversation, replies: list[Reply], reply_to: int | None, door_id: int | None
) -> list[Message]:
    """Store replies, with their delivery where the door has an address, and return them as `_read` would."""
    seqs = conversation.advance(conn, held, len(replies))
    said = [_said(conn, held.id, seq, reply, reply_to) for seq, reply in zip(seqs, replies, strict=True)]
    if door_id is not None:
        delivery.queue(conn, held.id, seqs, door_id)
    return said


def _said(conn: Connection, conversation_id: str, seq: int, reply: Reply, reply_to: int | None) -> Message:
    said = Message(
        conversation_id=conversation_id,
        seq=seq,
        direction=OUT,
        kind=reply.kind,
        text=reply.text,
        choices=(),
        extra=dict(reply.extra),
        at=clock.now(),
        reply_to=reply_to,
        state=None,
        photo_id=None,
        location=None,
    )
    kept = ("conversation_id", "seq", "direction", "kind", "text", "extra", "reply_to")
    conn.execute(_INSERT, {**{name: getattr(said, name) for name in kept}, "created_at": said.at})
    return replace(said, choices=choice.offer(conn, conversation_id, seq, tuple(reply.choices)))


def _read(conn: Connection, query: Any, conversation_id: str, number: int) -> list[Message]:
    rows = conn.execute(query, {"conversation": conversation_id, "number": number}).all()
    offered = choice.by_message(conn, conversation_id, [row.seq for row in rows])
    return [_message(row, offered.get(row.seq, ())) for row in rows]


def _inbound(row: Any) -> Inbound:
    return Inbound(
        conversation_id=row.conversation_id,
        seq=row.seq,
        channel_message_id=row.channel_message_id,
        text=row.text,
        choice_id=row.choice_id,
        choice_value=row.choice_value,
        photo_id=row.photo_id,
        location=row.location,
        flagged=row.flagged,
        state=row.state,
        at=row.created_at,
        door_id=row.door_id,
        album=row.album,
    )


def _message(row: Any, offered: tuple[Offered, ...]) -> Message:
    return Message(
        conversation_id=row.conversation_id,
        seq=row.seq,
        direction=row.direction,
        kind=row.kind,
        text=row.text,
        choices=offered,
        extra=row.extra,
        at=row.created_at,
        reply_to=row.reply_to,
        state=row.state,
        photo_id=row.photo_id,
        location=row.location,
    )

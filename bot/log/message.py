"""Messages, in and out, numbered in one series per conversation."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import clock
from bot.log import choice, conversation, states
from bot.log.choice import Offered
from bot.log.errors import UnknownMessage
from bot.log.speech import Reply, Understood
from bot.log.tables import UtcTime, metadata

IN = "in"
OUT = "out"
RESIDENT = "resident"  # the kind of every inbound message

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
    sa.Column("location", sa.JSON),
    sa.Column("flagged", sa.Text),
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
) -> Inbound:
    """Store an inbound message in state waiting, or return the row that this channel message already has."""
    held = conversation.live(conn, conversation_id)
    known = _one(conn, conversation_id, messages.c.channel_message_id == channel_message_id)
    if known:
        return _inbound(known)
    [seq] = conversation.advance(conn, held, 1)
    conn.execute(
        messages.insert().values(
            conversation_id=conversation_id,
            seq=seq,
            direction=IN,
            kind=RESIDENT,
            text=text,
            extra={},
            created_at=clock.now(),
            channel_message_id=channel_message_id,
            state=states.WAITING,
            choice_id=choice_id,
            choice_value=choice_value,
            photo_id=photo_id,
            location=sa.null() if location is None else location,
            flagged=flagged,
        )
    )
    return replace(inbound(conn, conversation_id, seq), is_new=True)


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
    if inbound(conn, conversation_id, inbound_seq).state != states.WAITING:
        return replies_to(conn, conversation_id, inbound_seq)
    _say(conn, held, replies, inbound_seq)
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
    conn.execute(messages.update().where(_is(conversation_id, inbound_seq)).values(**values))
    return replies_to(conn, conversation_id, inbound_seq)


def later(conn: Connection, conversation_id: str, reply: Reply) -> Message:
    """Store a reply that answers no particular message, for example the outcome of a payment."""
    [seq] = _say(conn, conversation.live(conn, conversation_id), [reply], None)
    [message] = _read(conn, messages.c.conversation_id == conversation_id, messages.c.seq == seq)
    return message


def after(conn: Connection, conversation_id: str, seq: int) -> list[Message]:
    """Return the messages, in and out, numbered higher than `seq`, in order. Empty for an unknown conversation."""
    return _read(conn, messages.c.conversation_id == conversation_id, messages.c.seq > seq)


def replies_to(conn: Connection, conversation_id: str, inbound_seq: int) -> list[Message]:
    """Return the replies to one inbound message, in order."""
    return _read(conn, messages.c.conversation_id == conversation_id, messages.c.reply_to == inbound_seq)


def inbound(conn: Connection, conversation_id: str, seq: int) -> Inbound:
    """Return an inbound message. Raises UnknownMessage."""
    row = _one(conn, conversation_id, messages.c.seq == seq, messages.c.direction == IN)
    if row is None:
        raise UnknownMessage(f"{conversation_id} has no inbound message {seq}")
    return _inbound(row)


def waiting(conn: Connection, limit: int, before: datetime | None) -> list[Inbound]:
    """Return the messages that nobody has answered, in the order in which they came."""
    query = sa.select(messages).where(messages.c.state == states.WAITING).order_by(messages.c.id).limit(limit)
    if before is not None:
        query = query.where(messages.c.created_at < before)
    return [_inbound(row) for row in conn.execute(query)]


def last_text(conn: Connection, conversation_id: str) -> tuple[int, str] | None:
    """Return the number and the text of the newest inbound message, or None when there is none."""
    row = conn.execute(
        sa.select(messages.c.seq, messages.c.text)
        .where(messages.c.conversation_id == conversation_id, messages.c.direction == IN)
        .order_by(messages.c.seq.desc())
        .limit(1)
    ).one_or_none()
    return (row.seq, row.text) if row else None


def replace_text(conn: Connection, conversation_id: str, seq: int, text: str) -> None:
    """Put other words in the place of an inbound message's. Raises UnknownMessage."""
    conversation.live(conn, conversation_id)
    inbound(conn, conversation_id, seq)
    conn.execute(messages.update().where(_is(conversation_id, seq)).values(text=text))


def _say(conn: Connection, held: conversation.Conversation, replies: list[Reply], reply_to: int | None) -> list[int]:
    seqs = conversation.advance(conn, held, len(replies))
    for seq, reply in zip(seqs, replies, strict=True):
        conn.execute(
            messages.insert().values(
                conversation_id=held.id,
                seq=seq,
                direction=OUT,
                kind=reply.kind,
                text=reply.text,
                extra=dict(reply.extra),
                created_at=clock.now(),
                reply_to=reply_to,
            )
        )
        choice.offer(conn, held.id, seq, tuple(reply.choices))
    return seqs


def _is(conversation_id: str, seq: int) -> Any:
    return sa.and_(messages.c.conversation_id == conversation_id, messages.c.seq == seq)


def _one(conn: Connection, conversation_id: str, *conditions: Any) -> Any:
    query = sa.select(messages).where(messages.c.conversation_id == conversation_id, *conditions)
    return conn.execute(query).one_or_none()


def _read(conn: Connection, *conditions: Any) -> list[Message]:
    rows = conn.execute(sa.select(messages).where(*conditions).order_by(messages.c.seq)).all()
    offered = choice.by_message(conn, rows[0].conversation_id, [row.seq for row in rows]) if rows else {}
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

"""Photos that residents sent. The channel re-encodes them before they come here."""

import secrets

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot import clock
from bot.log.tables import UtcTime, metadata

photos = sa.Table(
    "photos",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("conversation_id", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    sa.Column("media_type", sa.String(64), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Index("ix_photos_conversation_id", "conversation_id"),
)


def save(conn: Connection, conversation_id: str, content: bytes, media_type: str) -> str:
    """Store a photo and return its id: 128 random bits, in hex, so that the address can't be guessed."""
    photo_id = secrets.token_hex(16)
    conn.execute(
        photos.insert().values(
            id=photo_id,
            conversation_id=conversation_id,
            media_type=media_type,
            content=content,
            created_at=clock.now(),
        )
    )
    return photo_id


def read(conn: Connection, photo_id: str) -> bytes | None:
    """Return the photo's bytes, or None when there is none."""
    content = conn.execute(sa.select(photos.c.content).where(photos.c.id == photo_id)).scalar_one_or_none()
    return None if content is None else bytes(content)


def media_type(conn: Connection, photo_id: str) -> str | None:
    """Return the photo's media type, for example "image/jpeg", or None when there is no such photo."""
    found: str | None = conn.execute(sa.select(photos.c.media_type).where(photos.c.id == photo_id)).scalar_one_or_none()
    return found

"""Where each dialogue stands: the slots and the active loop that Rasa needs for the next turn, one row a conversation.

Written by `bot.tracker_store`; here so that it is erased and retained with the conversation. No foreign key ties it to
that: Rasa may write the state of a dialogue that was erased in the middle of its turn, and must not fail.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.log.tables import UtcTime, metadata

dialogues = sa.Table(
    "dialogues",
    metadata,
    sa.Column("conversation_id", sa.String(255), primary_key=True),
    sa.Column("state", sa.JSON, nullable=False),
    sa.Column("updated_at", UtcTime, nullable=False),
    sa.Index("ix_dialogues_updated_at", "updated_at"),
)


def forget(conn: Connection, conversation_id: str) -> int:
    """Delete the state of one dialogue and return the number of rows, 0 or 1."""
    return int(conn.execute(dialogues.delete().where(dialogues.c.conversation_id == conversation_id)).rowcount)

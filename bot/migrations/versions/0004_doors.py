"""Every session has a door, a conversation may have several, and may go on in another one."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    column = sa.Column("last_used_at", sa.DateTime(timezone=True), server_default="2026-01-01 00:00:00", nullable=False)
    op.add_column("doors", column)
    op.execute("UPDATE doors SET last_used_at = created_at")
    op.execute(
        "INSERT INTO doors (conversation_id, channel, user_hash, address, created_at, last_used_at) "
        "SELECT id, channel, user_hash, '', created_at, created_at FROM conversations WHERE erased_at IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM doors WHERE doors.conversation_id = conversations.id)"
    )
    op.drop_index("uq_conversations_live", "conversations")
    op.drop_column("conversations", "user_hash")
    op.add_column("conversations", sa.Column("continued_in", sa.String(length=32)))
    op.create_index("ix_conversations_continued_in", "conversations", ["continued_in"])
    op.create_index("ix_one_time_codes_digest", "one_time_codes", ["digest"])


def downgrade() -> None:
    """Take back: a conversation keeps the door by which it began, or none."""
    op.drop_index("ix_one_time_codes_digest", "one_time_codes")
    op.drop_index("ix_conversations_continued_in", "conversations")
    op.drop_column("conversations", "continued_in")
    op.add_column("conversations", sa.Column("user_hash", sa.String(length=64), server_default="", nullable=False))
    op.execute(
        "UPDATE conversations SET user_hash = COALESCE((SELECT MIN(user_hash) FROM doors "
        "WHERE doors.conversation_id = conversations.id AND doors.channel = conversations.channel), id)"
    )
    op.create_index(
        "uq_conversations_live",
        "conversations",
        ["channel", "user_hash"],
        unique=True,
        sqlite_where=sa.text("erased_at IS NULL"),
        postgresql_where=sa.text("erased_at IS NULL"),
    )
    op.drop_column("doors", "last_used_at")

"""A conversation may have several doors, and may go on in another one."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "doors",
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("user_hash", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_doors_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel", "user_hash", name="pk_doors"),
    )
    op.create_index("ix_doors_conversation_id", "doors", ["conversation_id"])
    op.execute(
        "INSERT INTO doors (channel, user_hash, conversation_id, since, last_used_at) "
        "SELECT channel, user_hash, id, created_at, last_at FROM conversations WHERE erased_at IS NULL"
    )
    op.drop_index("uq_conversations_live", "conversations")
    op.drop_column("conversations", "user_hash")
    op.add_column("conversations", sa.Column("continued_in", sa.String(length=32)))
    op.create_index("ix_conversations_continued_in", "conversations", ["continued_in"])
    op.create_index("ix_one_time_codes_digest", "one_time_codes", ["digest"])


def downgrade() -> None:
    """Take back: each conversation keeps one of its doors."""
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
    op.drop_table("doors")

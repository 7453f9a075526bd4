"""Alembic's entry. It uses the connection that `bot.db.upgrade` gives it, or makes one for alembic's command line."""

from typing import Any

from alembic import context
from sqlalchemy.engine import Connection

from bot.db import get_engine, writing
from bot.log.log import ConversationLog  # noqa: F401 - brings in every table
from bot.log.tables import metadata


def ours(name: str | None, kind: str, parents: Any) -> bool:
    """Return whether alembic should compare this thing: Rasa's own tables may share the database."""
    return kind != "table" or name in metadata.tables


def run(conn: Connection) -> None:
    """Run the migrations in the transaction of this connection."""
    context.configure(
        connection=conn,
        target_metadata=metadata,
        include_name=ours,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with writing(get_engine()) as made:
        run(made)

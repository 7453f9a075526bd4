"""How long each table keeps what, and its forgetting. Run by `python -m bot retain`, once a day.

The days are in `data/council.yml` under `retention_days`. Every table has a rule; a test holds this.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot import clock
from bot.council import council
from bot.db import get_engine, upgrade, writing
from bot.log.choice import choices
from bot.log.codes import codes, failures
from bot.log.commitment import commitments
from bot.log.conversation import conversations
from bot.log.delivery import deliveries
from bot.log.dialogue import dialogues
from bot.log.door import doors
from bot.log.message import messages
from bot.log.notice import notices
from bot.log.photo import photos
from bot.log.states import DUE
from bot.log.update import updates


@dataclass(frozen=True)
class Rule:
    """`days` is a key of `retention_days`; `forget` deletes what is older than a moment and returns how many."""

    days: str
    forget: Callable[[Connection, datetime], int]


def _of_old_conversations(table: Any) -> Callable[[Connection, datetime], int]:
    """Return a rule's act that deletes the rows of conversations in which nothing was said since."""

    def forget(conn: Connection, before: datetime) -> int:
        old = sa.select(conversations.c.id).where(conversations.c.last_at < before)
        return int(conn.execute(table.delete().where(table.c.conversation_id.in_(old))).rowcount)

    return forget


def _conversations(conn: Connection, before: datetime) -> int:
    # Commitments stay for their own time, without the conversation (foreign key ON DELETE SET NULL).
    old = sa.select(conversations.c.id).where(conversations.c.last_at < before)
    conn.execute(conversations.update().where(conversations.c.continued_in.in_(old)).values(continued_in=None))
    return int(conn.execute(conversations.delete().where(conversations.c.last_at < before)).rowcount)


def _commitments(conn: Connection, before: datetime) -> int:
    return int(conn.execute(commitments.delete().where(commitments.c.created_at < before)).rowcount)


def _dialogues(conn: Connection, before: datetime) -> int:
    # Also those of conversations that were erased in the middle of a turn, which Rasa then wrote once more.
    erased = sa.select(conversations.c.id).where(conversations.c.erased_at.is_not(None))
    old = sa.or_(dialogues.c.updated_at < before, dialogues.c.conversation_id.in_(erased))
    return int(conn.execute(dialogues.delete().where(old)).rowcount)


def _codes(conn: Connection, before: datetime) -> int:
    return int(conn.execute(codes.delete().where(codes.c.expires_at < before)).rowcount)


def _updates(conn: Connection, before: datetime) -> int:
    return int(conn.execute(updates.delete().where(updates.c.served_at < before)).rowcount)


def _failures(conn: Connection, before: datetime) -> int:
    return int(conn.execute(failures.delete().where(failures.c.day < before.date())).rowcount)


def _notices(conn: Connection, before: datetime) -> int:
    # What is still to be said was asked for, and stays until it is stopped.
    return int(conn.execute(notices.delete().where(notices.c.state != DUE, notices.c.updated_at < before)).rowcount)


# In the order in which they are forgotten: what points to a conversation goes before it.
RULES: dict[str, Rule] = {
    "deliveries": Rule("conversations", _of_old_conversations(deliveries)),
    "doors": Rule("conversations", _of_old_conversations(doors)),
    "photos": Rule("conversations", _of_old_conversations(photos)),
    "choices": Rule("conversations", _of_old_conversations(choices)),
    "messages": Rule("conversations", _of_old_conversations(messages)),
    "dialogues": Rule("conversations", _dialogues),
    "telegram_updates": Rule("updates", _updates),
    "one_time_codes": Rule("codes", _codes),
    "code_failures": Rule("codes", _failures),
    "notices": Rule("notices", _notices),
    "commitments": Rule("commitments", _commitments),
    "conversations": Rule("conversations", _conversations),
}


def retain(now: datetime, engine: Engine | None = None) -> dict[str, int]:
    """Delete what is older than its rule allows at `now`, print a line for each table, and return the counts.

    One transaction for each table, so that residents who write at the same time wait for none of it long.
    """
    done: dict[str, int] = {}
    for table, rule in RULES.items():
        days = int(council()["retention_days"][rule.days])
        with writing(engine or get_engine()) as conn:
            done[table] = rule.forget(conn, now - timedelta(days=days))
        print(f"{table}: {done[table]} deleted, older than {days} days")
    return done


def main(argv: Sequence[str] = ()) -> int:
    """Run `retain` on `DATABASE_URL` as of now and return the exit code."""
    upgrade()
    retain(clock.now())
    return 0

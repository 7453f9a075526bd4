"""The one door to the notices. Each method is one transaction; a write is on disk when it returns."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.clock import machine_now
from bot.db import reading, writing
from bot.log import conversation, message, notice, states
from bot.log.errors import ConversationGone
from bot.log.notice import Notice, Plan, notices
from bot.log.speech import Reply

# What a receipt of Notify's says of a message that did not arrive.
GONE = "permanent-failure"
TROUBLE = frozenset({"temporary-failure", "technical-failure"})
FLAG = "failed_notice"


class Notices:
    """The notices of one database. `secret` keys the codes that stop them.

    What ends or changes a notice takes the `Notice` that `claim` gave. It does nothing and returns False when that one
    was stopped meanwhile, or was taken over after its lease ran out. `following` is planned in the same transaction.
    """

    def __init__(self, engine: Engine, secret: str) -> None:
        self._engine = engine
        self._secret = secret

    def plan(self, conversation_id: str | None, wanted: Plan) -> bool:
        """Plan what is to be said; the same key is planned once. Return whether it is new."""
        with writing(self._engine) as conn:
            return notice.plan(conn, self._secret, conversation_id, wanted)

    def claim(self, without: frozenset[str] = frozenset()) -> Notice | None:
        """Take one that is due, of other kinds and channels than `without`, hidden from others for two minutes, or None."""
        with writing(self._engine) as conn:
            return notice.claim(conn, secrets.token_hex(16), without)

    def say(self, taken: Notice, reply: Reply, following: Plan | None) -> bool:
        """Say it in its conversation. It is sent and said in one transaction. Raises ConversationGone."""
        if taken.conversation_id is None:
            raise ConversationGone("its time is over")
        with writing(self._engine) as conn:
            # Everyone locks the conversation first, then its rows.
            conversation.live(conn, taken.conversation_id)
            if not notice.move(conn, states.SENT, *notice.held(taken), lease=None, why=None):
                return False
            message.later(conn, taken.conversation_id, reply)
            self._follow(conn, taken, following)
            return True

    def posting(self, taken: Notice) -> Notice | None:
        """Write down that it is about to be handed to Notify and return it with its new reference; None when not ours."""
        with writing(self._engine) as conn:
            values = {"posts": taken.posts + 1, "posted_at": machine_now()}
            done = notice.move(conn, states.DUE, *notice.held(taken), **values)
            return notice.find(conn, notices.c.id == taken.id)[0] if done else None

    def posted(self, taken: Notice, provider_id: str, following: Plan | None) -> bool:
        """Write down that Notify has it."""
        with writing(self._engine) as conn:
            _lock(conn, taken)
            values = {"provider_id": provider_id, "posted_at": None, "lease": None, "why": None}
            done = notice.move(conn, states.SENT, *notice.held(taken), **values)
            if done:
                self._follow(conn, taken, following)
            return bool(done)

    def unposted(self, taken: Notice) -> bool:
        """Write down that Notify certainly doesn't have it."""
        with writing(self._engine) as conn:
            return bool(notice.move(conn, states.DUE, *notice.held(taken), posted_at=None))

    def again(self, taken: Notice, next_try_at: datetime, why: str) -> bool:
        """Leave it for a next try (machine's time)."""
        with writing(self._engine) as conn:
            values = {"next_try_at": next_try_at, "lease": None, "why": why}
            return bool(notice.move(conn, states.DUE, *notice.held(taken), **values))

    def wait(self, taken: Notice, due_at: datetime, expires_at: datetime | None = None) -> bool:
        """Put it off; what was tried so far is forgotten."""
        values: dict[str, Any] = {"expires_at": expires_at} if expires_at else {}
        with writing(self._engine) as conn:
            moved = notice.move(
                conn,
                states.DUE,
                *notice.held(taken),
                due_at=due_at,
                attempts=0,
                next_try_at=machine_now(),
                lease=None,
                **values,
            )
            return bool(moved)

    def end(self, taken: Notice, state: str, why: str, following: Plan | None = None) -> bool:
        """Let it lapse, or fail: then its conversation is flagged for staff."""
        with writing(self._engine) as conn:
            live = _lock(conn, taken)
            if not notice.move(conn, state, *notice.held(taken), lease=None, why=why):
                return False
            if state == states.FAILED and live:
                conversation.flag(conn, live, FLAG)
            self._follow(conn, taken, following)
            return True

    def receipt(self, provider_id: str, reference: str, status: str, next_try_at: datetime, tell: Reply) -> bool:
        """Keep what Notify says became of one. Return False when it comes before we know that Notify has it.

        What can never arrive fails, with all that was to go to the same address, and `tell` is said in its conversation.
        What met trouble on the way is due again from `next_try_at` on. A receipt that comes twice changes nothing.
        """
        with writing(self._engine) as conn:
            found = notice.find(conn, notices.c.provider_id == provider_id)
            if not found:
                early = notice.find(conn, notices.c.key == reference.rpartition("-")[0], notices.c.posted_at.is_not(None))
                return not any(one.reference == reference for one in early)
            [one] = found
            live = _lock(conn, one)
            here = notices.c.id == one.id, notices.c.state == states.SENT
            if status == GONE and notice.move(conn, states.FAILED, *here, delivery=status, why=status):
                same = notices.c.stop_code == one.stop_code, notices.c.state == states.DUE
                notice.move(conn, states.FAILED, *same, why=status)
                if live:
                    conversation.flag(conn, live, FLAG)
                    message.later(conn, live, tell)
            elif status in TROUBLE:
                # Without its id: the next post has one of its own, and this receipt may come once more.
                values = {"next_try_at": next_try_at, "provider_id": None, "delivery": status, "why": status}
                notice.move(conn, states.DUE, *here, **values)
            elif status != GONE:
                conn.execute(notices.update().where(*here).values(delivery=status))
            return True

    def stop_by_code(self, code: str) -> int:
        """Stop everything to the number, address or conversation of a code. Return how many were still to come."""
        with writing(self._engine) as conn:
            return notice.move(conn, states.STOPPED, notices.c.stop_code == code) if code else 0

    def stop_by_text(self, phone: str, since: datetime) -> int:
        """Stop the texts to a number to which its owner said stop at that time; what was asked for later stays."""
        code = notice.stop_code_of(self._secret, notice.TEXT, phone)
        with writing(self._engine) as conn:
            return notice.move(conn, states.STOPPED, notices.c.stop_code == code, notices.c.consented_at <= since)

    def any_due(self, *, kind: str | None = None, channel: str | None = None) -> bool:
        """Return whether anything of one kind, or by one channel, is still to be said."""
        wanted = [column == value for column, value in ((notices.c.kind, kind), (notices.c.channel, channel)) if value]
        with reading(self._engine) as conn:
            found = sa.select(notices.c.id).where(notices.c.state == states.DUE, *wanted).limit(1)
            return conn.execute(found).first() is not None

    def due(self, kind: str, subjects: Iterable[str]) -> list[Notice]:
        """Return what is still to be said of one kind about any of these subjects."""
        about = notices.c.kind == kind, notices.c.subject.in_(sorted(subjects))
        with reading(self._engine) as conn:
            return notice.find(conn, notices.c.state == states.DUE, *about)

    def _follow(self, conn: Connection, taken: Notice, following: Plan | None) -> None:
        if following:
            notice.plan(conn, self._secret, taken.conversation_id, following)


def _lock(conn: Connection, one: Notice) -> str | None:
    """Lock the notice's conversation, as everyone does before its rows. Return its id; None when it is gone."""
    if one.conversation_id is None:
        return None
    try:
        return conversation.live(conn, one.conversation_id).id
    except ConversationGone:
        return None

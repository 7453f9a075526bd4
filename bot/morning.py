"""What the night leaves for staff: `python -m bot desk`. Until the console is there, this is the morning's list.

`python -m bot desk CODE` shows an adviser the conversation of a resident who tells them its code.
"""

import argparse
import json
import os
import sys
from typing import Any

import sqlalchemy as sa

from bot.clock import LONDON
from bot.council import council
from bot.db import get_engine, reading, upgrade
from bot.log import CarryOn, CodeRefused, TooManyTries, get_log
from bot.log.commitment import commitments
from bot.log.conversation import conversations
from bot.log.delivery import deliveries
from bot.log.message import messages
from bot.log.notice import notices
from bot.log.notices import GONE, TROUBLE
from bot.log.states import FAILED, OPEN, REJECTED, STAFF, UNDELIVERABLE, UNSURE, WAITING
from bot.safety.emergency import emergencies as kinds_of_emergency
from bot.safety.languages import name_of

CALL_BACK, TEXT = "call_back", "text"
LANGUAGE = "other_language:"  # and the code of the language
REFUSED = "No conversation has this code: it is mistyped, used or too old. The resident can get a new one."
TOO_MANY = "Too many codes were tried. Try again in an hour, or tomorrow."


def morning() -> dict[str, list[dict[str, Any]]]:
    """Return what somebody must look at, oldest first, as plain data without a resident's words.

    `emergencies` and `other_flags` (conversations, why, and in which other language somebody wrote), `call_backs`, `acts`
    (what is not done, not known or refused), `undelivered` (what the council wanted to say first, and texts, that did not
    arrive), `unanswered` (messages that wait), and `unsent` (replies on Telegram that did not arrive: "unsure" may have, and
    is not sent again).
    """
    with reading(get_engine()) as conn:
        flagged = conn.execute(sa.select(conversations).where(conversations.c.erased_at.is_(None)).order_by("last_at")).all()
        acts = conn.execute(
            sa.select(commitments)
            .where(sa.or_(commitments.c.state.in_([*OPEN, REJECTED]), commitments.c.kind == CALL_BACK))
            .order_by(commitments.c.id)
        ).all()
        # Texts that confirm an act are acts themselves, and done; their receipt may say something else.
        lost = conn.execute(
            sa.select(commitments)
            .where(commitments.c.kind == TEXT, commitments.c.result["delivery"].as_string().in_(sorted({GONE, *TROUBLE})))
            .order_by(commitments.c.id)
        ).all()
        failed = conn.execute(sa.select(notices).where(notices.c.state == FAILED).order_by(notices.c.id)).all()
        waiting = conn.execute(
            sa.select(messages.c.conversation_id, messages.c.seq, messages.c.created_at, messages.c.state)
            .where(messages.c.state.in_([WAITING, STAFF]))
            .order_by(messages.c.id)
        ).all()
        unsent = conn.execute(
            sa.select(deliveries).where(deliveries.c.state.in_([UNSURE, UNDELIVERABLE])).order_by(deliveries.c.id)
        ).all()
    emergencies = set(kinds_of_emergency())
    return {
        "emergencies": [_flags(row, emergencies) for row in flagged if emergencies & set(row.flags)],
        "call_backs": [_act(row) for row in acts if row.kind == CALL_BACK],
        "acts": [_act(row) for row in acts if row.kind != CALL_BACK],
        "undelivered": [_act(row) | {"why": row.result["delivery"]} for row in lost] + [_notice(row) for row in failed],
        "other_flags": [_flags(row, set(row.flags)) for row in flagged if row.flags and not emergencies & set(row.flags)],
        "unanswered": [
            {"conversation": row.conversation_id, "message": row.seq, "at": _time(row.created_at), "state": row.state}
            for row in waiting
        ],
        "unsent": [
            {"conversation": row.conversation_id, "message": row.seq, "at": _time(row.updated_at), "state": row.state}
            for row in unsent
        ],
    }


def main(argv: list[str]) -> int:
    """Print the list for people, or with `--json` for a program. With a code, print its conversation: 1 when it has none."""
    parser = argparse.ArgumentParser(prog="python -m bot desk", description=main.__doc__)
    parser.add_argument("code", nargs="?", help="what a resident tells an adviser; it stays good for the resident")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args(argv)
    upgrade()
    if wanted.code is not None:
        return _conversation(wanted.code)
    found = morning()
    if wanted.json:
        print(json.dumps(found, indent=2))
        return 0
    for name, rows in found.items():
        print(f"{name.replace('_', ' ').capitalize()}: {len(rows)}")
        for row in rows:
            print("  " + ", ".join(f"{key} {value}" for key, value in row.items() if value))
    return 0


def _conversation(code: str) -> int:
    log = get_log()
    try:
        found = CarryOn(log).look_up(code, f"user {os.getuid()} of the command line")
    except (CodeRefused, TooManyTries) as error:
        print(TOO_MANY if isinstance(error, TooManyTries) else REFUSED, file=sys.stderr)
        return 1
    print(f"Conversation {found.id}")
    for former in log.former(found.id):
        print(f"Its resident left conversation {former} for it")
    print(log.transcript(found.id))
    return 0


def _flags(row: Any, wanted: set[str]) -> dict[str, Any]:
    why = dict.fromkeys(flag.partition(":")[0] for flag in row.flags if flag in wanted)
    spoken = [name_of(flag.removeprefix(LANGUAGE)) for flag in row.flags if flag.startswith(LANGUAGE)]
    return {"conversation": row.id, "why": " ".join(why), "language": ", ".join(spoken), "last": _time(row.last_at)}


def _act(row: Any) -> dict[str, Any]:
    request = row.request if row.kind == CALL_BACK else {}
    team = str(request.get("team") or row.owner)
    return {
        "kind": row.kind,
        "state": row.state,
        "team": council()["teams"].get(team, team),
        "reference": row.reference or "",
        "phone": request.get("phone", ""),
        "by": request.get("by", ""),
        "conversation": row.conversation_id or "",
        "at": _time(row.created_at),
    }


def _notice(row: Any) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "channel": row.channel,
        "why": row.why,
        "reference": row.about.get("reference", ""),
        "conversation": row.conversation_id or "",
        "at": _time(row.due_at),
    }


def _time(at: Any) -> str:
    return f"{at.astimezone(LONDON):%Y-%m-%d %H:%M}"

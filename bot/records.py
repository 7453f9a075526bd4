"""A resident's record by the command line: `python -m bot export CONVERSATION [--json]` and `erase CONVERSATION`."""

import argparse
import json
import sys
from typing import Any

from bot.log import Commitment, ConversationGone, ConversationLog, Deliveries, Door, Doors, Message, Notice, get_log


def export(argv: list[str]) -> int:
    """Print a conversation's transcript, or with `--json` all that is kept of it. Returns 1 when there is none."""
    parser = argparse.ArgumentParser(prog="python -m bot export", description=export.__doc__)
    parser.add_argument("conversation", help="its id, as in the log")
    parser.add_argument("--json", action="store_true", help="messages and commitments, as JSON")
    wanted = parser.parse_args(argv)
    log = get_log()
    try:
        text = _json(log, wanted.conversation) if wanted.json else log.transcript(wanted.conversation)
    except ConversationGone:
        return _unknown(wanted.conversation)
    print(text)
    return 0


def erase(argv: list[str]) -> int:
    """Erase a conversation: messages, photos, Rasa's dialogue and personal data. Returns 1 when there is none."""
    parser = argparse.ArgumentParser(prog="python -m bot erase", description=erase.__doc__)
    parser.add_argument("conversation", help="its id, as in the log")
    wanted = parser.parse_args(argv)
    try:
        get_log().erase(wanted.conversation)
    except ConversationGone:
        return _unknown(wanted.conversation)
    print(f"Erased {wanted.conversation}")
    return 0


def _unknown(conversation_id: str) -> int:
    print(f"There is no conversation {conversation_id}", file=sys.stderr)
    return 1


def _json(log: ConversationLog, conversation_id: str) -> str:
    found = log.conversation(conversation_id)
    doors, sent = Doors(log.engine, log.secret), Deliveries(log.engine).of(conversation_id)
    record = {
        "id": found.id,
        "channel": found.channel,
        "created_at": found.created_at.isoformat(),
        "last_at": found.last_at.isoformat(),
        "erased": found.erased,
        "continued_in": found.continued_in,
        "former": log.former(conversation_id),
        "flags": list(found.flags),
        "doors": [_door(door, doors.address(door.id)) for door in doors.of(conversation_id)],
        "messages": [_message(message, sent.get(message.seq)) for message in log.messages(conversation_id)],
        "notices": [_notice(notice) for notice in log.notices_of(conversation_id)],
        "commitments": [_commitment(commitment) for commitment in log.commitments(conversation_id)],
    }
    return json.dumps(record, indent=2, ensure_ascii=False)


def _door(door: Door, address: str | None) -> dict[str, Any]:
    return {
        "channel": door.channel,
        "address": address,
        "blocked": door.blocked,
    }


def _message(message: Message, delivery: str | None) -> dict[str, Any]:
    more = {
        "photo_id": message.photo_id,
        "location": message.location,
        "state": message.state,
        "delivery": delivery,
    }
    return {
        **message.to_json(),
        "direction": message.direction,
        "at": message.at.isoformat(),
        **{name: value for name, value in more.items() if value is not None},
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "kind": notice.kind,
        "channel": notice.channel,
        "address": notice.address,
        "about": notice.about,
        "consent": notice.consent,
        "consented_at": notice.consented_at.isoformat(),
        "due_at": notice.due_at.isoformat(),
        "state": notice.state,
        "delivery": notice.delivery,
    }


def _commitment(commitment: Commitment) -> dict[str, Any]:
    return {
        "key": commitment.key,
        "kind": commitment.kind,
        "system": commitment.system,
        "state": commitment.state,
        "owner": commitment.owner,
        "reference": commitment.reference,
        "request": commitment.request,
        "result": commitment.result,
        "created_at": commitment.created_at.isoformat(),
        "updated_at": commitment.updated_at.isoformat(),
    }

"""The base of every act: done exactly once, and always told honestly.

An act is written down before it is done (a commitment in state *requested*), under a key made of the journey and the
request. So the same act asked again, by a second click, a retry or a turn that runs again after a crash, finds the
first one and its outcome. What the back office says decides the state:

    it gave a reference                          -> confirmed
    it refused                                   -> rejected
    it was certainly never reached               -> kept: still requested, and tried again later by the outbox
    we can't tell whether it was done            -> looked up where the contract allows; else unknown, for a person

An act is never posted again when it may have been done.
"""

import hashlib
import json
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from actions.backoffice.errors import BackOfficeError, Final, OutcomeUnknown, Retryable
from actions.backoffice.systems import Systems
from bot.clock import machine_now
from bot.log import Commitment, ConversationLog, Follow, Reply
from bot.log.states import CONFIRMED, REJECTED, REQUESTED, UNKNOWN
from bot.words import has_words, words

FIRST_RETRY = timedelta(seconds=20)
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What the back office gave: its reference, and what else a reply or a later turn needs."""

    reference: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """How an act stands. `our_ref` is ours and always there; `reference` is the back office's, when confirmed."""

    state: Literal["confirmed", "open", "rejected", "kept", "unknown"]
    our_ref: str
    reference: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    code: str = ""


class Act:
    """Something that is done in one system of the back office.

    `kind` names it in the log and in the words (`later.<kind>.…`); `owner` is a key of `teams` in council.yml.
    `keeps` says whether it may be done later without the resident (a report may, a payment may not). `reached` is the
    state once the back office gave its reference (a payment stays requested until it is paid).
    """

    kind: str
    system: str
    owner: str
    keeps: bool = True
    reached: str = CONFIRMED

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Do it. Raises BackOfficeError."""
        raise NotImplementedError

    def find(self, systems: Systems, request: dict[str, Any], our_ref: str, since: datetime) -> Outcome | None:
        """Look up whether it was done, where the contract has a way; None when it wasn't or there is none."""
        return None

    def follow(self, commitment: Commitment, reference: str, reaches: bool) -> Follow:
        """Return what the council will say first because this was done, for example a reminder.

        `reaches`: what is said in the conversation reaches the resident who is not looking at it.
        """
        return Follow()


class LeftWithUs(Act):
    """Something of which the conversation log itself is the record, so that no system is called."""

    system = "desk"

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Confirm it: it is on disk."""
        return Outcome(our_ref)

    def find(self, systems: Systems, request: dict[str, Any], our_ref: str, since: datetime) -> Outcome | None:
        """Return it: a commitment that was begun is the record, and nothing can be lost on the way."""
        return Outcome(our_ref)


def our_reference(key: str) -> str:
    """Return our own reference for a commitment's key, short enough to read out: ND- and eight characters."""
    number = int(hashlib.sha256(key.encode()).hexdigest(), 16)
    letters = ""
    for _ in range(8):
        number, rest = divmod(number, len(LETTERS))
        letters += LETTERS[rest]
    return f"ND-{letters}"


def key_of(act: Act, request: dict[str, Any], frame_id: str) -> str:
    """Return the idempotency key: the same act of the same journey with the same request has the same key."""
    canonical = json.dumps([frame_id, act.kind, request], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:40]


def carry_out(
    act: Act, request: dict[str, Any], conversation_id: str, frame_id: str, systems: Systems, log: ConversationLog
) -> Done:
    """Do the act unless it was begun before, and return how it stands. Never raises BackOfficeError."""
    key = key_of(act, request, frame_id)
    commitment = log.begin(
        key, conversation_id=conversation_id, kind=act.kind, system=act.system, request=request, owner=act.owner
    )
    if commitment.is_new:
        return attempt(act, commitment, systems, log)
    if commitment.state == REQUESTED and commitment.attempts == 0:
        # Begun, and nobody wrote down how it ended: the process died in the middle.
        return look_up(act, commitment, systems, log)
    return standing(commitment)


def attempt(act: Act, commitment: Commitment, systems: Systems, log: ConversationLog, later: bool = False) -> Done:
    """Do an act that was certainly not done before, and settle its commitment.

    `later`: the resident is not waiting, so the outcome is told in a reply of its own.
    """
    try:
        outcome = act.perform(systems, commitment.request, our_reference(commitment.key))
    except Retryable as error:
        logger.warning("%s not reached: %s", act.kind, error)
        if act.keeps:
            return _settle(act, commitment, log, REQUESTED, later, next_try_at=next_try(commitment.attempts))
        return _settle(act, commitment, log, REJECTED, later, result={"code": "not_reached"})
    except OutcomeUnknown as error:
        logger.warning("%s outcome unknown: %s", act.kind, error)
        return look_up(act, commitment, systems, log, later)
    except Final as error:
        logger.warning("%s refused: %s", act.kind, error)
        return _settle(act, commitment, log, REJECTED, later, result={"code": error.code})
    return _settle(act, commitment, log, act.reached, later, outcome=outcome)


def look_up(act: Act, commitment: Commitment, systems: Systems, log: ConversationLog, later: bool = False) -> Done:
    """Find out whether an act that may have been done was done; else leave it unknown, for a person."""
    try:
        found = act.find(systems, commitment.request, our_reference(commitment.key), commitment.created_at)
    except BackOfficeError as error:
        logger.warning("%s can't be looked up: %s", act.kind, error)
        found = None
    if found:
        # A payment that is found stays open, in whichever way it is.
        reached = commitment.state if act.reached == REQUESTED else act.reached
        return _settle(act, commitment, log, reached, later, outcome=found)
    return _settle(act, commitment, log, UNKNOWN, later, next_try_at=next_try(commitment.attempts))


def standing(commitment: Commitment) -> Done:
    """Return how a commitment stands: requested with a reference is open, without one it is kept for later."""
    result = commitment.result or {}
    state: Any = commitment.state
    if state == REQUESTED:
        state = "open" if commitment.reference else "kept"
    return Done(state, our_reference(commitment.key), commitment.reference or "", result, str(result.get("code", "")))


def _settle(
    act: Act,
    commitment: Commitment,
    log: ConversationLog,
    state: str,
    later: bool,
    *,
    outcome: Outcome | None = None,
    result: dict[str, Any] | None = None,
    next_try_at: datetime | None = None,
) -> Done:
    reference = outcome.reference if outcome else None
    tell = None
    key = f"later.{act.kind}.{state}"
    if later and has_words(key):
        text = words(key, reference=reference or "", our_ref=our_reference(commitment.key))
        tell = Reply(text, kind="notice")
    follow = None
    if state == CONFIRMED and commitment.conversation_id:
        follow = act.follow(commitment, reference or "", log.reaches(commitment.conversation_id))
    return standing(
        log.settle(
            commitment.key,
            state,
            reference=reference,
            result=outcome.detail if outcome else result,
            next_try_at=next_try_at,
            tell=tell,
            follow=follow,
        )
    )


def next_try(attempts: int, most: timedelta = timedelta(hours=1)) -> datetime:
    """Return when to try again: 20 seconds, doubling to `most`. The machine's time, not the council's."""
    wait: timedelta = min(FIRST_RETRY * 2 ** min(attempts, 8), most)
    return machine_now() + wait

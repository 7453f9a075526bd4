"""The statuses of the log and what may follow what. The only place that spells them."""

from bot.log.errors import IllegalTransition

# An inbound message.
WAITING = "waiting"  # on disk, nobody has answered
ANSWERED = "answered"  # the replies are on disk
STAFF = "staff"  # visibly waiting for a person

MESSAGE_TRANSITIONS: dict[str, frozenset[str]] = {
    WAITING: frozenset({ANSWERED, STAFF}),
    ANSWERED: frozenset(),
    STAFF: frozenset(),
}

# A delivery: a reply that a channel brings to its resident.
DUE = "due"  # to be sent
SENDING = "sending"  # one process sends it right now, or died doing so
DELIVERED = "delivered"  # the other side took it
UNSURE = "unsure"  # nobody can tell whether the other side took it: not sent again
UNDELIVERABLE = "undeliverable"  # the other side does not take it, or its resident has blocked us

# A commitment: something that the resident confirmed.
REQUESTED = "requested"  # we are about to ask the back office, or it has not finished (a payment before it is paid)
CONFIRMED = "confirmed"  # the back office's record says that it is done
REJECTED = "rejected"  # certainly not done
UNKNOWN = "unknown"  # asked, and we can't tell: to be looked up, never asked again blind

OPEN = frozenset({REQUESTED, UNKNOWN})

# To stay in the same state is always allowed: a further try without an outcome, or a webhook that came twice.
COMMITMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    REQUESTED: frozenset({CONFIRMED, REJECTED, UNKNOWN}),
    UNKNOWN: frozenset({CONFIRMED, REJECTED}),
    CONFIRMED: frozenset(),
    REJECTED: frozenset(),
}

# A notice: something that the council says first.
DUE = "due"  # to be said, at its time
SENT = "sent"  # in the conversation, or taken by GOV.UK Notify
FAILED = "failed"  # it could not be said, in time or at all: staff see it
STOPPED = "stopped"  # the resident wants no more of it
LAPSED = "lapsed"  # there was nothing to say any more

# What a notice was before it became this. A receipt may say that what was sent did not arrive: it fails, or is due again.
NOTICE_BEFORE: dict[str, frozenset[str]] = {
    DUE: frozenset({DUE, SENT}),
    SENT: frozenset({DUE}),
    FAILED: frozenset({DUE, SENT}),
    STOPPED: frozenset({DUE}),
    LAPSED: frozenset({DUE}),
}


def check_commitment(key: str, present: str, wanted: str) -> None:
    """Return when a commitment may go from `present` to `wanted`; raise IllegalTransition when it may not."""
    if wanted not in COMMITMENT_TRANSITIONS:
        raise IllegalTransition(f"{key}: {wanted!r} is not a state")
    if wanted != present and wanted not in COMMITMENT_TRANSITIONS[present]:
        raise IllegalTransition(f"{key}: {present} may not become {wanted}")

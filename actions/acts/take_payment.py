"""Take a council tax payment with GOV.UK Pay, and find out what became of it.

A payment is open until GOV.UK Pay says that it was paid, failed, was cancelled or expired. We hear that in three ways:
the signed webhook, the resident coming back by the return link, and asking every few seconds. Whoever is first settles
the commitment and tells the resident, in one transaction; the others change nothing.
"""

from datetime import datetime
from typing import Any

from actions.acts.base import Act, Outcome
from actions.backoffice.pay import Payment
from actions.backoffice.systems import Systems
from actions.engine.turn import Pressed
from bot.log import Choice, Commitment, ConversationLog, Reply
from bot.log.states import CONFIRMED, OPEN, REJECTED, REQUESTED
from bot.nlu.values import format_pence
from bot.settings import get_settings
from bot.words import words


class TakePayment(Act):
    """Create a payment: {"account", "amount_pence", "description", "return_token"}. The bot never sees a card."""

    kind = "payment"
    system = "pay"
    owner = "council_tax"
    keeps = False
    reached = REQUESTED

    def perform(self, systems: Systems, request: dict[str, Any], our_ref: str) -> Outcome:
        """Create it and return its id, with the link to pay."""
        payment = systems.pay.create(
            request["amount_pence"],
            our_ref,
            request["description"],
            f"{get_settings().public_url}/chat/return/{request['return_token']}",
            {"account": request["account"]},
        )
        return Outcome(payment.id, {"next_url": payment.next_url or ""})

    def find(self, systems: Systems, request: dict[str, Any], our_ref: str, since: datetime) -> Outcome | None:
        """Look for a payment with our reference, and get its link, which a search doesn't give."""
        found = systems.pay.search(our_ref)
        if not found:
            return None
        payment = systems.pay.get(found[0].id)
        return Outcome(payment.id, {"next_url": payment.next_url or ""})


def ask_pay(commitment: Commitment, systems: Systems, log: ConversationLog) -> Payment | None:
    """Ask GOV.UK Pay how a payment stands and record it. Returns None when it was never created. Raises BackOfficeError."""
    if not commitment.reference:
        return None
    payment = systems.pay.get(commitment.reference)
    record(commitment, payment.status, payment.code or "", payment.finished, log)
    return payment


def record(commitment: Commitment, status: str, code: str, finished: bool, log: ConversationLog) -> None:
    """Settle a payment that is over and tell the resident once; a payment that is not over is left alone."""
    if not finished or commitment.state not in OPEN:
        return
    paid = status == "success"
    request = commitment.request
    outcome = "paid" if paid else {"P0020": "expired", "P0030": "cancelled", "P0040": "cancelled"}.get(code, "failed")
    amount = format_pence(int(request.get("amount_pence", 0)))
    text = words(
        f"pay_council_tax.outcome.{outcome}",
        amount=amount,
        account=request.get("account", ""),
        reference=commitment.reference or "",
    )
    choices: tuple[Choice, ...] = ()
    if not paid:
        again = Pressed("go", "pay_council_tax", answers={"account": request.get("account")})
        choices = (Choice(words("pay_council_tax.again"), again.dump()),)
    log.settle(
        commitment.key,
        CONFIRMED if paid else REJECTED,
        result={**commitment.result, "status": status, "code": code},
        tell=Reply(text, choices, "notice", {"payment": outcome}),
    )

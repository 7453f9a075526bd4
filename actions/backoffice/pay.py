"""Card payments: GOV.UK Pay, public API v1 (`publicapi_spec.json` 1.0.3).

Pay doesn't promise to honour an idempotency key for web payments: after an OutcomeUnknown, `search` by our reference.
A payment can be paid for 90 minutes. Its `next_url` works once and is for the payer only: `get` gives a fresh one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.backoffice.http import Door, segment

MOST_FOUND = "20"


@dataclass(frozen=True)
class Payment:
    """A payment as Pay tells it.

    `status`: created, started, submitted, capturable; and when `finished`: success, failed, cancelled, error.
    `code`: why it failed (P0010 declined, P0020 expired, P0030 cancelled by the payer, P0040 cancelled by us, P0050
    error at the card company), else None. `next_url`: where the payer goes, None once finished and in searches.
    `amount` is in pence.
    """

    id: str
    status: str
    finished: bool
    code: str | None
    next_url: str | None
    reference: str
    amount: int
    created: datetime

    @property
    def paid(self) -> bool:
        """Whether the money was taken."""
        return self.finished and self.status == "success"


class Pay:
    """The client. Errors: see `Door`."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._door = Door("pay", base_url, {"Authorization": f"Bearer {api_key}"})

    def create(
        self,
        amount_pence: int,
        reference: str,
        description: str,
        return_url: str,
        metadata: Mapping[str, str] | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Payment:
        """Make a payment for a person to pay on Pay's page. A write.

        `reference` and `description` at most 255 characters; `metadata` 1 to 15 keys of 30, values of 100.
        `idempotency_key` matches `[a-zA-Z0-9-]{1,255}`; the same key with another body is Final with code P0191.
        """
        body: dict[str, Any] = {
            "amount": amount_pence,
            "reference": reference,
            "description": description,
            "return_url": return_url,
        }
        if metadata:
            body["metadata"] = dict(metadata)
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else None
        return self._door.post_json("create", "/v1/payments", body, headers=headers).read(_payment)

    def get(self, payment_id: str) -> Payment:
        """Return the payment as it is now. Strongly consistent: the only call that decides paid or not."""
        return self._door.get("get", f"/v1/payments/{segment(payment_id)}").read(_payment)

    def search(self, reference: str) -> list[Payment]:
        """Return the payments with exactly this reference, newest first. Eventually consistent, without `next_url`."""
        params = {"reference": reference, "display_size": MOST_FOUND}
        found = self._door.get("search", "/v1/payments", params=params).read(
            lambda body: [_payment(one) for one in body["results"]]
        )
        return [payment for payment in found if payment.reference == reference]

    def cancel(self, payment_id: str) -> None:
        """Cancel a payment that is not finished. A write; Final (400 or 409) when it is finished or being paid."""
        self._door.post_json("cancel", f"/v1/payments/{segment(payment_id)}/cancel")


def _payment(body: Any) -> Payment:
    state = body["state"]
    link = (body.get("_links") or {}).get("next_url")
    return Payment(
        id=str(body["payment_id"]),
        status=str(state["status"]),
        finished=bool(state["finished"]),
        code=state.get("code"),
        next_url=link["href"] if link else None,
        reference=str(body["reference"]),
        amount=int(body["amount"]),
        created=datetime.fromisoformat(body["created_date"].replace("Z", "+00:00")),
    )

"""Council tax accounts. No contract is common to the suppliers, so this is a port of ours with two adapters.

`hackney`: Hackney's single view, with `/council-tax/{ref}/instalments` beside it, which is ours: a supplier that has
no such path gives an account without next instalment and telephone. `ims`: LocalGov IMS, which has neither.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from actions.backoffice.errors import Final, NotFound, Retryable
from actions.backoffice.http import Door, segment


@dataclass(frozen=True)
class Instalment:
    """The next payment that is due: its day, and pence."""

    date: date
    pence: int


@dataclass(frozen=True)
class Account:
    """A council tax account. `balance_pence` is what is owed; below 0 it is in credit.

    `payment_method` is the supplier's word ("DD" is direct debit), None when not known; so are `next_instalment` and
    `phone`. No name is kept: nothing here needs it.
    """

    reference: str
    fund: str
    balance_pence: int
    next_instalment: Instalment | None
    payment_method: str | None
    postcode: str
    phone: str | None


@dataclass(frozen=True)
class _Extra:
    next_instalment: Instalment | None
    phone: str | None


class Revenues(Protocol):
    """The port."""

    def account(self, reference: str) -> Account | None:
        """Return the account with this reference (nine digits), or None when there is none. Errors: see `Door`."""
        ...


class HackneyRevenues:
    """The adapter for Hackney's single view."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._door = Door("revenues", base_url, {"x-api-key": api_key, "Authorization": f"Bearer {api_key}"})

    def account(self, reference: str) -> Account | None:
        """See `Revenues`. The supplier's reference is without the check digit, which its answer must confirm."""
        if not _is_reference(reference):
            return None
        path = f"/council-tax/{segment(reference[:-1])}"
        try:
            told = self._door.get("account", path)
        except NotFound:
            return None
        try:
            more = self._door.get("instalments", f"{path}/instalments").read(_extra)
        except NotFound:
            more = _Extra(None, None)
        found = told.read(lambda body: _hackney(body, more))
        return found if found.reference == reference else None


class ImsRevenues:
    """The adapter for LocalGov IMS."""

    def __init__(self, base_url: str, api_key: str) -> None:
        self._door = Door("revenues", base_url, {"x-api-key": api_key, "Authorization": f"Bearer {api_key}"})

    def account(self, reference: str) -> Account | None:
        """See `Revenues`."""
        if not _is_reference(reference):
            return None
        try:
            return self._door.get("account", f"/api/AccountHolders/{segment(reference)}").read(_ims)
        except NotFound:
            return None
        except Final as error:
            if error.status != 400:
                raise
            # IMS answers 400 to any fault of its own, so it says nothing about the account.
            raise Retryable(error.system, error.operation, error.detail) from None


ADAPTERS: dict[str, Callable[[str, str], Revenues]] = {"hackney": HackneyRevenues, "ims": ImsRevenues}


def revenues(adapter: str, base_url: str, api_key: str) -> Revenues:
    """Return the adapter of that name. Raises ValueError, which names the setting, when there is none."""
    if adapter not in ADAPTERS:
        raise ValueError(f"REVENUES_ADAPTER={adapter!r} is none of {', '.join(ADAPTERS)}")
    return ADAPTERS[adapter](base_url, api_key)


def _is_reference(reference: str) -> bool:
    return reference.isascii() and reference.isdigit() and len(reference) > 1


def pence(pounds: object) -> int:
    """Return an amount in pounds as pence, half a penny upwards. Raises ArithmeticError when it is no number."""
    return int((Decimal(str(pounds)) * 100).to_integral_value(ROUND_HALF_UP))


def _extra(body: Any) -> _Extra:
    following = body.get("nextInstalment")
    instalment = Instalment(date.fromisoformat(following["date"]), pence(following["amount"])) if following else None
    return _Extra(instalment, body.get("contactNumber") or None)


def _hackney(body: Any, more: _Extra) -> Account:
    address = body.get("propertyAddress") or {}
    return Account(
        reference=f"{body['accountReference']}{body['accountCheckDigit']}",
        fund="CT",
        balance_pence=pence(body["accountBalance"]),
        next_instalment=more.next_instalment,
        payment_method=body.get("paymentMethod") or None,
        postcode=str(address.get("postcode") or address.get("postCode") or ""),
        phone=more.phone,
    )


def _ims(body: Any) -> Account:
    return Account(
        reference=str(body["AccountReference"]),
        fund=str(body["FundCode"]),
        balance_pence=pence(body["CurrentBalance"]),
        next_instalment=None,
        payment_method=None,
        postcode=str(body.get("Postcode") or ""),
        phone=None,
    )

"""Council tax accounts in the two published shapes: Hackney's single view and LocalGov IMS. Nothing is stored.

Every well-formed reference exists: nine digits that start with 7, the ninth a check digit. All else about an account
comes from its first eight digits. Neither published shape has the next instalment or a telephone number: those are at
`/council-tax/{ref}/instalments`, which is ours.
"""

import os
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from actions.sandbox import world
from bot import clock

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2)
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
FIRST = 70000001
LAST_INSTALMENT_MONTH = 1
# Notify's special numbers: nothing would ever arrive there.
NO_PHONE = {"000", "111", "222", "002", "003"}
EXAMPLES = ("700000011", "700000038", "710000006", "712345671")

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Account:
    """One council tax account. Money in pence; a balance below nothing is credit. `phone` is None when none is held."""

    reference: str
    balance: int
    charged: int
    method: str
    postcode: str
    house: int
    phone: str | None
    next_date: date | None
    next_amount: int | None


def check_digit(eight: str) -> int | None:
    """Return the ninth digit of a reference, or None when such a reference is never issued."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, eight, strict=True))
    digit = (11 - total % 11) % 11
    return None if digit == 10 else digit


def find(reference: str) -> Account | None:
    """Return the account, or None. Takes all nine digits, or the eight without the check digit."""
    if not re.fullmatch(r"7[0-9]{7,8}", reference):
        return None
    digit = check_digit(reference[:8])
    if digit is None or reference[8:] not in ("", str(digit)):
        return None
    return _account(reference[:8] + str(digit))


def _account(reference: str) -> Account:
    """The eighth digit decides: 0 owes nothing, 9 is in credit, 8 has no telephone; an odd one pays by direct debit."""
    number, kind = int(reference[:8]) - FIRST, int(reference[7])
    charged = 90_000 + number * 37 % 180_000
    if kind == 0:
        balance = 0
    elif kind == 9:
        balance = -(1_000 + number * 13 % 9_000)
    else:
        balance = charged * (2 + number % 7) // 10
    index = number // 90 % 400
    postcode = (
        f"AZ{1 + number % 9} {(2 + number // 9) % 10}{LETTERS[(1 + index % 20) % 20]}{LETTERS[(1 + index // 20) % 20]}"
    )
    ending = reference[-3:]
    next_date, next_amount = _instalment(balance)
    return Account(
        reference=reference,
        balance=balance,
        charged=charged,
        method="DD" if kind % 2 else "CASH",
        postcode=postcode,
        house=1 + number % 8,
        phone=None if kind == 8 or ending in NO_PHONE else f"07700 900{ending}",
        next_date=next_date,
        next_amount=next_amount,
    )


def _instalment(balance: int) -> tuple[date | None, int | None]:
    """Return the next instalment: on the first of a month, the balance shared over the months up to January."""
    if balance <= 0:
        return None, None
    today = clock.today()
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    # No instalments in February and March: what is left is due in one sum.
    left = 1 if month in (2, 3) else (LAST_INSTALMENT_MONTH - month) % 12 + 1
    return date(year, month, 1), -(-balance // left)


def endpoint(handler: Handler) -> Handler:
    """Refuse a wrong `x-api-key` (403). Everything here is a read, so that none at all is served."""

    @wraps(handler)
    async def checked(request: Request) -> Response:
        given = request.headers.get("x-api-key")
        wanted = os.environ.get("REVENUES_API_KEY", "sandbox-revenues-key")
        if given is not None and not secrets.compare_digest(given.encode(), wanted.encode()):
            return JSONResponse({"message": "Forbidden"}, 403)
        return await handler(request)

    return checked


def _lines(account: Account) -> tuple[str, str]:
    street = world.street(account.postcode)
    return f"{account.house} {street.name if street else 'Council Street'}", world.TOWN


@endpoint
async def hackney(request: Request) -> Response:
    """`GET /council-tax/{ref}` in the shape of Hackney's single view; pounds as a number. 404."""
    account = find(request.path_params["reference"])
    if account is None:
        return JSONResponse({"message": "Not found"}, 404)
    line, town = _lines(account)
    told = {
        "accountReference": int(account.reference[:8]),
        "accountCheckDigit": account.reference[8],
        "title": "",
        "firstName": "A",
        "lastName": "Example",
        "paymentMethod": account.method,
        "accountBalance": account.balance / 100,
        "propertyAddress": {
            "addressLine1": line,
            "addressLine2": town,
            "addressLine3": "",
            "addressLine4": "",
            "postcode": account.postcode,
        },
        "forwardingAddress": None,
    }
    return JSONResponse(told)


@endpoint
async def instalments(request: Request) -> Response:
    """`GET /council-tax/{ref}/instalments`, ours: the next instalment (pounds) or null, telephone or null, postcode."""
    account = find(request.path_params["reference"])
    if account is None:
        return JSONResponse({"message": "Not found"}, 404)
    following = None
    if account.next_date and account.next_amount:
        following = {"date": account.next_date.isoformat(), "amount": account.next_amount / 100}
    told = {"nextInstalment": following, "contactNumber": account.phone, "postcode": account.postcode}
    return JSONResponse(told)


@endpoint
async def ims(request: Request) -> Response:
    """`GET /api/AccountHolders/{ref}` in the shape of LocalGov IMS; pounds as a number. 404 with an empty body."""
    account = find(request.path_params["reference"])
    if account is None or len(request.path_params["reference"]) != 9:
        return Response(status_code=404)
    line, town = _lines(account)
    told = {
        "AccountReference": account.reference,
        "FundCode": "CT",
        "CurrentBalance": account.balance / 100,
        "PeriodCredit": (account.charged - account.balance) / 100,
        "PeriodDebit": account.charged / 100,
        "Title": "",
        "Forename": "A",
        "Surname": "Example",
        "HouseNumber": str(account.house),
        "AddressLine1": line,
        "AddressLine2": town,
        "AddressLine3": "",
        "AddressLine4": "",
        "Postcode": account.postcode,
        "RecordType": "1",
        "UserField1": None,
        "UserField2": None,
        "UserField3": None,
        "PersonalisedMessage": None,
        "FundMessageId": None,
    }
    return JSONResponse(told)


routes = [
    Route("/council-tax/{reference}", hackney, methods=["GET"]),
    Route("/council-tax/{reference}/instalments", instalments, methods=["GET"]),
    Route("/api/AccountHolders/{reference}", ims, methods=["GET"]),
]

"""How much council tax do I owe: only where the council turned it on, and only for who proves the account is theirs.

Account number, postcode of the property, and a one-time code texted to the number on the account. Three wrong tries lock
the account for the day, in every conversation.
"""

import hashlib
import hmac
import secrets
from contextlib import suppress
from datetime import timedelta
from typing import NoReturn

from actions.backoffice.errors import Final
from actions.backoffice.revenues import Account
from actions.engine.readers import POSTCODE, Entity, NotValid
from actions.engine.talk import Talk
from actions.journeys.pay_council_tax import ACCOUNT
from actions.plain import day
from bot.clock import now, today
from bot.council import council
from bot.log.codes import Codes
from bot.nlu.values import format_pence
from bot.settings import get_settings


def _six_digits(text: str) -> str | None:
    digits = "".join(c for c in text if c.isdigit())
    return digits if len(digits) == 6 else None


CODE = Entity("one_time_code", parse=_six_digits)


def run(talk: Talk) -> None:
    """Tell the balance and the next instalment."""
    settings = council()["council_tax"]
    if not settings["balance_enabled"]:
        talk.end("off", go=("pay_council_tax", "get_council_tax_bill"), number=council()["phones"]["council_tax"])
    reference = talk.ask("account", ACCOUNT)
    codes = Codes(talk.log.engine)
    subject = _subject(reference)
    if codes.locked(subject, today(), settings["code_tries"]):
        _locked(talk)
    if talk.desk.memory.get("verified") != reference:
        postcode = talk.ask("postcode", POSTCODE, word="property_postcode", spot=False)
        account = talk.lookup(f"account {reference}", lambda: talk.systems.revenues.account(reference))
        _prove(talk, codes, subject, account, postcode)
        talk.desk.memory["verified"] = reference
    _tell(talk, reference)


def _prove(talk: Talk, codes: Codes, subject: str, account: Account | None, postcode: str) -> None:
    """Text a code to the number on the account and check it. A wrong postcode is told no differently from a right one."""
    settings = council()["council_tax"]
    matches = account is not None and account.phone is not None and account.postcode == postcode
    if "code_sent" not in talk.frame.answers:
        talk.doing()
        made = f"{secrets.randbelow(10**6):06d}"
        if matches and account and account.phone:
            expires = now() + timedelta(minutes=settings["code_minutes"])
            codes.keep(talk.frame.id, subject, _digest(talk.frame.id, made), expires)
            # Not an act: a code is good for minutes, so it is not written down, and a lost one is simply sent again.
            values = {"code": made, "minutes": str(settings["code_minutes"])}
            with suppress(Final):  # A number that Notify refuses must not tell that the details matched.
                talk.systems.notify.text(account.phone, "one_time_code", values, reference=f"code {talk.frame.id}")
        talk.frame.answers["code_sent"] = True
    code = talk.ask("code", CODE, spot=False, minutes=settings["code_minutes"])
    del talk.frame.answers["code"]
    if codes.redeem(talk.frame.id, _digest(talk.frame.id, str(code)), now()):
        return
    left = codes.failed(subject, today(), settings["code_tries"])
    if left <= 0:
        _locked(talk)
    talk.refuse("code", "wrong", left=left)
    talk.ask("code", CODE, spot=False, minutes=settings["code_minutes"])


def _locked(talk: Talk) -> NoReturn:
    talk.end("locked", number=council()["phones"]["council_tax"])


def _tell(talk: Talk, reference: str) -> None:
    account = talk.lookup(f"account {reference}", lambda: talk.systems.revenues.account(reference))
    if account is None:
        raise NotValid("invalid")
    if account.balance_pence < 0:
        talk.end("credit", amount=format_pence(-account.balance_pence), go=("ask_council_tax_refund",))
    if account.balance_pence == 0:
        talk.end("nothing")
    upcoming = account.next_instalment
    due = talk.words("instalment", amount=format_pence(upcoming.pence), due=day(upcoming.date)) if upcoming else ""
    go = ("pay_council_tax", "struggling_to_pay")
    talk.end("balance", amount=format_pence(account.balance_pence), instalment=due, go=go)


def _subject(reference: str) -> str:
    return _digest("council tax account", reference)


def _digest(scope: str, value: str) -> str:
    return hmac.new(get_settings().secret_key.encode(), f"{scope}\0{value}".encode(), hashlib.sha256).hexdigest()

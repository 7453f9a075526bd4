"""Pay council tax: whether they can, the account, the amount, one payment at GOV.UK Pay, and its outcome later.

The next instalment is offered only to somebody who has proved in this conversation that the account is theirs
(`check_council_tax_balance`): an account number alone must not show what a household owes.
"""

import hashlib
import hmac
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from actions.acts import PAYMENT
from actions.acts.take_payment import ask_pay
from actions.engine.readers import Amount, Entity, NotValid, Option, YesNo
from actions.engine.talk import Row, Talk
from actions.engine.turn import Turn
from actions.plain import day
from bot.council import council
from bot.log import Reply
from bot.log.states import OPEN
from bot.nlu.values import account_is_valid, format_pence, parse_account
from bot.settings import get_settings


def check_account(reference: str) -> None:
    """Raise NotValid when it can't be an account: nine digits from 7, the last a check digit."""
    if not account_is_valid(reference):
        raise NotValid("invalid")


ACCOUNT = Entity("account_reference", parse=parse_account, check=check_account)


class _CanPay(YesNo):
    """Yes or no, where "I can't afford it" is a no whatever else it says."""

    def read(self, turn: Turn, options: Sequence[Option]) -> bool | None:
        """Take what Rasa understood as struggling for a no, and a wish to pay for a yes."""
        if turn.intent == "struggling_to_pay" and turn.confidence >= 0.4:
            return False
        if turn.intent == "pay_council_tax":
            return True
        return super().read(turn, options)


def run(talk: Talk) -> None:
    """Give the link to one payment of a checked account and amount."""
    if not talk.ask("can_pay", _CanPay(given=("amount",)), options=talk.yes_no("can_pay")):
        talk.go("struggling_to_pay")
    account = talk.ask("account", ACCOUNT)
    _open_payment(talk, account)
    pence = _amount(talk, account)
    talk.check(
        [
            Row("account", talk.words("row.account"), account),
            Row("amount", talk.words("row.amount"), format_pence(pence)),
        ]
    )
    token = hmac.new(get_settings().secret_key.encode(), f"pay {talk.frame.id} {pence}".encode(), hashlib.sha256)
    done = talk.act(
        PAYMENT,
        {
            "account": account,
            "amount_pence": pence,
            "description": talk.words("description", account=account),
            "return_token": token.hexdigest()[:32],
        },
    )
    if done.state == "open":
        _give_link(talk, str(done.detail.get("next_url", "")), pence, done.our_ref)
    talk.end(done.state, go=("speak_to_person",), our_ref=done.our_ref)


def _amount(talk: Talk, account: str) -> int:
    settings = council()["council_tax"]
    least, most = settings["payment_minimum_pence"], settings["payment_maximum_pence"]
    options: tuple[Option, ...] = ()
    if talk.desk.memory.get("verified") == account:
        held = talk.lookup(f"account {account}", lambda: talk.systems.revenues.account(account))
        if held and held.next_instalment:
            pence, due = held.next_instalment.pence, held.next_instalment.date
            title = talk.words("amount.instalment", amount=format_pence(pence), due=day(due))
            options = (Option(title, pence, also=("instalment", "next instalment")),)
    return int(talk.ask("amount", Amount(least, most), options=options, strict=False, least=format_pence(least)))


def _open_payment(talk: Talk, account: str) -> None:
    """Give the link of a payment for this account that is still open, instead of making a second one."""
    for held in talk.log.commitments(talk.turn.conversation_id):
        same = held.kind == PAYMENT.kind and held.request.get("account") == account
        if not same or held.state not in OPEN or held.key in talk.frame.told:
            continue
        payment = talk.lookup(f"payment {held.key}", partial(ask_pay, held, talk.systems, talk.log))
        if payment and not payment.finished and payment.next_url:
            _give_link(talk, payment.next_url, payment.amount, payment.reference, word="still_open")


def _give_link(talk: Talk, url: str, pence: int, our_ref: str, word: str = "link") -> None:
    host = urlsplit(url).netloc
    text = talk.words(word, url=url, amount=format_pence(pence), host=host, our_ref=our_ref)
    talk.end_with(Reply(text, kind="answer", extra={"link": url}))

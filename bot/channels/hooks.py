"""What the back office tells us, and where it sends residents back: GOV.UK Pay and GOV.UK Notify."""

import asyncio
import hashlib
import hmac
import json as jsonlib
import logging
from typing import Any

from sanic.response import HTTPResponse, html, json, redirect

from actions.acts.base import next_try
from actions.acts.take_payment import ask_pay, record
from actions.backoffice.deadline import deadline
from actions.backoffice.errors import BackOfficeError
from actions.backoffice.systems import Systems
from bot.channels.chat import CHANNEL, NEWEST
from bot.channels.limits import read_body
from bot.channels.pages import Pages
from bot.channels.session import Sessions
from bot.channels.trouble import Trouble
from bot.log import ConversationLog, LogError, Reply
from bot.log.states import OPEN
from bot.settings import Settings
from bot.words import words

BODY_BYTES = 256 * 1024
RETURN_SECONDS = 8.0
RESENT = 4  # what met trouble on the way is sent again as after four tries: in five minutes
logger = logging.getLogger(__name__)


class Hooks:
    """The handlers. What does not prove where it comes from changes nothing."""

    def __init__(self, settings: Settings, log: ConversationLog, sessions: Sessions, pages: Pages, systems: Systems) -> None:
        self._settings = settings
        self._log = log
        self._sessions = sessions
        self._pages = pages
        self._systems = systems

    async def pay(self, request: Any) -> HTTPResponse:
        """`POST /webhooks/pay`: a payment changed. 200 for all that GOV.UK Pay signed, also payments that are not ours."""
        body = await read_body(request, BODY_BYTES)
        signed = hmac.new(self._settings.pay_webhook_secret.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signed.encode(), request.headers.get("pay-signature", "").encode()):
            raise Trouble(401, "bad_signature", "The Pay-Signature header does not match the body.")
        payment_id, state = _payment_of(body)
        await asyncio.to_thread(self._record_payment, payment_id, state)
        return json({"status": "ok"})

    async def notify(self, request: Any) -> HTTPResponse:
        """`POST /webhooks/notify`: what became of a text or an email. Kept with what it was for; the number is not.

        503 for one that comes before we know that Notify has it: Notify says it again in five minutes.
        """
        expected = f"Bearer {self._settings.notify_callback_token}"
        if not hmac.compare_digest(expected.encode(), request.headers.get("authorization", "").encode()):
            raise Trouble(401, "bad_token", "The bearer token is not the one that was agreed.")
        told = _object(await read_body(request, BODY_BYTES))
        notification, status = told.get("id"), told.get("status")
        if not isinstance(notification, str) or not isinstance(status, str):
            raise Trouble(400, "bad_json")
        await asyncio.to_thread(self._record_text, notification, status[:64])
        reference = str(told.get("reference") or "")
        if not await asyncio.to_thread(self._record_notice, notification, reference, status[:64]):
            raise Trouble(503, "internal", headers={"Retry-After": "5"})
        return json({"status": "ok"})

    async def payer_returns(self, request: Any, token: str) -> HTTPResponse:
        """`GET /chat/return/<token>`: back from GOV.UK Pay. Asks how the payment stands and goes to the chat that it is of.

        A payment of no session's was begun elsewhere, on Telegram or in another browser: the page says to go back there.
        """
        key = self._sessions.read(request)
        if key is not None and await asyncio.to_thread(self._ask_after_payment, key, token):
            return redirect(NEWEST, status=303)
        return html(self._pages.returned())

    def _record_payment(self, payment_id: str, state: dict[str, Any]) -> None:
        commitment = self._log.by_reference("payment", payment_id)
        if commitment is None:
            return
        status, code, finished = str(state.get("status")), str(state.get("code") or ""), state.get("finished") is True
        try:
            record(commitment, status, code, finished, self._log)
        except LogError as error:
            # The other ways of hearing of it were faster.
            logger.warning("a payment was settled already: %s", error)

    def _record_text(self, notification: str, status: str) -> None:
        commitment = self._log.by_reference("text", notification)
        if commitment is not None and commitment.state not in OPEN and not commitment.erased:
            self._log.settle(commitment.key, commitment.state, result={**commitment.result, "delivery": status})

    def _record_notice(self, notification: str, reference: str, status: str) -> bool:
        undelivered = Reply(words("notices.undelivered"), kind="notice")
        return self._log.notices.receipt(notification, reference, status, next_try(RESENT), undelivered)

    def _ask_after_payment(self, key: str, token: str) -> bool:
        """Ask Pay how the session's payment stands. Return whether it has one with this token."""
        here = self._log.open(CHANNEL, key).id
        ids = (here, *self._log.former(here))
        for commitment in (found for each in ids for found in self._log.commitments(each)):
            ours = str(commitment.request.get("return_token") or "")
            if commitment.kind != "payment" or not hmac.compare_digest(ours.encode(), token.encode()):
                continue
            try:
                with deadline(RETURN_SECONDS):
                    ask_pay(commitment, self._systems, self._log)
            except (BackOfficeError, LogError) as error:
                logger.info("a payer came back, and Pay could not be asked: %s", error)
            return True
        return False


def _payment_of(body: bytes) -> tuple[str, dict[str, Any]]:
    """Return the payment's id and its state, {"status", "finished", "code"?}. Raises Trouble for anything else."""
    told = _object(body)
    payment_id, resource = told.get("resource_id"), told.get("resource")
    state = resource.get("state") if isinstance(resource, dict) else None
    if not isinstance(payment_id, str) or not isinstance(state, dict):
        raise Trouble(400, "bad_json")
    return payment_id, state


def _object(body: bytes) -> dict[str, Any]:
    try:
        told = jsonlib.loads(body)
    except (ValueError, RecursionError):
        raise Trouble(400, "bad_json") from None
    if not isinstance(told, dict):
        raise Trouble(400, "bad_json")
    return told

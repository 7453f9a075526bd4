"""Does what was kept when a system could not be reached, finds out what became of what is unknown, asks after payments.

It runs in the action server, in one thread. A commitment is claimed before it is tried, so two action servers never
do one act twice. The resident is told later, by a numbered reply in their conversation.
"""

import logging

from actions.acts import ACTS
from actions.acts.base import attempt, look_up
from actions.acts.take_payment import ask_pay
from actions.backoffice.deadline import deadline
from actions.backoffice.errors import BackOfficeError
from actions.backoffice.systems import Systems
from actions.rounds import Rounds
from bot.clock import machine_now
from bot.log import Commitment, ConversationLog
from bot.log.states import UNKNOWN

BATCH = 20
logger = logging.getLogger(__name__)


class Outbox(Rounds):
    """Every five seconds, in a thread."""

    name = "outbox"

    def __init__(self, systems: Systems, log: ConversationLog) -> None:
        super().__init__()
        self.systems = systems
        self.log = log

    def round(self) -> None:
        """Do one pass over what is due."""
        now = machine_now()
        for commitment in self.log.due_for_retry(now, BATCH):
            with deadline(10):
                self._settle(commitment)
        for commitment in self.log.open_payments(now, BATCH):
            with deadline(10):
                try:
                    ask_pay(commitment, self.systems, self.log)
                except BackOfficeError as error:
                    logger.info("Pay not reached for %s: %s", commitment.key, error)

    def _settle(self, commitment: Commitment) -> None:
        """Do what was kept; look up what may have been done (unknown, or begun by a process that died)."""
        act = ACTS[commitment.kind]
        if commitment.state == UNKNOWN or commitment.attempts == 0:
            look_up(act, commitment, self.systems, self.log, later=True)
        else:
            attempt(act, commitment, self.systems, self.log, later=True)

"""The notifier: takes what is due, has it worded, and sends it once.

    into the conversation   said and sent in one transaction: the page and Telegram both read it from the log
    by text or email        written down as about to be posted, posted to Notify under a reference of its own, written down
                            as sent; a post of which nothing is known is looked up by that reference (`_look_up`)

It runs in the action server, in one thread. Each notice is leased before anything is done with it, so two action servers
never say one twice, and what a process left behind that died is taken up by the next after two minutes.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from actions.acts.base import next_try
from actions.backoffice.deadline import deadline
from actions.backoffice.errors import BackOfficeError, Final, Retryable
from actions.backoffice.systems import Systems
from actions.notices import bins, repairs, reports
from actions.notices.base import End, Kind, Say, Wait
from actions.notices.received import Received
from actions.notices.updates import Updates
from actions.rounds import Rounds
from bot.clock import machine_now, now
from bot.hours import quiet_until
from bot.log import ConversationGone, ConversationLog, Notice
from bot.log.notice import EMAIL, HERE
from bot.log.states import FAILED, LAPSED

KINDS: dict[str, Kind] = {
    bins.KIND: bins.BinReminder(),
    bins.HELLO: bins.BinHello(),
    repairs.KIND: repairs.RepairReminder(),
    reports.WATCH: reports.Watch(),
    reports.NEWS: reports.News(),
}
MOST = 200
LONGEST_WAIT = timedelta(minutes=10)
# How long Notify may take to show what it was sent. What it doesn't show then was not received.
SHOWN_AFTER = timedelta(minutes=5)
logger = logging.getLogger(__name__)


class Notifier(Rounds):
    """Every five seconds, in a thread."""

    name = "notifier"

    def __init__(self, systems: Systems, log: ConversationLog) -> None:
        super().__init__()
        self.systems = systems
        self.notices = log.notices
        self.looks: tuple[Callable[[], None], ...] = (Updates(systems, log).look, Received(systems, log).look)

    def round(self) -> None:
        """Look for news, and send what is due. Kinds and channels whose system is away wait for the next round."""
        for look in self.looks:
            try:
                with deadline(10):
                    look()
            except BackOfficeError as error:
                logger.info("no news: %s", error)
        away: set[str] = set()
        for _ in range(MOST):
            notice = self.notices.claim(frozenset(away))
            if notice is None:
                return
            try:
                with deadline(10):
                    self._serve(notice)
            except BackOfficeError as error:
                logger.warning("%s notice not sent: %s", notice.kind, error)
                away.add(notice.channel if error.system == "notify" else notice.kind)
                self.notices.again(notice, next_try(notice.attempts - 1, LONGEST_WAIT), str(error))
            except ConversationGone:
                self.notices.end(notice, LAPSED, "the conversation is gone")

    def _serve(self, notice: Notice) -> None:
        """Send it, put it off or end it. Raises BackOfficeError when it is to be tried again."""
        if notice.posted_at and self._look_up(notice):
            return
        kind, moment = KINDS[notice.kind], now()
        quiet = None if notice.any_hour else quiet_until(moment)
        if moment >= notice.expires_at:
            self._end(notice, End(FAILED, notice.why or "not sent in time", kind.following(notice, moment)))
        elif quiet:
            self.notices.wait(notice, quiet)
        else:
            self._send(notice, kind.compose(notice, self.systems, moment))

    def _send(self, notice: Notice, found: Say | Wait | End) -> None:
        if isinstance(found, Wait):
            self.notices.wait(notice, found.until, found.expires_at)
        elif isinstance(found, End):
            self._end(notice, found)
        elif notice.channel == HERE:
            self.notices.say(notice, found.reply, found.following)
        else:
            self._post(notice, found)

    def _end(self, notice: Notice, found: End) -> None:
        if self.notices.end(notice, found.state, found.why, found.following) and found.state == FAILED:
            logger.warning("%s notice %s failed: %s", notice.kind, notice.id, found.why)

    def _post(self, notice: Notice, found: Say) -> None:
        """Hand it to Notify. What follows is planned when Notify has it.

        Raises BackOfficeError when it is to be tried again: after an OutcomeUnknown the next try looks it up.
        """
        posting = self.notices.posting(notice)
        if posting is None or posting.address is None:
            return
        notify = self.systems.notify
        send, template = (
            (notify.email, f"{found.template}_email") if notice.channel == EMAIL else (notify.text, found.template)
        )
        try:
            sent = send(posting.address, template, found.values, posting.reference)
        except Retryable:
            self.notices.unposted(posting)
            raise
        except Final as error:
            # A number that can't be right ends a series; what is wrong on our side doesn't.
            wrong_number = error.code == "ValidationError"
            following = None if wrong_number else KINDS[notice.kind].following(notice, now())
            self._end(posting, End(FAILED, str(error), following))
        else:
            self.notices.posted(posting, sent, found.following)

    def _look_up(self, notice: Notice) -> bool:
        """Find out whether Notify has what was posted. Return whether that settles it: else it is to be sent anew.

        Raises BackOfficeError when Notify can't tell.
        """
        assert notice.posted_at
        sent = self.systems.notify.find(notice.reference)
        if sent is None and machine_now() - notice.posted_at < SHOWN_AFTER:
            self.notices.again(notice, next_try(notice.attempts - 1, LONGEST_WAIT), "Notify doesn't show it yet")
            return True
        if sent is None:
            return False
        self.notices.posted(notice, sent, KINDS[notice.kind].following(notice, now()))
        return True

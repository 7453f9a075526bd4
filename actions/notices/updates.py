"""Looks for news of the reports that are watched: one call for all of them."""

from datetime import datetime, timedelta

from actions.backoffice.systems import Systems
from actions.notices.look import Look
from actions.notices.reports import WATCH, news
from bot.clock import now
from bot.log import ConversationLog

# After a start, as far back as an outage may have lasted; then a little back, because a council may enter news late.
FIRST_LOOK, OVERLAP = timedelta(days=14), timedelta(hours=6)


class Updates(Look):
    """Remembers until when it has seen the news."""

    def __init__(self, systems: Systems, log: ConversationLog) -> None:
        super().__init__(systems, log)
        self._seen_until: datetime | None = None

    def wanted(self) -> bool:
        """Return whether a report is watched."""
        return self._log.notices.any_due(kind=WATCH)

    def take(self) -> None:
        """Plan the news that there are. Raises BackOfficeError when the system is not reached."""
        looked = now()
        since = self._seen_until - OVERLAP if self._seen_until else looked - FIRST_LOOK
        updates = [update for update in self._systems.open311.updates(since) if not update.is_ours]
        for one in self._log.notices.due(WATCH, {update.reference for update in updates}):
            for update in updates:
                if update.reference == one.subject:
                    self._log.notices.plan(one.conversation_id, news(one, update))
        self._seen_until = looked

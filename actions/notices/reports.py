"""News of a report, in the conversation in which it was made, and whether it is fixed once it is closed."""

from datetime import datetime, timedelta

from actions.backoffice.georeport import ReportUpdate
from actions.backoffice.systems import Systems
from actions.engine.turn import Pressed
from actions.notices.base import End, Kind, Say, Wait, reply
from bot.clock import now
from bot.council import council
from bot.log import Choice, Commitment, Follow, Notice, Plan
from bot.log.notice import HERE, key_of
from bot.log.states import LAPSED
from bot.words import has_words, words

WATCH, NEWS = "report", "report_news"
NEWS_LASTS = timedelta(days=14)
# After these the resident is asked whether it is so. The other ways of closing say why nothing was done.
DONE = frozenset({"closed", "fixed"})
# The words that told the resident of a report that they will hear of it here.
PROMISED = {
    "street_problem": "report_street_problem.confirmed",
    "missed_bin": "report_missed_bin.confirmed",
    "bin_order": "order_bin.confirmed",
}


class Watch(Kind):
    """A report of which the resident wants to hear. It says nothing itself: `updates` looks for its news until it lapses."""

    def compose(self, notice: Notice, systems: Systems, now: datetime) -> Say | Wait | End:
        """Lapse: it was watched for long enough."""
        return End(LAPSED, "watched for long enough")


class News(Kind):
    """`about` is {"reference", "kind": of the act, "status", "notes"}."""

    def compose(self, notice: Notice, systems: Systems, now: datetime) -> Say | Wait | End:
        """Say what is new, and after the end of the work ask whether it is fixed."""
        about, reference = notice.about, notice.about["reference"]
        what = words(f"notices.report.what.{about['kind']}")
        notes = words("check_report_status.notes", notes=about["notes"]) if about["notes"] else ""
        text = words(
            "notices.report.news", what=what, reference=reference, status=status_words(about["status"]), notes=notes
        )
        if about["status"] not in DONE:
            return Say(reply(text))
        answers = {"reference": reference, "kind": about["kind"]}
        choices = [
            Choice(
                words(f"notices.report.{word}.{about['kind']}"),
                Pressed("go", "is_it_fixed", answers={**answers, "fixed": fixed}).dump(),
            )
            for word, fixed in (("fixed", True), ("not_fixed", False))
        ]
        return Say(reply(f"{text}\n\n{words(f'''notices.report.ask.{about['kind']}''')}", *choices))


def watch(commitment: Commitment, reference: str) -> Follow:
    """Plan to tell the news of a report that was just made."""
    due = now() + timedelta(days=int(council()["reminders"]["report_days"]))
    plan = Plan(
        key=key_of(commitment.key, WATCH),
        kind=WATCH,
        channel=HERE,
        due_at=due,
        expires_at=due + NEWS_LASTS,
        subject=reference,
        about={"kind": commitment.kind},
        consent=PROMISED[commitment.kind],
        any_hour=True,
    )
    return Follow(plans=(plan,))


def news(watched: Notice, update: ReportUpdate) -> Plan:
    """Plan to tell one update; the same update is told once in a conversation."""
    return Plan(
        key=key_of(watched.key, update.id),
        kind=NEWS,
        channel=HERE,
        due_at=now(),
        expires_at=now() + NEWS_LASTS,
        subject=watched.subject,
        about={
            "reference": watched.subject,
            "kind": watched.about["kind"],
            "status": update.status,
            "notes": update.description,
        },
        consent=watched.consent,
        consented_at=watched.consented_at,
    )


def status_words(status: str) -> str:
    """Return how a report stands, in plain words; a status that is not known, as it is."""
    key = f"check_report_status.status.{status.lower()}"
    return words(key) if has_words(key) else status.replace("_", " ")

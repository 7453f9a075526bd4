"""Bin reminders: the evening before, at the time that the resident chose, and the evening of, when a round is late.

Each reminder plans the next. The waste service is read when it is due, so a date that changed meanwhile is right.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from actions.backoffice.systems import Systems
from actions.backoffice.waste import BinService
from actions.notices.base import End, Kind, Say, Wait, reply, stop_link
from actions.plain import bin_name, day
from bot.clock import LONDON, now
from bot.council import council
from bot.hours import wall_clock
from bot.log import Commitment, Follow, Notice, Plan
from bot.log.notice import HERE, key_of
from bot.log.states import LAPSED
from bot.words import words

KIND, HELLO = "bins", "bins_hello"
ONE_DAY = timedelta(days=1)


class BinReminder(Kind):
    """`about` is {"uprn", "postcode", "at": "19:00", "series", "number"}."""

    def compose(self, notice: Notice, systems: Systems, now: datetime) -> Say | Wait | End:
        """Say which bins are collected tomorrow and which round is late; else wait for the next evening."""
        services = systems.waste.services(notice.about["uprn"], notice.about["postcode"])
        today = now.astimezone(LONDON).date()
        if not services:
            return End(LAPSED, "no collections there any more")
        tomorrow = [s for s in services if s.next_date == today + ONE_DAY]
        late = [s for s in services if s.round_late_until and s.round_late_until > today]
        evening = next_evening(services, today) if not tomorrow else today + ONE_DAY
        if not tomorrow and not late:
            return Wait(*window(evening, notice.about["at"]))
        text = "\n\n".join(filter(None, [_put_out(tomorrow, today + ONE_DAY), *map(_late, late)]))
        values = {"reminder": text, "stop": stop_link(notice)}
        return Say(reply(text), "bin_reminder", values, following(notice, evening))

    def following(self, notice: Notice, now: datetime) -> Plan:
        """Return the reminder of the evening that comes next."""
        local = now.astimezone(LONDON)
        passed = local.time() >= time.fromisoformat(notice.about["at"])
        return following(notice, local.date() + timedelta(days=passed))


class BinHello(Kind):
    """What is sent at once to a number or address that asked for reminders, so that who did not ask can stop them."""

    def compose(self, notice: Notice, systems: Systems, now: datetime) -> Say | Wait | End:
        """Say that reminders were asked for, and how to stop them."""
        text = words("notices.bins.hello")
        return Say(reply(text), "bin_reminder", {"reminder": text, "stop": stop_link(notice)})


def next_evening(services: Sequence[BinService], today: date) -> date:
    """Return the evening before the next collection after tomorrow, tomorrow at the earliest."""
    days = [s.next_date - ONE_DAY for s in services if s.next_date and s.next_date > today + ONE_DAY]
    return min(days, default=today + ONE_DAY)


def window(evening: date, at: str) -> tuple[datetime, datetime]:
    """Return from when to when (UTC) a reminder may be sent: until the quiet hours, but an hour at the least."""
    due = wall_clock(evening, time.fromisoformat(at))
    quiet = wall_clock(evening, time.fromisoformat(council()["reminders"]["quiet"]["from"]))
    return due, max(due + timedelta(hours=1), quiet)


def reminders(commitment: Commitment) -> Follow:
    """Plan the first reminder of a home; a number or address is written to at once, with the way to stop."""
    request = commitment.request
    local = now().astimezone(LONDON)
    evening = local.date() + timedelta(days=local.time() >= time.fromisoformat(request["at"]))
    due, expires = window(evening, request["at"])
    series = key_of(commitment.key, KIND)
    plan = Plan(
        key=f"{series}-1",
        kind=KIND,
        channel=request["channel"],
        address=request["address"],
        due_at=due,
        expires_at=expires,
        subject=_subject(commitment),
        about={"uprn": request["uprn"], "postcode": request["postcode"], "at": request["at"], "series": series, "number": 1},
        consent="set_bin_reminder.check.ask",
        any_hour=True,
    )
    hello = replace(plan, key=key_of(commitment.key, HELLO), kind=HELLO, due_at=now(), expires_at=now() + ONE_DAY)
    plans = (plan,) if plan.channel == HERE else (plan, hello)
    return Follow(replaces=((KIND, plan.subject),), plans=plans)


def _subject(commitment: Commitment) -> str:
    """Return what makes a reminder the same one: the home, and where the reminder goes."""
    request = commitment.request
    return key_of(request["uprn"], request["channel"], request["address"] or str(commitment.conversation_id))


def following(notice: Notice, evening: date) -> Plan:
    """Return the next reminder of a series, with the consent of the first."""
    about = {**notice.about, "number": notice.about["number"] + 1}
    due, expires = window(evening, about["at"])
    return Plan(
        key=f"{about['series']}-{about['number']}",
        kind=KIND,
        channel=notice.channel,
        address=notice.address,
        due_at=due,
        expires_at=expires,
        subject=notice.subject,
        about=about,
        consent=notice.consent,
        consented_at=notice.consented_at,
        any_hour=notice.any_hour,
    )


def _put_out(services: Sequence[BinService], when: date) -> str:
    if not services:
        return ""
    lines = [words("notices.bins.line", bin=bin_name(one)) for one in services]
    moved = next((one for one in services if one.usual_date), None)
    if moved and moved.usual_date:
        reason = moved.change_reason or words("notices.bins.no_reason")
        lines.append("\n" + words("notices.bins.moved", usual=day(moved.usual_date), reason=reason))
    return words("notices.bins.put_out", day=day(when), lines="\n".join(lines))


def _late(service: BinService) -> str:
    until = day(service.round_late_until) if service.round_late_until else ""
    return words("notices.bins.late", bin=bin_name(service), until=until)

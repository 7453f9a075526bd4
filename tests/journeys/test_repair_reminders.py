"""The day before an appointment: when somebody comes, with change and cancel in it, as the landlord's record has it then."""

from collections.abc import Callable

import pytest

from bot.log.states import DUE, FAILED, LAPSED, SENT, STOPPED
from tests.journeys.clockwork import Clockwork
from tests.journeys.talker import Talker
from tests.journeys.test_repairs_journeys import RIGHT, book, to_the_check
from tests.journeys.town import Town


@pytest.fixture
def clockwork(talker: Talker, monkeypatch: pytest.MonkeyPatch) -> Clockwork:
    """The notifier behind that resident."""
    return Clockwork(talker.desks, monkeypatch)


@pytest.fixture
def chatter(talker: Talker) -> Talker:
    """Somebody on a channel that reaches them when they are not looking."""
    return Talker(talker.desks, "telegram")


def states(talker: Talker) -> list[str]:
    return [notice.state for notice in talker.log.notices_of(talker.id)]


def reminders(town: Town) -> list[str]:
    """Return the texts that remind, oldest first."""
    return [str(text["body"]) for text in reversed(town.texts()) if "someone will come" in text["body"]]


def test_the_reminder_is_shown_before_the_yes_and_promised_after_it(talker: Talker) -> None:
    to_the_check(talker)
    assert "- Reminder: Sunday 29 November" in talker.said
    talker.press(RIGHT)
    assert "I'll remind you on Sunday 29 November" in talker.said and "stop reminders" in talker.said


def test_on_the_web_it_comes_by_text_and_waits_in_the_conversation_with_change_and_cancel(
    talker: Talker, clockwork: Clockwork, town: Town
) -> None:
    reference = book(talker)
    clockwork.at("2026-11-29 09:59")
    assert talker.first() == [] and reminders(town) == []
    for _ in range(2):
        clockwork.at("2026-11-29 10:00")
    [reminder] = talker.first()
    [text] = reminders(town)
    for said in (reminder.text, text):
        assert "Monday 30 November" in said and "8am to 12pm" in said and reference in said
    assert "/stop/" in text and [c.title for c in reminder.choices] == [
        "Move the appointment",
        "Cancel the repair",
        "Stop reminders",
    ]


def test_on_a_channel_that_reaches_the_resident_no_text_is_sent_too(
    chatter: Talker, clockwork: Clockwork, town: Town
) -> None:
    book(chatter)
    clockwork.at("2026-11-29 10:00")
    assert len(chatter.first()) == 1 and reminders(town) == []


def test_cancel_in_the_reminder_cancels_this_repair(chatter: Talker, clockwork: Clockwork, town: Town) -> None:
    reference = book(chatter)
    clockwork.at("2026-11-29 10:00")
    chatter.first()
    chatter.press("Cancel the repair")
    assert reference in chatter.said
    chatter.press(RIGHT)
    assert "Cancelled" in chatter.said and town.repair("AZ1 2BB", reference) is None


def test_a_typed_answer_to_the_reminder_is_understood_too(chatter: Talker, clockwork: Clockwork) -> None:
    book(chatter)
    clockwork.at("2026-11-29 10:00")
    chatter.say("move the appointment please", "inform", 0.3)
    assert chatter.stack == ["change_repair_appointment"]


def test_a_moved_appointment_moves_its_reminder(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    book(talker)
    talker.press("Move a repair appointment")
    talker.say("friday morning")
    assert talker.asked == "change_repair_appointment.check", talker.said
    talker.press(RIGHT)
    assert "I'll remind you on Thursday 26 November" in talker.said
    assert states(talker) == [LAPSED, LAPSED, DUE, DUE]
    clockwork.at("2026-11-26 10:00")
    assert "Friday 27 November" in talker.first()[0].text and len(reminders(town)) == 1
    clockwork.at("2026-11-29 10:00")
    assert len(talker.first()) == 1


def test_a_cancelled_appointment_is_not_reminded_of(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    book(talker)
    talker.press("Cancel a repair")
    talker.press(RIGHT)
    assert states(talker) == [LAPSED, LAPSED]
    clockwork.at("2026-11-29 10:00")
    assert talker.first() == [] and reminders(town) == []


def test_an_appointment_that_was_cancelled_by_telephone_is_not_reminded_of(
    chatter: Talker, clockwork: Clockwork, town: Town
) -> None:
    reference = book(chatter)
    chatter.desks.systems.repairs.cancel("AZ1 2BB", reference)
    clockwork.at("2026-11-29 10:00")
    assert chatter.first() == [] and states(chatter) == [LAPSED]


def test_an_appointment_that_was_moved_by_telephone_is_reminded_of_on_its_own_day(
    chatter: Talker, clockwork: Clockwork
) -> None:
    reference = book(chatter)
    repairs = chatter.desks.systems.repairs
    held = repairs.get("AZ1 2BB", reference)
    assert held and held.room and held.problem and held.issue
    place = (held.room.value, held.problem.value, held.issue.value, held.property.location_id)
    slots = repairs.slots("tenant", *place, held.slot.start.date() if held.slot else None)
    later = next(slot for slot in slots if held.slot and slot.start.date() > held.slot.start.date())
    repairs.change("AZ1 2BB", reference, later)
    clockwork.at("2026-11-29 10:00")
    assert chatter.first() == [] and states(chatter) == [DUE]
    [waits] = chatter.log.notices_of(chatter.id)
    clockwork.at(f"{waits.due_at:%Y-%m-%d} 10:00")
    assert f"{later.start.day} {later.start:%B}" in chatter.first()[0].text


def test_no_reminder_comes_in_the_quiet_hours(chatter: Talker, clockwork: Clockwork) -> None:
    book(chatter)
    clockwork.at("2026-11-29 23:30")
    assert chatter.first() == [] and states(chatter) == [DUE]
    clockwork.at("2026-11-30 07:59")
    assert chatter.first() == []


def test_a_reminder_that_could_not_be_sent_before_the_appointment_is_shown_to_staff(
    chatter: Talker, clockwork: Clockwork
) -> None:
    book(chatter)
    clockwork.at("2026-11-30 08:00")
    assert chatter.first() == [] and states(chatter) == [FAILED] and "failed_notice" in chatter.flags


def test_an_appointment_tomorrow_is_confirmed_and_not_reminded_of_too(talker: Talker, clockwork: Clockwork) -> None:
    clockwork.set("2026-11-29 20:30")
    book(talker)
    assert "remind you" not in talker.said and states(talker) == []


def test_while_the_repairs_system_is_away_nothing_is_said_and_then_it_is(
    chatter: Talker, clockwork: Clockwork, town: Town
) -> None:
    book(chatter)
    town.break_down("repairs", "500", 99)
    clockwork.at("2026-11-29 10:00")
    assert chatter.first() == []
    town.mend()
    clockwork.at("2026-11-29 10:10")
    assert len(chatter.first()) == 1


@pytest.mark.parametrize("fault", ["reset", "down", "500", "429"])
def test_whatever_notify_does_to_the_post_the_text_arrives_once(
    talker: Talker, clockwork: Clockwork, town: Town, fault: str, later: Callable[[], None]
) -> None:
    book(talker)
    town.break_down("notify", fault, 1, "POST")
    clockwork.at("2026-11-29 10:00")
    clockwork.at("2026-11-29 10:00")
    there = 1 if fault in ("reset", "429") else 0  # carried out and the answer lost; or certainly not done
    assert len(reminders(town)) == there
    later()
    clockwork.at("2026-11-29 10:06")
    clockwork.at("2026-11-29 10:06")
    assert len(reminders(town)) == 1 and states(talker) == [SENT, SENT]


@pytest.fixture
def later(talker: Talker) -> Callable[[], None]:
    """Let so much of the machine's time go by that Notify shows all that it was sent."""

    def _later() -> None:
        with talker.log.engine.begin() as conn:
            conn.exec_driver_sql("UPDATE notices SET posted_at = '2026-01-01 00:00:00' WHERE posted_at IS NOT NULL")

    return _later


def test_while_notify_can_not_tell_nothing_is_posted_again(
    talker: Talker, clockwork: Clockwork, town: Town, later: Callable[[], None]
) -> None:
    book(talker)
    town.break_down("notify", "reset", 1, "POST")
    clockwork.at("2026-11-29 10:00")
    later()
    town.break_down("notify", "500", 99, "GET")
    clockwork.at("2026-11-29 10:06")
    town.mend()
    assert len(reminders(town)) == 1 and states(talker) == [SENT, DUE]
    clockwork.at("2026-11-29 10:07")
    assert len(reminders(town)) == 1 and states(talker) == [SENT, SENT]


def test_a_process_that_died_before_it_posted_leaves_the_text_to_the_next(
    talker: Talker, clockwork: Clockwork, town: Town, later: Callable[[], None]
) -> None:
    book(talker)
    clockwork.set("2026-11-29 10:00")
    log = talker.log.notices
    while notice := log.claim():
        if notice.channel == "text":
            assert log.posting(notice)
    later()
    clockwork.at("2026-11-29 10:03")
    assert len(reminders(town)) == 1 and len(talker.first()) == 1 and states(talker) == [SENT, SENT]


def test_stop_reminders_stops_the_text_too(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    book(talker)
    talker.say("stop reminders", "set_bin_reminder")
    assert "stopped all reminders" in talker.said and states(talker) == [STOPPED, STOPPED]
    clockwork.at("2026-11-29 10:00")
    assert talker.first() == [] and reminders(town) == []

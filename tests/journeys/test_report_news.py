"""News of a report comes into the conversation in which it was made, once, and "is it fixed?" can open it again."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from bot.log.states import CONFIRMED, DUE, STOPPED
from tests.journeys.acts_again import later_round
from tests.journeys.clockwork import Clockwork
from tests.journeys.talker import Talker
from tests.journeys.town import Town

RIGHT = "Yes, that's right"


@pytest.fixture
def clockwork(talker: Talker, monkeypatch: pytest.MonkeyPatch) -> Clockwork:
    """The notifier behind that resident."""
    return Clockwork(talker.desks, monkeypatch)


def report(talker: Talker) -> str:
    """Report a missed bin and return its reference."""
    talker.say("my black bin wasn't emptied at 4 Mill Lane AZ1 2BB", "report_missed_bin")
    talker.press(RIGHT)
    return str(talker.commitments[-1].reference)


def tell(town: Town, reference: str, status: str, words: str, update: str = "1", at: str = "2026-11-24T20:30:00Z") -> None:
    """Let the council's team write an update."""
    form = {"api_key": "sandbox-open311-key", "service_request_id": reference, "update_id": update}
    form |= {"status": status, "updated_datetime": at, "description": words}
    requests.post(f"{town.url}/open311/servicerequestupdates.json", data=form, timeout=10).raise_for_status()


def updates(town: Town, reference: str) -> list[dict[str, Any]]:
    found = town.get("/open311/servicerequestupdates.json")
    return [update for update in found if update["service_request_id"] == reference]


def test_who_reports_something_is_told_that_news_will_come_here(talker: Talker, town: Town) -> None:
    report(talker)
    assert "I'll tell you here when there is news" in talker.said


def test_news_come_once_and_nothing_is_asked_while_work_goes_on(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    reference = report(talker)
    clockwork.look()
    assert talker.first() == []
    tell(town, reference, "IN_PROGRESS", "A crew will come on Thursday.")
    for _ in range(3):
        clockwork.look()
    [news] = talker.first()
    assert reference in news.text and "work is under way" in news.text and "A crew will come on Thursday." in news.text
    assert [choice.title for choice in news.choices] == ["Stop reminders"]


def test_nobody_else_is_told(talker: Talker, another: Callable[[], Talker], clockwork: Clockwork, town: Town) -> None:
    other = another()
    other.say("my black bin wasn't emptied at 2 Mill Lane AZ1 2BB", "report_missed_bin")
    other.press(RIGHT)
    tell(town, report(talker), "CLOSED", "Emptied.")
    clockwork.look()
    assert len(talker.first()) == 1 and other.first() == []


def test_after_closing_yes_ends_it(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    reference = report(talker)
    tell(town, reference, "CLOSED", "The crew came back.")
    clockwork.look()
    [news] = talker.first()
    assert "Has your bin been emptied?" in news.text
    talker.press("Yes, it's empty")
    assert f"{reference} stays closed" in talker.said and len(updates(town, reference)) == 1


def test_after_closing_no_opens_it_again_with_what_is_wrong_and_its_next_news_come_too(
    talker: Talker, clockwork: Clockwork, town: Town
) -> None:
    reference = report(talker)
    tell(town, reference, "FIXED", "The crew came back.")
    clockwork.look()
    talker.first()
    talker.press("No, it's still full")
    assert talker.asked == "is_it_fixed.wrong"
    talker.say("nobody came, the bin is full to the top")
    assert f"opened report {reference} again" in talker.said
    [opened] = [update for update in updates(town, reference) if update["status"] == "reopen"]
    assert "the bin is full to the top" in opened["description"] and "Ref ND-" in opened["description"]
    reopened = talker.desks.systems.open311.request(reference)
    assert reopened and reopened.is_open
    tell(town, reference, "CLOSED", "Emptied now.", "2")
    clockwork.look()
    assert [("Emptied now" in news.text) for news in talker.first()] == [False, True]


@pytest.mark.parametrize(("said", "asked"), [("no it's not", "is_it_fixed.wrong"), ("yes thanks", "")])
def test_the_answer_may_be_typed(talker: Talker, clockwork: Clockwork, town: Town, said: str, asked: str) -> None:
    tell(town, report(talker), "CLOSED", "Done.")
    clockwork.look()
    talker.say(said, "deny" if asked else "affirm")
    assert talker.asked == asked and (asked or "stays closed" in talker.said)


def test_open_it_again_needs_no_more_words_and_is_done_once(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    reference = report(talker)
    tell(town, reference, "CLOSED", "Done.")
    clockwork.look()
    talker.first()
    talker.press("No, it's still full")
    again = talker.last[-1].choices[0]
    talker.press_choice(again)
    talker.press_choice(again)
    assert "finished" in talker.said
    assert len([update for update in updates(town, reference) if update["status"] == "reopen"]) == 1


def test_a_report_that_is_no_matter_for_the_council_is_told_and_not_asked_about(
    talker: Talker, clockwork: Clockwork, town: Town
) -> None:
    tell(town, report(talker), "NOT_COUNCILS_RESPONSIBILITY", "It is on private land.")
    clockwork.look()
    [news] = talker.first()
    assert "not something that the council can fix" in news.text and "emptied?" not in news.text
    assert len(news.choices) == 1


def test_reopening_while_the_system_is_away_is_kept_and_told_later(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    reference = report(talker)
    tell(town, reference, "CLOSED", "Done.")
    clockwork.look()
    talker.first()
    talker.press("No, it's still full")
    town.break_down("open311", "429", 9, "POST")
    talker.press("Open it again")
    assert "not open again yet" in talker.said
    town.mend()
    later_round(talker.desks)
    assert f"report {reference} is open again" in talker.first()[-1].text
    assert talker.commitments[-1].state == CONFIRMED


def test_an_update_whose_answer_was_lost_is_looked_up_and_not_sent_twice(
    talker: Talker, clockwork: Clockwork, town: Town
) -> None:
    reference = report(talker)
    tell(town, reference, "CLOSED", "Done.")
    clockwork.look()
    talker.first()
    talker.press("No, it's still full")
    town.break_down("open311", "reset", 1, "POST")
    talker.press("Open it again")
    assert f"opened report {reference} again" in talker.said
    assert len([update for update in updates(town, reference) if update["status"] == "reopen"]) == 1


def test_news_wait_for_the_morning(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    tell(town, report(talker), "CLOSED", "Done.")
    clockwork.set("2026-11-24 22:00")
    clockwork.look()
    assert talker.first() == []
    clockwork.at("2026-11-25 07:59")
    assert talker.first() == []
    clockwork.at("2026-11-25 08:00")
    assert len(talker.first()) == 1


def test_stop_reminders_stops_the_news(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    reference = report(talker)
    talker.say("stop reminders", "set_bin_reminder")
    tell(town, reference, "CLOSED", "Done.")
    clockwork.look()
    assert talker.first() == [] and [notice.state for notice in talker.log.notices_of(talker.id)] == [STOPPED]


def test_a_report_that_was_kept_during_an_outage_gets_its_real_reference_and_is_followed(
    talker: Talker, clockwork: Clockwork, town: Town
) -> None:
    town.break_down("open311", "429", 9, "POST")
    report(talker)
    assert "not logged yet" in talker.said and talker.log.notices_of(talker.id) == []
    town.mend()
    later_round(talker.desks)
    [made] = town.reports("missed_bin")
    assert made["service_request_id"] in talker.first()[0].text
    [watched] = talker.log.notices_of(talker.id)
    assert (watched.subject, watched.state) == (made["service_request_id"], DUE)
    tell(town, watched.subject, "IN_PROGRESS", "Soon.")
    clockwork.look()
    assert "Soon." in talker.first()[-1].text


def test_a_report_is_watched_for_so_long_and_no_longer(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    report(talker)
    clockwork.at("2027-05-24 10:00")
    assert [notice.state for notice in talker.log.notices_of(talker.id)] == ["lapsed"] and talker.first() == []


def test_while_the_reports_system_is_away_other_notices_are_sent(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    report(talker)
    talker.say("remind me of my bins by text", "set_bin_reminder")
    talker.say("yes")
    talker.say("07700 900123")
    talker.press("9pm")
    talker.press(RIGHT)
    town.break_down("open311", "timeout", 9)
    town.break_down("open311", "500", 9)
    clockwork.look()
    assert len(town.texts()) == 1

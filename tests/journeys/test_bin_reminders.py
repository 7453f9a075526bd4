"""Bin reminders: set, said the evening before and once, right when dates move, and stopped by a word or a link."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from bot.log.states import DUE, FAILED, SENT, STOPPED
from tests.journeys.clockwork import Clockwork
from tests.journeys.talker import Talker
from tests.journeys.town import Town, desks_at
from tests.servers import start_sandbox

RIGHT = "Yes, that's right"
HOME = "4 Mill Lane AZ1 2BB"


@pytest.fixture
def clockwork(talker: Talker, monkeypatch: pytest.MonkeyPatch) -> Clockwork:
    """The notifier behind that resident."""
    return Clockwork(talker.desks, monkeypatch)


@pytest.fixture
def chatter(talker: Talker) -> Talker:
    """Somebody on a channel that reaches them when they are not looking."""
    return Talker(talker.desks, "telegram")


def set_up(talker: Talker, how: str, at: str = "7pm", to: str = "", home: str = HOME) -> str:
    """Set a reminder and return the last words."""
    talker.say(f"remind me to put the bins out at {home}", "set_bin_reminder")
    if talker.asked == "set_bin_reminder.address":
        talker.say(home.split()[0])
    assert talker.asked == "set_bin_reminder.how", talker.said
    talker.press(how)
    if to:
        talker.say(to)
    talker.press(at)
    assert talker.asked == "set_bin_reminder.check", talker.said
    talker.press(RIGHT)
    return talker.said


def states(talker: Talker) -> list[str]:
    return [notice.state for notice in talker.log.notices_of(talker.id)]


def bodies(town: Town) -> list[str]:
    return [str(text["body"]) for text in town.texts()]


def test_a_reminder_comes_the_evening_before_at_its_minute_and_once(chatter: Talker, clockwork: Clockwork) -> None:
    said = set_up(chatter, "Here in this chat", "9pm")
    assert "The first reminder is on Tuesday 24 November" in said and "stop reminders" in said and ".ics" in said
    clockwork.at("2026-11-24 20:59")
    assert chatter.first() == []
    clockwork.at("2026-11-24 21:00")
    clockwork.at("2026-11-24 21:00")
    [reminder] = chatter.first()
    assert "tomorrow, Wednesday 25 November" in reminder.text and "food caddy (green)" in reminder.text
    assert "general waste" not in reminder.text and 'say "stop reminders"' in reminder.text
    assert states(chatter) == [SENT, DUE]


def test_reminders_go_on_every_week_without_being_asked_for_again(chatter: Talker, clockwork: Clockwork) -> None:
    set_up(chatter, "Here in this chat", "9pm")
    # The sandbox stays on its Tuesday, so that each of these evenings is before the same collection.
    for evening in ("2026-11-24 21:00", "2026-11-25 21:00"):
        clockwork.at(evening)
    assert len(chatter.first()) == 1
    [*_, following] = chatter.log.notices_of(chatter.id)
    assert following.state == DUE and following.due_at.isoformat() == "2026-12-01T21:00:00+00:00"


def test_a_text_is_sent_once_with_a_link_that_stops_it(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    said = set_up(talker, "By text", "9pm", "07700 900123")
    assert "07700 900123" in said
    clockwork.at("2026-11-24 20:31")
    [hello] = bodies(town)
    assert "You asked us to remind you" in hello and "/stop/" in hello and "reply STOP" in hello
    for _ in range(3):
        clockwork.at("2026-11-24 21:00")
    reminder, _ = bodies(town)
    assert "Put out for tomorrow" in reminder and "food caddy" in reminder
    assert talker.first() == []
    code = reminder.split("/stop/")[1].split()[0]
    assert talker.log.notices.stop_by_code(code) == 1
    assert states(talker).count(STOPPED) == 1


def test_an_email_is_a_way_too(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    set_up(talker, "By email", "9pm", "Somebody@example.com")
    clockwork.at("2026-11-24 21:00")
    assert [text["email_address"] for text in town.texts()] == ["somebody@example.com"] * 2


def test_a_number_that_gets_no_texts_and_a_time_at_night_are_refused_with_the_reason(talker: Talker) -> None:
    talker.say(f"text me a bin reminder, {HOME}", "set_bin_reminder")
    assert talker.asked == "set_bin_reminder.phone"
    talker.say("01632 960123")
    assert "only reach a mobile" in talker.said
    talker.say("07700 900123")
    talker.say("at 3am")
    assert "don't send reminders at that time" in talker.said
    talker.say("at 7")
    assert "7pm, the evening before" in talker.said


def test_the_calendar_stays_a_way_on_the_web(talker: Talker) -> None:
    talker.say(f"remind me of my bins, {HOME}", "set_bin_reminder")
    assert talker.titles == ["By text", "By email", "In my own calendar"]
    talker.press("In my own calendar")
    assert ".ics" in talker.said and states(talker) == []


def test_a_second_reminder_for_the_same_home_takes_the_place_of_the_first(chatter: Talker, clockwork: Clockwork) -> None:
    set_up(chatter, "Here in this chat", "9pm")
    chatter.say("remind me about my bins", "set_bin_reminder")
    chatter.say("yes")
    chatter.press("Here in this chat")
    chatter.press("10pm")
    chatter.press(RIGHT)
    clockwork.at("2026-11-24 21:00")
    assert chatter.first() == []
    clockwork.at("2026-11-24 22:00")
    assert len(chatter.first()) == 1


@pytest.mark.parametrize("words", ["stop reminders", "STOP", "don't send me any more texts", "cancel my bin reminders"])
def test_reminders_stop_by_a_word(chatter: Talker, clockwork: Clockwork, words: str) -> None:
    set_up(chatter, "Here in this chat", "9pm")
    chatter.say(words, "set_bin_reminder")
    assert "stopped all reminders" in chatter.said and states(chatter) == [STOPPED]
    clockwork.at("2026-11-24 21:00")
    assert chatter.first() == []
    chatter.say(words, "set_bin_reminder")
    assert "No reminders are set" in chatter.said


@pytest.mark.parametrize("words", ["remind me so that I stop forgetting", "no more missed bins, remind me"])
def test_a_stop_that_is_not_about_reminders_is_none(talker: Talker, words: str) -> None:
    talker.say(f"{words}, {HOME}", "set_bin_reminder")
    assert talker.asked == "set_bin_reminder.how"


def test_reminders_stop_by_a_word_in_the_middle_of_setting_another(chatter: Talker) -> None:
    set_up(chatter, "Here in this chat", "9pm")
    chatter.say("remind me of my bins at 2 Mill Lane AZ1 2BB", "set_bin_reminder")
    assert chatter.asked == "set_bin_reminder.how"
    chatter.say("stop the reminders", "set_bin_reminder")
    assert "stopped all reminders" in chatter.said and states(chatter) == [STOPPED] and chatter.stack == []


def test_a_bare_stop_while_nothing_is_under_way_offers_to_stop_the_reminders(chatter: Talker) -> None:
    set_up(chatter, "Here in this chat", "9pm")
    chatter.say("stop", "stop")
    chatter.press("Stop reminders")
    assert states(chatter) == [STOPPED]


def test_the_button_of_a_reminder_stops_the_next(chatter: Talker, clockwork: Clockwork) -> None:
    set_up(chatter, "Here in this chat", "9pm")
    clockwork.at("2026-11-24 21:00")
    chatter.press_choice(chatter.first()[0].choices[-1])
    assert "stopped all reminders" in chatter.said and states(chatter) == [SENT, STOPPED]


def test_a_text_with_stop_stops_the_texts(talker: Talker, clockwork: Clockwork, town: Town) -> None:
    set_up(talker, "By text", "9pm", "07700 900123")
    clockwork.at("2026-11-24 20:31")
    for text in ("what is this", " Stop. "):
        requests.post(
            f"{town.url}/notify/received", json={"phone": "07700900123", "text": text}, timeout=5
        ).raise_for_status()
        clockwork.look()
        assert (STOPPED in states(talker)) is ("top" in text)
    clockwork.at("2026-11-24 21:00")
    assert len(bodies(town)) == 1


def test_while_the_bins_system_is_away_it_is_tried_again_until_it_is_too_late_and_nothing_wrong_is_said(
    chatter: Talker, clockwork: Clockwork, town: Town
) -> None:
    set_up(chatter, "Here in this chat", "9pm")
    town.break_down("waste", "500", 99)
    clockwork.at("2026-11-24 21:00")
    [waiting] = chatter.log.notices_of(chatter.id)
    assert (waiting.state, waiting.attempts) == (DUE, 1) and "waste" in str(waiting.why)
    clockwork.at("2026-11-24 21:30")
    town.mend()
    clockwork.at("2026-11-24 21:40")
    assert len(chatter.first()) == 1
    town.break_down("waste", "500", 99)
    clockwork.at("2026-12-01 21:05")
    clockwork.at("2026-12-01 22:00")
    town.mend()
    assert len(chatter.first()) == 1 and states(chatter) == [SENT, FAILED, DUE]
    assert "failed_notice" in chatter.flags


def test_tries_are_further_and_further_apart(chatter: Talker, clockwork: Clockwork, town: Town) -> None:
    set_up(chatter, "Here in this chat", "9pm")
    town.break_down("waste", "500", 99)
    waits = []
    for _ in range(7):
        clockwork.at("2026-11-24 21:00")
        [waiting] = chatter.log.notices_of(chatter.id)
        waits.append(round((waiting.next_try_at - clockwork.began).total_seconds()))
    assert waits == [20, 40, 80, 160, 320, 600, 600]


def test_a_home_that_is_told_of_a_late_round_is_told_the_day_that_the_crew_comes(
    chatter: Talker, clockwork: Clockwork
) -> None:
    set_up(chatter, "Here in this chat", "9pm", home="6 Mill Lane AZ1 2BB")
    clockwork.at("2026-11-24 21:00")
    [reminder] = chatter.first()
    assert "general waste bin (black) is late. The crew will come on Wednesday 25 November" in reminder.text


@contextmanager
def town_at(now: str, folder: Path, monkeypatch: pytest.MonkeyPatch, database: Path) -> Iterator[tuple[Talker, Clockwork]]:
    monkeypatch.setenv("NOW", now)
    for url in start_sandbox(folder, NOW=now):
        talker = Talker(desks_at(Town(url), database), "telegram")
        yield talker, Clockwork(talker.desks, monkeypatch)


def test_a_bank_holiday_moves_the_reminder_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Path
) -> None:
    with town_at("2026-12-24T12:00:00+00:00", tmp_path, monkeypatch, database) as (talker, clockwork):
        set_up(talker, "Here in this chat", "7pm", home="4 Holly Gardens, AZ2 4AA")
        for evening in ("2026-12-24 19:00", "2026-12-25 19:00", "2026-12-26 18:59"):
            clockwork.at(evening)
            assert talker.first() == []
        clockwork.at("2026-12-26 19:00")
        [reminder] = talker.first()
        assert "tomorrow, Sunday 27 December" in reminder.text
        assert "instead of Friday 25 December, because of Christmas" in reminder.text


@pytest.mark.parametrize(
    ("now", "evenings", "utc"),
    [
        ("2026-03-27T12:00:00+00:00", range(27, 32), {"19:00", "18:00"}),
        ("2026-10-23T12:00:00+00:00", range(23, 30), {"18:00", "19:00"}),
    ],
)
def test_seven_in_the_evening_stays_seven_when_the_clocks_change(
    now: str, evenings: range, utc: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Path
) -> None:
    with town_at(now, tmp_path, monkeypatch, database) as (talker, clockwork):
        set_up(talker, "Here in this chat", "7pm")
        seen = set()
        for day in evenings:
            [due] = [notice for notice in talker.log.notices_of(talker.id) if notice.state == DUE]
            seen.add(f"{due.due_at:%H:%M}")
            clockwork.at(f"{now[:8]}{day} 18:59")
            before = len(talker.first())
            clockwork.at(f"{now[:8]}{day} 19:00")
            assert len(talker.first()) - before in (0, 1)
        assert seen == utc


def test_what_is_set_is_asked_for_by_one_person_and_shown_to_nobody_else(
    chatter: Talker, another: Callable[[], Talker], clockwork: Clockwork
) -> None:
    set_up(chatter, "Here in this chat", "9pm")
    other = another()
    other.say("hello", "greet")
    clockwork.at("2026-11-24 21:00")
    assert len(chatter.first()) == 1 and other.first() == []

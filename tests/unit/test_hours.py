"""Opening hours, bank holidays and working days, on the real council.yml and GOV.UK's real file."""

from datetime import date, datetime, timedelta, timezone

import pytest

from bot import hours
from bot.clock import LONDON


def at(text: str) -> datetime:
    """Return a moment on the London wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-12-01T08:59", False),
        ("2026-12-01T09:00", True),
        ("2026-12-01T16:59", True),
        ("2026-12-01T17:00", False),
        ("2026-12-05T11:00", False),  # Saturday
        ("2026-12-25T11:00", False),  # Christmas Day, a Friday
        ("2026-12-28T11:00", False),  # Boxing Day's substitute
        ("2026-12-29T11:00", True),
    ],
)
def test_the_office_is_open_on_weekdays_from_nine_to_five_and_closed_on_bank_holidays(moment: str, open_: bool) -> None:
    assert hours.is_open(at(moment)) is open_


def test_summer_time_is_counted_on_the_councils_wall_clock() -> None:
    assert hours.is_open(datetime(2026, 7, 1, 8, 30, tzinfo=timezone.utc))  # 9:30 in London
    assert not hours.is_open(datetime(2026, 12, 1, 8, 30, tzinfo=timezone.utc))
    assert hours.next_opening(at("2026-10-24T22:00")).isoformat() == "2026-10-26T09:00:00+00:00"
    assert hours.next_opening(at("2026-10-23T22:00")) == at("2026-10-26T09:00")


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        hours.is_open(datetime(2026, 12, 1, 10, 0))


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-12-01T02:00", "2026-12-01T09:00"),
        ("2026-12-01T12:00", "2026-12-02T09:00"),
        ("2026-12-01T18:00", "2026-12-02T09:00"),
        ("2026-12-04T23:00", "2026-12-07T09:00"),
        ("2026-12-24T18:00", "2026-12-29T09:00"),  # Christmas, the weekend and the substitute day
        ("2026-12-31T18:00", "2027-01-04T09:00"),
    ],
)
def test_the_next_opening_skips_nights_weekends_and_bank_holidays(moment: str, opening: str) -> None:
    assert hours.next_opening(at(moment)) == at(opening)


def test_the_next_working_day_after_christmas_eve_2026_is_the_29th() -> None:
    assert hours.next_working_day(date(2026, 12, 24)) == date(2026, 12, 29)
    assert hours.next_working_day(date(2026, 12, 1)) == date(2026, 12, 2)


def test_adding_and_counting_working_days_agree() -> None:
    start = date(2026, 12, 18)
    for n in range(1, 15):
        end = hours.add_working_days(start, n)
        assert hours.working_days_between(start, end) == n
        assert hours.working_days_between(end, start) == -n
    assert hours.add_working_days(start, 0) == start
    assert hours.add_working_days(date(2026, 12, 29), -1) == date(2026, 12, 24)
    assert hours.working_days_between(start, start) == 0


@pytest.mark.parametrize(
    ("asked", "promise"),
    [
        ("2026-12-01T20:00", "2026-12-02T12:00"),
        ("2026-12-01T10:00", "2026-12-02T12:00"),
        ("2026-12-06T23:50", "2026-12-07T12:00"),
        ("2026-12-07T00:10", "2026-12-07T12:00"),
        ("2026-12-24T18:00", "2026-12-29T12:00"),
    ],
)
def test_a_call_back_is_promised_by_noon_of_the_next_day_whose_office_has_yet_to_open(asked: str, promise: str) -> None:
    assert hours.call_back_promise(at(asked)) == at(promise)


def test_bank_holidays_carry_the_title_that_gov_uk_gives_them() -> None:
    assert hours.bank_holiday(date(2026, 12, 25)) == "Christmas Day"
    assert hours.bank_holiday(date(2026, 12, 24)) is None
    assert min(hours.bank_holidays()) >= date(2026, 1, 1)
    for year in (2026, 2027, 2028):
        assert sum(day.year == year for day in hours.bank_holidays()) >= 8


def test_a_fortnightly_schedule_opens_every_other_week_from_its_start() -> None:
    saturdays = hours.parse_schedule(
        {
            "freq": "WEEKLY",
            "interval": 2,
            "dtstart": "2026-10-03",
            "byday": "SA",
            "opens_at": "10:00",
            "closes_at": "12:00",
        }
    )
    opened = [day for day in (date(2026, 10, 1) + timedelta(days=n) for n in range(31)) if saturdays.covers(day)]
    assert opened == [date(2026, 10, 3), date(2026, 10, 17), date(2026, 10, 31)]


def test_a_monthly_schedule_knows_the_first_and_the_last_weekday_of_the_month() -> None:
    late = hours.parse_schedule({"freq": "MONTHLY", "byday": "1TU,-1FR", "opens_at": "17:00", "closes_at": "19:00"})
    opened = [day for day in (date(2026, 12, 1) + timedelta(days=n) for n in range(31)) if late.covers(day)]
    assert opened == [date(2026, 12, 1), date(2026, 12, 25)]


def test_a_schedule_is_only_valid_between_its_dates() -> None:
    winter = hours.parse_schedule(
        {
            "freq": "WEEKLY",
            "byday": "MO",
            "valid_from": "2026-11-01",
            "valid_to": date(2027, 2, 28),
            "opens_at": "09:00",
            "closes_at": "16:00",
        }
    )
    assert winter.covers(date(2026, 11, 2)) and winter.covers(date(2027, 2, 22))
    assert not winter.covers(date(2026, 10, 26)) and not winter.covers(date(2027, 3, 1))


@pytest.mark.parametrize(
    "entry",
    [
        {"freq": "YEARLY", "byday": "MO"},
        {"freq": "WEEKLY", "byday": "1MO"},
        {"freq": "WEEKLY", "byday": "XX"},
        {"freq": "WEEKLY", "byday": "MO", "interval": 2},
        {"freq": "WEEKLY", "byday": "MO", "byweekno": "5"},
    ],
)
def test_hours_that_are_only_half_understood_are_refused(entry: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        hours.parse_schedule({"opens_at": "09:00", "closes_at": "17:00", **entry})


@pytest.mark.parametrize(
    ("moment", "ends"),
    [
        ("2026-11-24T20:59", None),
        ("2026-11-24T21:00", "2026-11-25T08:00"),
        ("2026-11-25T00:00", "2026-11-25T08:00"),
        ("2026-11-25T07:59", "2026-11-25T08:00"),
        ("2026-11-25T08:00", None),
        ("2026-03-28T23:30", "2026-03-29T08:00"),  # the night in which the clocks go forward
        ("2026-10-24T23:30", "2026-10-25T08:00"),  # and back
    ],
)
def test_the_quiet_hours_are_from_nine_to_eight_on_the_councils_wall_clock(moment: str, ends: str | None) -> None:
    found = hours.quiet_until(at(moment))
    assert found == (at(ends).astimezone(timezone.utc) if ends else None)
    assert found is None or found.astimezone(LONDON).hour == 8


def test_the_quiet_hours_are_shorter_or_longer_by_an_hour_when_the_clocks_change() -> None:
    spring, autumn = at("2026-03-28T21:00"), at("2026-10-24T21:00")
    assert [(hours.quiet_until(moment) or moment) - moment.astimezone(timezone.utc) for moment in (spring, autumn)] == [
        timedelta(hours=10),
        timedelta(hours=12),
    ]

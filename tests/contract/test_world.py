"""The streets of Ashcombe: nothing stored, always the same."""

from datetime import date, datetime, timezone

from actions.sandbox import rounds, world

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=timezone.utc)


def test_mill_lane_is_at_az1_2bb_however_it_is_written() -> None:
    for written in ("AZ1 2BB", "az12bb", " aZ1  2bB "):
        street = world.street(written)
        assert street is not None
        assert (street.name, street.postcode) == ("Mill Lane", "AZ1 2BB")


def test_a_street_has_eight_houses_and_three_flats_with_twelve_digit_uprns() -> None:
    homes = world.addresses("AZ1 2BB")
    assert [home.line for home in homes[:2]] == ["1 Mill Lane", "2 Mill Lane"]
    assert homes[3].uprn == "100091202104"
    assert homes[-1].line == "Flat 3, Mill Lane House"
    assert {len(home.uprn) for home in homes} == {12}
    assert len({home.uprn for home in homes}) == 11


def test_even_houses_are_tenancies_odd_ones_private_and_flats_leasehold() -> None:
    tenures = {home.number: home.tenure for home in world.addresses("AZ5 7XY")}
    assert (tenures[1], tenures[2], tenures[11]) == ("private", "tenant", "leasehold")


def test_every_home_is_found_again_by_its_uprn() -> None:
    for postcode in ("AZ1 2BB", "AZ9 9ZZ", "AZ4 0AA"):
        for home in world.addresses(postcode):
            assert world.address(home.uprn) == home


def test_postcodes_and_uprns_of_nowhere_are_none() -> None:
    for nowhere in ("AZ0 1AA", "AZ1 2C", "SW1A 1AA", "sausage", ""):
        assert world.street(nowhere) is None
        assert world.addresses(nowhere) == []
    for uprn in ("100091202109", "100091299901", "1", "", "1000912021040"):
        assert world.address(uprn) is None


def test_a_street_is_shorter_than_200_metres_and_the_nearest_home_is_the_home_itself() -> None:
    homes = world.addresses("AZ3 4GH")
    assert world.metres(homes[0].lat, homes[0].lng, homes[-1].lat, homes[-1].lng) < 200
    for home in homes[:8]:
        found = world.nearest(home.lat, home.lng, 10)
        assert found is not None
        assert found[0] == home


def test_nothing_is_near_a_point_far_from_ashcombe() -> None:
    assert world.nearest(51.5, -0.1, 1000) is None


def test_refuse_and_recycling_alternate_and_food_is_weekly_on_the_street_s_own_weekday() -> None:
    street = world.addresses("AZ1 2BB")[0].street
    start, end = date(2026, 6, 1), date(2026, 8, 28)
    days = {kind: [v.date for v in rounds.collections(street, kind, start, end)] for kind in rounds.BINS}
    assert {day.weekday() for day in days["food"]} == {2}
    assert sorted(days["refuse"] + days["recycling"]) == days["food"]
    assert days["garden"] == days["recycling"]
    assert {(b - a).days for a, b in zip(days["refuse"], days["refuse"][1:], strict=False)} == {14}


def test_a_bank_holiday_moves_that_day_and_the_rest_of_the_week_by_a_day() -> None:
    assert rounds.moved(date(2027, 5, 31)) == (date(2027, 6, 1), "Spring bank holiday")
    assert rounds.moved(date(2027, 6, 4)) == (date(2027, 6, 5), "Spring bank holiday")
    assert rounds.moved(date(2027, 3, 25)) == (date(2027, 3, 25), None)
    assert rounds.moved(date(2027, 3, 26)) == (date(2027, 3, 27), "Good Friday")


def test_christmas_goes_by_the_council_s_own_list() -> None:
    assert rounds.moved(date(2026, 12, 25)) == (date(2026, 12, 27), "Christmas")


def test_today_s_visit_is_next_until_five_o_clock_and_last_all_day() -> None:
    street = world.addresses("AZ1 2BB")[0].street
    morning = datetime(2026, 6, 3, 5, 0, tzinfo=timezone.utc)
    evening = datetime(2026, 6, 3, 16, 0, tzinfo=timezone.utc)
    assert rounds.upcoming(street, "food", morning)[0].date == date(2026, 6, 3)
    assert rounds.upcoming(street, "food", evening)[0].date == date(2026, 6, 10)
    assert rounds.last(street, "food", morning).date == date(2026, 6, 3)


def test_a_flat_has_no_garden_bin() -> None:
    assert "garden" not in rounds.bins_of(world.addresses("AZ1 2BB")[-1])

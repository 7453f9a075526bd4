"""Bin days, missed bins and new bins, from the first words to what the council holds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.talker import Talker
from tests.journeys.town import Town, desks_at
from tests.servers import start_sandbox

WHOLE = "Yes, that's right"


def report_missed(talker: Talker, bin_name: str, home: str, postcode: str) -> str:
    """Say that a bin of that home was missed, and return the words that come back."""
    talker.say(f"my {bin_name} bin wasn't emptied at {home} {postcode}", "report_missed_bin")
    return talker.said


def test_the_bin_day_of_an_address_is_told_bin_by_bin_soonest_first(talker: Talker) -> None:
    talker.say("when is my bin day", "check_bin_day")
    assert talker.asked == "check_bin_day.postcode"
    talker.say("AZ1 2BB")
    assert talker.asked == "check_bin_day.address" and "4 Mill Lane" in talker.titles
    talker.say("4")
    lines = [line for line in talker.said.splitlines() if line.startswith("- ")]
    assert lines[0] == "- food caddy (green): Wednesday 25 November"
    assert lines[-1] == "- general waste bin (black): Wednesday 2 December"
    assert ".ics" in talker.said and talker.stack == []


def test_a_bank_holiday_that_moves_a_bin_day_is_told_with_the_usual_day(
    talker: Talker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: Path
) -> None:
    christmas = "2026-12-22T20:30:00+00:00"
    monkeypatch.setenv("NOW", christmas)
    for url in start_sandbox(tmp_path, NOW=christmas):
        resident = Talker(desks_at(Town(url), database))
        resident.say("when is my bin day at 4 Holly Gardens, AZ2 4AA", "check_bin_day")
        if resident.asked == "check_bin_day.address":
            resident.say("4")
        assert "instead of Friday 25 December" in resident.said and "because of Christmas" in resident.said


def test_a_missed_bin_is_reported_with_its_home_and_bin(talker: Talker, town: Town) -> None:
    talker.say("I want to report a missed bin at 4 Mill Lane AZ1 2BB", "report_missed_bin")
    assert talker.asked == "report_missed_bin.bin"
    talker.say("the black one")
    assert "- Address: 4 Mill Lane, AZ1 2BB" in talker.said and "Wednesday 18 November" in talker.said
    talker.press(WHOLE)
    [made] = town.reports("missed_bin")
    assert made["service_request_id"] in talker.said and talker.said.startswith("Reported.")
    assert made["extended_attributes"]["bin"] == "refuse"
    assert made["extended_attributes"]["uprn"].endswith("04")
    [commitment] = talker.commitments
    assert (commitment.state, commitment.reference) == ("confirmed", made["service_request_id"])


def test_a_bin_that_is_reported_here_is_then_known_as_reported(
    another: Callable[[], Talker], talker: Talker, town: Town
) -> None:
    report_missed(talker, "black", "4 Mill Lane", "AZ1 2BB")
    talker.press(WHOLE)
    neighbour = another()
    assert "already reported" in report_missed(neighbour, "black", "4 Mill Lane", "AZ1 2BB")
    assert len(town.reports("missed_bin")) == 1


@pytest.mark.parametrize(
    ("bin_name", "home", "postcode", "told"),
    [
        ("blue", "5 Church Gardens", "AZ1 1BB", "could not empty your recycling bin"),
        ("black", "6 Mill Lane", "AZ1 2BB", "The round is running late"),
        ("black", "7 Mill Lane", "AZ1 2BB", "already reported as missed"),
        ("blue", "4 Mill Lane", "AZ1 2BB", "I can only report it within 5 working days"),
    ],
)
def test_a_bin_that_was_left_for_a_reason_is_not_reported_and_the_reason_is_told(
    talker: Talker, town: Town, bin_name: str, home: str, postcode: str, told: str
) -> None:
    assert told in report_missed(talker, bin_name, home, postcode)
    assert talker.stack == [] and town.reports("missed_bin") == []


def test_a_contaminated_bin_is_told_with_what_to_do(talker: Talker) -> None:
    said = report_missed(talker, "blue", "5 Church Gardens", "AZ1 1BB")
    assert "there were things in it that can't go in that bin" in said
    assert "Take out what does not belong in it" in said


def test_a_bin_is_reported_on_its_own_day_only_when_the_crew_is_done(
    talker: Talker, town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: Path
) -> None:
    assert "- Bin: General waste bin" in report_missed(talker, "black", "4 Green Lane", "AZ2 1BB")
    morning = "2026-11-24T10:00:00+00:00"
    monkeypatch.setenv("NOW", morning)
    for url in start_sandbox(tmp_path, NOW=morning):
        early = Talker(desks_at(Town(url), database))
        assert "too early" in report_missed(early, "black", "4 Green Lane", "AZ2 1BB")
        assert "until 5pm today" in early.said and early.stack == []


def test_a_bin_is_ordered_with_its_cost_and_the_reason_for_it(talker: Talker, town: Town) -> None:
    talker.say("I need two new black bins", "order_bin")
    talker.press("I need an extra one")
    talker.say("two")
    talker.say("AZ1 2BB")
    talker.say("number 3")
    assert "- Cost: £90.00. We charge because" in talker.said
    talker.say("yep", "affirm")
    [made] = town.reports("container_request")
    assert made["service_request_id"] in talker.said and "You don't pay now" in talker.said
    wanted = made["extended_attributes"]
    assert (wanted["container"], wanted["reason"], wanted["quantity"]) == ("refuse", "more_space", "2")


def test_a_bin_that_the_crew_broke_is_free(talker: Talker) -> None:
    talker.say("the crew broke my brown bin at 4 Mill Lane AZ1 2BB", "order_bin")
    assert talker.asked == "order_bin.quantity"
    talker.say("1")
    assert "- Cost: Free" in talker.said and "- Reason: The crew broke it or took it" in talker.said


def test_more_bins_than_the_council_sends_are_refused_with_the_number_that_it_sends(talker: Talker) -> None:
    talker.say("I need a new food caddy because mine is broken", "order_bin")
    assert talker.asked == "order_bin.quantity"
    talker.say("7")
    assert "You can order 2 at a time" in talker.said and talker.asked == "order_bin.quantity"

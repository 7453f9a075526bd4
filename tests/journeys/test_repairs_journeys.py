"""Housing repairs: reported, asked about, moved and cancelled, and never booked twice."""

from collections.abc import Callable

from tests.journeys.talker import Talker
from tests.journeys.town import Town

RIGHT = "Yes, that's right"
PHONE = "07700 900123"


def to_the_slots(talker: Talker, house: str = "4") -> None:
    """Report a dripping kitchen tap as far as the question for an appointment."""
    talker.say("my kitchen tap drips all day, I'm at AZ1 2BB", "report_repair")
    talker.press("None of these")
    talker.press("I rent")
    talker.say(house)
    talker.say(PHONE)
    assert talker.asked == "report_repair.slot"


def to_the_check(talker: Talker, slot: str = "monday morning", house: str = "4") -> None:
    """... as far as what is shown to check."""
    to_the_slots(talker, house)
    talker.say(slot)
    assert talker.asked == "report_repair.check", talker.said


def book(talker: Talker, slot: str = "monday morning", house: str = "4") -> str:
    """Book a repair and return its reference."""
    to_the_check(talker, slot, house)
    talker.press(RIGHT)
    assert talker.said.startswith("Booked.")
    return str(talker.commitments[-2].reference)


def test_a_repair_is_booked_with_what_was_said_and_confirmed_by_text(talker: Talker, town: Town) -> None:
    to_the_check(talker)
    assert "- Address: 4 Mill Lane" in talker.said and "- Where: Kitchen" in talker.said
    assert "a tap that drips or will not turn" in talker.said and "Monday 30 November, 8am to 12pm" in talker.said
    talker.press(RIGHT)
    reference = talker.commitments[0].reference
    held = town.repair("AZ1 2BB", str(reference))
    assert held and held["issue"]["value"] == "taps" and held["appointmentTime"]["startDateTime"] == "2026-11-30T08:00:00"
    assert f"Your repair reference is {reference}" in talker.said
    [text] = town.texts()
    assert str(reference) in text["body"] and "07700 900123" in talker.said
    assert text["phone_number"].endswith("7700900123")


def test_danger_is_asked_before_anything_else_and_ends_in_the_number_to_ring(talker: Talker, town: Town) -> None:
    talker.say("my boiler is broken", "report_repair")
    assert talker.asked == "report_repair.danger"
    talker.press("There is no heating, and a baby")
    assert "01632 960199" in talker.said and talker.stack == [] and talker.commitments == []


def test_a_smell_of_gas_in_a_repair_gets_the_words_of_the_emergency(talker: Talker) -> None:
    talker.say("my boiler is broken", "report_repair")
    talker.say("yes I can smell gas")
    assert talker.last[0].kind == "emergency" and talker.last[0].extra["emergency"] == "report_gas_leak"
    assert "0800 111 999" in talker.said and "report_gas_leak" in talker.flags


def test_somebody_who_is_no_tenant_is_told_who_does_their_repairs(talker: Talker) -> None:
    talker.say("my tap drips", "report_repair")
    talker.press("None of these")
    talker.press("Neither")
    assert "I can only book repairs in council homes" in talker.said and talker.stack == []


def test_a_problem_that_is_too_dangerous_to_book_ends_in_the_out_of_hours_line(talker: Talker, town: Town) -> None:
    talker.say("there is a problem in my bathroom at AZ1 2BB", "report_repair")
    talker.press("None of these")
    talker.press("I rent")
    talker.say("4")
    talker.press("Toilet")
    talker.press("It is blocked, and it is the only one")
    assert "01632 960199" in talker.said and talker.stack == [] and town.repairs() == []


def test_a_day_that_is_not_shown_is_looked_up_and_no_option_of_that_number_is_taken(talker: Talker) -> None:
    to_the_slots(talker)
    talker.say("Thursday 10 December")
    assert talker.asked == "report_repair.slot"
    assert talker.titles[0] == "Thursday 10 December, 8am to 12pm"
    talker.say("the afternoon")
    assert "- Appointment: Thursday 10 December, 12pm to 4pm" in talker.said


def test_a_part_of_the_day_leaves_the_appointments_in_it(talker: Talker) -> None:
    to_the_slots(talker)
    talker.say("afternoons are best")
    assert talker.asked == "report_repair.slot"
    assert all("12pm to 4pm" in title for title in talker.titles[:-1]) and len(talker.titles) > 2
    talker.say("the second one")
    assert "- Appointment: Monday 30 November, 12pm to 4pm" in talker.said
    talker.press("Change something")
    talker.press("Appointment")
    assert any("8am to 12pm" in title for title in talker.titles), "what narrowed the list is over"


def test_a_day_that_does_not_suit_is_not_taken_for_the_one_that_does(talker: Talker) -> None:
    to_the_slots(talker)
    talker.say("not friday, I'm at work")
    assert talker.asked == "report_repair.slot" and not any("Friday 27" in title for title in talker.titles)
    assert talker.titles[0] == "Monday 30 November, 8am to 12pm"


def test_a_day_of_the_week_leaves_its_appointments_and_then_a_part_of_it_is_enough(talker: Talker) -> None:
    to_the_slots(talker)
    talker.say("tuesday")
    assert talker.titles == ["Tuesday 1 December, 8am to 12pm", "Tuesday 1 December, 12pm to 4pm", "Show later appointments"]
    talker.say("morning")
    assert "- Appointment: Tuesday 1 December, 8am to 12pm" in talker.said


def test_when_nothing_suits_that_is_said_and_all_are_shown(talker: Talker) -> None:
    to_the_slots(talker)
    talker.say("not the morning")
    talker.say("not the afternoon")
    assert talker.asked == "report_repair.slot" and len(talker.titles) > 2


def test_a_day_beyond_the_diary_is_told_and_the_next_appointments_are_shown(talker: Talker) -> None:
    to_the_slots(talker)
    talker.say("on 10 September 2027")
    assert "nothing free from then on" in talker.said and talker.asked == "report_repair.slot"
    assert talker.titles[0] == "Friday 27 November, 8am to 12pm"


def test_later_appointments_are_shown_on_request(talker: Talker) -> None:
    to_the_slots(talker)
    first = talker.titles[0]
    talker.press("Show later appointments")
    assert talker.asked == "report_repair.slot" and talker.titles[0] != first


def test_an_empty_diary_is_told_honestly_and_nothing_is_booked(talker: Talker, town: Town) -> None:
    talker.say("my kitchen tap drips all day long at AZ9 9ZZ", "report_repair")
    talker.press("None of these")
    talker.press("I rent")
    talker.say("4")
    talker.say(PHONE)
    assert "I could not get appointment times" in talker.said and "Booked" not in talker.said
    assert town.repairs() == [] and talker.stack == []


def test_an_appointment_that_a_neighbour_took_meanwhile_is_a_choice_to_make_again(
    talker: Talker, another: Callable[[], Talker], town: Town
) -> None:
    to_the_check(talker)
    book(another(), house="6")
    talker.press(RIGHT)
    assert "has just been taken, so I haven't booked it" in talker.said
    assert talker.asked == "report_repair.slot" and len(town.repairs()) == 1
    talker.say("monday afternoon")
    talker.press(RIGHT)
    assert "Booked." in talker.said and len(town.repairs()) == 2


def test_yes_twice_books_once(talker: Talker, town: Town) -> None:
    to_the_check(talker)
    talker.press(RIGHT)
    talker.press(RIGHT)
    assert "finished" in talker.said and len(town.repairs()) == 1 and len(town.texts()) == 1


def test_a_booked_repair_is_known_in_the_conversation_and_by_its_reference_in_another(
    talker: Talker, another: Callable[[], Talker]
) -> None:
    reference = book(talker)
    talker.say("when are they coming", "check_repair_status")
    assert f"Repair {reference}" in talker.said and "Monday 30 November, 8am to 12pm" in talker.said
    other = another()
    other.say("when is my repair", "check_repair_status")
    assert other.asked == "check_repair_status.reference"
    other.say(reference)
    assert other.asked == "check_repair_status.postcode"
    other.say("AZ1 2BB")
    assert "Monday 30 November, 8am to 12pm" in other.said


def test_a_reference_with_the_wrong_postcode_shows_nothing(talker: Talker, another: Callable[[], Talker]) -> None:
    reference = book(talker)
    other = another()
    other.say("when is my repair", "check_repair_status")
    other.say(reference)
    other.say("AZ1 3AA")
    assert "I found no repair" in other.said and "November" not in other.said
    assert other.asked == "check_repair_status.reference"


def test_a_reference_that_is_named_goes_before_the_repair_of_this_conversation(talker: Talker) -> None:
    book(talker)
    talker.say("cancel repair 1A2B3C4D at AZ1 2BB", "cancel_repair_appointment")
    assert "I found no repair 1A2B3C4D" in talker.said


def test_an_appointment_is_moved_and_the_move_is_texted(talker: Talker, town: Town) -> None:
    reference = book(talker)
    talker.press("Move a repair appointment")
    assert "booked for Monday 30 November, 8am to 12pm" in talker.said
    talker.say("tuesday afternoon")
    assert "- To: Tuesday 1 December, 12pm to 4pm" in talker.said and "- From: Monday 30 November" in talker.said
    talker.press(RIGHT)
    assert talker.said.startswith("Moved.")
    held = town.repair("AZ1 2BB", reference)
    assert held and held["appointmentTime"]["startDateTime"] == "2026-12-01T12:00:00"
    assert len(town.texts()) == 2


def test_a_repair_is_cancelled_and_nobody_comes(talker: Talker, town: Town) -> None:
    reference = book(talker)
    talker.press("Cancel a repair")
    assert "Do you want to cancel this repair?" in talker.said
    talker.say("yes", "affirm")
    assert talker.said.startswith("Cancelled.") and town.repair("AZ1 2BB", reference) is None
    assert "cancelled" in town.texts()[0]["body"]


def test_a_no_to_cancelling_cancels_nothing(talker: Talker, town: Town) -> None:
    reference = book(talker)
    talker.press("Cancel a repair")
    talker.say("stop, leave it", "stop")
    assert "Nothing has been sent" in talker.said and town.repair("AZ1 2BB", reference) is not None


def test_a_house_that_is_not_a_council_home_is_not_taken_for_the_third_on_the_list(talker: Talker) -> None:
    talker.say("my kitchen tap drips all day, I'm at AZ1 2BB", "report_repair")
    talker.press("None of these")
    talker.press("I rent")
    assert talker.titles[:2] == ["2 Mill Lane, Ashcombe", "4 Mill Lane, Ashcombe"]
    talker.say("3")
    assert "not on the list" in talker.said and talker.asked == "report_repair.address"
    talker.press("My address is not listed")
    assert "01632 960120" in talker.said and talker.stack == []


def test_a_leaseholder_books_and_moves_a_repair_of_the_building(talker: Talker, town: Town) -> None:
    talker.say("the gutter outside is blocked and drips on the path", "report_repair")
    talker.press("None of these")
    talker.press("I own a leasehold flat")
    talker.say("AZ1 2BB")
    talker.say("flat 2")
    while talker.asked != "report_repair.phone":
        talker.press_choice(talker.last[-1].choices[0])
    talker.say(PHONE)
    talker.say("monday morning")
    talker.press(RIGHT)
    assert talker.said.startswith("Booked.")
    talker.press("Move a repair appointment")
    talker.say("tuesday morning")
    talker.press(RIGHT)
    assert talker.said.startswith("Moved.")
    held = town.repair("AZ1 2BB", str(talker.commitments[0].reference))
    assert held and held["repairType"] == "LEASEHOLD"
    assert held["appointmentTime"]["startDateTime"] == "2026-12-01T08:00:00"


def test_a_day_without_appointments_is_said_to_have_none(talker: Talker) -> None:
    to_the_slots(talker)
    talker.say("can he come this saturday")
    assert "There is no appointment on Saturday 28 November." in talker.said
    assert talker.asked == "report_repair.slot" and talker.titles[0].startswith("Monday 30 November")

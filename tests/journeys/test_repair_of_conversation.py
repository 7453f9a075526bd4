"""What people do besides answering: wander off, change their mind, not know, not be understood."""

import json

import pytest

from actions.engine.understanding import KIND
from tests.journeys.talker import Talker
from tests.journeys.test_corrections import RIGHT, report_bin
from tests.journeys.town import Town

# -- stop, start again, wander off --------------------------------------------------------------------------------------


def test_stop_in_the_middle_does_nothing(talker: Talker, town: Town) -> None:
    report_bin(talker)
    talker.say("actually forget it, stop", "stop")
    assert "Nothing has been sent" in talker.said and talker.stack == []
    assert town.reports("missed_bin") == [] and talker.commitments == []


def test_an_answer_in_between_comes_back_to_the_same_question(talker: Talker) -> None:
    talker.say("my kitchen tap drips", "report_repair")
    talker.press("None of these")
    assert talker.asked == "report_repair.who"
    talker.say("where is the recycling centre", "ask_recycling_centre")
    assert "recycling" in talker.last[0].text.lower()
    assert "Now back to where we were" in talker.said and talker.asked == "report_repair.who"


def test_another_task_in_between_is_done_first_and_then_the_first_goes_on(talker: Talker, town: Town) -> None:
    talker.say("I need a new food caddy because mine is broken", "order_bin")
    talker.say("1")
    assert talker.asked == "order_bin.postcode"
    talker.say("when is my bin day at 4 Mill Lane AZ1 2BB", "check_bin_day")
    assert "I'll come back to" in talker.said and "Next collections for 4 Mill Lane" in talker.said
    assert talker.stack == ["order_bin"] and talker.asked == "order_bin.same_address"
    talker.say("yes", "affirm")
    talker.press(RIGHT)
    assert len(town.reports("container_request")) == 1 and talker.stack == []


def test_stopping_the_second_task_comes_back_to_the_first(talker: Talker) -> None:
    talker.say("I need a new food caddy because mine is broken", "order_bin")
    talker.say("I want to pay my council tax", "pay_council_tax")
    assert talker.stack == ["order_bin", "pay_council_tax"]
    talker.say("stop", "stop")
    assert talker.stack == ["order_bin"] and talker.asked == "order_bin.quantity"


def test_a_choice_of_a_task_that_waits_brings_it_to_the_top(talker: Talker) -> None:
    talker.say("I need a new food caddy because mine is broken", "order_bin")
    two = talker.last[-1].choices[1]
    talker.say("I want to pay my council tax", "pay_council_tax")
    talker.press_choice(two)
    assert talker.stack == ["pay_council_tax", "order_bin"] and talker.asked == "order_bin.postcode"


def test_an_old_choice_of_an_open_task_changes_that_answer(talker: Talker) -> None:
    talker.say("I need a new food caddy because mine is broken", "order_bin")
    two = talker.last[-1].choices[1]
    talker.say("1")
    talker.say("4 Mill Lane AZ1 2BB")
    assert "- How many: 1" in talker.said
    talker.press_choice(two)
    assert "- How many: 2" in talker.said


def test_a_choice_of_a_task_that_is_over_says_so(talker: Talker, town: Town) -> None:
    report_bin(talker)
    talker.press(RIGHT)
    talker.press("Change something")
    assert "finished" in talker.said and len(town.reports("missed_bin")) == 1


def test_start_again_forgets_the_tasks_and_the_address(talker: Talker) -> None:
    talker.say("when is my bin day at 4 Mill Lane AZ1 2BB", "check_bin_day")
    talker.say("I want to pay my council tax", "pay_council_tax")
    talker.say("start again", "restart")
    assert "We've started again" in talker.said and talker.stack == []
    talker.say("when is my bin day", "check_bin_day")
    assert talker.asked == "check_bin_day.postcode"


def test_start_again_with_nothing_open_forgets_the_address_too(talker: Talker) -> None:
    talker.say("when is my bin day at 4 Mill Lane AZ1 2BB", "check_bin_day")
    talker.say("start again", "restart")
    assert json.loads(talker.slot)["memory"] == {}


def test_an_emergency_in_the_middle_goes_first_and_keeps_the_task(talker: Talker) -> None:
    report_bin(talker)
    talker.say("there is a strong smell of gas in here", "report_gas_leak")
    assert talker.last[0].kind == "emergency" and talker.last[0].extra["emergency"] == "report_gas_leak"
    assert "report_gas_leak" in talker.flags and talker.stack == ["report_missed_bin"]
    talker.press("Carry on where I was")
    assert talker.asked == "report_missed_bin.check"
    talker.press(RIGHT)
    assert talker.said.startswith("Reported.")


# -- why, say again, don't know, not understood ----------------------------------------------------------------------------


def test_why_is_answered_and_the_question_put_again(talker: Talker) -> None:
    talker.say("I want to pay my council tax", "pay_council_tax")
    talker.press("Yes, I want to pay now")
    talker.say("why do you need that", "ask_why_needed")
    assert "so that your payment goes to the right account" in talker.said and talker.asked == "pay_council_tax.account"


def test_why_at_a_question_that_journeys_share_is_answered(talker: Talker) -> None:
    talker.say("when is my bin day", "check_bin_day")
    talker.say("what for?", "ask_why_needed")
    assert "I use the postcode to find the address" in talker.said and talker.asked == "check_bin_day.postcode"


def test_say_again_puts_the_question_with_its_hint(talker: Talker) -> None:
    talker.say("when is my bin day", "check_bin_day")
    talker.say("sorry what", "ask_to_repeat")
    assert "A postcode looks like AZ1 2BB" in talker.said and talker.asked == "check_bin_day.postcode"


def test_say_again_after_a_task_repeats_what_was_said_last(talker: Talker) -> None:
    talker.say("when is my bin day at 4 Mill Lane AZ1 2BB", "check_bin_day")
    before = talker.said
    talker.say("can you say that again", "ask_to_repeat")
    assert talker.said == before


@pytest.mark.parametrize("text", ["I don't know", "I can't remember it", "no idea where the reference went"])
def test_not_knowing_says_what_to_do_and_offers_a_person(talker: Talker, text: str) -> None:
    talker.say("what happened to my report", "check_report_status")
    talker.say(text, "dont_know")
    assert "The reference is in this conversation" in talker.last[0].text
    assert [c.title for c in talker.last[0].choices] == ["Ask for a call back", "Stop this"]
    assert talker.asked == "check_report_status.reference"


def test_not_understood_gives_the_hint_first_and_a_person_second(talker: Talker) -> None:
    talker.say("my kitchen tap drips", "report_repair")
    talker.press("None of these")
    talker.say("wibble wobble", "out_of_scope", 0.2)
    assert "Choose one of the answers" in talker.said and talker.asked == "report_repair.who"
    talker.say("flimflam", "out_of_scope", 0.2)
    assert "I can ask an adviser to ring you back" in talker.said and talker.asked == "report_repair.who"
    assert "not_understood" in talker.flags
    talker.press("Ask for a call back")
    assert talker.stack == ["report_repair", "speak_to_person"]


def test_two_answers_that_can_not_be_right_offer_a_person_and_keep_the_question(talker: Talker) -> None:
    talker.say("when is my bin day", "check_bin_day")
    talker.say("AZ1 2")
    talker.say("AZ1 3")
    assert "I can ask an adviser to ring you back" in talker.said and talker.asked == "check_bin_day.postcode"


@pytest.mark.parametrize(("text", "intent"), [("yes", "affirm"), ("no", "deny")])
def test_a_yes_or_no_to_an_open_question_is_not_small_talk(talker: Talker, text: str, intent: str) -> None:
    talker.say("when is my bin day", "check_bin_day")
    talker.say(text, intent)
    assert "All right" not in talker.said and talker.asked == "check_bin_day.postcode"


def test_a_question_of_two_answers_takes_a_number(talker: Talker) -> None:
    talker.say("I want to pay my council tax", "pay_council_tax")
    talker.say("2")
    assert talker.stack == ["struggling_to_pay"]


def test_thanks_in_the_middle_is_answered_and_the_question_put_again(talker: Talker) -> None:
    talker.say("when is my bin day", "check_bin_day")
    talker.say("thanks", "thank")
    assert "You're welcome" in talker.said and talker.asked == "check_bin_day.postcode"


def test_the_same_wish_again_does_not_start_it_twice(talker: Talker) -> None:
    talker.say("when is my bin day", "check_bin_day")
    talker.say("I said I want to know my bin day", "check_bin_day")
    assert talker.stack == ["check_bin_day"] and talker.asked == "check_bin_day.postcode"


def test_an_unsure_reading_asks_did_you_mean(talker: Talker) -> None:
    ranking = (("check_bin_day", 0.4), ("report_missed_bin", 0.3), ("greet", 0.1))
    talker.say("bins", "check_bin_day", 0.4, ranking)
    assert talker.titles == ["Find your next bin day", "Report a missed bin", "None of these"]
    talker.press("Find your next bin day")
    assert talker.asked == "check_bin_day.postcode"


def test_two_messages_that_mean_nothing_offer_a_person(talker: Talker) -> None:
    talker.say("blorp", "out_of_scope", 0.1)
    assert "not_understood" not in talker.flags
    talker.say("fnord", "out_of_scope", 0.1)
    assert "not_understood" in talker.flags and "Ask for a call back" in talker.titles


def test_a_photo_that_was_not_asked_for_is_kept_for_its_question(talker: Talker) -> None:
    talker.say("I want to report dog mess", "report_street_problem")
    assert talker.asked == "report_street_problem.where"
    talker.photo("1" * 32)
    assert talker.asked == "report_street_problem.where"
    talker.say("AZ1 2BB, outside number 4")
    talker.say("it is all over the path")
    assert "- Photo: One photo" in talker.said and talker.asked == "report_street_problem.check"


def test_at_most_four_tasks_wait(talker: Talker) -> None:
    wishes = ("order_bin", "pay_council_tax", "report_repair", "check_report_status", "report_street_problem")
    for wish in wishes:
        talker.say("I would like to start that", wish)
    assert talker.stack == list(wishes[1:])


def test_an_emergency_among_did_you_mean_gets_its_own_words(talker: Talker) -> None:
    ranking = (("report_repair", 0.4), ("report_gas_leak", 0.3))
    talker.say("boiler smell", "report_repair", 0.4, ranking)
    talker.press("Smell of gas")
    assert talker.last[0].kind == "emergency" and "0800 111 999" in talker.said and "report_gas_leak" in talker.flags


def test_a_complaint_that_a_page_offers_is_answered(talker: Talker) -> None:
    talker.say("when are you open", "ask_opening_hours")
    talker.press("Make a complaint")
    assert "complaints" in talker.said and "Ask for a call back" in talker.titles


@pytest.mark.parametrize("intent", sorted(KIND))
def test_every_intent_is_answered_with_nothing_open_and_with_a_question_open(talker: Talker, intent: str) -> None:
    talker.say("it is about the thing I said before", intent)
    talker.say("stop", "stop")
    talker.say("when is my bin day", "check_bin_day")
    talker.say("it is about the thing I said before", intent)


def test_a_yes_to_did_you_mean_is_asked_which_and_what_was_said_before_still_counts(talker: Talker) -> None:
    ranking = (("check_bin_day", 0.4), ("report_missed_bin", 0.3), ("greet", 0.1))
    talker.say("bins at AZ1 2BB", "check_bin_day", 0.4, ranking)
    talker.say("yes", "affirm")
    assert talker.titles == ["Find your next bin day", "Report a missed bin", "None of these"]
    talker.press("Find your next bin day")
    assert talker.asked == "check_bin_day.address"

"""Nothing is asked twice, and what was wrong is put right wherever it was said."""

import pytest

from tests.journeys.talker import Talker
from tests.journeys.town import Town

RIGHT = "Yes, that's right"


def report_bin(talker: Talker) -> None:
    """Report a missed bin as far as what is shown to check."""
    talker.say("my black bin wasn't emptied at 4 Mill Lane AZ1 2BB", "report_missed_bin")
    assert talker.asked == "report_missed_bin.check", talker.said


def questions(talker: Talker) -> list[str]:
    """Return every question that was put so far."""
    return [str(r.extra["question"]).removesuffix(".ask") for r in talker.heard if "question" in r.extra]


# -- nothing is asked twice ---------------------------------------------------------------------------------------------


def test_what_the_first_message_says_is_never_asked(talker: Talker) -> None:
    talker.say("my kitchen tap drips and won't stop, I'm at AZ1 2BB", "report_repair")
    talker.press("None of these")
    talker.press("I rent")
    talker.say("4")
    talker.say("07700 900123")
    talker.say("monday morning")
    assert talker.asked == "report_repair.check"
    asked = [name.split(".")[1] for name in questions(talker)]
    assert asked == ["danger", "who", "address", "phone", "slot", "check"]


def test_words_that_fit_two_problems_ask_which_and_nothing_else(talker: Talker) -> None:
    talker.say("my kitchen tap is leaking, I'm at AZ1 2BB", "report_repair")
    talker.press("None of these")
    talker.press("I rent")
    talker.say("4")
    assert talker.asked == "report_repair.issue" and "Water pouring out that you can not stop" in talker.titles
    talker.press("A tap that drips")
    assert talker.asked == "report_repair.phone"


def test_everything_in_one_message_leaves_only_the_check(talker: Talker) -> None:
    report_bin(talker)
    assert questions(talker) == ["report_missed_bin.check"]


def test_what_an_answer_says_besides_is_kept_for_the_questions_to_come(talker: Talker) -> None:
    talker.say("when is my bin day", "check_bin_day")
    talker.say("it's 4 Mill Lane, AZ1 2BB")
    assert "Next collections for 4 Mill Lane" in talker.said


def test_an_address_of_an_earlier_task_is_used_only_after_asking(talker: Talker) -> None:
    talker.say("when is my bin day at 4 Mill Lane AZ1 2BB", "check_bin_day")
    talker.say("I need a new food caddy because mine is broken", "order_bin")
    talker.say("1")
    assert talker.asked == "order_bin.same_address" and "4 Mill Lane, AZ1 2BB" in talker.said
    talker.say("yes", "affirm")
    assert "- Address: 4 Mill Lane, AZ1 2BB" in talker.said


def test_a_no_to_the_earlier_address_asks_for_another(talker: Talker) -> None:
    talker.say("when is my bin day at 4 Mill Lane AZ1 2BB", "check_bin_day")
    talker.say("my black bin was missed", "report_missed_bin")
    talker.press("No, another address")
    assert talker.asked == "report_missed_bin.postcode"
    talker.say("AZ1 3AA")
    talker.say("2")
    assert "- Address: 2 Pear Crescent, AZ1 3AA" in talker.said


def test_a_new_address_in_the_message_goes_before_the_one_that_is_remembered(talker: Talker) -> None:
    talker.say("when is my bin day at 4 Mill Lane AZ1 2BB", "check_bin_day")
    talker.say("and when is it at 2 Pear Crescent AZ1 3AA", "check_bin_day")
    assert "Next collections for 2 Pear Crescent" in talker.said


def test_a_postcode_of_another_council_is_told_whose_it_is_and_asked_again(talker: Talker) -> None:
    talker.say("when is my bin day", "check_bin_day")
    talker.say("M1 1AE")
    assert "Manchester" in talker.said and talker.asked == "check_bin_day.postcode"
    talker.say("AZ1 2BB")
    assert talker.asked == "check_bin_day.address"


@pytest.mark.parametrize("text", ["AZ1 2", "4 Mill Lane", "az99"])
def test_what_can_not_be_a_postcode_is_told_with_an_example(talker: Talker, text: str) -> None:
    talker.say("when is my bin day", "check_bin_day")
    talker.say(text)
    assert "A postcode looks like AZ1 2BB" in talker.said and talker.asked == "check_bin_day.postcode"


# -- corrections --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("intent", ["correct_detail", "deny", "inform"])
def test_a_correction_at_the_check_changes_the_answer_and_what_hangs_on_it(talker: Talker, intent: str) -> None:
    report_bin(talker)
    talker.say("no, it's AZ1 3AA", intent)
    assert "I've changed that" in talker.said and talker.asked == "report_missed_bin.address"
    talker.say("2")
    assert "- Address: 2 Pear Crescent, AZ1 3AA" in talker.said and talker.asked == "report_missed_bin.check"


def test_a_correction_before_the_check_goes_back_only_to_what_it_changes(talker: Talker) -> None:
    talker.say("I need a new food caddy because mine is broken", "order_bin")
    talker.say("1")
    talker.say("AZ1 2BB")
    assert talker.asked == "order_bin.address"
    talker.say("no, it's AZ1 3AA", "correct_detail")
    assert talker.asked == "order_bin.address" and "4 Pear Crescent" in talker.titles
    talker.say("4")
    assert "- Address: 4 Pear Crescent, AZ1 3AA" in talker.said and "- Bin: Food caddy" in talker.said


def test_another_bin_at_the_check_is_taken(talker: Talker, town: Town) -> None:
    report_bin(talker)
    talker.say("sorry I meant the food caddy", "correct_detail")
    assert "- Bin: Food caddy" in talker.said and talker.asked == "report_missed_bin.check"
    talker.press(RIGHT)
    assert town.reports("missed_bin")[0]["extended_attributes"]["bin"] == "food"


@pytest.mark.parametrize(
    ("text", "intent"), [("no", "deny"), ("change something", "inform"), ("that's wrong", "correct_detail")]
)
def test_a_bare_no_at_the_check_asks_what_to_change_and_nothing_else(
    talker: Talker, town: Town, text: str, intent: str
) -> None:
    report_bin(talker)
    talker.say(text, intent)
    assert [r.text for r in talker.last] == ["What do you want to change?"]
    assert talker.titles == ["Address", "Bin"] and town.reports("missed_bin") == []


def test_change_something_asks_only_what_is_chosen(talker: Talker) -> None:
    report_bin(talker)
    talker.press("Change something")
    assert len(talker.last) == 1
    talker.press("Bin")
    assert talker.asked == "report_missed_bin.bin"
    talker.say("the green caddy")
    assert "- Bin: Food caddy" in talker.said and "- Address: 4 Mill Lane" in talker.said


def test_a_correction_does_not_become_the_description(talker: Talker) -> None:
    talker.say("my kitchen tap drips all day, I'm at AZ1 2BB", "report_repair")
    talker.press("None of these")
    talker.press("I rent")
    talker.say("4")
    talker.say("07700 900123")
    talker.say("monday morning")
    talker.say("no, the phone number should be 07700 900456 instead", "correct_detail")
    assert "- Text to: 07700 900456" in talker.said
    assert "- Your words: my kitchen tap drips all day" in talker.said

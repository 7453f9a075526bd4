"""Two wishes in one message: both are served, one after the other, the urgent first, and none is lost."""

import json

import pytest

from actions.engine.understanding import ANSWERS, urgency
from actions.journeys import JOURNEYS, WITHOUT_INTENT
from tests.journeys.talker import Talker
from tests.journeys.town import Town

RIGHT = "Yes, that's right"
AT_HOME = "4 Mill Lane AZ1 2BB"


def bin_and_street(talker: Talker) -> None:
    """Ask for a street report and a bin order, the order first in the message."""
    talker.say(
        "I need a new food caddy because mine is broken and there is a pothole on Mill Lane",
        "order_bin",
        0.6,
        wishes=(
            ("I need a new food caddy because mine is broken", "order_bin"),
            ("there is a pothole on Mill Lane", "report_street_problem"),
        ),
    )


# -- the order ------------------------------------------------------------


def test_every_journey_has_one_place_in_the_order_of_urgency() -> None:
    assert all(urgency(name) <= urgency("speak_to_person") for name in JOURNEYS.keys() - WITHOUT_INTENT)


def test_repairs_go_before_answers_then_reports_then_money_then_questions() -> None:
    order = ("report_repair", ANSWERS, "report_missed_bin", "pay_council_tax", "check_bin_day", "no such journey")
    places = [urgency(name) for name in order]
    assert places == sorted(places) and len(set(places)) == len(places)


def test_the_more_urgent_journey_is_first_whatever_the_order_of_the_message(talker: Talker) -> None:
    bin_and_street(talker)
    assert "First: Report a problem in a street or park. After that: Order a bin" in talker.said
    assert talker.stack == ["report_street_problem"]
    assert talker.asked.startswith("report_street_problem.")


def test_journeys_of_the_same_urgency_go_in_the_order_of_the_message(talker: Talker) -> None:
    talker.say(
        "order me a caddy and take my council tax",
        "order_bin",
        wishes=(("order me a caddy", "order_bin"), ("take my council tax", "pay_council_tax")),
    )
    assert talker.stack == ["order_bin"]


def test_what_is_owed_is_told_before_it_is_paid(talker: Talker) -> None:
    talker.say(
        "take my council tax payment and how much do I owe",
        "pay_council_tax",
        wishes=(("take my council tax payment", "pay_council_tax"), ("how much do I owe", "check_council_tax_balance")),
    )
    assert "01632" in talker.last[1].text and "Next, as you asked: Pay council tax" in talker.said
    assert talker.asked == "pay_council_tax.can_pay"


# -- one after the other ------------------------------------------------------------


def test_when_the_first_is_done_the_second_starts_by_itself_with_its_own_words(talker: Talker, town: Town) -> None:
    talker.say(
        f"the black bin at {AT_HOME} was missed today and I need a new food caddy because mine is broken",
        "report_missed_bin",
        wishes=(
            (f"the black bin at {AT_HOME} was missed today", "report_missed_bin"),
            ("I need a new food caddy because mine is broken", "order_bin"),
        ),
    )
    assert talker.asked == "report_missed_bin.check" and talker.stack == ["report_missed_bin"]
    talker.press(RIGHT)
    assert "Reported." in talker.said and "Next, as you asked: Order a bin" in talker.said
    # The kind and the reason were said, and the black bin of the other wish is not ordered.
    assert talker.stack == ["order_bin"] and talker.asked == "order_bin.quantity"
    talker.say("1")
    talker.press(RIGHT)
    assert [r["service_code"] for r in town.reports("container_request")] and talker.stack == []
    assert "food" in talker.commitments[-1].request["description"].lower()


def test_stopping_the_first_still_brings_the_second(talker: Talker) -> None:
    bin_and_street(talker)
    talker.say("stop", "stop")
    assert "I've stopped: Report a problem in a street or park" in talker.said
    assert "Next, as you asked: Order a bin" in talker.said and talker.stack == ["order_bin"]
    talker.say("stop", "stop")
    assert talker.stack == []


def test_starting_again_forgets_both(talker: Talker) -> None:
    bin_and_street(talker)
    talker.say("start again", "restart")
    assert talker.stack == [] and "Next" not in talker.said
    talker.say("when is my bin day", "check_bin_day")
    talker.say("stop", "stop")
    assert "Order a bin" not in talker.said


def test_the_second_starts_when_the_first_could_not_be_done(talker: Talker, town: Town) -> None:
    town.break_down("waste", "down")
    talker.say(
        f"when is my bin day at {AT_HOME} and what happened to my report",
        "check_bin_day",
        wishes=(
            (f"when is my bin day at {AT_HOME}", "check_bin_day"),
            ("what happened to my report", "check_report_status"),
        ),
    )
    assert "I can't reach" in talker.said and "Next, as you asked: Check a report you made" in talker.said
    assert talker.asked == "check_report_status.reference"
    town.mend()
    talker.say("100002")
    assert "Now back to where we were: Find your next bin day" in talker.said and "Next collections" in talker.said
    assert talker.stack == []


def test_a_first_that_leads_to_another_journey_keeps_the_second(talker: Talker) -> None:
    talker.say(
        "take my council tax and when are my bins collected",
        "pay_council_tax",
        wishes=(("take my council tax", "pay_council_tax"), ("when are my bins collected", "check_bin_day")),
    )
    talker.say("I can't afford it", "struggling_to_pay")
    assert talker.stack == ["struggling_to_pay"]
    talker.say("stop", "stop")
    assert talker.asked == "check_bin_day.postcode"


def test_a_second_that_is_started_before_its_time_is_not_started_twice(talker: Talker) -> None:
    bin_and_street(talker)
    talker.say("I need a new food caddy, mine is broken", "order_bin")
    talker.say("stop", "stop")
    assert talker.stack == ["report_street_problem"]
    talker.say("stop", "stop")
    assert talker.stack == [] and "Order a bin" not in talker.said


def test_three_wishes_are_served_one_after_the_other(talker: Talker) -> None:
    talker.say(
        "when are my bins, take my council tax, there is a pothole",
        "pay_council_tax",
        wishes=(
            ("when are my bins", "check_bin_day"),
            ("take my council tax", "pay_council_tax"),
            ("there is a pothole", "report_street_problem"),
        ),
    )
    seen = [talker.stack]
    for _ in range(2):
        talker.say("stop", "stop")
        seen.append(talker.stack)
    assert seen == [["report_street_problem"], ["pay_council_tax"], ["check_bin_day"]]


def test_a_turn_that_is_run_again_after_a_crash_says_and_keeps_the_same(talker: Talker) -> None:
    bin_and_street(talker)
    before = talker.said
    assert "\n\n".join(reply.text for reply in talker.again()) == before
    frame = json.loads(talker.slot)["stack"][0]
    assert frame["id"].endswith("report_street_problem-0") and frame["then"][0]["intent"] == "order_bin"


def test_a_home_that_is_named_once_is_the_home_of_both(talker: Talker) -> None:
    talker.say(
        f"my kitchen tap drips and when is my bin day, I'm at {AT_HOME}",
        "check_bin_day",
        wishes=(("my kitchen tap drips", "report_repair"), (f"when is my bin day, I'm at {AT_HOME}", "check_bin_day")),
    )
    talker.press("None of these")
    talker.say("council tenant")
    assert talker.asked not in ("report_repair.postcode", "report_repair.address")


# -- answers ------------------------------------------------------------


def test_an_answer_is_given_at_once_and_the_question_of_the_journey_comes_last(talker: Talker) -> None:
    talker.say(
        "I need a new food caddy, mine is broken, and where is the recycling centre",
        "order_bin",
        wishes=(
            ("I need a new food caddy, mine is broken", "order_bin"),
            ("where is the recycling centre", "ask_recycling_centre"),
        ),
    )
    assert talker.last[0].extra.get("page") == "ask_recycling_centre"
    assert talker.asked == "order_bin.quantity" and talker.stack == ["order_bin"]
    assert "First:" not in talker.said


def test_an_answer_waits_for_a_repair(talker: Talker) -> None:
    talker.say(
        "where is the recycling centre and my kitchen tap drips",
        "report_repair",
        wishes=(("where is the recycling centre", "ask_recycling_centre"), ("my kitchen tap drips", "report_repair")),
    )
    assert talker.asked == "report_repair.danger" and "After that: Recycling centre" in talker.said
    talker.say("stop", "stop")
    assert talker.last[-1].extra.get("page") == "ask_recycling_centre" and talker.stack == []


def test_two_answers_are_both_given(talker: Talker) -> None:
    talker.say(
        "when are you open and who is my councillor",
        "ask_opening_hours",
        wishes=(("when are you open", "ask_opening_hours"), ("who is my councillor", "ask_councillor")),
    )
    assert [reply.extra.get("page") for reply in talker.last] == ["ask_opening_hours", "ask_councillor"]


def test_each_of_two_bin_questions_hears_its_own_words(talker: Talker) -> None:
    talker.say(
        "which bin do teabags go in and who takes my old mattress",
        "ask_bin_contents",
        wishes=(("which bin do teabags go in", "ask_bin_contents"), ("who takes my old mattress", "book_bulky_waste")),
    )
    assert "food caddy" in talker.last[0].text and "mattress" not in talker.last[0].text.lower()


def test_a_complaint_beside_a_report_is_answered_too(talker: Talker) -> None:
    talker.say(
        "my bin was missed and I want to complain formally",
        "report_missed_bin",
        wishes=(("my bin was missed", "report_missed_bin"), ("I want to complain formally", "make_complaint")),
    )
    assert "/complaints" in talker.last[0].text and talker.asked == "report_missed_bin.postcode"


# -- one sure, one likely ------------------------------------------------------------


def test_a_likely_wish_beside_an_answer_is_offered_and_served_with_its_words(talker: Talker) -> None:
    talker.say(
        "where is the recycling centre, a new food caddy, ours is broken",
        "ask_recycling_centre",
        wishes=(
            ("where is the recycling centre", "ask_recycling_centre"),
            ("a new food caddy, ours is broken", "order_bin"),
        ),
        likely=("order_bin",),
    )
    assert "Did you also want this: Order a bin?" in talker.said and talker.titles == ["Order a bin"]
    talker.press("Order a bin")
    assert talker.asked == "order_bin.quantity"


def test_a_likely_wish_beside_a_journey_is_offered_when_it_is_over(talker: Talker) -> None:
    talker.say(
        "I need a new food caddy, mine is broken, the tip on sundays",
        "order_bin",
        wishes=(("I need a new food caddy, mine is broken", "order_bin"), ("the tip on sundays", "ask_recycling_centre")),
        likely=("ask_recycling_centre",),
    )
    assert talker.asked == "order_bin.quantity" and "Did you also" not in talker.said
    talker.say("stop", "stop")
    assert "Did you also want this: Recycling centre?" in talker.said
    talker.press("Recycling centre")
    assert talker.last[-1].extra.get("page") == "ask_recycling_centre"


def test_with_one_sure_wish_the_whole_message_says_what_it_is(talker: Talker) -> None:
    talker.say(
        "landlord put the rent up, can I get a council house",
        "ask_housing_register",
        0.9,
        wishes=(("landlord put the rent up", "struggling_to_pay"), ("can I get a council house", "ask_housing_register")),
        likely=("ask_housing_register",),
    )
    assert talker.last[0].extra.get("page") == "ask_housing_register" and talker.titles == ["Get help if you can't pay"]


def test_with_a_doubtful_whole_the_sure_wish_is_served(talker: Talker) -> None:
    talker.say(
        "bins and that, when is my collection",
        "ask_bin_policy",
        0.4,
        wishes=(("bins and that", "ask_bin_policy"), ("when is my collection", "check_bin_day")),
        likely=("ask_bin_policy",),
    )
    assert talker.asked == "check_bin_day.postcode"


# -- emergencies ------------------------------------------------------------


def test_an_emergency_goes_first_and_the_other_wish_is_one_press_away(talker: Talker) -> None:
    talker.say(
        f"when is my bin day at {AT_HOME} and there is a smell of gas in my kitchen",
        "check_bin_day",
        0.6,
        wishes=(
            (f"when is my bin day at {AT_HOME}", "check_bin_day"),
            ("there is a smell of gas in my kitchen", "report_gas_leak"),
        ),
    )
    assert talker.last[0].kind == "emergency" and talker.last[0].extra["emergency"] == "report_gas_leak"
    assert "When you are safe, I can also help with this: Find your next bin day" in talker.said
    assert "report_gas_leak" in talker.flags and talker.stack == []
    talker.press("Find your next bin day")
    assert "Next collections for 4 Mill Lane" in talker.said


def test_an_emergency_that_the_whole_message_is_keeps_its_own_words_first(talker: Talker) -> None:
    talker.say(
        "the boiler won't light and I smell gas",
        "report_gas_leak",
        wishes=(("the boiler won't light", "report_repair"), ("I smell gas", "report_gas_leak")),
    )
    assert [reply.kind for reply in talker.last] == ["emergency", "answer"]
    assert talker.titles == ["Report a repair in a council home"]


def test_of_two_emergencies_the_more_urgent_is_answered_and_the_other_offered(talker: Talker) -> None:
    talker.say(
        "nowhere to sleep tonight, the river is in my house",
        "homeless_tonight",
        0.5,
        wishes=(("nowhere to sleep tonight", "homeless_tonight"), ("the river is in my house", "report_flooding")),
    )
    assert talker.last[0].extra["emergency"] == "report_flooding" and talker.titles == ["Nowhere safe to sleep"]
    talker.press("Nowhere safe to sleep")
    assert talker.last[0].kind == "emergency" and talker.last[0].extra["emergency"] == "homeless_tonight"


def test_an_emergency_in_a_task_offers_the_other_wish_and_the_way_back(talker: Talker) -> None:
    talker.say("I need a new food caddy because mine is broken", "order_bin")
    talker.say(
        "I can smell gas in here and when is my bin day",
        "report_gas_leak",
        wishes=(("I can smell gas in here", "report_gas_leak"), ("when is my bin day", "check_bin_day")),
    )
    assert talker.last[0].kind == "emergency" and talker.titles == ["Find your next bin day", "Carry on where I was"]
    talker.press("Carry on where I was")
    assert talker.asked == "order_bin.quantity"


# -- in the middle of a task ------------------------------------------------------------


def test_two_wishes_at_a_question_are_served_and_the_task_goes_on(talker: Talker) -> None:
    talker.say("I need a new food caddy because mine is broken", "order_bin")
    talker.say(
        "hang on, when are you open and who is my councillor",
        "ask_opening_hours",
        0.5,
        wishes=(("when are you open", "ask_opening_hours"), ("who is my councillor", "ask_councillor")),
    )
    assert [r.extra.get("page") for r in talker.last[:2]] == ["ask_opening_hours", "ask_councillor"]
    assert "Now back to where we were: Order a bin" in talker.said and talker.asked == "order_bin.quantity"


def test_a_free_answer_is_never_cut(talker: Talker, town: Town) -> None:
    talker.say("I want to report dog mess", "report_street_problem")
    talker.say("AZ1 2BB, outside number 4")
    talker.say(
        "the bin is full and there is mess all over the path",
        "report_street_problem",
        0.6,
        wishes=(("the bin is full", "report_missed_bin"), ("there is mess all over the path", "report_street_problem")),
    )
    assert talker.stack == ["report_street_problem"]
    talker.press("No photo")
    assert "the bin is full and there is mess all over the path" in talker.said


def test_when_too_many_tasks_wait_what_was_asked_with_the_oldest_is_kept(talker: Talker) -> None:
    bin_and_street(talker)
    for wish in ("pay_council_tax", "report_repair", "check_report_status", "check_bin_day"):
        talker.say("I would like to start that", wish)
    assert "report_street_problem" not in talker.stack
    said = ""
    while talker.stack:
        talker.say("stop", "stop")
        said += talker.said
    assert "Next, as you asked: Order a bin" in said


@pytest.mark.parametrize("first", ["check_bin_day", "pay_council_tax", "report_repair"])
def test_a_journey_and_an_answer_never_bury_the_question(talker: Talker, first: str) -> None:
    talker.say(
        "the first thing and when are you open",
        first,
        wishes=(("the first thing", first), ("when are you open", "ask_opening_hours")),
    )
    assert talker.last[-1].kind == "question"

"""Problems in streets: where they are, what the category asks, and what is known already."""

from tests.journeys.talker import Talker
from tests.journeys.town import Town

RIGHT = "Yes, that's right"


def test_a_street_problem_is_logged_with_its_place_questions_and_photo(talker: Talker, town: Town) -> None:
    talker.say("someone has dumped a mattress", "report_street_problem")
    if talker.asked == "report_street_problem.kind":
        talker.press("Dumped rubbish")
    assert talker.asked == "report_street_problem.where" and talker.last[-1].extra["wants"] == "location"
    talker.say("AZ1 2BB, outside number 4")
    assert talker.asked == "report_street_problem.question" and "What has been dumped?" in talker.said
    talker.press("Furniture")
    while talker.asked == "report_street_problem.question":
        talker.press_choice(talker.last[-1].choices[0])
    assert talker.asked == "report_street_problem.description"
    talker.say("a stained double mattress against the wall")
    assert talker.asked == "report_street_problem.photo" and talker.last[-1].extra["wants"] == "photo"
    talker.photo("0" * 32)
    assert "- Where: outside number 4, Mill Lane, AZ1 2BB" in talker.said and "- Photo: One photo" in talker.said
    talker.press(RIGHT)
    [made] = town.reports("fly_tipping")
    assert talker.said.startswith("Reported.") and made["service_request_id"] in talker.said
    assert "a stained double mattress" in made["description"] and made["media_url"].endswith(f"/photos/{'0' * 32}.jpg")
    assert made["extended_attributes"]["what"] == "furniture"


def test_a_problem_that_is_reported_already_is_followed_and_not_reported_again(talker: Talker, town: Town) -> None:
    talker.say("there's a pothole on Mill Lane outside number 4", "report_street_problem")
    assert "already reported" in talker.said and "100001" in talker.said
    talker.press("Yes, it's the same")
    assert "haven't reported it again" in talker.said and town.reports("pothole") == [] and talker.stack == []


def test_another_problem_close_to_a_known_one_is_reported(talker: Talker, town: Town) -> None:
    talker.say("there's a pothole on Mill Lane outside number 4", "report_street_problem")
    talker.press("No, this is another one")
    talker.press("In the road")
    talker.say("skip this question")
    assert talker.asked == "report_street_problem.photo"
    talker.say("no photo", "deny")
    assert "- Where: outside number 4, Mill Lane, AZ1 2BB" in talker.said
    assert "- Your words: there's a pothole on Mill Lane outside number 4" in talker.said
    talker.press(RIGHT)
    [made] = town.reports("pothole")
    assert made["extended_attributes"].get("size") in (None, "")


def test_the_browsers_location_is_a_place(talker: Talker, town: Town) -> None:
    talker.say("dog mess on the path", "report_street_problem")
    if talker.asked == "report_street_problem.kind":
        talker.press("Dog mess")
    home = town.get("/places/search/places/v1/postcode", postcode="AZ1 2BB", output_srs="WGS84")
    first = next(iter(home["results"][0].values()))
    talker.location(first["LAT"], first["LNG"])
    assert talker.asked == "report_street_problem.description", talker.said
    talker.say("right outside the gate")
    talker.press("No photo")
    assert "- Where: Near " in talker.said and "AZ1 2BB" in talker.said
    talker.press(RIGHT)
    [made] = town.reports("dog_mess")
    assert abs(float(made["lat"]) - first["LAT"]) < 1e-4


def test_a_location_outside_the_borough_is_refused_with_a_link(talker: Talker, town: Town) -> None:
    talker.say("dog mess on the path", "report_street_problem")
    if talker.asked == "report_street_problem.kind":
        talker.press("Dog mess")
    talker.location(55.95, -3.19)
    assert "does not look like ours" in talker.said and talker.asked == "report_street_problem.where"


def test_an_answer_to_where_it_is_does_not_become_the_description(talker: Talker) -> None:
    talker.say("I want to report graffiti", "report_street_problem")
    talker.say("it is on Mill Lane by the post office on the left")
    talker.press("No")
    assert talker.asked == "report_street_problem.description"


def test_a_street_of_many_places_is_asked_about(talker: Talker) -> None:
    talker.say("I want to report graffiti", "report_street_problem")
    talker.say("Church Gardens")
    assert talker.asked == "report_street_problem.place" and len(talker.titles) > 2
    talker.press("None of these")
    assert talker.asked == "report_street_problem.where"
    talker.say("AZ1 1BB")
    assert talker.asked == "report_street_problem.exactly"
    talker.say("by the bus stop")
    assert talker.asked == "report_street_problem.question"


def test_another_postcode_asks_again_where_in_that_street_it_is(talker: Talker) -> None:
    talker.say("I want to report graffiti", "report_street_problem")
    talker.say("AZ1 1BB")
    talker.say("by the bus stop")
    talker.say("no, it's AZ1 3AA", "correct_detail")
    assert talker.asked == "report_street_problem.exactly" and "Pear Crescent" in talker.said


def test_a_postcode_of_another_council_is_told_whose_it_is(talker: Talker) -> None:
    talker.say("I want to report graffiti", "report_street_problem")
    talker.say("SW1A 1AA")
    assert "Westminster" in talker.said and "gov.uk/find-local-council" in talker.said
    assert talker.asked == "report_street_problem.where"


def test_how_a_report_stands_is_told_by_its_reference(talker: Talker) -> None:
    talker.say("what happened to my report", "check_report_status")
    assert talker.asked == "check_report_status.reference"
    talker.say("100002")
    assert "the team is looking into it" in talker.said and "An engineer will test the light" in talker.said


def test_a_report_that_is_not_there_is_asked_for_again(talker: Talker) -> None:
    talker.say("what happened to report 999999", "check_report_status")
    assert "I found no report 999999" in talker.said and talker.asked == "check_report_status.reference"
    talker.say("100003")
    assert "it has been fixed" in talker.said


def test_the_report_of_this_conversation_is_known(talker: Talker, town: Town) -> None:
    talker.say("there's litter everywhere in AZ1 2BB by the gate", "report_street_problem")
    while talker.asked != "report_street_problem.check":
        talker.press_choice(talker.last[-1].choices[-1])
    talker.press(RIGHT)
    reference = town.reports("litter")[0]["service_request_id"]
    talker.say("how is it getting on", "check_report_status")
    assert f"Report {reference}" in talker.said

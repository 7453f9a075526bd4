"""The entities of whole sentences, as residents type them."""

import json
import time
from datetime import date
from typing import Any

import pytest

from bot.nlu.ruler import find_entities
from tests.unit.nlu.test_values import NAUGHTY

TUESDAY = date(2026, 11, 24)

SENTENCES: list[tuple[str, dict[str, list[Any]]]] = [
    ("AZ1 2BB", {"postcode": ["AZ1 2BB"]}),
    ("4 Mill Lane", {"address_line": ["4 Mill Lane"]}),
    ("4 mill lane, az12bb", {"address_line": ["4 Mill Lane"], "postcode": ["AZ1 2BB"]}),
    ("flat 2 mill lane house", {"address_line": ["Flat 2, Mill Lane House"]}),
    ("Flat 3, Station Road House, AZ6 1FX", {"address_line": ["Flat 3, Station Road House"], "postcode": ["AZ6 1FX"]}),
    ("flat 2, 14 orchard rd", {"address_line": ["Flat 2, 14 Orchard Road"]}),
    ("no 12 orchard rd", {"address_line": ["12 Orchard Road"]}),
    ("12A Mill Lane", {"address_line": ["12A Mill Lane"]}),
    ("apartment 4, 22 The Avenue", {"address_line": ["Apartment 4, 22 The Avenue"]}),
    ("The Old Bakery, Church Street", {"address_line": ["The Old Bakery, Church Street"]}),
    ("ive lived at 5 beech close for 10 years", {"address_line": ["5 Beech Close"]}),
    ("2 bins", {"number": [2]}),
    ("4 weeks", {}),
    ("i have been waiting 4 weeks on mill lane", {"place": ["Mill Lane"]}),
    ("2 bins on Mill Lane", {"number": [2], "place": ["Mill Lane"]}),
    ("outside the library on High Street", {"place": ["outside the library on High Street"]}),
    ("a great big crack in the road outside the library", {"place": ["outside the library"]}),
    ("corner of Mill Lane and Station Road", {"place": ["corner of Mill Lane and Station Road"]}),
    ("by the post office", {"place": ["by the post office"]}),
    ("opposite number 14", {"place": ["opposite number 14"]}),
    ("outside my house", {"place": ["outside my house"]}),
    (
        "huge pothole outside 12 Quarry Road",
        {"street_problem": ["pothole"], "place": ["outside 12 Quarry Road"], "address_line": ["12 Quarry Road"]},
    ),
    ("council tax account 7 1234 5671", {"account_reference": ["712345671"]}),
    ("its 712 345 671", {"account_reference": ["712345671"]}),
    ("ref is 700000038", {"account_reference": ["700000038"]}),
    ("my account number is 12345678", {"account_reference": ["12345678"]}),
    ("account 712345671, ring 07700 900123", {"account_reference": ["712345671"], "phone": ["+447700900123"]}),
    ("rent account number 1234567890", {"rent_reference": ["1234567890"]}),
    ("paying rent, ref 30412277", {"rent_reference": ["30412277"]}),
    ("my reference is 20418", {"report_reference": ["20418"]}),
    ("SR-10023", {"report_reference": ["SR-10023"]}),
    ("what about fms 123456", {"report_reference": ["FMS-123456"]}),
    ("repair 1a2b3c4d when is it", {"repair_reference": ["1A2B3C4D"]}),
    ("job ref ABCD1234", {"repair_reference": ["ABCD1234"]}),
    ("1A2B3C4D", {"repair_reference": ["1A2B3C4D"]}),
    ("12months in a 2bedroom flat", {}),
    ("call me on 01632 960123 after 2pm", {"phone": ["+441632960123"], "time": ["14:00"]}),
    ("email jo@example.com", {"email": ["jo@example.com"]}),
    ("i want to pay £145.50 next friday morning", {"amount": [14550], "date": ["2026-12-04"], "time": ["morning"]}),
    ("a morning slot a week on monday", {"time": ["morning"], "date": ["2026-12-07"]}),
    ("not last tuesday, yesterday", {"date": ["2026-11-17", "2026-11-23"]}),
    ("the second one", {"number": [2]}),
    ("option 3", {"number": [3]}),
    ("my neighbour at number 9 smith street plays music", {"address_line": ["9 Smith Street"]}),
    ("they missed my recycling and my food caddy", {"bin": ["recycling", "food"]}),
    ("the black bin and the brown one", {"bin": ["refuse", "garden"]}),
    ("garden waste", {"bin": ["garden"]}),
    ("sofa, two mattresses and a fridge", {"item": ["sofa", "mattress", "fridge"]}),
    ("bed bugs in the kitchen", {"problem": ["pests"], "room": ["kitchen"]}),
    ("no hot water", {"problem": ["heating"]}),
    ("boyler not wurking", {"problem": ["heating"]}),
    ("toilet is blocked", {"problem": ["toilet"]}),
    ("the kitchen tap won't turn off", {"room": ["kitchen"], "problem": ["sink", "bathOrBasin"]}),
    ("damp in the bathroom", {"problem": ["dampOrMould"], "room": ["bathroom"]}),
    ("i am in the living room", {"room": ["livingAreas"]}),
    ("the town hall", {}),
    ("i cant lift it", {}),
    ("fly tipping", {"street_problem": ["flytipping"]}),
    ("dead fox by the canal", {"street_problem": ["dead_animal"], "place": ["by the canal"]}),
    ("street light out on Elm Grove", {"street_problem": ["streetlight"], "place": ["Elm Grove"]}),
    ("good morning", {}),
    ("hello", {}),
]


@pytest.mark.parametrize(("text", "wanted"), SENTENCES)
def test_a_sentence_holds_just_these_entities(text: str, wanted: dict[str, list[Any]]) -> None:
    found: dict[str, list[Any]] = {}
    for entity in find_entities(text, TUESDAY):
        if entity["entity"] != "item" or "item" in wanted:
            found.setdefault(entity["entity"], []).append(entity["value"])
    if "street_problem" in wanted:
        found.pop("problem", None)  # "light out" is a repair indoors as well
    assert found == wanted


@pytest.mark.parametrize("text", NAUGHTY)
def test_no_text_makes_the_ruler_fail_and_all_that_it_finds_is_json(text: str) -> None:
    json.dumps(find_entities(text, TUESDAY))


@pytest.mark.parametrize("text", [text for text, _ in SENTENCES])
def test_every_entity_stands_where_it_says(text: str) -> None:
    for entity in find_entities(text, TUESDAY):
        assert 0 <= entity["start"] < entity["end"] <= len(text)
        assert text[entity["start"] : entity["end"]].strip()
        assert entity["confidence"] == 1.0
        assert entity["extractor"] == "EntityRuler"


def test_a_week_is_its_monday_and_says_so() -> None:
    (found,) = find_entities("next week", TUESDAY)
    assert (found["value"], found["extra"]) == ("2026-11-30", {"grain": "week"})


def test_a_day_that_may_be_over_says_which_it_would_be() -> None:
    (found,) = find_entities("tuesday", TUESDAY)
    assert (found["value"], found["extra"]["or_past"]) == ("2026-12-01", "2026-11-24")


def test_a_plain_repair_problem_carries_its_finer_value() -> None:
    (found,) = find_entities("no hot water", TUESDAY)
    assert found["extra"] == {"issue": "noHotWater"}


def test_an_item_carries_its_name_on_the_page_about_bins() -> None:
    (found,) = find_entities("wine bottle", TUESDAY)
    assert (found["value"], found["extra"]) == ("wine bottle", {"item": "glass bottle"})


@pytest.mark.parametrize(
    "piece",
    [
        "the tap is ",
        "1 ",
        "a",
        "4 mill ",
        "flat ",
        "on the ",
        "at 1 ",
        "o'",
        "7 1",
        "£1,2",
        "one hundred and ",
        "+44 ",
        "3/",
        "ref 1",
        " ",
    ],
)
def test_a_message_of_2000_characters_takes_less_than_half_a_second(piece: str) -> None:
    text = (piece * 2000)[:2000]
    find_entities("warm up", TUESDAY)
    started = time.perf_counter()
    find_entities(text, TUESDAY)
    assert time.perf_counter() - started < 0.5

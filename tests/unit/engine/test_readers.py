"""How an answer is read out of a message: by words, by entities, by an option; and what is refused, with its reason."""

from contextlib import suppress
from typing import Any

import pytest

from actions.engine.readers import (
    PHONE,
    POSTCODE,
    Amount,
    Check,
    Day,
    NotValid,
    Option,
    Photo,
    Pick,
    Reader,
    Text,
    Where,
    YesNo,
)
from actions.engine.turn import Turn
from actions.journeys.order_bin import Quantity
from actions.journeys.parts import ADDRESS
from bot.clock import today
from bot.nlu.ruler import find_entities

BINS = (
    Option("General waste bin (black)", "refuse", also=("rubbish", "black")),
    Option("Recycling bin (blue)", "recycling", also=("blue",)),
    Option("Garden waste bin (brown)", "garden", also=("brown",)),
)
HOMES = (
    *(Option(f"{n} Mill Lane", f"u{n}") for n in (1, 4, 11, 12)),
    Option("Flat 1, Mill Lane House, Mill Lane", "f1"),
    Option("Flat 2, Mill Lane House, Mill Lane", "f2"),
    Option("My address is not listed", "none", out=True),
)
YES_NO = (Option("Yes, ring me", True), Option("No, not now", False))
CHECK = (Option("Yes, that's right", [["Bin", "Blue"]]), Option("Change something", "change"))


@pytest.fixture(autouse=True)
def tuesday(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is Tuesday 24 November 2026."""
    monkeypatch.setenv("NOW", "2026-11-24T20:30:00+00:00")


def turn(text: str, intent: str = "inform", **more: Any) -> Turn:
    """Return a message as the engine gets it, with its real entities."""
    return Turn("c", 1, text, intent, 0.9, entities=tuple(find_entities(text, today())), **more)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the black one", "refuse"),
        ("blue", "recycling"),
        ("2", "recycling"),
        ("the third one", "garden"),
        ("garden waste", "garden"),
        ("recyling bin", "recycling"),
        ("recycling", "recycling"),
        ("garden waste bin (brown)", "garden"),
        ("9", None),
        ("bin", None),
        ("", None),
        ("the purple one", None),
        ("blue or brown", None),
    ],
)
def test_a_pick_is_read_by_its_number_title_other_words_or_a_misspelling(text: str, value: str | None) -> None:
    assert Pick("bin").read(turn(text), BINS) == value


def test_a_pick_in_passing_takes_no_numbers(tuesday: None) -> None:
    assert Pick("bin").spot(turn("2 of them at number 3"), BINS) is None
    assert Pick("bin").spot(turn("my recycling was left"), BINS) == "recycling"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", "u4"),
        ("number 4", "u4"),
        ("no. 12", "u12"),
        ("1 mill lane", "u1"),
        ("flat 2", "f2"),
        ("flat 1 mill lane house", "f1"),
        ("11", "u11"),
        ("not listed", "none"),
        ("the last house", None),
        ("sorry, it's AZ1 3AA", None),
    ],
)
def test_an_address_is_read_by_its_house_not_by_its_place_in_the_list(text: str, value: str | None) -> None:
    assert ADDRESS.read(turn(text), HOMES) == value


@pytest.mark.parametrize("text", ["7", "3", "flat 9", "7 Mill Lane"])
def test_a_house_that_is_not_on_the_list_is_told_so(text: str) -> None:
    with pytest.raises(NotValid) as wrong:
        ADDRESS.read(turn(text), HOMES)
    assert wrong.value.word == "unknown"


def test_an_address_in_passing_is_the_line_that_was_said() -> None:
    assert ADDRESS.spot(turn("it was not emptied at 4 Mill Lane"), HOMES) == "u4"
    assert ADDRESS.spot(turn("4 bins were not emptied"), HOMES) is None


@pytest.mark.parametrize(
    ("text", "intent", "value"),
    [
        ("yes", "inform", True),
        ("aye go on then", "affirm", True),
        ("no thanks", "inform", False),
        ("I'd rather you did", "affirm", True),
        ("I'd rather you did not, they never ring when they say", "deny", None),
        ("1", "inform", True),
        ("2", "inform", False),
        ("maybe", "inform", None),
    ],
)
def test_a_yes_or_no_is_read_from_words_intent_or_number(text: str, intent: str, value: bool | None) -> None:
    assert YesNo().read(turn(text, intent), YES_NO) is value


@pytest.mark.parametrize(
    ("text", "intent", "value"),
    [
        ("yes", "affirm", CHECK[0].value),
        ("yep", "inform", CHECK[0].value),
        ("that's right", "inform", CHECK[0].value),
        ("no", "deny", "change"),
        ("change something", "inform", "change"),
        ("no, it's AZ1 3AA", "deny", None),
        ("make it £200", "correct_detail", None),
        ("wibble", "inform", None),
    ],
)
def test_a_check_takes_a_yes_and_leaves_a_no_with_more_to_it_to_be_a_correction(text: str, intent: str, value: Any) -> None:
    assert Check().read(turn(text, intent), CHECK) == value


def test_own_words_have_a_least_and_a_most_length() -> None:
    reader = Text(least=3, most=10)
    assert reader.read(turn("  a tap "), ()) == "a tap"
    for text, word in (("ab", "too_short"), ("a" * 11, "too_long")):
        with pytest.raises(NotValid) as wrong:
            reader.read(turn(text), ())
        assert wrong.value.word == word


def test_own_words_may_be_an_option() -> None:
    skip = (Option("Skip this question", "", also=("skip",)),)
    assert Text(least=1).read(turn("Skip"), skip) == ""
    assert Text(least=1).read(turn("column 14"), skip) == "column 14"


def test_own_words_in_passing_are_only_those_that_say_what_it_is_about() -> None:
    words = "the tap in my kitchen drips"
    assert Text(spots=5).spot(turn(words, wish=True), ()) == words
    assert Text(spots=5).spot(turn(words), ()) is None
    assert Text(spots=5).spot(turn("the tap", wish=True), ()) is None
    assert Text(spots=5, most=10).spot(turn(words, wish=True), ()) is None
    assert Text().spot(turn(words, wish=True), ()) is None


@pytest.mark.parametrize("text", ["az12bb", "AZ1 2BB", "it's AZ1 2BB", "A Z 1 2 B B"])
def test_a_postcode_is_read_however_it_is_typed(text: str) -> None:
    assert POSTCODE.read(turn(text), ()) == "AZ1 2BB"


def test_a_try_that_can_not_be_right_is_refused_and_other_words_are_no_answer() -> None:
    with pytest.raises(NotValid):
        POSTCODE.read(turn("AZ1 2"), ())
    assert POSTCODE.read(turn("by the church"), ()) is None
    assert POSTCODE.read(turn("we have lived here for 12 years and it always came on Tuesdays"), ()) is None


def test_a_telephone_number_is_read_as_e164() -> None:
    assert PHONE.read(turn("07700 900123"), ()) == "+447700900123"
    with pytest.raises(NotValid):
        PHONE.read(turn("0770"), ())


@pytest.mark.parametrize(
    ("text", "pence"),
    [("£145", 14500), ("145", 14500), ("145.50", 14550), ("the next instalment", 9900), ("all of it", None)],
)
def test_an_amount_is_read_in_pence(text: str, pence: int | None) -> None:
    options = (Option("Your next instalment, £99.00, due Tuesday 1 December", 9900, also=("instalment",)),)
    assert Amount(100, 500000).read(turn(text), options) == pence


@pytest.mark.parametrize("text", ["50p", "£9000"])
def test_an_amount_out_of_the_limits_is_refused_with_the_limits(text: str) -> None:
    with pytest.raises(NotValid) as wrong:
        Amount(100, 500000).read(turn(text), ())
    assert wrong.value.values == {"least": "£1.00", "most": "£5,000.00"}
    assert Amount(100, 500000).spot(turn(text), ()) is None


def test_a_day_is_from_today_on() -> None:
    assert Day().read(turn("next Friday"), ()) in ("2026-11-27", "2026-12-04")
    assert Day().read(turn("some time"), ()) is None
    with pytest.raises(NotValid) as wrong:
        Day().read(turn("1 November 2026"), ())
    assert wrong.value.word == "past"


@pytest.mark.parametrize(("text", "value"), [("no photo", ""), ("skip", ""), ("none", ""), ("deep hole", None)])
def test_no_photo_is_an_answer(text: str, value: str | None) -> None:
    assert Photo().read(turn(text), ()) == value


def test_a_photo_is_an_answer_and_is_spotted() -> None:
    sent = turn("", photo_id="1" * 32)
    assert Photo().read(sent, ()) == Photo().spot(sent, ()) == "1" * 32


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("AZ1 2BB", {"postcode": "AZ1 2BB"}),
        ("AZ1 2BB, outside number 4", {"postcode": "AZ1 2BB", "words": "outside number 4"}),
        ("on Mill Lane outside number 4", {"words": "Mill Lane", "near": "outside number 4"}),
        ("behind the old thing", {"words": "behind the old thing"}),
        ("?", None),
    ],
)
def test_a_place_is_a_postcode_a_street_or_words(text: str, place: dict[str, str] | None) -> None:
    assert Where().read(turn(text), ()) == place


def test_a_location_goes_before_words() -> None:
    assert Where().read(turn("here", location=(52.2, -1.5)), ()) == {"lat": 52.2, "lng": -1.5}


def test_a_new_house_keeps_the_postcode_of_the_place() -> None:
    held = {"postcode": "AZ1 2BB", "words": "outside number 4"}
    assert Where().merge(held, {"words": "outside number 6"}) == {"postcode": "AZ1 2BB", "words": "outside number 6"}
    assert Where().merge(held, {"postcode": "AZ1 3AA"}) == {"postcode": "AZ1 3AA"}


def test_a_number_of_bins_is_within_what_the_council_sends() -> None:
    assert Quantity().read(turn("two please"), ()) == 2
    assert Quantity().read(turn("as many as I can have"), ()) is None
    with pytest.raises(NotValid) as wrong:
        Quantity().read(turn("7"), ())
    assert (wrong.value.word, wrong.value.values) == ("most", {"most": 2})


READERS: tuple[Reader, ...] = (
    *(Pick(), Pick("bin"), YesNo(), Check(), Text(), Amount(1, 9), Day(), Photo(), Where()),
    *(POSTCODE, PHONE, ADDRESS),
)


@pytest.mark.parametrize("text", ["", " ", "\n", "(", "[a-z", "\\", "%s {x}", "🚮" * 40, "0" * 400, "null", "NaN", "½"])
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: type(reader).__name__)
def test_strange_words_are_read_or_refused_and_never_break_a_reader(reader: Reader, text: str) -> None:
    options = CHECK if isinstance(reader, Check) else HOMES
    with suppress(NotValid):
        reader.read(turn(text), options)
    reader.spot(turn(text), options)

"""Which parts of a message are wishes of their own, with what each part was understood as given by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.nlu.ruler import find_entities
from bot.nlu.wishes import Wish, as_json, find_wishes, is_wish, share_out
from tests.unit.nlu.test_ruler import TUESDAY

Known = Mapping[str, tuple[str, float]]
EVEN = {"report_missed_bin": 0.3, "pay_council_tax": 0.3, "report_repair": 0.3, "ask_library": 0.1}


def found(text: str, known: Known, whole: Mapping[str, float] = EVEN) -> list[Wish]:
    """Return the wishes; a part that is not known was not understood."""

    def shares_of(parts: list[str]) -> list[dict[str, float]]:
        return [dict([known.get(part, ("inform", 0.3)), ("out_of_scope", 0.01)]) for part in parts]

    return find_wishes(text, whole, shares_of)


def served(wishes: list[Wish], text: str) -> list[tuple[str, str, bool]]:
    return [(wish.intent, wish.text(text), wish.sure) for wish in wishes]


def test_two_sure_parts_of_different_intents_are_two_wishes() -> None:
    text = "you missed my bin and can i pay my council tax"
    known = {"you missed my bin": ("report_missed_bin", 0.95), "can i pay my council tax": ("pay_council_tax", 0.95)}
    assert served(found(text, known), text) == [
        ("report_missed_bin", "you missed my bin", True),
        ("pay_council_tax", "can i pay my council tax", True),
    ]


def test_parts_of_the_same_intent_are_one_wish() -> None:
    known = {"the tap drips": ("report_repair", 1.0), "the sink is blocked": ("report_repair", 1.0)}
    assert found("the tap drips and the sink is blocked", known) == []


def test_a_message_that_is_not_cut_is_not_understood_twice() -> None:
    def never(_: list[str]) -> list[dict[str, float]]:
        raise AssertionError("asked for parts")

    assert find_wishes("you missed my bin", EVEN, never) == []
    assert find_wishes("yes, please", EVEN, never) == []


@pytest.mark.parametrize("intent", ["greet", "inform", "out_of_scope", "thank", "stop", "speak_to_person"])
def test_what_nobody_serves_is_no_wish(intent: str) -> None:
    known = {"you missed my bin": ("report_missed_bin", 1.0), "well here goes": (intent, 1.0)}
    assert found("well here goes, you missed my bin", known) == []


def test_a_complaint_may_be_one_of_two_wishes() -> None:
    known = {"you missed my bin": ("report_missed_bin", 1.0), "i want to complain": ("make_complaint", 1.0)}
    text = "you missed my bin and i want to complain"
    assert [wish.intent for wish in found(text, known, {**EVEN, "make_complaint": 0.2})] == [
        "report_missed_bin",
        "make_complaint",
    ]


def test_who_asks_is_believed_sooner_than_who_tells_and_the_story_around_it_least() -> None:
    sure = ("report_missed_bin", 1.0)
    for said, intent, confidence, counts in (
        ("can i pay my council tax", "pay_council_tax", 0.85, True),
        ("the council tax bill came", "pay_council_tax", 0.85, False),
        ("the council tax bill came", "pay_council_tax", 0.995, True),
        ("my shower is broke", "report_repair", 0.85, False),
        ("my shower is broke", "report_repair", 0.92, True),
        ("i don't want to pay council tax", "pay_council_tax", 0.95, False),
    ):
        wishes = found(f"you missed my bin and {said}", {"you missed my bin": sure, said: (intent, confidence)})
        assert any(wish.intent == intent and wish.sure for wish in wishes) is counts, (said, confidence)


def test_a_word_that_adds_makes_the_second_wish_likelier() -> None:
    known = {"you missed my bin": ("report_missed_bin", 1.0), "my shower is broke": ("report_repair", 0.85)}
    assert not all(wish.sure for wish in found("you missed my bin and my shower is broke", known))
    assert [wish.sure for wish in found("you missed my bin, also my shower is broke", known)] == [True, True]


def test_what_the_whole_message_has_no_trace_of_is_mostly_background() -> None:
    whole = {"pay_council_tax": 0.99, "report_repair": 0.001}
    known = {"the heating came back": ("report_repair", 0.95), "can i pay my council tax": ("pay_council_tax", 0.99)}
    text = "the heating came back and can i pay my council tax"
    assert found(text, known, whole) == []
    assert len(found(text, known)) == 2


def test_the_reason_for_a_wish_is_none() -> None:
    known = {"the heating came back": ("report_repair", 0.99), "so can i pay my council tax": ("pay_council_tax", 0.99)}
    assert found("the heating came back, so can i pay my council tax", known) == []


def test_a_likely_wish_beside_a_sure_one_is_not_sure() -> None:
    text = "you missed my bin and can i pay it now"
    known = {"you missed my bin": ("report_missed_bin", 1.0), "can i pay it now": ("pay_council_tax", 0.6)}
    assert [(wish.intent, wish.sure) for wish in found(text, known)] == [
        ("report_missed_bin", True),
        ("pay_council_tax", False),
    ]


def test_two_likely_wishes_are_left_to_the_whole_message() -> None:
    known = {"you missed my bin": ("report_missed_bin", 0.7), "can i pay it now": ("pay_council_tax", 0.6)}
    assert found("you missed my bin and can i pay it now", known) == []


def test_an_emergency_is_never_only_likely() -> None:
    text = "you missed my bin and something smells"
    known = {"you missed my bin": ("report_missed_bin", 1.0), "something smells": ("report_gas_leak", 0.8)}
    assert found(text, known, {**EVEN, "report_gas_leak": 0.2}) == []


def test_at_most_three_wishes_are_taken_the_surest() -> None:
    known = {
        "can you fix my tap": ("report_repair", 0.9),
        "can you empty my bin": ("report_missed_bin", 0.98),
        "can i pay my tax": ("pay_council_tax", 0.99),
        "can i join the library": ("ask_library", 0.97),
    }
    wishes = found("\n".join(known), known)
    assert [wish.intent for wish in wishes] == ["report_missed_bin", "pay_council_tax", "ask_library"]


def test_what_is_no_wish_goes_with_the_part_it_hangs_on() -> None:
    text = "Hello there. The men came, you missed my bin and it stinks. Also can i pay my tax, by card"
    known = {"you missed my bin": ("report_missed_bin", 1.0), "can i pay my tax": ("pay_council_tax", 1.0)}
    assert [wish.text(text) for wish in found(text, known)] == [
        "Hello there. The men came, you missed my bin and it stinks.",
        "can i pay my tax, by card",
    ]


def test_words_of_a_wish_that_stand_apart_become_sentences() -> None:
    text = "you missed my bin, can i pay my tax. The bin was out by six"
    known = {
        "you missed my bin": ("report_missed_bin", 1.0),
        "can i pay my tax.": ("pay_council_tax", 1.0),
        "The bin was out by six": ("report_missed_bin", 0.99),
    }
    wishes = found(text, known)
    assert wishes[0].text(text) == "you missed my bin. The bin was out by six"


def _shared(text: str, *parts: tuple[str, str]) -> list[dict[str, Any]]:
    spans = [((text.index(said), text.index(said) + len(said)),) for _, said in parts]
    wishes = as_json([Wish(intent, 1.0, True, span) for (intent, _), span in zip(parts, spans, strict=True)], text)
    share_out(wishes, find_entities(text, TUESDAY))
    return wishes


def test_each_wish_has_the_entities_of_its_own_words() -> None:
    text = "you missed my black bin at 5 Mill Lane AZ1 2BB and I need a food caddy at 7 Church Road AZ3 4DE"
    first, second = _shared(text, ("report_missed_bin", text[:46]), ("order_bin", text[51:]))
    assert {e["value"] for e in first["entities"]} == {"refuse", "5 Mill Lane", "AZ1 2BB"}
    assert {e["value"] for e in second["entities"]} == {"food", "7 Church Road", "AZ3 4DE"}


def test_a_home_that_is_named_once_is_that_of_each_wish_without_a_place() -> None:
    text = "the tap drips. and you missed my bin at 5 Mill Lane AZ1 2BB. and a pothole outside the library"
    tap, _, hole = _shared(
        text,
        ("report_repair", "the tap drips."),
        ("report_missed_bin", "you missed my bin at 5 Mill Lane AZ1 2BB."),
        ("report_street_problem", "a pothole outside the library"),
    )
    assert {"5 Mill Lane", "AZ1 2BB"} <= {e["value"] for e in tap["entities"]}
    assert "AZ1 2BB" not in {e["value"] for e in hole["entities"]}


def test_where_a_pothole_is_is_nobodys_home() -> None:
    text = "I need a food caddy. and a pothole outside 5 Mill Lane AZ1 2BB"
    caddy, hole = _shared(text, ("order_bin", "I need a food caddy."), ("report_street_problem", text[25:]))
    assert {e["entity"] for e in caddy["entities"]} == {"bin"}
    assert "AZ1 2BB" in {e["value"] for e in hole["entities"]}


def test_words_alone_are_a_wish_only_when_they_are_very_sure() -> None:
    assert is_wish("when is my bin day", "check_bin_day", 0.97)
    assert not is_wish("when is my bin day", "check_bin_day", 0.8)
    assert not is_wish("please hurry up", "affirm", 1.0)

"""What is kept between turns, what a turn is, and that every journey has the words that it needs."""

import json
import re
from pathlib import Path

import pytest

from actions.acts import ACTS
from actions.engine.desk import MOST_FRAMES, Desk, Frame
from actions.engine.turn import Pressed, Turn
from actions.engine.understanding import EMERGENCIES, KIND, SURE, UNSURE, VERY_SURE
from actions.journeys import JOURNEYS, WITHOUT_INTENT
from bot.council import council
from bot.settings import ROOT
from bot.words import has_words, words

SOURCES = sorted((ROOT / "actions" / "journeys").glob("*.py"))


def test_a_desk_comes_back_from_json_as_it_was() -> None:
    desk = Desk(memory={"phone": "+447700900123"}, failures=1, seq=7)
    desk.push(Frame("f1", "order_bin", {"bin": "food"}, [{"text": "hello", "entities": []}], ["told"], "reason", 1))
    desk.push(Frame("f2", "check_bin_day"))
    assert Desk.from_json(json.loads(json.dumps(desk.to_json()))) == desk
    assert Desk.from_json(None) == Desk()


def test_the_newest_task_is_on_top_and_the_oldest_of_too_many_goes() -> None:
    desk = Desk()
    assert desk.top is None
    for n in range(MOST_FRAMES + 2):
        desk.push(Frame(f"f{n}", "order_bin"))
    assert [f.id for f in desk.stack] == [f"f{n}" for n in range(2, MOST_FRAMES + 2)]
    held = desk.frame("f3")
    assert held and desk.frame("f0") is None
    desk.raise_to_top(held)
    assert desk.top is held and len(desk.stack) == MOST_FRAMES


@pytest.mark.parametrize("value", ["yes", True, 2, {"start": "x"}, [["Bin", "Blue"]], None])
def test_a_choice_comes_back_as_it_was_offered(value: object) -> None:
    pressed = Pressed("pick", value, "f1", "reason", {"account": "712345671"})
    assert Pressed.load(pressed.dump()) == pressed


def test_a_turn_is_read_from_the_tracker_of_rasa() -> None:
    tracker = {
        "sender_id": "c1",
        "latest_message": {
            "text": "?",
            "intent": {"name": "check_bin_day", "confidence": 0.9},
            "intent_ranking": [{"name": "check_bin_day", "confidence": 0.9}],
            "entities": [{"entity": "bin", "value": "food"}, {"entity": "bin", "value": "garden"}],
            "metadata": {
                "seq": 3,
                "text": "/when is it",
                "photo": "p1",
                "location": {"lat": 52, "lng": "-1.5"},
                "choice": Pressed("say", "stop").dump(),
            },
        },
    }
    turn = Turn.from_tracker(tracker)
    assert (turn.conversation_id, turn.seq, turn.text, turn.intent) == ("c1", 3, "/when is it", "check_bin_day")
    assert turn.pressed == Pressed("say", "stop") and turn.location == (52.0, -1.5) and turn.photo_id == "p1"
    assert turn.value("bin") == "food" and turn.value("room") is None and turn.words == 3


def test_a_turn_without_anything_is_nothing_understood() -> None:
    turn = Turn.from_tracker({"sender_id": "c1", "latest_message": {}})
    assert (turn.intent, turn.confidence, turn.text, turn.words) == ("out_of_scope", 0.0, "", 0)
    assert not turn.asks


@pytest.mark.parametrize(
    ("text", "asks"), [("when is it", True), ("my bin?", True), ("Can I pay", True), ("it is broken", False), ("", False)]
)
def test_a_question_is_told_from_a_statement(text: str, asks: bool) -> None:
    assert Turn("c", 1, text).asks is asks


def test_the_thresholds_are_in_order() -> None:
    assert 0 < UNSURE < SURE < VERY_SURE < 1


def test_every_journey_is_an_intent_with_a_title() -> None:
    for name in JOURNEYS:
        assert has_words(f"intents.{name}")
        assert name in WITHOUT_INTENT or KIND[name] in ("journey", "conversation")


def test_every_intent_that_may_be_offered_has_a_title() -> None:
    offered = [name for name, kind in KIND.items() if kind in ("journey", "answer", "emergency")]
    assert [name for name in offered if not has_words(f"intents.{name}")] == []
    assert len(EMERGENCIES) == 8


def test_every_act_has_an_owner_among_the_teams() -> None:
    assert {act.owner for act in ACTS.values()} <= set(council()["teams"])
    assert all(ACTS[kind].kind == kind for kind in ACTS)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_words_that_a_journey_names_are_there(source: Path) -> None:
    """Every name in a literal talk.words / tell / end / refuse of a journey has words, its own or shared ones."""
    journeys = [source.stem] if source.stem in JOURNEYS else list(JOURNEYS)
    text = source.read_text(encoding="utf-8")
    named = re.findall(r'talk\.(?:words|tell|end)\(\s*"([a-z_.]+)"', text)
    named += [f"{name}.{word}" for name, word in re.findall(r'talk\.refuse\(\s*"(\w+)", "(\w+)"', text)]
    for name in named:
        assert has_words(f"desk.{name}") or any(has_words(f"{journey}.{name}") for journey in journeys), name


def test_no_words_of_an_act_claim_it_before_the_record_does() -> None:
    for journey in ("report_missed_bin", "order_bin", "report_street_problem", "report_repair", "pay_council_tax"):
        for state in ("kept", "unknown", "rejected"):
            values = dict.fromkeys(("our_ref", "bin", "number", "pay", "days", "reference", "what", "when"), "x")
            said = words(f"{journey}.{state}", **values)
            assert not re.match(r"(Reported|Ordered|Booked|Paid)", said), (journey, state)

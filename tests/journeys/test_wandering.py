"""Residents who say and press anything in any order: every turn is answered, and nothing is done without a yes."""

import random
from collections import Counter

import pytest

from actions.engine.understanding import KIND
from actions.journeys import JOURNEYS
from tests.journeys.talker import Talker
from tests.journeys.town import Town

SAID = (
    "yes",
    "no",
    "4",
    "2",
    "AZ1 2BB",
    "az1 3aa",
    "SW1A 1AA",
    "4 Mill Lane AZ1 2BB",
    "flat 2",
    "no, it's AZ1 3AA",
    "the black one",
    "tuesday morning",
    "10 December",
    "712345671",
    "£145",
    "07700 900123",
    "100002",
    "1A2B3C4D",
    "my kitchen tap drips all day",
    "there is a pothole on Mill Lane outside number 4",
    "something else",
    "none of these",
    "can't afford it, bailiffs came",
    "I don't know",
    "why",
    "sorry?",
    "it's broken and I need another",
    "skip",
    "...",
    "{x} %s",
)
SYSTEMS = ("pay", "notify", "open311", "repairs", "waste", "places", "postcodes")
FAULTS = ("down", "500", "429", "garbage", "reset")
INTENTS = (*JOURNEYS, *KIND, "inform", "inform", "inform", "affirm", "deny", "correct_detail", "stop")


def step(talker: Talker, dice: random.Random) -> str:
    """Do one thing at random and return what it was."""
    offered = [c for reply in talker.heard[-6:] for c in reply.choices]
    do = dice.random()
    if offered and do < 0.45:
        choice = dice.choice(offered)
        talker.press_choice(choice)
        return f"pressed {choice.title}"
    if do < 0.48:
        talker.photo("2" * 32)
        return "photo"
    if do < 0.51:
        talker.location(52.2211, -1.4472)
        return "location"
    text, intent = dice.choice(SAID), dice.choice(INTENTS)
    confidence = dice.choice((0.2, 0.4, 0.6, 0.95))
    talker.say(text, intent, confidence, ((intent, confidence), ("check_bin_day", 0.1)))
    return f"said {text!r} as {intent} {confidence}"


def counts(town: Town) -> dict[str, int]:
    """Return how many of each kind of act the back office holds."""
    streets = [one["service_code"] for one in town.get("/open311/services.json")]
    reports = {code: len(town.reports(code)) for code in streets}
    missed, orders = reports.pop("missed_bin"), reports.pop("container_request")
    return {
        "missed_bin": missed,
        "bin_order": orders,
        "street_problem": sum(reports.values()),
        "payment": len(town.payments()),
        "repair": len(town.repairs()),
        "text": len(town.texts()),
    }


@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_said_and_pressed_is_answered(talker: Talker, town: Town, seed: int, broken: bool) -> None:
    dice = random.Random(seed)
    done: list[str] = []
    for _ in range(30):
        before = len(talker.commitments)
        checked = any(r.extra.get("question", "").endswith("check.ask") for r in talker.heard)
        if broken and dice.random() < 0.3:
            town.break_down(dice.choice(SYSTEMS), dice.choice(FAULTS), dice.randint(1, 3))
        done.append(step(talker, dice))
        assert len(talker.last) <= 12 and len(talker.stack) <= 4, done
        assert checked or len(talker.commitments) == before, f"done without a check: {done}"
    town.mend()
    made = Counter(c.kind for c in talker.commitments)
    certain = Counter(c.kind for c in talker.commitments if c.state == "confirmed" or c.reference)
    for kind, count in counts(town).items():
        assert certain[kind] <= count <= made[kind], (kind, done)

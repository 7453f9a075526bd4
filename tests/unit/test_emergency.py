"""The emergency check, on the real patterns. Its phrases, in `phrases/`, are not trained on."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.clock import LONDON
from bot.council import council
from bot.safety import emergency
from bot.safety.signs import Lexicon, Signs, sentences
from tests.phrases import phrases

PHRASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "phrases" / "emergencies.yml").read_text(encoding="utf-8"))
NIGHT = datetime(2026, 12, 1, 23, 30, tzinfo=LONDON)
DAY = datetime(2026, 12, 1, 11, 0, tzinfo=LONDON)


@pytest.mark.parametrize(("intent", "text"), [(k, text) for k, texts in PHRASES["emergencies"].items() for text in texts])
def test_a_plain_emergency_is_recognised(intent: str, text: str) -> None:
    assert emergency.check(text) == intent


@pytest.mark.parametrize("text", PHRASES["ordinary"])
def test_an_ordinary_council_message_raises_no_alarm(text: str) -> None:
    assert emergency.check(text) is None


@pytest.mark.parametrize("intent", emergency.emergencies())
def test_most_of_the_training_phrases_are_recognised_without_the_classifier(intent: str) -> None:
    texts = [text for text, label in phrases() if label == intent]
    assert len(texts) >= 80
    assert sum(emergency.check(text) == intent for text in texts) >= 0.55 * len(texts)


def test_fewer_than_three_in_a_thousand_other_training_phrases_raise_an_alarm() -> None:
    others = [text for text, label in phrases() if label not in emergency.emergencies()]
    alarms = [text for text in others if emergency.check(text)]
    assert len(alarms) < 0.003 * len(others), alarms


def test_the_eight_emergencies_stand_in_order_of_urgency() -> None:
    assert emergency.emergencies()[:2] == ("report_danger_to_life", "report_gas_leak")
    assert len(emergency.emergencies()) == 8


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I want to kill myself, I've taken an overdose", "report_danger_to_life"),
        ("My bin was missed. Also there is a strong smell of gas in the hall", "report_gas_leak"),
        ("my husband hits me and I have nowhere to sleep tonight", "domestic_abuse"),
        ("a tree has come down in the flood and someone is trapped under it", "report_danger_to_life"),
    ],
)
def test_the_most_urgent_of_two_emergencies_is_returned(text: str, intent: str) -> None:
    assert emergency.check(text) == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("There was a smell of gas last year", None),
        ("We smelt gas on Monday. It has been dealt with.", None),
        ("There was a fire in the flat but it is all sorted now", None),
        ("the boiler was serviced last year and theres a smell of gas in the kitchen", "report_gas_leak"),
        ("we had a gas leak last year and I can smell gas again", "report_gas_leak"),
        ("The missed bin was sorted. My kitchen is on fire", "report_danger_to_life"),
        ("My husband hit me last year", "domestic_abuse"),
        ("I tried to kill myself last year", "self_harm"),
    ],
)
def test_what_is_over_raises_no_alarm_unless_it_goes_on_or_is_abuse(text: str, intent: str | None) -> None:
    assert emergency.check(text) == intent


@pytest.mark.parametrize(
    "text",
    [
        "CAN SMELL GAS!!!",
        "i can smell gaaaas",
        "I can smell\u2026 gas",
        "I can smell ga\u200bs",
        "\uff29 can smell \uff47\uff41\uff53",
        "asking for a friend, who do you ring if there is a smell of gas",
    ],
)
def test_the_way_it_is_typed_makes_no_difference(text: str) -> None:
    assert emergency.check(text) == "report_gas_leak"


def test_apostrophes_of_every_kind_are_read_alike() -> None:
    for apostrophe in "'\u2019\u2018`\u00b4":
        assert emergency.check(f"he isn{apostrophe}t breathing") == "report_danger_to_life"
    assert emergency.check("he isnt breathing") == "report_danger_to_life"


@pytest.mark.parametrize("text", ["", " ", "?!", "\n\n", "\U0001f525", "123", "gas", "smell"])
def test_a_message_without_a_sign_is_no_emergency(text: str) -> None:
    assert emergency.check(text) is None


def test_a_check_takes_less_than_a_millisecond() -> None:
    texts = [text for text, _ in phrases()][:1000]
    emergency.check("warm")
    best = min(_seconds(texts) for _ in range(3))
    assert best / len(texts) < 0.001


def test_a_message_made_to_be_slow_is_read_in_a_quarter_of_a_second() -> None:
    for hostile in (
        "smell gas " * 250,
        "gas " * 250 + "smell " * 170,
        "he hit me " * 200,
        "a" * 2000,
        "my kids " * 250,
    ):
        assert _seconds([hostile]) < 0.25


def _seconds(texts: list[str]) -> float:
    start = time.process_time()
    for text in texts:
        emergency.check(text)
    return time.process_time() - start


@pytest.mark.parametrize("moment", [NIGHT, DAY], ids=["at night", "in office hours"])
@pytest.mark.parametrize(
    ("intent", "number"),
    [
        ("report_danger_to_life", "999"),
        ("report_gas_leak", "0800 111 999"),
        ("self_harm", "999"),
        ("safeguarding_concern", "999"),
        ("domestic_abuse", "999"),
        ("report_flooding", "999"),
        ("report_dangerous_structure", "999"),
    ],
)
def test_the_reply_gives_the_right_number_first_and_asks_nothing(intent: str, number: str, moment: datetime) -> None:
    text = emergency.reply(intent, moment)
    assert number in text.splitlines()[0]
    assert "?" not in text and "{" not in text


def test_the_council_number_is_the_one_that_is_answered_at_that_hour() -> None:
    phones = council()["phones"]
    assert phones["out_of_hours"] in emergency.reply("homeless_tonight", NIGHT).splitlines()[0]
    assert phones["homeless"] in emergency.reply("homeless_tonight", DAY).splitlines()[0]
    assert phones["out_of_hours"] in emergency.reply("safeguarding_concern", NIGHT)
    assert phones["social_care"] in emergency.reply("safeguarding_concern", DAY)
    for intent in ("report_flooding", "report_dangerous_structure"):
        assert phones["out_of_hours"] in emergency.reply(intent, NIGHT)
        assert phones["contact_centre"] in emergency.reply(intent, DAY)


def test_the_replies_carry_the_national_helplines() -> None:
    for number in ("116 123", "SHOUT to 85258", "0800 1111", "NHS 111"):
        assert number in emergency.reply("self_harm", NIGHT)
    assert "0808 2000 247" in emergency.reply("domestic_abuse", NIGHT)
    assert "press 55" in emergency.reply("domestic_abuse", NIGHT)
    assert "0345 988 1188" in emergency.reply("report_flooding", NIGHT)
    assert "streetlink" in emergency.reply("homeless_tonight", NIGHT)
    assert "light switches" in emergency.reply("report_gas_leak", NIGHT)


def test_a_reply_to_what_is_no_emergency_is_an_error() -> None:
    with pytest.raises(KeyError):
        emergency.reply("report_noise", NIGHT)


def test_the_language_of_the_signs() -> None:
    lexicon = Lexicon({"smell": "smell*, whiff of, {bad}", "bad": "stinks"}, {"leak", "pills"}.__contains__)

    def found(line: str, text: str) -> bool:
        return Signs([lexicon.sign(line)]).found(lexicon.hits(lexicon.read(sentences(text)[0])))

    assert found("gas leak", "a gas leak") and not found("gas leak", "gas has a leak")
    assert (
        found("{smell} gas", "smelling gas") and found("{smell} gas", "whiff of gas") and found("{smell} gas", "stinks gas")
    )
    assert found("leak|burst", "it burst") and found("made_safe|out", "it was made safe")
    assert found("a > b", "a x x b") and not found("a > b", "b x a") and not found("a >1 b", "a x x b")
    assert found("a + b", "b x a") and not found("a + b", "a" + " x" * 20 + " b")
    assert found("a - b", "a") and not found("a - b", "a and then b")
    assert found("^ a $", "a") and not found("^ a $", "a b")
    assert found("# pills", "40 pills") and not found("# pills", "2 pills")
    with pytest.raises(ValueError, match="no group"):
        lexicon.sign("{unheard}")

"""A message in another language: what its resident reads, what Rasa hears of it, and what staff see in the morning."""

from typing import Any

import pytest

from bot import morning
from bot.council import council
from bot.log import ConversationLog
from bot.words import words
from tests.scripted import Scripted, Visitor

POLISH = "kiedy odbieracie śmieci z mojej ulicy"
URDU = "میرا کوڑا کب اٹھایا جائے گا"
LATVIAN = "kad jūs izvedat atkritumus no manas ielas"
GAS = "czuć gaz w mieszkaniu"


@pytest.fixture
def flagged(monkeypatch: pytest.MonkeyPatch, log: ConversationLog) -> Any:
    """What the morning's list says of flagged conversations, without the time and the conversation."""
    monkeypatch.setattr(morning, "get_engine", lambda: log.engine)

    def look() -> dict[str, list[tuple[str, str]]]:
        found = morning.morning()
        return {name: [(row["why"], row["language"]) for row in found[name]] for name in ("emergencies", "other_flags")}

    return look


def test_it_is_answered_in_its_language_and_never_reaches_rasa(visitor: Visitor, agent: Scripted, flagged: Any) -> None:
    [reply] = visitor.say(POLISH)
    assert (reply["kind"], reply["lang"], reply["dir"]) == ("notice", "pl", "ltr")
    assert "angielski" in reply["text"] and council()["phones"]["interpreter"] in reply["text"] and "999" in reply["text"]
    assert reply["choices"] == [] and not agent.heard
    assert flagged() == {"emergencies": [], "other_flags": [("other_language", "Polish")]}


def test_english_replies_say_nothing_of_a_language(visitor: Visitor, flagged: Any) -> None:
    [reply] = visitor.say("hello")
    assert "lang" not in reply and "dir" not in reply
    assert flagged() == {"emergencies": [], "other_flags": []}


def test_english_goes_on_afterwards(visitor: Visitor) -> None:
    visitor.say(POLISH)
    [reply] = visitor.say("hello")
    assert reply["text"] == "You said: hello"


def test_a_language_without_a_text_is_answered_in_english_and_named_to_staff(visitor: Visitor, flagged: Any) -> None:
    [reply] = visitor.say(LATVIAN)
    assert reply["text"] == words("other_language.english") and "lang" not in reply
    assert flagged()["other_flags"] == [("other_language", "Latvian")]


def test_an_emergency_is_told_in_its_language_and_then_in_english(visitor: Visitor, agent: Scripted, flagged: Any) -> None:
    theirs, ours = visitor.say(GAS)
    assert (theirs["kind"], theirs["emergency"], theirs["lang"]) == ("emergency", "report_gas_leak", "pl")
    assert (ours["kind"], ours["emergency"], "lang" in ours) == ("emergency", "report_gas_leak", False)
    assert "0800 111 999" in theirs["text"].splitlines()[0] and "0800 111 999" in ours["text"].splitlines()[0]
    assert "gas emergency line" in ours["text"] and not agent.heard
    assert flagged() == {"emergencies": [("report_gas_leak", "Polish")], "other_flags": []}


def test_an_emergency_that_the_english_check_knows_is_told_in_both_languages_too(visitor: Visitor) -> None:
    theirs, ours = visitor.say("pomocy mój dom my house is on fire proszę szybko")
    assert (theirs["lang"], theirs["emergency"]) == ("pl", "report_danger_to_life")
    assert "Call 999 now" in ours["text"]


def test_the_log_says_what_was_understood(visitor: Visitor, log: ConversationLog) -> None:
    visitor.say(POLISH)
    visitor.say(GAS)
    with log.engine.connect() as conn:
        said = conn.exec_driver_sql("SELECT intent, model, entities FROM messages WHERE direction = 'in' ORDER BY seq").all()
    assert [(row.intent, row.model) for row in said] == [
        ("other_language", "language check"),
        ("report_gas_leak", "emergency check"),
    ]
    assert all('"pl"' in row.entities for row in said)


def test_at_an_open_question_one_press_goes_back_to_it(visitor: Visitor, agent: Scripted) -> None:
    visitor.say("which address")
    [reply] = visitor.say("nie rozumiem co to znaczy proszę")
    assert [choice["title"] for choice in reply["choices"]] == [words("desk.carry_on")]
    assert reply["lang"] == "pl"
    visitor.post({"choice": reply["choices"][0]["id"]})
    assert "resume" in agent.heard[-1].metadata["choice"]


def test_at_an_open_question_a_postcode_is_read_and_no_wish_is_taken(visitor: Visitor, agent: Scripted) -> None:
    visitor.say("which address")
    notice, answer = visitor.say("mój kod to AZ1 2BC")
    assert notice["lang"] == "pl" and answer["text"] == "You said: mój kod to AZ1 2BC"
    heard = agent.heard[-1].parse_data
    assert heard["intent"] == {"name": "inform", "confidence": 1.0} and heard["intent_ranking"] == []


def test_the_notice_is_said_once_when_the_task_goes_on(visitor: Visitor, agent: Scripted) -> None:
    visitor.say("which address")
    visitor.say(POLISH)
    [answer] = visitor.say("mój kod to AZ1 2BC")
    assert answer["text"] == "You said: mój kod to AZ1 2BC"


def test_without_an_open_question_a_postcode_is_no_answer(visitor: Visitor, agent: Scripted) -> None:
    [reply] = visitor.say("mój kod to AZ1 2BC")
    assert reply["lang"] == "pl" and not agent.heard


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("mój telefon to 07700 900123", True),
        ("moje konto to 712345671", True),
        ("może 12/12/2026 proszę", True),
        ("numer domu 4", True),
        ("mój adres email ada@ashcombe.example", True),
        ("kran cieknie już od 3 dni w łazience", False),
        ("nie wiem czy może być", False),
    ],
)
def test_at_an_open_question_what_is_the_same_in_every_language_is_read(
    visitor: Visitor, agent: Scripted, text: str, read: bool
) -> None:
    visitor.say("which address")
    visitor.say(text)
    assert (agent.heard[-1].text == text) is read


def test_a_card_number_in_another_language_is_masked_and_warned_of_too(visitor: Visitor) -> None:
    warning, notice = visitor.say("moja karta to 4242 4242 4242 4242 proszę zapłacić")
    assert warning["text"] == words("gate.card") and notice["lang"] == "pl"


def test_the_page_marks_the_language_and_the_direction(visitor: Visitor) -> None:
    [reply] = visitor.say(URDU)
    page = visitor.page()
    assert '<div class="nd-text" lang="ur" dir="rtl">' in page
    assert f'<div class="nd-text" dir="auto">{URDU}</div>' in page
    assert 'href="tel:999"' in reply["html"] and reply["html"] in page


def test_the_copy_says_in_which_language_a_reply_is(visitor: Visitor) -> None:
    visitor.say(URDU)
    copy = visitor.http.get(f"{visitor.url}/chat/transcript", timeout=20)
    assert "in Urdu:" in copy.text and "انگریزی" in copy.text

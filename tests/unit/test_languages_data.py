"""What Night Desk says in other languages: every text is whole, with the numbers of the approved English one."""

import re
from datetime import datetime

import pytest

from bot.clock import LONDON
from bot.council import council
from bot.safety import emergency, foreign
from bot.safety.languages import FILES, Language, english, languages, name_of, shared, shared_with_english

NIGHT = datetime(2026, 12, 1, 23, 30, tzinfo=LONDON)
DAY = datetime(2026, 12, 1, 11, 0, tzinfo=LONDON)
WITH_TEXT = [code for code, language in languages().items() if language.reply]
ASKED_FOR = ["cy", "pl", "ro", "bn", "ur", "pa", "ar", "pt", "uk", "so", "zh-Hant"]
# The number that must come first, and those that must be there.
FIRST = {"report_gas_leak": "0800 111 999", "homeless_tonight": council()["phones"]["out_of_hours"]}
ALSO = {
    "report_danger_to_life": ["55"],
    "report_gas_leak": ["999"],
    "self_harm": ["116 123", "SHOUT", "85258", "111", "0800 1111"],
    "safeguarding_concern": ["0800 1111", "0808 800 5000", council()["phones"]["out_of_hours"]],
    "domestic_abuse": ["55", "0808 2000 247", "0808 801 0327", council()["phones"]["out_of_hours"]],
    "report_flooding": ["0345 988 1188", council()["phones"]["out_of_hours"]],
    "report_dangerous_structure": ["105", "10", council()["phones"]["out_of_hours"]],
    "homeless_tonight": ["18", "0808 2000 247"],
}


def numbers(text: str) -> list[str]:
    return re.findall(r"\d(?:[\d ]*\d)?", text)


def seen(text: str) -> str:
    return re.sub("[\u2066\u2069]", "", text)


def test_the_languages_that_were_asked_for_have_a_text() -> None:
    assert set(ASKED_FOR) <= set(WITH_TEXT)
    assert len(WITH_TEXT) == len(list(FILES.glob("*.yml")))


@pytest.mark.parametrize("code", WITH_TEXT)
def test_the_notice_gives_the_interpreters_number_and_999(code: str) -> None:
    text = seen(foreign.notice(code))
    assert council()["phones"]["interpreter"] in text and "999" in text and council()["name"] in text
    assert "{" not in text
    assert numbers(text) == [council()["phones"]["interpreter"], "999"]


@pytest.mark.parametrize("intent", emergency.emergencies())
@pytest.mark.parametrize("code", WITH_TEXT)
def test_each_emergency_has_the_right_number_first_and_no_number_of_its_own(code: str, intent: str) -> None:
    text = seen(foreign.emergency_reply(code, intent, NIGHT))
    assert FIRST.get(intent, "999") in numbers(text.splitlines()[0])
    assert all(number in text for number in ALSO[intent]), text
    allowed = {*numbers(emergency.reply(intent, NIGHT)), "999", "55", "10", "18", "19", "85258", "105"}
    assert {n for n in numbers(text) if len(n) > 1} <= allowed
    assert "{" not in text and "?" not in text and "؟" not in text


@pytest.mark.parametrize("code", WITH_TEXT)
def test_by_day_the_number_is_that_of_the_team_as_in_english(code: str) -> None:
    for intent, line in shared()["lines"].items():
        phone = council()["phones"][line]
        assert phone in emergency.reply(intent, DAY), intent
        assert phone in seen(foreign.emergency_reply(code, intent, DAY))


@pytest.mark.parametrize("code", WITH_TEXT)
def test_nobody_has_checked_it_unless_the_file_says_who(code: str) -> None:
    assert "checked_by" in languages()[code].patterns


def test_numbers_in_a_line_from_right_to_left_are_kept_in_order() -> None:
    from_right = [language for language in languages().values() if language.dir == "rtl" and language.reply]
    assert {language.code for language in from_right} == {"ar", "fa", "ur"}
    for language in from_right:
        assert "\u20660800 111 999\u2069" in foreign.emergency_reply(language.code, "report_gas_leak", NIGHT)


def test_the_words_of_a_language_are_no_english_words() -> None:
    for language in languages().values():
        assert not language.words & (english() | shared_with_english()), language.code


def test_a_word_is_one_word() -> None:
    for language in languages().values():
        assert not [word for word in language.words if re.search(r"[\s'’-]", word)], language.code


def test_every_language_can_be_told_by_something() -> None:
    alone: dict[str, list[Language]] = {}
    for language in languages().values():
        alone.setdefault(language.script, []).append(language)
    for script, those in alone.items():
        assert len(those) == 1 or all(language.words or language.letters for language in those), script
        assert len(those) == 1 or script == "Latin" or script in shared()["default_of_script"], script


def test_the_signs_of_every_language_can_be_read() -> None:
    for code in WITH_TEXT:
        assert list(languages()[code].emergencies) == list(emergency.emergencies()), code
        assert foreign.check("", foreign.Heard(None, (code,))) is None


def test_staff_read_the_name_of_a_language_in_english() -> None:
    assert name_of("pl") == "Polish" and name_of("zh-Hant") == "Chinese (traditional)" and name_of("lv") == "Latvian"
    assert name_of("und") == "a language that was not recognised"

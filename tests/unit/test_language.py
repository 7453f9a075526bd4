"""Which language a message is in, on the real words. Its phrases are in `phrases/`; what it is measured by, in tests/nlu."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.safety import foreign, writing
from bot.safety.language import hear, other_language

PHRASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "phrases" / "languages.yml").read_text(encoding="utf-8"))
EMERGENCIES = [
    (code, kind, t) for code, kinds in PHRASES["emergencies"].items() for kind, texts in kinds.items() for t in texts
]


def emergency_in(text: str) -> tuple[str, str] | None:
    return foreign.check(text, hear(text))


@pytest.mark.parametrize(("code", "kind", "text"), EMERGENCIES)
def test_a_clear_emergency_in_another_language_is_caught(code: str, kind: str, text: str) -> None:
    assert emergency_in(text) == (code, kind)


@pytest.mark.parametrize("text", PHRASES["ordinary"])
def test_what_only_looks_like_an_emergency_raises_no_alarm(text: str) -> None:
    assert other_language(text) is not None
    assert emergency_in(text) is None


@pytest.mark.parametrize("text", PHRASES["english"])
def test_names_addresses_dishes_and_short_answers_stay_english(text: str) -> None:
    assert other_language(text) is None
    assert emergency_in(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("nie wiem", "pl"),
        ("prosze o pomoc", "pl"),
        ("ile wynosi czynsz", "pl"),
        ("mój kod to AZ1 2BC", "pl"),
        ("waa maxay", "so"),
        ("Спасибо", "ru"),
        ("Дякую", "uk"),
        ("شكرا", "ar"),
        ("شکریہ", "ur"),
        ("متشکرم", "fa"),
        ("多謝", "zh-Hant"),
        ("谢谢你", "zh-Hans"),
        ("ありがとうございます", "ja"),
        ("ਸਤ ਸ੍ਰੀ ਅਕਾਲ", "pa"),
    ],
)
def test_a_few_words_are_enough_where_they_are_clear(text: str, code: str) -> None:
    assert other_language(text) == code


@pytest.mark.parametrize("text", ["KIEDY ODBIERACIE ŚMIECI?!", "kiedy  odbieracie\nsmieci", "kiedy odb\u200bieracie śmieci"])
def test_the_way_it_is_typed_makes_no_difference(text: str) -> None:
    assert other_language(text) == "pl"


def test_an_english_message_with_a_foreign_word_stays_english() -> None:
    for text in ("hola, can you tell me my bin day", "my name is Володимир and my bin was missed", "what does 垃圾 mean"):
        assert other_language(text) is None


def test_a_language_that_nobody_has_named_is_not_taken_for_english() -> None:
    assert other_language("hvenær verður ruslið sótt í götunni okkar") == "und"


def test_a_cry_for_help_among_english_words_is_caught() -> None:
    assert emergency_in("please czuję gaz w mieszkaniu") == ("pl", "report_gas_leak")
    assert emergency_in("Pożar!") == ("pl", "report_danger_to_life")


def test_what_is_over_raises_no_alarm() -> None:
    assert emergency_in("pożar w kuchni był rok temu") is None
    assert emergency_in("mąż bił mnie rok temu") == ("pl", "domestic_abuse")


@pytest.mark.parametrize("text", ["", " ", "?!", "\n\n", "\U0001f525", "123", "AZ1 2BB", "\x00\ufffe", "\ud800", "é"])
def test_what_says_nothing_is_no_language(text: str) -> None:
    assert other_language(text) is None
    assert emergency_in(text) is None


def test_a_message_made_to_be_slow_is_read_in_a_quarter_of_a_second() -> None:
    for hostile in ("czuć gaz nie " * 150, "煤氣味" * 600, "a" * 2000, "mujhe marta " * 160, "é" * 2000, "нет газ " * 250):
        hear("warm"), emergency_in(hostile[:20])
        start = time.process_time()
        emergency_in(hostile)
        assert time.process_time() - start < 0.25, hostile[:20]


def test_words_are_parted_at_apostrophes_and_every_chinese_character_is_one() -> None:
    assert writing.sentences(writing.normal("Mae'r tŷ. Пом'яте!")) == [["mae", "r", "tŷ"], ["пом", "яте"]]
    assert writing.words("煤氣 味") == ["煤", "氣", "味"]
    assert writing.words(writing.normal("ਗੈਸ ਵਿੱਚ গ্যাস")) == ["ਗੈਸ", "ਵਿੱਚ", "গ্যাস"]


def test_accents_and_letters_that_are_typed_for_one_another_are_folded() -> None:
    assert writing.fold(writing.normal("Łódź ĐƯỜNG ışık straße")) == "lodz duong isik strasse"
    assert writing.fold("می‌کند یک".replace("\u200c", " ")) == writing.fold("مي كند يك")


def test_a_script_is_known_by_the_first_letter() -> None:
    found = {writing.script(word) for word in ("łódź", "мир", "নিয়ে", "ਨਵਾਂ", "بيت", "家", "の", "ነው", "Ω")}
    assert found == {"Latin", "Cyrillic", "Bengali", "Gurmukhi", "Arabic", "Han", "Kana", "Ethiopic", "Greek"}

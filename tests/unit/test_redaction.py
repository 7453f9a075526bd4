"""Card details are masked before anything keeps them; what the council needs to read is not."""

import time

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.safety.cards import luhn
from bot.safety.redaction import CARD, CODE, EXPIRY, redact

# Published test numbers of each scheme, by how many digits they have.
TEST_CARDS = [
    "4222222222222",
    "30569309025904",
    "38520000023237",
    "378282246310005",
    "371449635398431",
    "4111111111111111",
    "4242424242424242",
    "4000058260000005",
    "4444333322221111",
    "5555555555554444",
    "2223003122003222",
    "6011111111111117",
    "3530111333300000",
    "6759649826438453",
    "6205500000000000004",
]
SEPARATORS = [" ", "-", ".", "  ", " - ", "\u00a0", "\u2009", "\u2013", "\u2011", "\u2212", "\u00b7", "_", "/", ",",
              "\n", "\t", "\u200b", "\u2060", "\uff0d"]  # fmt: skip
PREFIXES = {"4": 16, "51": 16, "55": 16, "2221": 16, "2720": 16, "34": 15, "37": 15, "36": 14, "6011": 16, "62": 19}


def with_check_digit(digits: str) -> str:
    return next(digits + last for last in "0123456789" if luhn(digits + last))


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    prefix, length = draw(st.sampled_from(sorted(PREFIXES.items())))
    rest = draw(st.text("0123456789", min_size=length - len(prefix) - 1, max_size=length - len(prefix) - 1))
    return with_check_digit(prefix + rest)


def groups_of(number: str) -> list[str]:
    if len(number) == 15:
        return [number[:4], number[4:10], number[10:]]
    if len(number) == 14:
        return [number[:4], number[4:10], number[10:]]
    return [number[start : start + 4] for start in range(0, len(number), 4)]


def digits_in(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


@pytest.mark.parametrize("number", TEST_CARDS)
def test_the_published_test_cards_are_masked(number: str) -> None:
    assert redact(number).text == CARD
    assert redact(f"it is {' '.join(groups_of(number))}, thanks").text == f"it is {CARD}, thanks"
    assert redact(number).found == {"card_number"}


@given(card_numbers(), st.sampled_from(SEPARATORS))
def test_a_card_number_is_masked_however_it_is_spaced(number: str, separator: str) -> None:
    assert redact(f"card {separator.join(groups_of(number))} ok").text == f"card {CARD} ok"
    assert redact(f"card {separator.join(number)} ok").text == f"card {CARD} ok"


@given(card_numbers(), st.lists(st.sampled_from(SEPARATORS), min_size=18, max_size=18))
def test_a_card_number_is_masked_with_separators_of_all_kinds_between_its_groups(number: str, separators: list[str]) -> None:
    parts = groups_of(number)
    text = "".join(part + separator for part, separator in zip(parts, [*separators[: len(parts) - 1], ""], strict=True))
    assert digits_in(redact(text).text) == ""


@given(st.integers(12, 18).flatmap(lambda size: st.text("0123456789", min_size=size, max_size=size)))
def test_every_luhn_valid_number_in_one_piece_or_in_fours_is_masked(digits: str) -> None:
    assume(digits[0] != "0" and not digits.startswith("440"))
    number = with_check_digit(digits)
    assert redact(number).text == CARD
    in_fours = [number[start : start + 4] for start in range(0, len(number), 4)]
    assert redact(" ".join(in_fours)).text == CARD
    assert redact("-".join(in_fours)).text == CARD


@given(card_numbers())
def test_digits_of_other_scripts_are_digits(number: str) -> None:
    for zero in ("\uff10", "\u0660", "\u06f0", "\u0966", "\U0001d7ce"):
        foreign = "".join(chr(ord(zero) + int(digit)) for digit in number)
        assert redact(foreign).text == CARD
    keycaps = "".join(f"{digit}\ufe0f\u20e3" for digit in number)
    assert digits_in(redact(keycaps).text) == ""


@given(card_numbers(), st.integers(1, 12))
def test_a_card_number_over_two_messages_is_masked_in_both(number: str, cut: int) -> None:
    first, second = number[:cut], number[cut:]
    assume(len(second) < 13)
    assume(not (len(first) == 9 and first[0] == "7") and not (len(second) == 9 and second[0] == "7"))
    assume(not (len(second) == 11 and second[0] == "0"))
    got = redact(f"{second} is the rest", previous=f"my card starts {first}...")
    assert (got.previous, got.text) == (f"my card starts {CARD}...", f"{CARD} is the rest")
    assert got.found == {"card_number"}


def test_spaced_halves_of_a_card_number_are_masked() -> None:
    got = redact("and then 1111 1111, exp 12/27", previous="ok: 4111 1111")
    assert (got.previous, got.text) == (f"ok: {CARD}", f"and then {CARD}, exp {EXPIRY}")


@pytest.mark.parametrize(
    "text, masked",
    [
        ("cvv 123", f"cvv {CODE}"),
        ("CVV: 123", f"CVV: {CODE}"),
        ("my cvv is 123", f"my cvv is {CODE}"),
        ("cvc=1234", f"cvc={CODE}"),
        ("CV2 123", f"CV2 {CODE}"),
        ("c.v.v. 123", f"c.v.v. {CODE}"),
        ("the security code is 123.", f"the security code is {CODE}."),
        ("security code on the card is 1 2 3", f"security code on the card is {CODE}"),
        ("security number - 123", f"security number - {CODE}"),
        ("3 digits on the back 123", f"3 digits on the back {CODE}"),
        ("the three numbers on the back are 123", f"the three numbers on the back are {CODE}"),
        ("the last 3 digits on the back of my card are 123", f"the last 3 digits on the back of my card are {CODE}"),
        ("123 is the security code", f"{CODE} is the security code"),
        ("123 (cvv)", f"{CODE} (cvv)"),
        ("\uff11\uff12\uff13 is my cvv", f"{CODE} is my cvv"),
        ("cvv \uff11\uff12\uff13", f"cvv {CODE}"),
    ],
)
def test_a_security_code_is_known_by_what_is_said_around_it(text: str, masked: str) -> None:
    got = redact(text)
    assert (got.text, got.found) == (masked, {"security_code"})


def test_a_security_code_may_come_in_the_message_after_its_name() -> None:
    assert redact("123", previous="The security code is").text == CODE
    assert redact("It's 123", previous="4 Mill Lane").text == "It's 123"
    assert redact("123", previous="What number?").text == "123"


@pytest.mark.parametrize(
    "rest, masked",
    [
        (" exp 12/27 cvv 123", f" exp {EXPIRY} cvv {CODE}"),
        (" 12/27 123", f" {EXPIRY} {CODE}"),
        (", expires 01/2028", f", expires {EXPIRY}"),
        ("\n05-29\n1234", f"\n{EXPIRY}\n{CODE}"),
        (" 123", f" {CODE}"),
    ],
)
def test_what_stands_beside_a_card_goes_with_it(rest: str, masked: str) -> None:
    assert redact(f"4111 1111 1111 1111{rest}").text == f"{CARD}{masked}"


def test_a_code_typed_against_a_card_number_goes_with_it() -> None:
    assert redact("4111111111111111123").text == CARD
    assert redact("41111111111111112").text == CARD


@pytest.mark.parametrize(
    "text",
    [
        "01632 960100",
        "01632960100",
        "0161 496 0123",
        "020 7946 0123",
        "07700 900123",
        "+44 7700 900123",
        "+44 (0)7700 900123",
        "+4407700900123",
        "0044 7700 900123",
        "00447700900123",
        "45 07700 900123",
        "Flat 62, 01632 960100",
        "0161 496 0123 712345671",
        "0161 496 0123 100091202104",
        "712345671 07700900123",
        "712345671",
        "700000011\n700000038",
        "100091202104",
        "100091202104 07700 900123",
        "report 4512345 712345671",
        "FMS-1234567, ND-4K7Q2M9X",
        "31/12/2026",
        "23/12/2026 - 24/12/2026",
        "23.12.2026-24.12.2026",
        "2026-12-25 14:30",
        "from 9:00 to 17:00 on 25/12/2026",
        "\u00a345.00 to 712345671",
        "my code is 123456",
        "the security code you texted is 123456",
        "exp 12/27",
        "4111 1111 1111 1112",
        "4 Mill Lane AZ1 2BB",
        "my cv is 2 pages",
    ],
)
def test_what_the_council_needs_to_read_stays(text: str) -> None:
    got = redact(text)
    assert (got.text, got.found) == (text, frozenset())


PHONES = st.builds(
    lambda form, last: form.format(f"{last:03}"),
    st.sampled_from(
        ["0161 496 0{}", "01632 960{}", "01632960{}", "07700 900{}", "07700900{}", "+44 7700 900{}", "0044 7700 900{}"]
    ),
    st.integers(0, 999),
)
ACCOUNTS = st.builds(lambda number: f"7{number:08}", st.integers(0, 99_999_999))
UPRNS = st.builds(lambda number: f"10009{number:07}", st.integers(0, 9_999_999))
DATES = st.dates().map(lambda day: day.strftime("%d/%m/2026"))
HOUSES = st.integers(1, 250).map(str)
KNOWN_NUMBERS = st.one_of(PHONES, ACCOUNTS, UPRNS, DATES)


@given(KNOWN_NUMBERS)
def test_no_phone_account_uprn_or_date_is_ever_masked(number: str) -> None:
    assert redact(number).text == number


@given(HOUSES, st.one_of(PHONES, ACCOUNTS, DATES))
def test_a_house_number_before_them_makes_no_card_of_them(house: str, number: str) -> None:
    assert redact(f"{house} {number}").text == f"{house} {number}"
    got = redact(number, previous=house)
    assert (got.previous, got.text) == (house, number)


@given(st.lists(KNOWN_NUMBERS, min_size=2, max_size=4), st.sampled_from([", ", " and ", "; ", " or "]))
def test_lists_of_them_stay(numbers: list[str], separator: str) -> None:
    text = separator.join(numbers)
    assert redact(text).text == text


@given(KNOWN_NUMBERS, KNOWN_NUMBERS)
def test_two_messages_with_them_stay(first: str, second: str) -> None:
    got = redact(second, previous=first)
    assert (got.previous, got.text) == (first, second)


FRAGMENTS = st.sampled_from(
    ["4111", "1111", "4111111111111111", "378282246310005", "123", "12/27", "cvv", "is", "security code", "exp", CARD,
     CODE, EXPIRY, " ", " ", "-", ".", ",", "\n", "0", "7", "07700 900123", "on the back", "3 digits", "\uff14",
     "\u200b"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(FRAGMENTS, max_size=14).map("".join), st.lists(FRAGMENTS, max_size=14).map(" ".join)))
@settings(max_examples=400)
@example("cvv 123 cvv 456 789")
@example("123 cvv 456 cvv 789")
def test_masking_twice_is_masking_once_and_adds_no_digit(text: str) -> None:
    once = redact(text)
    assert redact(once.text).text == once.text
    assert len(digits_in(once.text)) <= len(digits_in(text))
    assert once.found or once.text == text


@given(st.lists(FRAGMENTS, max_size=8).map(" ".join), st.lists(FRAGMENTS, max_size=8).map(" ".join))
@settings(max_examples=300)
def test_masking_two_messages_twice_is_masking_them_once(previous: str, text: str) -> None:
    once = redact(text, previous)
    again = redact(once.text, once.previous)
    assert (again.text, again.previous) == (once.text, once.previous)


@pytest.mark.parametrize(
    "text", ["1 " * 1000, "1" * 2000, "cvv " * 500, "cvv is " * 280, "4" + " " * 1998 + "1", "[" * 2000], ids=range(6)
)
def test_a_long_message_is_masked_without_delay(text: str) -> None:
    started = time.process_time()
    redact(text, text)
    assert time.process_time() - started < 1

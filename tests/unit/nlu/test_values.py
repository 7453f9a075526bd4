"""The parsers of answers: every way that residents write a thing, and what is no such thing."""

from datetime import date

import pytest

from bot.nlu import values

TUESDAY = date(2026, 11, 24)

NAUGHTY = [
    "",
    " ",
    "\x00",
    "\ud800",
    "null",
    "undefined",
    "NaN",
    "-",
    "£",
    "££££",
    "1" * 2000,
    "9" * 40 + "." + "9" * 40,
    "٣٤٥",
    "²",
    "½",
    "１２/１２",
    "🗑️" * 300,
    "'; DROP TABLE messages; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "%s%s%n",
    "\u202e12 Mill Lane",
    "a" * 2000,
    "1 " * 1000,
    "99/99/9999",
    "the 99th",
    "in 999 months",
    "in 999 weeks",
    "+" * 50,
    "AZ",
    "(" * 100 + ")" * 100,
    "@@@@",
    "a@" * 500,
    "at at at at",
    "half half to to",
]


@pytest.mark.parametrize("text", NAUGHTY)
def test_no_text_makes_a_parser_fail(text: str) -> None:
    values.parse_date(text, TUESDAY)
    values.parse_date(text, TUESDAY, past=True)
    values.parse_time(text)
    values.parse_amount(text)
    values.parse_number(text)
    values.parse_yes_no(text)
    values.parse_phone(text)
    values.parse_postcode(text)
    values.parse_email(text)
    values.parse_account(text)
    values.account_is_valid(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-24"),
        ("tonight", "2026-11-24"),
        ("tomorrow", "2026-11-25"),
        ("tmrw", "2026-11-25"),
        ("2moro", "2026-11-25"),
        ("tommorow morning", "2026-11-25"),
        ("the day after tomorrow", "2026-11-26"),
        ("yesterday", "2026-11-23"),
        ("last night", "2026-11-23"),
        ("the day before yesterday", "2026-11-22"),
        ("weds", "2026-11-25"),
        ("wensday", "2026-11-25"),
        ("tues", "2026-12-01"),
        ("this tuesday", "2026-11-24"),
        ("this friday", "2026-11-27"),
        ("next tuesday", "2026-12-01"),
        ("next friday", "2026-12-04"),
        ("friday next week", "2026-12-04"),
        ("next week on thursday", "2026-12-03"),
        ("last tuesday", "2026-11-17"),
        ("last friday", "2026-11-20"),
        ("since thursday", "2026-11-19"),
        ("friday of last week", "2026-11-20"),
        ("sat", "2026-11-28"),
        ("on sun", "2026-11-29"),
        ("a week on monday", "2026-12-07"),
        ("monday week", "2026-12-07"),
        ("two weeks on friday", "2026-12-11"),
        ("a fortnight on thursday", "2026-12-10"),
        ("a week tomorrow", "2026-12-02"),
        ("in two weeks", "2026-12-08"),
        ("in a fortnight", "2026-12-08"),
        ("in 3 days", "2026-11-27"),
        ("3 weeks' time", "2026-12-15"),
        ("in a month", "2026-12-24"),
        ("two weeks ago", "2026-11-10"),
        ("3 days ago", "2026-11-21"),
        ("a month ago", "2026-10-24"),
        ("next week", "2026-11-30"),
        ("last week", "2026-11-16"),
        ("the week after next", "2026-12-07"),
        ("this weekend", "2026-11-28"),
        ("next month", "2026-12-01"),
        ("3rd dec", "2026-12-03"),
        ("3 December 2027", "2027-12-03"),
        ("the 3rd of december", "2026-12-03"),
        ("Dec 3rd", "2026-12-03"),
        ("tuesday 1st december", "2026-12-01"),
        ("1 jan", "2027-01-01"),
        ("03/12", "2026-12-03"),
        ("3/12/26", "2026-12-03"),
        ("03.12.2026", "2026-12-03"),
        ("2026-12-03", "2026-12-03"),
        ("the 3rd", "2026-12-03"),
        ("27th", "2026-11-27"),
        ("sun 6th", "2026-12-06"),
        ("the 31st", "2026-12-31"),
        ("29 feb", "2028-02-29"),
        ("christmas eve", "2026-12-24"),
        ("boxing day", "2026-12-26"),
        ("new year’s day", "2027-01-01"),
        ("in december", "2026-12-01"),
        ("１/12", "2026-12-01"),
    ],
)
def test_a_date_is_read_from_the_day_it_is_said(text: str, day: str) -> None:
    assert values.parse_date(text, TUESDAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    ["", "2 bins", "4 weeks", "31/02", "30 february", "24/7", "I sat in the sun", "we wed in church", "every tuesday",
     "tuesdays", "good friday", "1/2 price", "01632 960123", "may I ask", "£3.12", "the third one", "3.12"],
)  # fmt: skip
def test_what_names_no_day_is_no_date(text: str) -> None:
    assert values.parse_date(text, TUESDAY) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [("tuesday", "2026-11-24"), ("friday", "2026-11-20"), ("3 december", "2025-12-03"), ("the 20th", "2026-11-20"),
     ("tomorrow", "2026-11-25"), ("next friday", "2026-12-04"), ("in october", "2026-10-01")],
)  # fmt: skip
def test_a_day_that_could_be_either_is_taken_backward_when_asked_for_the_past(text: str, day: str) -> None:
    assert values.parse_date(text, TUESDAY, past=True) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "day"), [("next monday", "2026-11-30"), ("monday", "2026-11-30"), ("this monday", "2026-11-30")]
)
def test_on_a_sunday_next_monday_is_the_day_after(text: str, day: str) -> None:
    assert values.parse_date(text, date(2026, 11, 29)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "time"),
    [("morning", "morning"), ("tomorrow am please", "morning"), ("am", "morning"), ("PM", "afternoon"),
     ("in the afternoon", "afternoon"),
     ("this evening", "evening"), ("tonight", "evening"), ("2pm", "14:00"), ("2.30pm", "14:30"),
     ("14:30", "14:30"), ("9:15", "09:15"),
     ("half past two", "14:30"), ("half nine", "09:30"), ("quarter to five", "16:45"),
     ("quarter past ten", "10:15"), ("noon", "12:00"),
     ("12am", "00:00"), ("12 pm", "12:00"), ("at 2", "14:00"), ("after 11 please", "11:00"),
     ("ten o'clock", "10:00"), ("4:00", "16:00")],
)  # fmt: skip
def test_a_time_of_day_is_read(text: str, time: str) -> None:
    assert values.parse_time(text) == time


@pytest.mark.parametrize(
    "text", ["", "I am late", "good morning", "25:00", "4 Mill Lane", "at 4 Mill Lane", "£2.30", "2 bins", "evening all"]
)
def test_what_names_no_time_is_no_time(text: str) -> None:
    assert values.parse_time(text) is None


@pytest.mark.parametrize(
    ("text", "pence"),
    [("£145", 14500), ("£145.50", 14550), ("£ 20", 2000), ("£1,234.56", 123456), ("145", 14500), ("145.5", 14550),
     ("20 please", 2000),
     ("50 quid", 5000), ("fifty quid", 5000), ("forty five pounds", 4500),
     ("one hundred and twenty pounds", 12000), ("a tenner", 1000),
     ("a hundred pounds", 10000), ("75p", 75), ("£1k", 100000), ("300 pounds and 50p", 30050),
     ("£20, yes £20", 2000), ("£0", 0),
     ("i can pay 85.50 today", 8550), ("６０ pounds", 6000)],
)  # fmt: skip
def test_a_sum_of_money_is_read_in_pence(text: str, pence: int) -> None:
    assert values.parse_amount(text) == pence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-£5",
        "£-5",
        "minus 20 pounds",
        "£1.234",
        "£12,50",
        "£20 or £30",
        "some",
        "1e9",
        "£" + "9" * 30,
        "4 Mill Lane",
        "some pounds",
        "12.50.10",
    ],
)
def test_what_is_no_clear_sum_is_refused(text: str) -> None:
    assert values.parse_amount(text) is None


@pytest.mark.parametrize(
    ("pence", "text"), [(14500, "£145.00"), (5, "£0.05"), (0, "£0.00"), (123456, "£1,234.56"), (-500, "-£5.00")]
)
def test_pence_are_shown_as_pounds(pence: int, text: str) -> None:
    assert values.format_pence(pence) == text


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("two", 2), ("the second one", 2), ("2nd", 2), ("number 3", 3), ("option two please", 2),
     ("first", 1), ("one", 1),
     ("the last one", -1), ("no 4", 4), ("3.", 3), ("２", 2), ("the 1st one", 1)],
)  # fmt: skip
def test_a_number_is_read(text: str, number: int) -> None:
    assert values.parse_number(text) == number


@pytest.mark.parametrize("text", ["", "2 or 3", "the black one", "12345", "none", "SR-10023x9"])
def test_what_is_not_one_number_is_refused(text: str) -> None:
    assert values.parse_number(text) is None


@pytest.mark.parametrize(
    "text",
    ["yes", "Yes.", "YES!!", "yep", "yeah", "aye", "aye go on then", "y", "ok", "okay", "sure", "that's right",
     "that’s right", "thats correct",
     "go ahead", "oh yes please", "👍", "yes it's the black one", "i do", "it is", "no problem", "no worries",
     "correct", "um yeah", "spot on",
     "please do", "ｙｅｓ"],
)  # fmt: skip
def test_a_yes_is_a_yes(text: str) -> None:
    assert values.parse_yes_no(text) is True


@pytest.mark.parametrize(
    "text",
    ["no", "No.", "nope", "nah", "naw", "n", "not yet", "no thanks", "no thank you", "that's wrong",
     "thats not right", "i don't", "i dont think so",
     "no it's 4 mill lane", "👎", "it isn't", "never", "not really", "no need", "erm no", "NOPE!!!"],
)  # fmt: skip
def test_a_no_is_a_no(text: str) -> None:
    assert values.parse_yes_no(text) is False


@pytest.mark.parametrize(
    "text",
    ["", "?", "maybe", "not sure", "i don't know", "dunno", "no idea", "yes and no", "yeah nah", "yes no",
     "no wait yes", "no hot water",
     "no heating", "nothing", "yesterday", "north street", "yes but not that one", "okra", "what",
     "i don't have one", "i have a leak",
     "please can you help", "never mind"],
)  # fmt: skip
def test_what_is_neither_or_both_is_not_decided(text: str) -> None:
    assert values.parse_yes_no(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("07700 900123", "+447700900123"), ("07700900123", "+447700900123"), ("+44 7700 900123", "+447700900123"),
     ("0044 7700 900 123", "+447700900123"), ("7700900123", "+447700900123"), ("(01632) 960123", "+441632960123"),
     ("01632-960-123", "+441632960123"), ("my number is 07700 900123 thanks", "+447700900123"),
     ("０７７００ ９００１２３", "+447700900123"),
     ("020 7946 0123", "+442079460123"), ("+1 415 555 2671", "+14155552671")],
)  # fmt: skip
def test_a_telephone_number_is_read_as_british(text: str, number: str) -> None:
    assert values.parse_phone(text) == number


@pytest.mark.parametrize(
    "text", ["", "101", "999", "712345671", "0770090012", "077009001234567", "AZ1 2BB", "12/12/2026", "07000"]
)
def test_what_no_network_has_is_no_telephone_number(text: str) -> None:
    assert values.parse_phone(text) is None


@pytest.mark.parametrize(
    ("text", "postcode"),
    [("AZ1 2BB", "AZ1 2BB"), ("az12bb", "AZ1 2BB"), ("az1  2bb", "AZ1 2BB"), ("az1-2bb", "AZ1 2BB"),
     ("AZI 2BB", "AZ1 2BB"), ("azl 2bb", "AZ1 2BB"),
     ("AZ1 OBB", "AZ1 0BB"), ("AZ1O 2BB", "AZ10 2BB"), ("my postcode's az 2 6 hj", "AZ2 6HJ"),
     ("a z 1 2 b b", "AZ1 2BB"),
     ("sw1a 1aa", "SW1A 1AA"), ("M1 1AE", "M1 1AE"), ("EC1A1BB", "EC1A 1BB"), ("0L1 2AB", "OL1 2AB"),
     ("ＡＺ１ ２ＢＢ", "AZ1 2BB")],
)  # fmt: skip
def test_a_postcode_is_read_and_its_typing_slips_put_right(text: str, postcode: str) -> None:
    assert values.parse_postcode(text) == postcode


@pytest.mark.parametrize(
    "text",
    ["", "AZ1", "waiting", "living room", "ZZ1 2BB", "M1 2CB", "AZ1 2B", "AZ 12", "in 12 go", "to 1 2 do", "AZ123 2BB"],
)
def test_what_can_be_no_postcode_is_refused(text: str) -> None:
    assert values.parse_postcode(text) is None


def test_a_postcode_of_ours_with_letters_that_none_has_is_taken_so_that_the_search_can_say_so() -> None:
    assert values.parse_postcode("az1 2cb") == "AZ1 2CB"


@pytest.mark.parametrize("reference", ["712345671", "700000011", "700000038", "710000006", "7 1234 5671", " 712-345-671 "])
def test_an_account_with_the_right_check_digit_is_valid(reference: str) -> None:
    assert values.account_is_valid(reference)


@pytest.mark.parametrize("reference", ["712345670", "812345671", "71234567", "7123456711", "", "seven", "712345671x"])
def test_any_other_account_is_not_valid(reference: str) -> None:
    assert not values.account_is_valid(reference)


def test_every_slip_of_one_digit_is_caught() -> None:
    right = "712345671"
    for place in range(1, 9):
        for digit in "0123456789":
            slipped = right[:place] + digit + right[place + 1 :]
            assert values.account_is_valid(slipped) == (slipped == right)


def test_an_account_is_found_in_a_sentence() -> None:
    assert values.parse_account("it's 7 1234 5671, I think") == "712345671"
    assert values.parse_account("call 07700 900123") is None


@pytest.mark.parametrize(
    ("text", "email"), [("bell me at jo.b+bins@example.com.", "jo.b+bins@example.com"), ("jo at example", None), ("@", None)]
)
def test_an_email_address_is_read(text: str, email: str | None) -> None:
    assert values.parse_email(text) == email

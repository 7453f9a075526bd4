"""Council tax: one payment for one yes, its outcome however it is heard, help for who can't pay, and the balance."""

import re
from collections.abc import Callable

import pytest

from actions.acts.take_payment import record
from actions.engine.desks import Desks
from actions.outbox import Outbox
from bot.council import council
from bot.log.commitment import commitments
from tests.journeys.acts_again import later_round
from tests.journeys.talker import Talker
from tests.journeys.town import Town

RIGHT = "Yes, that's right"
ACCOUNT = "712345671"
HELD = "700000011"


def to_the_check(talker: Talker, amount: str = "£145") -> None:
    """Ask to pay, as far as what is shown to check."""
    talker.say("I want to pay my council tax", "pay_council_tax")
    talker.press("Yes, I want to pay now")
    talker.say(ACCOUNT)
    talker.say(amount)
    assert talker.asked == "pay_council_tax.check", talker.said


def link(talker: Talker) -> str:
    """Return the payment link of the last turn."""
    return str(talker.last[-1].extra["link"])


def test_a_payment_is_made_for_the_account_and_amount_that_were_checked(talker: Talker, town: Town) -> None:
    to_the_check(talker)
    assert f"- Council tax account: {ACCOUNT}" in talker.said and "- Amount: £145.00" in talker.said
    assert town.payments() == []
    talker.press(RIGHT)
    [made] = town.payments()
    assert made["amount"] == 14500 and made["metadata"] == {"account": ACCOUNT}
    assert link(talker) in talker.said and made["reference"] in talker.said
    assert "Paid" not in talker.said and talker.stack == []


def test_yes_twice_makes_one_payment(talker: Talker, town: Town) -> None:
    to_the_check(talker)
    talker.press(RIGHT)
    talker.press(RIGHT)
    assert len(town.payments()) == 1 and "finished" in talker.said


def test_a_yes_to_an_earlier_check_is_no_yes_to_another_amount(talker: Talker, town: Town) -> None:
    to_the_check(talker)
    yes = next(c for c in talker.last[-1].choices if c.title == RIGHT)
    talker.say("no, make it £200", "correct_detail")
    assert "- Amount: £200.00" in talker.said
    talker.press_choice(yes)
    assert talker.asked == "pay_council_tax.check" and town.payments() == []
    talker.press(RIGHT)
    assert [p["amount"] for p in town.payments()] == [20000]


def test_an_open_payment_gives_the_same_link_and_no_second_one(talker: Talker, town: Town) -> None:
    to_the_check(talker)
    talker.press(RIGHT)
    talker.say("I want to pay my council tax", "pay_council_tax")
    talker.press("Yes, I want to pay now")
    talker.say(ACCOUNT)
    assert "haven't made a second one" in talker.said and link(talker) and len(town.payments()) == 1
    town.pay_by_card(link(talker))
    assert town.payments()[0]["state"]["status"] == "success"


def test_a_paid_payment_is_told_once_by_the_outbox(talker: Talker, desks: Desks, town: Town) -> None:
    to_the_check(talker)
    talker.press(RIGHT)
    later_round(desks)
    assert talker.later() == []
    town.pay_by_card(link(talker))
    later_round(desks)
    later_round(desks)
    [told] = talker.later()
    assert told.startswith("Paid: £145.00") and ACCOUNT in told and town.payments()[0]["payment_id"] in told
    assert talker.commitments[0].state == "confirmed"


def test_a_payment_of_which_nothing_was_known_is_found_and_its_outcome_told(
    talker: Talker, desks: Desks, town: Town
) -> None:
    to_the_check(talker)
    talker.press(RIGHT)
    pay = link(talker)
    begun = talker.commitments[0].created_at
    with desks.log.engine.begin() as conn:
        conn.execute(commitments.update().values(state="unknown", reference=None, next_try_at=begun))
    later_round(desks)
    [found] = talker.commitments
    assert found.state == "unknown" and found.reference == town.payments()[0]["payment_id"]
    town.pay_by_card(pay)
    later_round(desks)
    assert talker.commitments[0].state == "confirmed" and talker.later()[-1].startswith("Paid: £145.00")


def test_the_outcome_is_told_once_whoever_brings_it_first(talker: Talker, desks: Desks, town: Town) -> None:
    to_the_check(talker)
    talker.press(RIGHT)
    town.pay_by_card(link(talker))
    [held] = talker.commitments
    record(held, "success", "", True, desks.log)
    record(held, "success", "", True, desks.log)
    Outbox(desks.systems, desks.log).round()
    assert len(talker.later()) == 1


def test_a_payment_that_is_under_way_is_left_alone(talker: Talker, desks: Desks) -> None:
    to_the_check(talker)
    talker.press(RIGHT)
    record(talker.commitments[0], "started", "", False, desks.log)
    assert talker.commitments[0].state == "requested" and talker.later() == []


def test_a_declined_card_is_told_and_trying_again_makes_a_new_payment(talker: Talker, desks: Desks, town: Town) -> None:
    to_the_check(talker)
    talker.press(RIGHT)
    town.pay_by_card(link(talker), card="4000000000000002")
    Outbox(desks.systems, desks.log).round()
    [told] = talker.later()
    assert "declined" in told and "nothing has been taken" in told
    last = talker.log.messages(talker.id)[-1]
    again = next(c for c in last.choices if c.title == "Try to pay again")
    talker.press_choice(again)
    talker.press("Yes, I want to pay now")
    assert talker.asked == "pay_council_tax.amount"
    talker.say("145")
    talker.press(RIGHT)
    assert link(talker) and len(town.payments()) == 2


def test_a_payment_given_up_on_the_page_is_told_as_cancelled(talker: Talker, desks: Desks, town: Town) -> None:
    to_the_check(talker)
    talker.press(RIGHT)
    town.cancel_payment(link(talker))
    Outbox(desks.systems, desks.log).round()
    [told] = talker.later()
    assert "was cancelled, so nothing has been taken" in told


def test_an_account_with_a_wrong_digit_is_told_so_with_an_example(talker: Talker) -> None:
    talker.say("pay council tax", "pay_council_tax")
    talker.press("Yes, I want to pay now")
    talker.say("712345672")
    assert "That isn't a full account number" in talker.said and talker.asked == "pay_council_tax.account"


def test_a_part_of_an_account_number_is_told_so_with_an_example(talker: Talker) -> None:
    talker.say("pay council tax", "pay_council_tax")
    talker.press("Yes, I want to pay now")
    talker.say("12345")
    assert "for example 712345671" in talker.said and talker.asked == "pay_council_tax.account"


def test_an_amount_out_of_the_limits_is_refused_with_the_limits(talker: Talker, town: Town) -> None:
    talker.say("pay council tax", "pay_council_tax")
    talker.press("Yes, I want to pay now")
    talker.say(ACCOUNT)
    talker.say("50p")
    assert "between £1.00 and £5,000.00" in talker.said and talker.asked == "pay_council_tax.amount"
    assert town.payments() == []


def test_who_can_not_pay_gets_help_and_no_link(talker: Talker, town: Town) -> None:
    talker.say("I want to pay my council tax", "pay_council_tax")
    talker.press("No, I can't pay")
    assert talker.stack == ["struggling_to_pay"] and talker.asked == "struggling_to_pay.situation"
    talker.press("I've had a court summons")
    assert "It is not a criminal charge" in talker.said and "stepchange" in talker.said
    talker.say("no", "deny")
    assert talker.stack == [] and town.payments() == []
    assert not any("link" in reply.extra or "/secure/" in reply.text for reply in talker.heard)


def test_bailiffs_in_the_first_words_are_taken_up_at_once(talker: Talker) -> None:
    talker.say("I can't pay and the bailiffs came round today", "struggling_to_pay")
    assert "You don't have to let bailiffs in" in talker.said and talker.asked == "struggling_to_pay.wanted"


def test_a_call_back_about_paying_is_left_for_the_council_tax_team(talker: Talker) -> None:
    talker.say("I can't pay and the bailiffs came round today", "struggling_to_pay")
    talker.say("yes please", "affirm")
    talker.say("07700 900123")
    talker.press(RIGHT)
    [left] = talker.commitments
    assert (left.kind, left.state, left.request["team"]) == ("call_back", "confirmed", "council_tax")
    assert str(left.reference) in talker.said and "midday on Wednesday 25 November" in talker.said


def test_words_about_being_unable_to_pay_are_a_no_to_paying(talker: Talker) -> None:
    talker.say("pay council tax", "pay_council_tax")
    talker.say("I can't afford it this month", "struggling_to_pay", 0.5)
    assert talker.stack == ["struggling_to_pay"]


def test_a_call_back_is_promised_for_the_next_working_day_with_consent(talker: Talker) -> None:
    talker.say("can I talk to a person", "speak_to_person")
    assert "The office is closed" in talker.said and talker.asked == "speak_to_person.wanted"
    talker.press("Yes, ring me back")
    talker.say("0770")
    assert "doesn't look like a UK phone number" in talker.said
    talker.say("07700 900123")
    talker.say("my council tax bill")
    assert "keep your number for this call back only" in talker.said
    talker.press(RIGHT)
    [left] = talker.commitments
    assert left.state == "confirmed" and left.request["about"] == "my council tax bill"
    assert "midday on Wednesday 25 November" in talker.said


def test_who_wants_no_call_back_leaves_no_number(talker: Talker) -> None:
    talker.say("can I talk to a person", "speak_to_person")
    talker.press("No thanks")
    assert talker.commitments == [] and talker.stack == []


@pytest.fixture
def balances(monkeypatch: pytest.MonkeyPatch) -> None:
    """The council shows balances."""
    monkeypatch.setitem(council()["council_tax"], "balance_enabled", True)


def postcode_of(town: Town, account: str) -> str:
    """Return the postcode of an account as the council tax system holds it."""
    held = town.get(f"/revenues/council-tax/{account}")
    return re.search(r"AZ\d \d[A-Z]{2}", str(held))[0]  # type: ignore[index]


def test_a_council_that_shows_no_balances_says_so_and_who_can_tell(talker: Talker) -> None:
    talker.say("how much council tax do I owe", "check_council_tax_balance")
    assert "I can't show balances here" in talker.said and talker.stack == []


@pytest.mark.usefixtures("balances")
def test_a_balance_is_shown_to_who_has_the_postcode_and_the_texted_code(talker: Talker, town: Town) -> None:
    talker.say("how much council tax do I owe", "check_council_tax_balance")
    talker.say(HELD)
    assert talker.asked == "check_council_tax_balance.property_postcode"
    talker.say(postcode_of(town, HELD))
    assert talker.asked == "check_council_tax_balance.code" and "£" not in talker.said
    [text] = town.texts()
    code = re.search(r"\d{6}", text["body"])[0]  # type: ignore[index]
    talker.say(code)
    assert "You owe £" in talker.said and talker.stack == []
    talker.press("Pay council tax")
    talker.press("Yes, I want to pay now")
    talker.say(HELD)
    assert talker.titles and talker.titles[0].startswith("Your next instalment, £")


@pytest.mark.usefixtures("balances")
def test_a_wrong_postcode_looks_the_same_and_gets_no_code(talker: Talker, town: Town) -> None:
    talker.say("how much council tax do I owe", "check_council_tax_balance")
    talker.say(HELD)
    talker.say("AZ9 9AA")
    assert talker.asked == "check_council_tax_balance.code" and "If those details match" in talker.said
    assert town.texts() == []


@pytest.mark.usefixtures("balances")
def test_three_wrong_codes_lock_the_account_for_the_day_in_every_conversation(
    talker: Talker, another: Callable[[], Talker], town: Town
) -> None:
    talker.say("how much council tax do I owe", "check_council_tax_balance")
    talker.say(HELD)
    talker.say(postcode_of(town, HELD))
    for left in (2, 1):
        talker.say("000000")
        assert f"Tries left today is {left}" in talker.said and talker.asked == "check_council_tax_balance.code"
    talker.say("000000")
    assert "locked" in talker.said and talker.stack == []
    other = another()
    other.say("how much council tax do I owe", "check_council_tax_balance")
    other.say(HELD)
    assert "locked" in other.said and "£" not in other.said


def test_a_telephone_number_in_the_place_of_a_yes_is_a_yes(talker: Talker) -> None:
    talker.say("can I talk to a person", "speak_to_person")
    assert talker.asked == "speak_to_person.wanted"
    talker.say("07700 900123")
    assert talker.asked == "speak_to_person.about"
    talker.say("a letter about my rent that I don't follow")
    assert "07700 900123" in talker.said


def test_an_amount_in_the_place_of_a_yes_is_a_yes(talker: Talker) -> None:
    talker.say("pay my council tax", "pay_council_tax")
    talker.say("£50")
    assert talker.asked == "pay_council_tax.account"

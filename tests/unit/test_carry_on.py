"""One conversation by several doors, and the codes that open another one, on every database that is there."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from bot.clock import now
from bot.council import council
from bot.db import alembic_config, make_engine, reading, writing
from bot.log import (
    CarryOn,
    Choice,
    CodeRefused,
    Conversation,
    ConversationGone,
    ConversationLog,
    Deliveries,
    Doors,
    Reply,
    TooManyTries,
)
from bot.log.carry_on import as_code
from bot.log.codes import codes
from bot.log.door import doors
from bot.log.states import CONFIRMED
from bot.words import words

LIMITS = council()["carry_on"]
QUESTION = Reply(
    "Which street is it in?", (Choice("Mill Lane", "1"),), "question", {"question": "street", "wants": "location"}
)


@pytest.fixture
def carry_on(log: ConversationLog) -> CarryOn:
    return CarryOn(log)


@pytest.fixture
def begun(log: ConversationLog) -> Conversation:
    """A conversation on the web that has got as far as its second question."""
    opened = log.enter("web", "browser")
    log.receive(opened.id, "m1", "there is a pothole")
    log.answer(opened.id, 1, [Reply("I can report that."), QUESTION])
    return opened


def texts(log: ConversationLog, conversation: Conversation) -> list[str]:
    return [message.text for message in log.messages(conversation.id)]


def test_a_code_opens_its_conversation_to_another_door_and_the_first_still_leads_there(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    assert log.open("telegram", "chat 7").id == log.open("web", "browser").id == begun.id
    carry_on.redeem(carry_on.code(begun.id), "web", "another browser")
    assert log.open("web", "another browser").id == begun.id


def test_it_is_said_there_and_the_open_question_is_put_again_with_its_choices(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    said = carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    assert said == log.messages(begun.id, after=3)
    assert [(message.text, message.kind) for message in said] == [
        (words("carry_on.moved.telegram"), "notice"),
        (QUESTION.text, "question"),
    ]
    assert said[1].extra == QUESTION.extra
    offered = log.choice(begun.id, said[1].choices[0].id)
    assert offered is not None
    assert (offered.title, offered.value) == ("Mill Lane", "1")


def test_where_nothing_was_asked_nothing_is_asked_again(log: ConversationLog, carry_on: CarryOn) -> None:
    quiet = log.open("web", "browser").id
    assert len(carry_on.redeem(carry_on.code(quiet), "telegram", "chat 7")) == 1
    log.receive(quiet, "m1", "thank you")
    log.answer(quiet, log.messages(quiet)[-1].seq, [Reply("You are welcome.")])
    assert len(carry_on.redeem(carry_on.code(quiet), "web", "another browser")) == 1


def test_what_was_said_at_the_door_before_stays_for_staff(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    former = log.enter("telegram", "chat 7")
    log.receive(former.id, "u1", "when is my bin day")
    carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    assert texts(log, former) == ["when is my bin day"]
    assert "when is my bin day" not in texts(log, begun)
    assert log.conversation(former.id).continued_in == begun.id
    assert Doors(log.engine, log.secret).of(former.id) == []


def test_a_conversation_in_which_nothing_was_said_is_not_kept(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    empty = log.open("telegram", "chat 7")
    carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    with pytest.raises(ConversationGone):
        log.conversation(empty.id)


def test_a_conversation_that_another_door_still_leads_to_is_not_over(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    other = log.open("web", "library")
    carry_on.redeem(carry_on.code(other.id), "telegram", "chat 7")
    assert log.open("web", "browser").id == begun.id
    assert log.conversation(begun.id).continued_in is None
    assert carry_on.code(begun.id)


def test_what_is_heard_later_of_a_former_conversation_is_said_where_its_resident_is_now(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    former = log.open("telegram", "chat 7")
    log.receive(former.id, "u1", "pay my council tax")
    log.begin("pay-1", conversation_id=former.id, kind="payment", system="pay", request={}, owner="council_tax")
    carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    log.settle("pay-1", CONFIRMED, tell=Reply("It is paid."))
    newest = log.open("web", "library").id
    carry_on.redeem(carry_on.code(newest), "web", "browser")
    carry_on.redeem(carry_on.code(newest), "telegram", "chat 7")
    log.later(former.id, Reply("Your bin day is tomorrow."))
    assert texts(log, begun)[-1] == "It is paid."
    assert log.messages(newest)[-1].text == "Your bin day is tomorrow."


def test_a_message_that_comes_again_after_the_move_is_still_known(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    former = log.open("telegram", "chat 7")
    first = log.receive(former.id, "u1", "yes")
    carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    again = log.receive(log.open("telegram", "chat 7").id, "u1", "yes")
    assert not again.is_new
    assert (again.conversation_id, again.seq) == (former.id, first.seq)
    assert log.receive(begun.id, "u2", "yes").is_new


def test_erasing_takes_the_former_conversation_too_and_every_door_starts_anew(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    former = log.open("telegram", "chat 7")
    log.receive(former.id, "u1", "when is my bin day")
    carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    log.erase(begun.id)
    assert texts(log, former) == texts(log, begun) == []
    assert len({log.open("telegram", "chat 7").id, log.open("web", "browser").id, begun.id, former.id}) == 4


def test_later_replies_go_to_the_door_last_used(log: ConversationLog, carry_on: CarryOn, begun: Conversation) -> None:
    def last() -> str:
        [used] = [door for door in Doors(log.engine, log.secret).of(begun.id) if door.in_use]
        return used.channel

    assert last() == "web"
    carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    assert last() == "telegram"
    log.open("web", "browser")
    assert last() == "telegram"
    log.enter("web", "browser")
    assert last() == "web"
    log.enter("telegram", "chat 7")
    assert last() == "telegram"


def test_whoever_is_at_another_door_is_told_that_it_goes_on_elsewhere(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    chat = Doors(log.engine, log.secret).enter("telegram", "chat 7")
    log.receive(chat.conversation_id, "u1", "there is a pothole", door_id=chat.id)
    [notice] = carry_on.redeem(carry_on.code(chat.conversation_id), "web", "browser")
    delivery = Deliveries(log.engine).claim("telegram")
    assert delivery is not None
    assert (delivery.door_id, delivery.seq) == (chat.id, notice.seq)
    log.later(chat.conversation_id, Reply("It is paid."))
    Deliveries(log.engine).sent(delivery, more=False)
    assert Deliveries(log.engine).claim("telegram") is None


def test_what_is_said_of_it_reaches_the_chat_that_it_moved_to(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    chat = Doors(log.engine, log.secret).enter("telegram", "chat 7")
    said = carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    assert set(Deliveries(log.engine).of(begun.id)) == {message.seq for message in said}
    log.later(begun.id, Reply("It is paid."))
    delivery = Deliveries(log.engine).claim("telegram")
    assert delivery is not None
    assert (delivery.door_id, delivery.conversation_id) == (chat.id, begun.id)


# Codes


def test_a_used_code_opens_nothing(log: ConversationLog, carry_on: CarryOn, begun: Conversation) -> None:
    code = carry_on.code(begun.id)
    carry_on.redeem(code, "telegram", "chat 7", message_id="m1")
    for who, message_id in (("chat 7", "m2"), ("chat 8", "m1"), ("chat 8", "")):
        with pytest.raises(CodeRefused):
            carry_on.redeem(code, "telegram", who, message_id=message_id)
    assert log.open("telegram", "chat 8").id != begun.id


def test_a_click_that_comes_twice_is_no_error_and_is_told_once(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    code = carry_on.code(begun.id)
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: carry_on.redeem(code, "web", "library"), range(4)))
    assert sorted(map(len, said)) == [0, 0, 0, 2]
    assert log.open("web", "library").id == begun.id
    carry_on.redeem(carry_on.code(log.open("web", "a third").id), "web", "library")
    with pytest.raises(CodeRefused):
        carry_on.redeem(code, "web", "library")


def test_an_expired_code_opens_nothing(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = carry_on.code(begun.id)
    monkeypatch.setenv("NOW", (now() + timedelta(minutes=LIMITS["code_minutes"], seconds=5)).isoformat())
    with pytest.raises(CodeRefused):
        carry_on.redeem(code, "telegram", "chat 7")
    with pytest.raises(CodeRefused):
        carry_on.look_up(code, "adviser")


def test_a_new_code_voids_the_one_before(carry_on: CarryOn, begun: Conversation) -> None:
    old, new = carry_on.code(begun.id), carry_on.code(begun.id)
    with pytest.raises(CodeRefused):
        carry_on.redeem(old, "telegram", "chat 7")
    assert carry_on.redeem(new, "telegram", "chat 7")


def test_the_code_of_an_erased_conversation_opens_nothing(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    code = carry_on.code(begun.id)
    log.erase(begun.id)
    with pytest.raises(CodeRefused):
        carry_on.redeem(code, "telegram", "chat 7")
    with pytest.raises(ConversationGone):
        carry_on.code(begun.id)


def test_the_code_of_a_conversation_that_its_resident_left_opens_nothing(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation
) -> None:
    left = log.open("telegram", "chat 7")
    log.receive(left.id, "u1", "hello")
    code = carry_on.code(left.id)
    carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")
    with pytest.raises(CodeRefused):
        carry_on.redeem(code, "web", "library")


def test_of_several_who_redeem_at_once_one_wins(log: ConversationLog, carry_on: CarryOn, begun: Conversation) -> None:
    code = carry_on.code(begun.id)

    def redeem(who: int) -> bool:
        try:
            return bool(carry_on.redeem(code, "telegram", f"chat {who}"))
        except CodeRefused:
            return False

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(redeem, range(8)))
    assert won.count(True) == 1
    assert [log.open("telegram", f"chat {who}").id == begun.id for who in range(8)] == won


def test_two_who_swap_at_once_end_in_one_conversation(log: ConversationLog, carry_on: CarryOn) -> None:
    for turn in range(5):
        mine, theirs = log.enter("web", f"a {turn}"), log.enter("telegram", f"b {turn}")
        log.receive(mine.id, "m1", "mine")
        log.receive(theirs.id, "m1", "theirs")
        tries = [("web", f"a {turn}", carry_on.code(theirs.id)), ("telegram", f"b {turn}", carry_on.code(mine.id))]

        def redeem(one: tuple[str, str, str]) -> bool:
            try:
                return bool(carry_on.redeem(one[2], one[0], one[1]))
            except CodeRefused:
                return False

        with ThreadPoolExecutor(2) as pool:
            won = list(pool.map(redeem, tries))
        # Who is first leaves a conversation that nobody leads to, and with it goes its code.
        assert sorted(won) == [False, True]
        assert log.open("web", f"a {turn}").id == log.open("telegram", f"b {turn}").id


def test_guessing_ends_after_so_many_tries_and_then_the_right_code_is_refused_too(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOW", "2026-11-24T20:30:00+00:00")
    code = carry_on.code(begun.id)
    for number in range(LIMITS["tries_a_day"]):
        with pytest.raises(CodeRefused):
            carry_on.redeem(f"A2A-AAA-AA{number % 10}", "telegram", "guesser")
    for tried in (code, "A2A-AAA-AAA"):
        with pytest.raises(TooManyTries):
            carry_on.redeem(tried, "telegram", "guesser")
    assert log.open("telegram", "guesser").id != begun.id
    monkeypatch.setenv("NOW", "2026-11-25T00:00:01+00:00")
    assert carry_on.redeem(carry_on.code(begun.id), "telegram", "guesser")


def test_guessing_from_many_sessions_ends_too(
    carry_on: CarryOn, begun: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(council()["carry_on"], "tries_an_hour", 20)
    monkeypatch.setenv("NOW", "2026-11-24T20:30:00+00:00")
    code = carry_on.code(begun.id)

    def guess(number: int) -> type[Exception]:
        try:
            carry_on.look_up("A2A-AAA-AAA", f"somebody else each time {number}")
        except (CodeRefused, TooManyTries) as error:
            return type(error)
        raise AssertionError

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(guess, range(40)))
    assert found.count(CodeRefused) == 20
    with pytest.raises(TooManyTries):
        carry_on.redeem(code, "telegram", "chat 7")
    monkeypatch.setenv("NOW", "2026-11-24T21:00:00+00:00")
    assert carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")


def test_a_right_try_does_not_count(log: ConversationLog, carry_on: CarryOn, begun: Conversation) -> None:
    for _ in range(2 * LIMITS["tries_a_day"]):
        assert carry_on.look_up(carry_on.code(begun.id), "adviser").id == begun.id
        assert carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")


def test_what_has_not_the_form_of_a_code_is_no_try(carry_on: CarryOn, begun: Conversation) -> None:
    for _ in range(LIMITS["tries_a_day"] + 1):
        with pytest.raises(CodeRefused):
            carry_on.redeem("my code", "telegram", "chat 7")
    assert carry_on.redeem(carry_on.code(begun.id), "telegram", "chat 7")


def test_an_adviser_sees_the_conversation_and_the_code_stays_good(carry_on: CarryOn, begun: Conversation) -> None:
    code = carry_on.code(begun.id)
    assert carry_on.look_up(code.lower(), "adviser").id == begun.id
    assert carry_on.redeem(code, "telegram", "chat 7")
    with pytest.raises(CodeRefused):
        carry_on.look_up(code, "adviser")


def test_a_code_is_in_no_log_and_nowhere_in_the_database(
    log: ConversationLog, carry_on: CarryOn, begun: Conversation, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    unused = carry_on.code(begun.id)
    used = carry_on.code(log.open("web", "another").id)
    carry_on.redeem(used, "telegram", "chat 7")
    with reading(engine) as conn:
        kept = str([conn.execute(table.select()).all() for table in codes.metadata.tables.values()])
    for code in (unused, used):
        for form in (code, code.replace("-", "")):
            assert form not in kept
            assert form not in caplog.text


def test_a_code_has_forty_bits_or_more_and_none_is_given_twice(carry_on: CarryOn, begun: Conversation) -> None:
    made = {carry_on.code(begun.id) for _ in range(200)}
    assert len(made) == 200
    letters = set("".join(made)) - {"-"}
    assert len(letters) == 32
    assert not letters & set("ILOU")
    # 32 letters in nine places, less what reads as a word or a number.
    assert 32**9 - 24**9 - 10**9 > 2**40


@given(st.lists(st.sampled_from(["", " ", "-", "–"]), min_size=9, max_size=9), st.booleans(), st.booleans())
def test_a_code_is_forgiven_how_it_is_typed(gaps: list[str], small: bool, alike: bool) -> None:
    code = "K0F-31X-A27"
    typed = code.replace("0", "O").replace("1", "l") if alike else code
    typed = "".join(letter + gap for letter, gap in zip(typed.replace("-", ""), gaps))
    assert as_code(f" {typed.lower() if small else typed} ") == code


@pytest.mark.parametrize(
    "text", ["712345671", "wednesday", "10 o'clock", "AZ1 2BB", "07700900123", "K7Q-F3M-XA", "", "é" * 9]
)
def test_what_residents_otherwise_say_is_no_code(text: str) -> None:
    assert as_code(text) is None


# Migration


def test_conversations_from_before_have_their_door_and_there_is_a_way_back(database_url: str) -> None:
    engine = make_engine(database_url)
    log = ConversationLog(engine, secret="the key of the tests")
    hashed = log.user_hash("web", "browser")
    columns = "id, channel, user_hash, created_at, last_at, erased_at, last_seq, flags"
    rows = (f"'a', 'web', '{hashed}', :now, :now, NULL, 1, '[]'", "'b', 'web', '', :now, :now, :now, 0, '[]'")
    message = "'a', 1, 'in', 'resident', 'hello', '{}', :now"
    with writing(engine) as conn:
        command.upgrade(alembic_config(conn), "0002")
        at = {"now": "2026-11-01 20:00:00.0"}
        for row in rows:
            conn.execute(sa.text(f"INSERT INTO conversations ({columns}) VALUES ({row})"), at)
        into = "conversation_id, seq, direction, kind, text, extra, created_at"
        conn.execute(sa.text(f"INSERT INTO messages ({into}) VALUES ({message})"), at)
        command.upgrade(alembic_config(conn), "head")
    assert log.open("web", "browser").id == "a"
    assert [said.text for said in log.messages("a")] == ["hello"]
    with reading(engine) as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(doors)).scalar_one() == 1
    left = log.open("web", "left")
    log.receive(left.id, "m1", "hello")
    CarryOn(log).redeem(CarryOn(log).code("a"), "web", "left")
    with writing(engine) as conn:
        command.downgrade(alembic_config(conn), "0002")
        hashes = conn.execute(sa.text("SELECT id, user_hash FROM conversations")).all()
    assert {row.id for row in hashes} == {"a", "b", left.id}
    assert dict(map(tuple, hashes))["a"] in (hashed, log.user_hash("web", "left"))
    engine.dispose()

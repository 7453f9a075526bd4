"""What may be sent: limits, characters, strings that broke other people's programs, and card numbers."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.stack import Resident, Stack

NAUGHTY = (Path(__file__).parents[1] / "data" / "naughty_strings.txt").read_text(encoding="utf-8").splitlines()
CARD = "4929421234600821"
OTHER_CARD = "5555 5555 5555 4444"

# The same in every run: several processes collect the tests.
ANY_ID = b"6b0f3a3e-0c7d-4f43-9d2a-5f1c53f0e6aa"


def code(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_naughty_strings_are_answered_or_refused_and_break_nothing(resident: Resident) -> None:
    for text in NAUGHTY:
        answer = resident.send(text=text)
        assert answer.status_code in (200, 400), f"{text!r}: {answer.status_code} {answer.text}"
        if answer.status_code == 200:
            assert answer.json()["replies"], repr(text)
    page = resident.session.get(f"{resident.base_url}/chat", timeout=20)
    assert page.status_code == 200 and "<script>alert" not in page.text
    assert resident.session.get(f"{resident.base_url}/chat/transcript", timeout=20).status_code == 200


def test_naughty_strings_as_answers_in_ones_own_words_go_where_words_go(resident: Resident) -> None:
    for text in NAUGHTY[::8]:
        resident.say("start all over again please")
        resident.say("could you put me through to a human being")
        resident.choose("Yes, ring me back")
        if "phone number" in resident.replies[-1]["text"]:
            resident.say("07700 900789")
        answer = resident.send(text=text)
        assert answer.status_code in (200, 400), f"{text!r}: {answer.status_code} {answer.text}"


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x9f", "\ud800", "\udfff"])
def test_control_characters_and_half_characters_are_refused_before_anything_has_them(
    resident: Resident, character: str
) -> None:
    answer = resident.send(text=f"when is my bin {character} day")
    assert code(answer) == (400, "characters")
    assert "when is my bin" not in resident.session.get(f"{resident.base_url}/chat", timeout=10).text


@pytest.mark.parametrize("text", ["", "   \n ", "​​", "‮"])
def test_a_message_of_nothing_is_refused(resident: Resident, text: str) -> None:
    assert code(resident.send(text=text)) == (400, "empty")


def test_a_message_of_two_thousand_characters_is_taken_and_one_more_is_not(resident: Resident) -> None:
    assert resident.send(text="bin day " * 250).status_code == 200
    assert code(resident.send(text="x" * 2001)) == (400, "too_long")


def test_a_body_of_more_than_sixteen_kilobytes_is_refused(resident: Resident) -> None:
    assert code(resident.send(text="x" * 20_000)) == (413, "too_big")
    huge = resident.session.post(
        f"{resident.base_url}/chat/messages",
        data=(b"x" * 65_536 for _ in range(64)),
        headers={"Content-Type": "application/json"},
        timeout=20,
    )
    assert huge.status_code == 413
    assert resident.say("hello there, good evening to you")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'{"id": 1, "text": "x"}', 400),
        (b'{"text": "no id"}', 400),
        (b'{"id": "' + ANY_ID + b'"}', 400),
        (b'{"id": "' + ANY_ID + b'", "text": {"a": 1}}', 400),
        (b'{"id": "' + ANY_ID + b'", "text": "x", "choice": "y"}', 400),
        (b'{"id": "' + ANY_ID + b'", "location": {"lat": NaN, "lng": 1}}', 400),
        (b'{"id": "' + ANY_ID + b'", "location": {"lat": 91, "lng": 1}}', 400),
        (b'{"id": "' + ANY_ID + b'", "choice": "\'; DROP TABLE messages; --"}', 422),
        (b"[" * 15_000, 400),
        (b"\xff\xfe\x00", 400),
    ],
)
def test_what_is_not_a_message_is_refused_in_words(resident: Resident, body: bytes, status: int) -> None:
    answer = resident.session.post(
        f"{resident.base_url}/chat/messages", data=body, headers={"Content-Type": "application/json"}, timeout=10
    )
    assert answer.status_code == status and answer.json()["error"]["message"]


def test_a_choice_that_was_never_offered_does_nothing(resident: Resident) -> None:
    resident.say("the recycling lorry drove straight past 4 Church Gardens AZ1 1BB today")
    for wrong in ("", "1", "0" * 32, json.dumps(["pick", True, "x", "check", {}])):
        assert code(resident.send(choice=wrong)) == (422, "bad_choice")
    assert "Reported" in resident.choose("Yes, that's right")


def test_the_same_id_again_gives_the_same_replies_whatever_it_carries(resident: Resident) -> None:
    resident.say("the recycling lorry drove straight past 4 Church Gardens AZ1 1BB today")
    first = str(uuid.uuid4())
    said = resident.send(first, text="yes that's right").json()
    assert "Reported" in said["replies"][0]["text"]
    assert resident.send(first, text="yes that's right").json() == said
    assert resident.send(first.upper(), text="something else").json() == said
    copy = resident.session.get(f"{resident.base_url}/chat/transcript", timeout=10).text
    assert copy.count("yes that's right") == 1 and "something else" not in copy


def test_a_session_that_sends_too_fast_waits_and_others_do_not(stack: Stack, resident: Resident) -> None:
    def empty() -> requests.Response:
        return resident.session.post(
            f"{resident.base_url}/chat/messages", data=b"", headers={"Content-Type": "application/json"}, timeout=10
        )

    seen = [empty().status_code for _ in range(1001)]
    assert set(seen[:1000]) == {400} and seen[1000] == 429
    answer = resident.send(text="hello there, good evening to you")
    assert code(answer) == (429, "too_fast") and 1 <= int(answer.headers["Retry-After"]) <= 60
    assert Resident(stack.base_url).say("hello there, good evening to you")


def _forms(card: str) -> list[bytes]:
    """Return the ways in which a number may stand in a file, UTF-8 and UTF-16."""
    digits = card.replace(" ", "")
    spaced = " ".join(digits[n : n + 4] for n in range(0, 16, 4))
    wide = "".join(chr(0xFF10 + int(d)) for d in digits)
    plain = [digits, spaced, spaced.replace(" ", "-"), spaced.replace(" ", "."), wide]
    escaped = [json.dumps(wide)[1:-1]]
    return [form.encode(encoding) for form in plain + escaped for encoding in ("utf-8", "utf-16-le")]


def test_a_card_number_is_in_no_file_of_any_process(stack: Stack, resident: Resident) -> None:
    wide = "".join(chr(0xFF10 + int(d)) for d in CARD)
    said: list[dict[str, Any]] = []
    for text in (
        f"take it off my card {CARD}, the security code is 987",
        "it's 4929-4212-3460-0821 exp 12/29",
        f"I said {wide}",
        f"or the other one, {OTHER_CARD}",
    ):
        resident.say(text)
        said += resident.replies
    assert sum(reply["kind"] == "notice" for reply in said) == 4
    resident.say("4929 4212")
    resident.say("3460 0821")
    form = {"id": str(uuid.uuid4()), "text": f"by the form {CARD}"}
    resident.session.post(f"{resident.base_url}/chat/messages", data=form, timeout=10).raise_for_status()
    resident.say("start all over again please")
    resident.say("could you put me through to a human being")
    resident.choose("Yes, ring me back")
    resident.say("07700 900789")
    resident.say(f"I was charged on {CARD} by mistake")
    resident.choose("Yes, that's right")
    page = resident.session.get(f"{resident.base_url}/chat", timeout=10).text
    copy = resident.session.get(f"{resident.base_url}/chat/transcript", timeout=10).text
    assert "[card number removed]" in copy and CARD not in page + copy and "987" not in page + copy

    files = [path for path in stack.folder.rglob("*") if path.is_file()]
    assert {"night-desk.db", "assistant.log", "actions.log", "sandbox.log"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        for form_of_it in [*_forms(CARD), *_forms(OTHER_CARD), b"3460 0821", b"code is 987"]:
            assert form_of_it not in content, f"{form_of_it!r} is in {path.name}"

"""A conversation belongs to one browser: nobody else reads it, presses in it or guesses their way into it."""

import io
import re
import uuid

import pytest
import requests
from PIL import Image

from tests.stack import Resident, Stack

COOKIE = "night_desk"


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (10, 90, 60)).save(out, "JPEG")
    return out.getvalue()


def test_another_session_reads_and_presses_nothing_of_the_first(stack: Stack, resident: Resident) -> None:
    resident.say("the recycling lorry drove straight past 4 Church Gardens AZ1 1BB today")
    yes = resident.replies[-1]["choices"][0]["id"]
    other = Resident(stack.base_url)
    pressed = other.send(choice=yes)
    assert (pressed.status_code, pressed.json()["error"]["code"]) == (422, "bad_choice")
    for path in ("/chat", "/chat/transcript"):
        assert "Church Gardens" not in other.session.get(f"{stack.base_url}{path}", timeout=10).text
    other.say("hello there, good evening to you")
    found = other.session.get(f"{stack.base_url}/chat/updates?after=0", timeout=40).json()["replies"]
    assert found and not any("Church Gardens" in reply["text"] for reply in found)
    assert "Reported" in resident.choose("Yes, that's right")


def test_erasing_one_conversation_leaves_the_others(stack: Stack, resident: Resident) -> None:
    resident.say("hello there, good evening to you")
    other = Resident(stack.base_url)
    other.say("hello there, good evening to you")
    assert other.session.delete(f"{stack.base_url}/chat", timeout=10).status_code == 204
    assert "good evening" in resident.session.get(f"{stack.base_url}/chat/transcript", timeout=10).text


@pytest.mark.parametrize("forged", ["other key", "other signature", "no signature", "swapped", "long"])
def test_a_forged_cookie_is_no_session(stack: Stack, resident: Resident, forged: str) -> None:
    resident.say("hello there, good evening to you")
    key, signature = resident.session.cookies[COOKIE].split(".")
    another = Resident(stack.base_url).session.cookies[COOKIE].split(".")
    cookie = {
        "other key": f"{'A' * 43}.{signature}",
        "other signature": f"{key}.{'0' * 64}",
        "no signature": key,
        "swapped": f"{key}.{another[1]}",
        "long": f"{key}.{signature}{'0' * 4000}",
    }[forged]
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    for method, path in (("GET", "/chat/updates?after=0"), ("GET", "/chat/transcript"), ("DELETE", "/chat")):
        answer = requests.request(method, f"{stack.base_url}{path}", headers=headers, timeout=10)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "no_session")
    page = requests.get(f"{stack.base_url}/chat", headers=headers, timeout=10)
    assert "good evening" not in page.text
    assert page.cookies[COOKIE] != f"{key}.{signature}"


def test_the_cookie_is_for_the_browser_alone(stack: Stack) -> None:
    cookie = requests.get(f"{stack.base_url}/chat", timeout=10).headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert len(re.search(rf"{COOKIE}=([\w-]+)\.", cookie)[1]) >= 22  # type: ignore[index]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://www.ashcombe.example.evil.example"]
)
def test_a_browser_on_another_site_changes_nothing(stack: Stack, resident: Resident, origin: str) -> None:
    resident.say("hello there, good evening to you")
    headers = {"Origin": origin}
    body = {"id": str(uuid.uuid4()), "text": "from elsewhere"}
    http, url = resident.session, stack.base_url
    answers = (
        http.post(f"{url}/chat/messages", json=body, headers=headers, timeout=10),
        http.post(f"{url}/chat/messages", data=body, headers=headers, timeout=10),
        http.post(f"{url}/chat/photos", data=body, files={"photo": photo()}, headers=headers, timeout=10),
        http.post(f"{url}/chat/delete", headers=headers, timeout=10),
        http.delete(f"{url}/chat", headers=headers, timeout=10),
    )
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    copy = http.get(f"{url}/chat/transcript", timeout=10).text
    assert "good evening" in copy and "from elsewhere" not in copy


def test_a_photo_has_an_address_that_nobody_guesses(stack: Stack, resident: Resident) -> None:
    resident.say("somebody has fly-tipped an old mattress down our lane")
    body = {"id": str(uuid.uuid4())}
    files = {"photo": ("x.jpg", photo(), "image/jpeg")}
    kept = resident.session.post(f"{stack.base_url}/chat/photos", data=body, files=files, timeout=20)
    assert kept.status_code == 200
    [name] = set(re.findall(r"/photos/([0-9a-f]+)\.jpg", resident.session.get(f"{stack.base_url}/chat", timeout=10).text))
    assert len(name) == 32
    assert requests.get(f"{stack.base_url}/photos/{name}.jpg", timeout=10).status_code == 200
    near = f"{(int(name, 16) + 1) % 16**32:032x}"
    for wrong in (
        f"{near}.jpg",
        f"{name}",
        f"{name[:-1]}.jpg",
        "1.jpg",
        f"{name}.jpg/..",
        "%2e%2e%2fnight-desk.db",
        f"{name}%00.jpg",
    ):
        assert requests.get(f"{stack.base_url}/photos/{wrong}", timeout=10).status_code == 404

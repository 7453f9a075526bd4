import io
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import requests
from PIL import Image

from bot.log import ConversationLog
from bot.settings import Settings
from bot.words import words
from tests.scripted import Scripted, Site, Visitor


def jpeg(size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, "JPEG")
    return out.getvalue()


def upload(visitor: Visitor, content: bytes, name: str = "photo.jpg", **options: Any) -> requests.Response:
    return visitor.http.post(
        f"{visitor.url}/chat/photos",
        data={"id": options.pop("id", str(uuid4()))},
        files={"photo": (name, content)},
        allow_redirects=False,
        timeout=30,
        **options,
    )


def test_a_photo_is_a_message_and_comes_back_with_a_reply(visitor: Visitor, agent: Scripted) -> None:
    [reply] = upload(visitor, jpeg()).json()["replies"]
    assert reply["text"] == "I've added your photo."
    photo_id = agent.heard[-1].metadata["photo"]
    assert f'src="/photos/{photo_id}.jpg"' in visitor.page()
    seen = requests.get(f"{visitor.url}/photos/{photo_id}.jpg", timeout=20)
    assert seen.headers["Content-Type"] == "image/jpeg"
    assert seen.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(seen.content)).size == (60, 40)


def test_a_photo_by_form_goes_back_to_the_page(visitor: Visitor) -> None:
    answer = upload(visitor, jpeg(), headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/chat#last")
    assert "I&#39;ve added your photo." in visitor.page()


def test_the_name_of_a_file_does_not_make_it_a_photo(visitor: Visitor, agent: Scripted) -> None:
    answer = upload(visitor, b"<script>alert(1)</script>", "photo.jpg")
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "photo_type")
    page = upload(visitor, b"GIF89a", headers={"Accept": "text/html"})
    assert page.status_code == 415
    assert words("gate.photo_type") in page.text
    assert not agent.heard


def test_a_photo_that_is_too_big_is_refused(settings: Settings, log: ConversationLog, agent: Scripted) -> None:
    with Site(replace(settings, photo_bytes=1_000_000), log, agent).running() as site:
        answer = upload(site.visitor(), jpeg() + b"\0" * 1_000_000)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "photo_too_big")
        assert "1 MB" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("data", "files", "status"),
    [
        ({"id": "7"}, {"photo": ("a.jpg", jpeg())}, 400),
        ({"id": str(uuid4())}, {"photo": ("a.jpg", b"")}, 400),
        ({"id": str(uuid4())}, {"other": ("a.jpg", jpeg())}, 400),
        ({"id": str(uuid4())}, None, 415),
    ],
    ids=["no uuid", "empty", "another field", "no multipart"],
)
def test_a_form_without_a_photo_is_refused(visitor: Visitor, data: Any, files: Any, status: int) -> None:
    answer = visitor.http.post(f"{visitor.url}/chat/photos", data=data, files=files, timeout=20)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x\r\n\r\n--x--", b"--x\r\nContent-Disposition\r\n\r\na\r\n--x--", b"\xff" * 99]
)
def test_a_broken_form_is_refused(visitor: Visitor, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = visitor.http.post(f"{visitor.url}/chat/photos", data=body, headers=headers, timeout=20)
    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["0" * 32 + ".jpg", "0" * 32, "x.jpg", "..%2f..%2fetc%2fpasswd"])
def test_a_photo_that_is_not_there_is_not_found(site: Site, name: str) -> None:
    assert requests.get(f"{site.url}/photos/{name}", timeout=20).status_code == 404


def test_a_photo_goes_when_its_conversation_is_erased(visitor: Visitor, agent: Scripted) -> None:
    upload(visitor, jpeg())
    visitor.http.delete(f"{visitor.url}/chat", timeout=20)
    photo_id = agent.heard[-1].metadata["photo"]
    assert requests.get(f"{visitor.url}/photos/{photo_id}.jpg", timeout=20).status_code == 404

"""Who is let in, by session and by origin, and what every answer carries."""

import re

import pytest
import requests

from bot.channels.session import COOKIE, Sessions
from bot.log import ConversationLog
from bot.settings import Settings
from bot.words import words
from tests.scripted import Site, Visitor

# Every address, and what lets somebody in. A new address is a decision.
PUBLIC = {
    "GET /",
    "GET /chat",
    "GET /chat/carry-on",
    "GET /chat/carry-on/code",
    "GET /chat/delete",
    "GET /chat/messages",
    "GET /chat/photos",
    "GET /widget.js",
    "GET /static/<name:str>",
    "GET /health/live",
    "GET /health/ready",
}
SESSION = {
    "DELETE /chat",
    "POST /chat/carry-on",
    "POST /chat/carry-on/code",
    "POST /chat/messages",
    "POST /chat/photos",
    "POST /chat/delete",
    "GET /chat/updates",
    "GET /chat/transcript",
    "GET /chat/return/<token:str>",
}
SECRET = {"POST /webhooks/pay", "POST /webhooks/notify", "GET /bins/<name:str>", "GET /photos/<name:str>"}
SECRET |= {"GET /stop/<code:str>", "POST /stop/<code:str>"}


def test_every_address_is_public_or_asks_for_something(settings: Settings, log: ConversationLog) -> None:
    from bot.channels.web import WebChannel

    site = WebChannel(settings, log).blueprint(None)
    found = {f"{method} {route.uri}" for route in site._future_routes for method in route.methods or ()}
    assert found == PUBLIC | SESSION | SECRET


def test_the_page_makes_a_session_that_no_script_can_read(site: Site) -> None:
    cookie = requests.get(f"{site.url}/chat", timeout=20).headers["Set-Cookie"]
    assert re.match(rf"{COOKIE}=[\w-]{{43}}\.[0-9a-f]{{64}};", cookie)
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_each_session_is_its_own(site: Site) -> None:
    assert site.visitor().http.cookies[COOKIE] != site.visitor().http.cookies[COOKIE]


def test_the_page_renews_the_same_session(visitor: Visitor) -> None:
    before = visitor.http.cookies[COOKIE]
    visitor.page()
    assert visitor.http.cookies[COOKIE] == before


def test_the_cookie_is_for_https_alone_when_so_set() -> None:
    from sanic.response import text

    response = text("")
    Sessions("secret", secure=True).keep(response, Sessions.new())
    assert "Secure" in str(response.cookies[COOKIE])


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43 + "." + "0" * 64, "a" * 43, "é"])
def test_a_session_that_we_did_not_make_is_none(site: Site, cookie: str) -> None:
    headers = {"Cookie": f"{COOKIE}={cookie}".encode()}
    for method, path in (("GET", "/chat/updates"), ("GET", "/chat/transcript"), ("DELETE", "/chat")):
        answer = requests.request(method, f"{site.url}{path}", headers=headers, timeout=20)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "no_session")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://nightdesk.ashcombe.example.evil.example"},
        {"Origin": "file://"},
        {"Origin": "https://[broken"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_request_from_another_site_changes_nothing(visitor: Visitor, headers: dict[str, str]) -> None:
    for answer in (
        visitor.post({"text": "hello"}, headers=headers),
        visitor.http.delete(f"{visitor.url}/chat", headers=headers, timeout=20),
        visitor.http.post(f"{visitor.url}/chat/photos", headers=headers, timeout=20),
        visitor.http.post(f"{visitor.url}/chat/delete", headers=headers, timeout=20),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "wrong_origin")
    assert "hello" not in visitor.page()


def test_a_request_from_our_own_page_is_taken(visitor: Visitor, settings: Settings) -> None:
    for origin in (visitor.url, settings.public_url):
        headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
        assert visitor.post({"text": "hello"}, headers=headers).status_code == 200


def test_every_answer_carries_the_security_headers(visitor: Visitor, site: Site) -> None:
    paths = ("/", "/chat", "/chat/delete", "/chat/transcript", "/health/live", "/nowhere", "/widget.js", "/photos/x.jpg")
    for path in paths:
        headers = visitor.http.get(f"{site.url}{path}", timeout=20).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';"), path
        assert "frame-ancestors 'self' https://www.ashcombe.example;" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Permissions-Policy"].startswith("geolocation=(self)")
        if path not in ("/widget.js",):
            assert headers["Cache-Control"] == "no-store"


def test_no_page_has_an_inline_script_or_style(visitor: Visitor, site: Site) -> None:
    visitor.say("which address")
    for path in ("/", "/chat", "/chat/delete", "/nowhere"):
        page = visitor.http.get(f"{site.url}{path}", headers={"Accept": "text/html"}, timeout=20).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), path
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page)), path


def test_the_council_page_embeds_with_one_line(site: Site) -> None:
    page = requests.get(f"{site.url}/", timeout=20).text
    assert '<script src="/widget.js" defer></script>' in page
    assert '<a class="govuk-link govuk-!-font-weight-bold" href="/chat">' in page


def test_built_files_are_kept_for_a_year_by_a_name_that_changes(site: Site) -> None:
    page = requests.get(f"{site.url}/chat", timeout=20).text
    for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert re.fullmatch(r"/static/chat-[0-9a-f]{12}\.(?:js|css)", name)
        assert "immutable" in requests.get(f"{site.url}{name}", timeout=20).headers["Cache-Control"]
    for wrong in ("manifest.json", "..%2fmanifest.json", "chat.js", "%2e%2e"):
        assert requests.get(f"{site.url}/static/{wrong}", timeout=20).status_code == 404


def test_an_address_that_is_not_there_is_a_page_or_json(site: Site) -> None:
    page = requests.get(f"{site.url}/nowhere", headers={"Accept": "text/html"}, timeout=20)
    assert page.status_code == 404
    assert words("gate.not_found") in page.text
    assert requests.get(f"{site.url}/nowhere", timeout=20).json()["error"]["code"] == "not_found"


def test_an_error_says_nothing_of_what_is_inside(visitor: Visitor, site: Site, log: ConversationLog) -> None:
    with log.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE messages RENAME TO elsewhere")
    page = visitor.http.get(f"{site.url}/chat", headers={"Accept": "text/html"}, timeout=20)
    answer = visitor.post({"text": "hello"})
    with log.engine.begin() as conn:
        conn.exec_driver_sql("ALTER TABLE elsewhere RENAME TO messages")
    assert (page.status_code, answer.status_code, answer.json()["error"]["code"]) == (503, 503, "internal")
    for text in (page.text, answer.text):
        assert not re.search("messages|sql|Traceback|Error:", text, re.IGNORECASE)
    assert visitor.say("and now")[0]["text"] == "You said: and now"


def test_a_visit_without_a_message_leaves_nothing_behind(site: Site, log: ConversationLog) -> None:
    from bot.log.conversation import conversations

    requests.get(f"{site.url}/chat", timeout=20)
    with log.engine.begin() as conn:
        assert conn.execute(conversations.select()).all() == []

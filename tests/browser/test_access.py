"""WCAG 2.2 AA, as far as a machine can tell, and the size of the page."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.words import words
from tests.browser.parts import reply, say
from tests.scripted import Site

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BUDGET = 60_000
SIZES = [(320, 640), (1280, 900)]


def empty(page: Page, url: str) -> None:
    page.goto(f"{url}/chat")


def talked(page: Page, url: str) -> None:
    page.goto(f"{url}/chat")
    for text in ("hello", "which address", "I can smell gas in my kitchen", "my card is 4242 4242 4242 4242"):
        say(page, text)
        page.wait_for_timeout(150)
    expect(reply(page, "You said: my card")).to_be_visible()


def languages(page: Page, url: str) -> None:
    page.goto(f"{url}/chat")
    for text in ("میرا کوڑا کب اٹھایا جائے گا", "gaas baa guriga ka uraya", "गैस की बदबू आ रही है", "我聞到煤氣味"):
        say(page, text)
        page.wait_for_timeout(150)
    expect(page.locator('#log .nd-text[lang="zh-Hant"]')).to_be_visible()
    assert page.locator('#log .nd-text[lang="ur"]').evaluate("(e) => getComputedStyle(e).direction") == "rtl"


def choices(page: Page, url: str) -> None:
    page.goto(f"{url}/chat")
    say(page, "which address")
    expect(page.get_by_role("button", name="2 Mill Lane")).to_be_visible()


def photo(page: Page, url: str) -> None:
    page.goto(f"{url}/chat")
    say(page, "photo")
    expect(page.locator("#photo-form")).to_be_visible()


def location(page: Page, url: str) -> None:
    page.goto(f"{url}/chat")
    say(page, "where")
    expect(page.get_by_role("button", name=words("page.location.button"))).to_be_visible()


def refused(page: Page, url: str) -> None:
    page.goto(f"{url}/chat")
    say(page, " ")
    expect(page.locator("#text-error")).to_be_visible()


def waiting(page: Page, url: str) -> None:
    page.goto(f"{url}/chat")
    say(page, "silence")
    expect(page.locator(".nd-note")).to_be_visible()


def error(page: Page, url: str) -> None:
    page.goto(f"{url}/nowhere")


def delete(page: Page, url: str) -> None:
    page.goto(f"{url}/chat/delete")


def stop(page: Page, url: str) -> None:
    page.goto(f"{url}/stop/{'a' * 24}")


def stopped(page: Page, url: str) -> None:
    stop(page, url)
    page.get_by_role("button", name=words("notices.stop.page.confirm")).click()
    expect(page.get_by_role("heading", name=words("notices.stop.page.done"))).to_be_visible()


def council(page: Page, url: str) -> None:
    page.goto(f"{url}/")
    expect(page.get_by_role("button", name=words("page.widget.open"))).to_be_visible()


def panel(page: Page, url: str) -> None:
    council(page, url)
    page.get_by_role("button", name=words("page.widget.open")).click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_label("Type your message")).to_be_visible()


PAGES = [empty, talked, languages, choices, photo, location, refused, waiting, error, delete, stop, stopped, council, panel]


@pytest.fixture(params=SIZES, ids=["320", "1280"])
def sized(request: pytest.FixtureRequest, browser: Browser) -> Any:
    """A page of that size; 320 is also a window of 1,280 at 400 %."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("show", PAGES, ids=lambda show: show.__name__)
def test_nothing_breaks_the_guidelines(sized: Page, site: Site, show: Callable[[Page, str], None]) -> None:
    show(sized, site.url)
    found = Axe().run(sized, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()
    assert sized.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls both ways"
    small = sized.evaluate(
        """() => [...document.querySelectorAll("button, input:not([type=hidden]), textarea, summary, .nd-tool")]
            .filter((e) => e.checkVisibility()).map((e) => [e.textContent.trim() || e.id, e.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([name]) => name)"""
    )
    assert small == []


@pytest.mark.parametrize("text", ["which address", "photo", " "], ids=["choices", "photo", "refused"])
def test_the_page_that_the_server_makes_is_as_good(sized: Page, site: Site, text: str) -> None:
    sized.route("**/static/*.js", lambda route: route.abort())
    sized.goto(f"{site.url}/chat")
    say(sized, text)
    found = Axe().run(sized, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()
    assert sized.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls both ways"


def test_nothing_turns_for_who_wants_no_motion(browser: Browser, site: Site) -> None:
    for motion, expected in (("reduce", "none"), ("no-preference", "nd-turn")):
        context = browser.new_context(reduced_motion=motion)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{site.url}/chat")
        name = page.evaluate("getComputedStyle(document.querySelector('.nd-status__dots')).animationName")
        assert name == expected
        context.close()


def test_with_forced_colours_what_can_be_pressed_has_a_border(browser: Browser, site: Site) -> None:
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    choices(page, site.url)
    for control in (".nd-choice", "#send", "#text"):
        width = page.evaluate(f"getComputedStyle(document.querySelector('{control}')).borderTopWidth")
        assert float(width.removesuffix("px")) >= 1, control
    context.close()


def test_the_first_view_is_within_its_budget_and_all_of_it_is_ours(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/chat")
    page.wait_for_load_state("networkidle")
    assert all(url.startswith((site.url, "data:")) for url in asked)
    files = [url for url in asked if url.endswith((".js", ".css"))]
    assert len(files) == 2
    assert sum(len(gzip.compress(requests.get(url, timeout=20).content)) for url in files) <= BUDGET


def test_no_crown_and_no_gds_transport(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/chat")
    styles = page.evaluate("[...document.styleSheets].flatMap((s) => [...s.cssRules]).map((r) => r.cssText).join()")
    assert "GDS Transport" not in styles
    assert "crown" not in page.content().lower()

"""The button and the panel on the council's page."""

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from bot.words import words
from tests.scripted import Site

OPEN, CLOSE, TITLE = (words(f"page.widget.{name}") for name in ("open", "close", "title"))


@pytest.fixture
def council(page: Page, site: Site) -> Page:
    """The council's page with the embedded script."""
    page.goto(f"{site.url}/")
    expect(page.get_by_role("button", name=OPEN)).to_be_visible()
    return page


def panel(page: Page) -> FrameLocator:
    return page.frame_locator(f'iframe[title="{TITLE}"]')


def test_the_button_opens_a_named_panel_with_the_chat(council: Page) -> None:
    council.get_by_role("button", name=OPEN).click()
    expect(council.get_by_role("dialog", name=TITLE)).to_be_visible()
    panel(council).get_by_label("Type your message").fill("hello")
    panel(council).get_by_role("button", name="Send", exact=True).click()
    expect(panel(council).locator("#log").get_by_text("You said: hello")).to_be_visible()


def test_the_chat_is_not_loaded_before_it_is_wanted(council: Page) -> None:
    assert council.locator("iframe").count() == 0


def test_by_keyboard_the_focus_goes_in_and_comes_back(council: Page) -> None:
    opener = council.get_by_role("button", name=OPEN)
    opener.focus()
    council.keyboard.press("Enter")
    expect(council.get_by_role("dialog")).to_be_focused()
    council.keyboard.press("Tab")
    expect(council.get_by_role("button", name=CLOSE)).to_be_focused()
    council.keyboard.press("Escape")
    expect(council.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_escape_inside_the_chat_closes_the_panel(council: Page) -> None:
    council.get_by_role("button", name=OPEN).click()
    panel(council).get_by_label("Type your message").press("Escape")
    expect(council.get_by_role("dialog")).to_be_hidden()
    expect(council.get_by_role("button", name=OPEN)).to_be_focused()


def test_another_page_can_not_close_it(council: Page) -> None:
    council.get_by_role("button", name=OPEN).click()
    council.evaluate("window.postMessage({nightDesk: 'close'}, '*')")
    council.wait_for_timeout(300)
    expect(council.get_by_role("dialog")).to_be_visible()


def test_close_and_open_again_keeps_the_conversation(council: Page) -> None:
    council.get_by_role("button", name=OPEN).click()
    panel(council).get_by_label("Type your message").fill("half a sentence")
    council.get_by_role("button", name=CLOSE).click()
    council.get_by_role("button", name=OPEN).click()
    expect(panel(council).get_by_label("Type your message")).to_have_value("half a sentence")


def test_on_a_small_screen_it_covers_the_page_and_holds_the_focus(council: Page) -> None:
    council.set_viewport_size({"width": 320, "height": 560})
    council.get_by_role("button", name=OPEN).click()
    assert council.get_by_role("dialog").bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 560}
    assert council.evaluate("document.querySelector('#night-desk').shadowRoot.querySelector('dialog').matches(':modal')")
    frame = council.frames[-1]
    frame.wait_for_load_state()
    assert frame.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_page_behind_can_be_used_on_a_large_screen(council: Page) -> None:
    council.set_viewport_size({"width": 1280, "height": 800})
    council.get_by_role("button", name=OPEN).click()
    council.get_by_role("link", name=words("page.demo.chat_link")).click()
    expect(council.get_by_label("Type your message")).to_be_visible()


def test_the_council_header_is_not_there_twice(council: Page) -> None:
    council.get_by_role("button", name=OPEN).click()
    expect(panel(council).get_by_label("Type your message")).to_be_visible()
    expect(panel(council).locator(".nd-header")).to_be_hidden()

"""The page before the whole of Night Desk: the real model, the action server and the sandbox council.

With SCREENSHOTS=1 it also makes the README's picture anew.
"""

import os
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.parts import lines, reply, say
from tests.stack import Stack

SCREENSHOT = Path(__file__).parents[2] / "docs" / "screenshots" / "chat.png"


def ask_for_the_bin_day(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.base_url}/chat")
    say(page, "When is my bin day? I'm at AZ1 2BB")
    page.get_by_role("button", name="4 Mill Lane").click()
    expect(reply(page, "general waste bin")).to_be_visible(timeout=20_000)


def test_a_bin_day_on_the_page(browser: Browser, stack: Stack) -> None:
    stack.reset()
    context = browser.new_context(viewport={"width": 820, "height": 1100}, reduced_motion="reduce")
    page = context.new_page()
    ask_for_the_bin_day(page, stack)
    before = lines(page)
    page.reload()
    assert lines(page) == before
    page.wait_for_timeout(500)
    if os.environ.get("SCREENSHOTS"):
        page.screenshot(path=SCREENSHOT, full_page=True)
    context.close()


def test_a_bin_day_without_a_script(browser: Browser, stack: Stack) -> None:
    stack.reset()
    context = browser.new_context(java_script_enabled=False)
    ask_for_the_bin_day(context.new_page(), stack)
    context.close()

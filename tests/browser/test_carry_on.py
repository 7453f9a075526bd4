"""Carrying a conversation on, in Chromium: with and without scripts, by keyboard, on a narrow screen."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.council import council
from bot.log import CarryOn, ConversationLog
from bot.settings import Settings
from bot.words import words
from tests.browser.parts import box, focus, lines, reply, say
from tests.browser.test_access import SIZES, TAGS
from tests.scripted import Scripted, Site

MOVED = words("carry_on.moved.web").split("\n")[0]
WRONG = words("gate.bad_code", minutes=council()["carry_on"]["code_minutes"])


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A council with a bot on Telegram."""
    return replace(settings, telegram_bot_username="AshcombeBot")


def code_on(page: Page) -> str:
    page.get_by_role("button", name=words("carry_on.tool_telegram")).click()
    return page.locator(".nd-code").inner_text()


def type_code(page: Page, code: str) -> None:
    page.get_by_label(words("carry_on.here.label")).fill(code)
    page.get_by_role("button", name=words("carry_on.here.button")).click()


def test_from_one_browser_to_another_without_scripts(plain: Page, browser: Browser, site: Site) -> None:
    say(plain, "which address")
    code = code_on(plain)
    link = plain.get_by_role("link", name=words("carry_on.code.telegram_link"))
    assert link.get_attribute("href") == f"https://t.me/AshcombeBot?start={code}"
    context = browser.new_context(java_script_enabled=False)
    other = context.new_page()
    other.goto(f"{site.url}/chat/carry-on")
    type_code(other, code.lower())
    assert other.url.endswith("/chat#last")
    other.get_by_role("button", name="2 Mill Lane").click()
    expect(reply(other, "You chose 2 Mill Lane.")).to_be_visible()
    plain.get_by_role("link", name=words("carry_on.back")).click()
    expect(reply(plain, "You chose 2 Mill Lane.")).to_be_visible()
    context.close()


def test_a_link_fills_the_code_in_and_uses_nothing_before_the_button(
    chat: Page, browser: Browser, site: Site, log: ConversationLog, agent: Scripted
) -> None:
    say(chat, "hello")
    expect(reply(chat, "You said: hello")).to_be_visible()
    code = CarryOn(log).code(str(agent.heard[-1].sender_id))
    for press in (False, True):
        context = browser.new_context()
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url + str(request.headers)))
        page.goto(f"{site.url}/chat/carry-on#{code}")
        expect(page.get_by_label(words("carry_on.here.label"))).to_have_value(code)
        assert page.url == f"{site.url}/chat/carry-on"
        assert not any(code in request for request in asked)
        if press:
            page.get_by_role("button", name=words("carry_on.here.button")).click()
            expect(reply(page, MOVED)).to_be_visible()
        context.close()
    expect(reply(chat, MOVED)).to_be_visible()


def test_by_keyboard_alone(chat: Page, site: Site) -> None:
    tool = chat.get_by_role("button", name=words("carry_on.tool_telegram"))
    tool.focus()
    chat.keyboard.press("Enter")
    expect(chat.locator(".nd-code")).to_be_visible()
    chat.goto(f"{site.url}/chat/carry-on")
    chat.keyboard.press("Tab")
    while focus(chat) != "code":
        chat.keyboard.press("Tab")
    chat.keyboard.type("K7Q-F3M-XA2")
    chat.keyboard.press("Enter")
    expect(chat.get_by_role("alert")).to_contain_text(WRONG)
    chat.get_by_role("link", name=WRONG).press("Enter")
    assert focus(chat) == "code"
    expect(chat.get_by_label(words("carry_on.here.label"))).to_have_value("K7Q-F3M-XA2")


def test_the_page_where_it_began_says_that_it_goes_on_and_can_be_used_again(
    chat: Page, log: ConversationLog, agent: Scripted
) -> None:
    say(chat, "which address")
    expect(chat.get_by_role("button", name="1 Mill Lane")).to_be_visible()
    carry_on = CarryOn(log)
    carry_on.redeem(carry_on.code(str(agent.heard[-1].sender_id)), "telegram", "chat 7")
    expect(reply(chat, words("carry_on.moved.telegram").split("\n")[0])).to_be_visible()
    chat.get_by_role("button", name="1 Mill Lane").click()
    expect(reply(chat, "You chose 1 Mill Lane.")).to_be_visible()
    assert lines(chat)[-1] == "You chose 1 Mill Lane."


def test_a_page_left_open_shows_nothing_of_a_conversation_that_was_erased_elsewhere(
    chat: Page, log: ConversationLog, agent: Scripted
) -> None:
    say(chat, "hello")
    expect(reply(chat, "You said: hello")).to_be_visible()
    log.erase(str(agent.heard[-1].sender_id))
    expect(reply(chat, "You said: hello")).to_have_count(0)
    say(chat, "hello again")
    expect(reply(chat, "You said: hello again")).to_be_visible()


def asked(page: Page, url: str) -> None:
    page.goto(f"{url}/chat/carry-on")


def refused(page: Page, url: str) -> None:
    asked(page, url)
    type_code(page, "K7Q-F3M-XA2")
    expect(page.get_by_role("alert")).to_be_visible()


def given(page: Page, url: str) -> None:
    page.goto(f"{url}/chat")
    assert box(page).is_visible()
    code_on(page)


@pytest.mark.parametrize("size", SIZES, ids=["320", "1280"])
@pytest.mark.parametrize("show", [asked, refused, given], ids=lambda show: show.__name__)
def test_nothing_breaks_the_guidelines(
    browser: Browser, site: Site, size: tuple[int, int], show: Callable[[Page, str], None]
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    show(page, site.url)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls both ways"
    context.close()

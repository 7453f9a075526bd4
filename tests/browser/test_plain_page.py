"""Talking on the page in a browser without scripts."""

from pathlib import Path

from playwright.sync_api import Page, expect

from bot.log import ConversationLog, Reply
from bot.words import words
from tests.browser.parts import box, lines, reply, say
from tests.scripted import Scripted, Site


def test_a_conversation(plain: Page) -> None:
    say(plain, "which address")
    assert plain.url.endswith("/chat#last")
    plain.get_by_role("button", name="2 Mill Lane").click()
    assert lines(plain) == ["which address", "Which address is it?", "2 Mill Lane", "You chose 2 Mill Lane."]


def test_an_example(plain: Page) -> None:
    plain.get_by_role("button", name=words("page.example.bins")).click()
    expect(reply(plain, words("page.example.bins"))).to_be_visible()


def test_a_refused_message_keeps_its_words(plain: Page) -> None:
    say(plain, "a" * 2001)
    expect(plain.get_by_role("alert")).to_contain_text(words("gate.too_long", limit="2,000"))
    assert len(box(plain).input_value()) == 2001
    assert plain.title().startswith("Error: ")


def test_a_reload_after_a_refused_message_is_the_page_again(plain: Page, site: Site) -> None:
    say(plain, " ")
    plain.goto(f"{site.url}/chat/messages")
    assert plain.url.endswith("/chat#last")


def test_a_photo(plain: Page, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (400, 300), "grey").save(tmp_path / "hole.webp")
    say(plain, "photo")
    plain.get_by_label(words("page.photo.label")).set_input_files(tmp_path / "hole.webp")
    plain.get_by_role("button", name=words("page.photo.send")).click()
    expect(reply(plain, "I've added your photo.")).to_be_visible()


def test_nothing_that_needs_a_script_is_shown(plain: Page) -> None:
    say(plain, "where")
    expect(plain.get_by_role("button", name=words("page.location.button"))).to_be_hidden()
    expect(plain.locator("#keys-hint")).to_be_hidden()


def test_a_later_reply_is_there_after_a_look(plain: Page, agent: Scripted, log: ConversationLog) -> None:
    say(plain, "hello")
    log.later(str(agent.heard[-1].sender_id), Reply("Your payment has arrived."))
    plain.get_by_role("link", name=words("page.check")).click()
    plain.reload()
    expect(reply(plain, "Your payment has arrived.")).to_be_visible()


def test_delete(plain: Page) -> None:
    say(plain, "hello")
    plain.get_by_role("link", name=words("page.tools.delete")).click()
    plain.get_by_role("button", name=words("page.delete.confirm")).click()
    expect(plain.get_by_role("heading", name=words("page.deleted.title"))).to_be_visible()
    plain.get_by_role("link", name=words("page.deleted.again")).click()
    assert lines(plain) == []


def test_the_council_page_has_a_link_to_the_chat(plain: Page, site: Site) -> None:
    plain.goto(f"{site.url}/")
    plain.get_by_role("link", name=words("page.demo.chat_link")).click()
    expect(box(plain)).to_be_visible()

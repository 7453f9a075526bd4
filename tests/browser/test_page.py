"""Talking on the page, with its script."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from bot.log import ConversationLog, Reply
from bot.words import words
from tests.browser.parts import box, focus, heard, lines, listen, reply, say
from tests.scripted import Scripted, Site

NAUGHTY = (Path(__file__).parents[1] / "data" / "naughty_strings.txt").read_text(encoding="utf-8").splitlines()


def test_a_message_is_answered_without_a_new_page(chat: Page) -> None:
    chat.evaluate("window.same = true")
    say(chat, "hello")
    expect(reply(chat, "You said: hello")).to_be_visible()
    assert lines(chat) == ["hello", "You said: hello"]
    assert chat.evaluate("window.same")
    assert box(chat).input_value() == ""
    assert focus(chat) == "text"


def test_enter_sends_and_shift_enter_starts_a_line(chat: Page) -> None:
    box(chat).focus()
    chat.keyboard.type("one")
    chat.keyboard.press("Shift+Enter")
    chat.keyboard.type("two")
    chat.keyboard.press("Enter")
    expect(reply(chat, "You said: one")).to_be_visible()
    assert lines(chat)[0] == "one\ntwo"


def test_an_example_starts_the_conversation(chat: Page) -> None:
    chat.get_by_role("button", name=words("page.example.bins")).click()
    expect(reply(chat, words("page.example.bins"))).to_be_visible()
    expect(chat.locator("#examples")).to_have_count(0)


def test_a_choice_is_pressed_once_and_then_is_words(chat: Page) -> None:
    say(chat, "which address")
    chat.get_by_role("button", name="2 Mill Lane").click()
    expect(reply(chat, "You chose 2 Mill Lane.")).to_be_visible()
    assert focus(chat) == "text"
    expect(chat.locator(".nd-choice")).to_have_count(0)
    expect(chat.locator(".nd-offered li")).to_have_count(3)


def test_by_keyboard_alone(chat: Page) -> None:
    chat.keyboard.press("Tab")
    assert focus(chat) == words("page.skip")
    chat.keyboard.press("Enter")
    chat.keyboard.type("which address")
    chat.keyboard.press("Enter")
    expect(chat.get_by_role("button", name="2 Mill Lane")).to_be_visible()
    for _ in range(3):
        chat.keyboard.press("Shift+Tab")
    assert focus(chat) == "1 Mill Lane"
    chat.keyboard.press("Tab")
    chat.keyboard.press("Space")
    expect(reply(chat, "You chose 2 Mill Lane.")).to_be_visible()
    assert focus(chat) == "text"


def test_every_reply_is_read_out_once_and_history_never(chat: Page) -> None:
    listen(chat)
    say(chat, "which address")
    expect(chat.get_by_role("button", name="2 Mill Lane")).to_be_visible()
    chat.wait_for_timeout(1500)
    said = [text for text in heard(chat) if "Which address" in text]
    assert said == ["Night Desk: Which address is it?\n1 Mill Lane, 2 Mill Lane, My address is not listed"]
    chat.reload()
    listen(chat)
    chat.wait_for_timeout(1500)
    assert heard(chat) == []
    assert chat.locator("#announcer").inner_text() == ""


def test_a_reload_keeps_everything_in_order(chat: Page) -> None:
    for text in ("one", "two", "three"):
        say(chat, text)
        expect(reply(chat, f"You said: {text}")).to_be_visible()
    before = lines(chat)
    chat.reload()
    assert lines(chat) == before == ["one", "You said: one", "two", "You said: two", "three", "You said: three"]


def test_messages_that_are_sent_fast_stay_in_order(chat: Page) -> None:
    for text in ("one", "two", "three"):
        box(chat).fill(text)
        chat.keyboard.press("Enter")
    expect(reply(chat, "You said: three")).to_be_visible()
    before = lines(chat)
    chat.reload()
    assert lines(chat) == before


def test_a_later_reply_arrives_by_itself(chat: Page, agent: Scripted, log: ConversationLog) -> None:
    say(chat, "hello")
    expect(reply(chat, "You said: hello")).to_be_visible()
    listen(chat)
    log.later(str(agent.heard[-1].sender_id), Reply("Your payment has arrived.", kind="notice"))
    expect(reply(chat, "Your payment has arrived.")).to_be_visible()
    chat.wait_for_timeout(500)
    assert heard(chat) == ["Night Desk: Your payment has arrived."]


def test_it_says_that_it_works_on_it(chat: Page, agent: Scripted) -> None:
    agent.go.clear()
    say(chat, "hello")
    expect(chat.locator("#status")).to_contain_text(words("page.status.working"))
    assert lines(chat) == ["hello"]
    agent.go.set()
    expect(chat.locator("#status")).to_be_hidden()


def test_a_lost_connection_loses_nothing(chat: Page, context: BrowserContext, agent: Scripted) -> None:
    say(chat, "hello")
    expect(reply(chat, "You said: hello")).to_be_visible()
    context.set_offline(True)
    say(chat, "from the tunnel")
    expect(chat.get_by_text(words("page.status.unsent")).first).to_be_visible()
    context.set_offline(False)
    expect(reply(chat, "You said: from the tunnel")).to_be_visible()
    assert [message.text for message in agent.heard] == ["hello", "from the tunnel"]
    expect(chat.locator(".nd-note:visible")).to_have_count(0)


def test_a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(chat: Page, agent: Scripted) -> None:
    def lose_the_answer(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    chat.route("**/chat/messages", lose_the_answer, times=1)
    say(chat, "hello")
    expect(reply(chat, "You said: hello")).to_be_visible()
    chat.wait_for_timeout(1500)
    assert lines(chat) == ["hello", "You said: hello"]
    assert len(agent.heard) == 1


def test_a_message_on_its_way_survives_a_reload(chat: Page, agent: Scripted) -> None:
    chat.route("**/chat/messages", lambda route: route.abort())
    say(chat, "hello")
    expect(chat.get_by_text(words("page.status.unsent")).first).to_be_visible()
    chat.unroute("**/chat/messages")
    chat.reload()
    expect(reply(chat, "You said: hello")).to_be_visible()
    assert lines(chat) == ["hello", "You said: hello"]
    assert len(agent.heard) == 1


def test_a_reload_in_the_middle_of_a_turn_shows_the_message_once(chat: Page, agent: Scripted) -> None:
    agent.go.clear()
    say(chat, "hello")
    expect(chat.locator("#status")).to_be_visible()
    chat.wait_for_timeout(300)
    chat.reload()
    agent.go.set()
    expect(reply(chat, "You said: hello")).to_be_visible()
    chat.wait_for_timeout(500)
    assert lines(chat) == ["hello", "You said: hello"]
    assert len(agent.heard) == 1


def test_typed_words_survive_a_reload(chat: Page) -> None:
    box(chat).fill("half a sentence")
    chat.reload()
    assert box(chat).input_value() == "half a sentence"


def test_a_restarted_server_is_found_again(page: Page, settings: object, log: ConversationLog, agent: Scripted) -> None:
    made = Site(settings, log, agent)  # type: ignore[arg-type]
    with made.running():
        page.goto(f"{made.url}/chat")
        say(page, "before")
        expect(reply(page, "You said: before")).to_be_visible()
    say(page, "while it is away")
    expect(page.get_by_text(words("page.status.unsent")).first).to_be_visible()
    with made.running():
        expect(reply(page, "You said: while it is away")).to_be_visible(timeout=20_000)
        page.reload()
        assert lines(page) == ["before", "You said: before", "while it is away", "You said: while it is away"]


def test_a_kept_message_says_so_and_is_answered_later(chat: Page, agent: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.base.SWEEP_SECONDS", 0.5)
    agent.script = lambda message: []
    say(chat, "hello")
    expect(chat.get_by_text(words("gate.kept")).first).to_be_visible()
    agent.script = lambda message: [{"text": "At last", "choices": [], "kind": "answer", "extra": {}}]
    expect(reply(chat, "At last")).to_be_visible(timeout=20_000)
    expect(chat.locator(".nd-note:visible")).to_have_count(0)


def test_a_refused_message_is_given_back_with_what_to_do(chat: Page) -> None:
    say(chat, "a" * 2001)
    expect(chat.locator("#text-error")).to_have_text(words("gate.too_long", limit="2,000"))
    assert len(box(chat).input_value()) == 2001
    assert focus(chat) == "text"
    say(chat, "shorter")
    expect(reply(chat, "You said: shorter")).to_be_visible()
    expect(chat.locator("#text-error")).to_be_hidden()


def test_an_empty_message_is_not_sent(chat: Page, agent: Scripted) -> None:
    say(chat, "   ")
    expect(chat.locator("#text-error")).to_have_text(words("gate.empty"))
    assert not agent.heard


def test_an_emergency_is_marked_in_words(chat: Page) -> None:
    listen(chat)
    say(chat, "I can smell gas in my kitchen")
    expect(chat.locator(".nd-message--emergency")).to_contain_text(words("page.emergency_label"))
    assert heard(chat)[0].startswith("Night Desk: Emergency. ")
    chat.reload()
    expect(chat.locator(".nd-message--emergency")).to_contain_text(words("page.emergency_label"))


def photo(tmp_path: Path) -> Path:
    from PIL import Image

    path = tmp_path / "hole.png"
    Image.new("RGB", (400, 300), "grey").save(path)
    return path


def test_a_photo_is_asked_for_and_sent(chat: Page, tmp_path: Path) -> None:
    expect(chat.locator("#photo-form")).to_be_hidden()
    say(chat, "photo")
    chat.get_by_label(words("page.photo.label")).set_input_files(photo(tmp_path))
    chat.get_by_role("button", name=words("page.photo.send")).click()
    expect(reply(chat, "I've added your photo.")).to_be_visible()
    expect(chat.locator("#photo-form")).to_be_hidden()
    chat.reload()
    expect(chat.get_by_alt_text(words("page.photo_alt"))).to_be_visible()


def test_what_is_not_a_photo_is_refused_in_words(chat: Page, tmp_path: Path) -> None:
    (tmp_path / "hole.jpg").write_text("not a photo")
    say(chat, "photo")
    chat.get_by_label(words("page.photo.label")).set_input_files(tmp_path / "hole.jpg")
    chat.get_by_role("button", name=words("page.photo.send")).click()
    expect(chat.get_by_text(words("gate.photo_type")).first).to_be_visible()


def test_where_somebody_is_can_be_sent(chat: Page, context: BrowserContext, agent: Scripted) -> None:
    context.grant_permissions(["geolocation"])
    context.set_geolocation({"latitude": 52.2, "longitude": -1.5})
    say(chat, "where")
    chat.get_by_role("button", name=words("page.location.button")).click()
    expect(reply(chat, "You are near Mill Lane.")).to_be_visible()
    assert agent.heard[-1].metadata["location"] == {"lat": 52.2, "lng": -1.5}


def test_without_leave_to_know_where_somebody_is_they_type_it(chat: Page) -> None:
    say(chat, "where")
    chat.get_by_role("button", name=words("page.location.button")).click()
    expect(chat.get_by_text(words("page.location.failed")).first).to_be_visible()


def test_start_again_is_said_for_the_resident(chat: Page) -> None:
    chat.get_by_role("button", name=words("page.tools.restart")).click()
    expect(reply(chat, f"You said: {words('page.tools.restart_text')}")).to_be_visible()


def test_a_deleted_conversation_is_gone_from_the_browser_too(chat: Page) -> None:
    say(chat, "hello")
    expect(reply(chat, "You said: hello")).to_be_visible()
    box(chat).fill("half a sentence")
    chat.get_by_role("link", name=words("page.tools.delete")).click()
    chat.get_by_role("button", name=words("page.delete.confirm")).click()
    chat.get_by_role("link", name=words("page.deleted.again")).click()
    assert lines(chat) == []
    assert box(chat).input_value() == ""


def test_what_people_type_is_shown_as_text(chat: Page) -> None:
    chat.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    chat.evaluate("window.same = true")
    sent = [line for line in NAUGHTY if "<" in line][:25]
    for line in sent:
        say(chat, line)
    expect(reply(chat, "You said:")).to_have_count(len(sent), timeout=30_000)
    assert chat.evaluate("window.same && document.scripts.length") == 1
    assert chat.locator("#log .nd-text :is(img, svg, iframe, script, input, style)").count() == 0


def test_the_page_follows_only_who_is_at_its_end(chat: Page, agent: Scripted, log: ConversationLog) -> None:
    for number in range(8):
        say(chat, f"message {number}")
        expect(reply(chat, f"You said: message {number}")).to_be_visible()
    chat.wait_for_timeout(800)
    assert chat.evaluate("window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 200")
    chat.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
    log.later(str(agent.heard[-1].sender_id), Reply("While you were reading"))
    expect(reply(chat, "While you were reading")).to_be_attached()
    chat.wait_for_timeout(500)
    assert chat.evaluate("window.scrollY") == 0

"""A chat on Telegram, from the first word: what is said, pressed, sent and shown."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from bot import clock
from bot.log import ConversationLog, Doors, Plan
from bot.settings import Settings
from bot.words import words
from tests.scripted import Scripted, Site, says
from tests.servers import wait_until
from tests.telegram.bot_api import BotApi
from tests.telegram.people import Person

DAY = timedelta(days=1)


def picture(form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(out, form)
    return out.getvalue()


def test_the_first_word_gets_the_notice_and_then_its_answer(person: Person) -> None:
    person.say("hello there")
    notice, answer = person.seen
    assert notice.text == words("telegram.privacy") and "outside the council" in notice.text
    assert answer.text == "You said: hello there"
    assert person.say("again") == "You said: again"


def test_start_shows_the_notice_and_what_it_can_do(person: Person, agent: Scripted) -> None:
    person.say("/start")
    notice, hello = person.seen
    assert notice.text == words("telegram.privacy")
    assert hello.text.startswith("Hello") and len(hello.buttons) == 4
    assert person.say("/start", wait=True).count(words("telegram.privacy")) == 1
    assert agent.heard == []


def test_a_choice_is_pressed_once_answered_and_shown(known: Person, api: BotApi, agent: Scripted) -> None:
    known.say("which address")
    shown, button = known.button("2 Mill Lane")
    assert len(shown.buttons) == 3
    first = known.press_update(shown, button)
    known.bring(first)
    assert known.hear() == "You chose 2 Mill Lane."
    wait_until(lambda: shown.buttons == [])
    assert shown.text == "Which address is it?\n\nYou chose: 2 Mill Lane"
    assert api.answered[first["callback_query"]["id"]] == ""
    again = known.press_update(shown, button)
    known.bring(again)
    known.silence()
    assert api.answered[again["callback_query"]["id"]] == words("telegram.chosen_before")
    assert [m.text for m in agent.heard].count("2 Mill Lane") == 1


def test_a_button_works_after_a_restart(
    known: Person, api: BotApi, another: Settings, log: ConversationLog, agent: Scripted
) -> None:
    with Site(another, log, agent).running() as site:
        person = Person(api, site.url)
        person.say("which address")
    with Site(another, log, agent).running():
        assert person.press("2 Mill Lane") == "You chose 2 Mill Lane."


def test_a_button_of_a_deleted_conversation_says_kindly_that_it_is_old(known: Person, api: BotApi) -> None:
    known.say("which address")
    shown, button = known.button("2 Mill Lane")
    known.say("/delete")
    known.bring(known.press_update(*known.button("Delete it")))
    known.silence(0.5)
    update = known.press_update(shown, button)
    known.bring(update)
    known.silence(0.5)
    assert api.answered[update["callback_query"]["id"]] == words("telegram.old_button")
    assert shown.buttons == []


def test_deleting_asks_first_and_then_erases_everything(known: Person, api: BotApi, log: ConversationLog) -> None:
    door = Doors(log.engine, log.secret).find("telegram", str(known.chat))
    assert door
    assert "Are you sure" in known.say("/delete")
    assert "Nothing was deleted" in known.press("Keep it")
    known.say("/delete")
    question = known.seen[-1]
    known.bring(known.press_update(*known.button("Delete it")))
    known.silence(0.5)
    assert question.text == words("telegram.deleted") and question.buttons == []
    assert log.conversation(door.conversation_id).erased and log.messages(door.conversation_id) == []
    assert Doors(log.engine, log.secret).of(door.conversation_id) == []
    assert words("telegram.privacy") in known.say("hello again")


def test_stop_ends_reminders_and_nothing_else(known: Person, log: ConversationLog) -> None:
    door = Doors(log.engine, log.secret).find("telegram", str(known.chat))
    assert door and log.reaches(door.conversation_id)
    begun = clock.now()
    log.notices.plan(door.conversation_id, Plan("k", "bin", "here", begun + DAY, begun + 2 * DAY, "1", "consent"))
    assert "won't send you any reminders" in known.say("/stop")
    assert [notice.state for notice in log.notices_of(door.conversation_id)] == ["stopped"]
    assert known.say("hello") == "You said: hello"


def test_help_and_a_person_are_a_command_away(known: Person, agent: Scripted) -> None:
    assert "/delete" in known.say("/help@night_desk_bot")
    assert known.say("/human") == "You chose human."
    assert "speak_to_person" in agent.heard[-1].metadata["choice"]


def test_another_command_is_just_words(known: Person) -> None:
    assert known.say("/inform{}") == "You said: inform{}"


def test_the_menu_of_commands_and_the_webhook_are_set(api: BotApi, site: Site) -> None:
    wait_until(lambda: bool(api.webhook))
    assert [command["command"] for command in api.commands] == ["start", "help", "human", "web", "stop", "delete"]
    assert api.webhook["url"] == "https://nightdesk.ashcombe.example/telegram/webhook"
    assert set(api.webhook["allowed_updates"]) == {"message", "edited_message", "callback_query", "my_chat_member"}


def test_a_place_and_a_venue_answer_where_it_is(known: Person, agent: Scripted) -> None:
    assert "Location" in known.say("where is it")
    assert known.share(52.2, -1.5) == "You are near Mill Lane."
    assert agent.heard[-1].metadata["location"] == {"lat": 52.2, "lng": -1.5}
    assert known.share(52.3, -1.4, title="The post office", address="Mill Lane") == "You are near Mill Lane."
    assert agent.heard[-1].metadata["location"] == {"lat": 52.3, "lng": -1.4}


def test_a_photo_and_an_image_as_a_file_reach_the_engine_cleaned(
    known: Person, agent: Scripted, log: ConversationLog
) -> None:
    assert known.send_photo(picture()) == "I've added your photo."
    kept = log.photo(agent.heard[-1].metadata["photo"])
    assert kept and Image.open(io.BytesIO(kept)).size == (64, 48)
    file = {"file_id": known.file(picture("PNG")), "file_unique_id": "f", "mime_type": "image/png", "file_size": 900}
    known.bring(known.message(document=file, caption="the wall"))
    assert known.hear() == "I've added your photo."
    assert agent.heard[-1].text == "the wall"
    kept = log.photo(agent.heard[-1].metadata["photo"])
    assert kept and Image.open(io.BytesIO(kept)).format == "JPEG"


def test_an_album_is_answered_once_and_its_photos_belong_together(
    known: Person, agent: Scripted, log: ConversationLog
) -> None:
    for _ in range(3):
        known.send_photo(picture(), wait=False, media_group_id="album 1")
    assert known.hear() == "I've added your photo."
    known.silence()
    photo, conversation = agent.heard[-1].metadata["photo"], agent.heard[-1].sender_id
    assert len(set(log.photos_with(conversation, photo))) == 3
    assert log.waiting() == []


@pytest.mark.parametrize(
    ("content", "size", "wanted"),
    [(b"no picture at all", 17, "gate.photo_type"), (picture(), 10_000_001, "gate.photo_too_big")],
)
def test_a_photo_that_can_not_be_taken_is_told(known: Person, content: bytes, size: int, wanted: str) -> None:
    photo = {"file_id": known.file(content), "file_unique_id": "f", "width": 9, "height": 9, "file_size": size}
    known.bring(known.message(photo=[photo]))
    assert known.hear() == words(wanted, megabytes=10)


def test_a_photo_that_telegram_does_not_give_is_asked_for_again(known: Person, api: BotApi) -> None:
    api.fail("getFile", 500)
    assert known.send_photo(picture()) == words("telegram.reply.photo_lost")


RECORDING = {"file_id": "v", "file_unique_id": "v", "duration": 3}
STICKER = {
    "file_id": "s",
    "file_unique_id": "s",
    "width": 9,
    "height": 9,
    "type": "regular",
    "is_animated": False,
    "is_video": False,
}


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ({"voice": RECORDING}, "voice"),
        ({"video": {**RECORDING, "width": 9, "height": 9}}, "video"),
        ({"video_note": {**RECORDING, "length": 9}}, "video"),
        (
            {"animation": {**RECORDING, "width": 9, "height": 9}, "document": {"file_id": "v", "file_unique_id": "v"}},
            "video",
        ),
        ({"contact": {"phone_number": "07700900123", "first_name": "R"}}, "contact"),
        ({"sticker": STICKER}, "sticker"),
        ({"dice": {"emoji": "🎲", "value": 4}}, "sticker"),
        ({"document": {"file_id": "d", "file_unique_id": "d", "mime_type": "application/pdf"}}, "file"),
    ],
)
def test_what_can_not_be_read_gets_a_kind_reply(
    known: Person, content: dict[str, Any], wanted: str, agent: Scripted
) -> None:
    known.bring(known.message(**content))
    assert known.hear() == words(f"telegram.reply.{wanted}")
    assert len(agent.heard) == 1


def test_a_question_that_is_open_can_be_carried_on_after_a_recording(known: Person) -> None:
    known.say("which address")
    known.bring(known.message(voice=RECORDING))
    known.hear()
    assert known.button("Carry on where I was")


def test_an_edited_message_repeats_nothing_and_is_told_once(known: Person, agent: Scripted, log: ConversationLog) -> None:
    first = known.bare_message(text="report it")
    known.bring(known.update(message=first))
    known.hear()
    for text in ("report it twice", "report it thrice"):
        known.bring(known.update(edited_message={**first, "text": text, "edit_date": 1}))
    assert known.hear() == words("telegram.reply.edited")
    known.silence()
    assert [m.text for m in agent.heard] == ["hello", "report it"]


def test_an_edit_that_comes_before_its_message_changes_nothing(known: Person, agent: Scripted) -> None:
    first = known.bare_message(text="as first sent")
    known.bring(known.update(edited_message={**first, "text": "changed", "edit_date": 1}))
    known.hear()
    known.bring(known.update(message=first))
    assert known.hear() == "You said: as first sent"
    assert "changed" not in [m.text for m in agent.heard]


def test_an_emergency_is_heard_in_an_edit_and_under_a_video(known: Person, agent: Scripted) -> None:
    words_of_it = "there's a really strong smell of gas in the hallway"
    first = known.bare_message(text="hello there")
    known.bring(known.update(message=first))
    known.hear()
    known.bring(known.update(edited_message={**first, "text": "hello here", "edit_date": 1}))
    known.hear()
    edited = known.update(edited_message={**first, "text": words_of_it, "edit_date": 2})
    for _ in range(2):
        known.bring(edited)
    assert "0800 111 999" in known.hear()
    known.silence()
    known.bring(known.message(video={**RECORDING, "width": 9, "height": 9}, caption=words_of_it))
    said = known.hear("0800 111 999")
    assert words("telegram.reply.video") in said
    assert [m.text for m in agent.heard] == ["hello", "hello there"]


def test_a_place_that_moves_is_silent(known: Person) -> None:
    live = known.bare_message(location={"latitude": 52.2, "longitude": -1.5, "live_period": 900})
    known.bring(known.update(message=live))
    known.hear()
    for step in range(3):
        moved = {"latitude": 52.2 + step / 1000, "longitude": -1.5, "live_period": 900}
        known.bring(known.update(edited_message={**live, "location": moved, "edit_date": 1}))
    known.silence()


def test_a_group_is_told_once_and_then_there_is_silence(api: BotApi, site: Site, agent: Scripted) -> None:
    group = Person(api, site.url, kind="supergroup")
    member = {"status": "member", "user": {"id": 710000001, "is_bot": True, "first_name": "Night Desk"}}
    left = {**member, "status": "left"}
    me = {"id": 1, "is_bot": False, "first_name": "R"}
    chat = {"id": group.chat, "type": "supergroup", "title": "Neighbours"}
    added = {"chat": chat, "from": me, "date": 1, "old_chat_member": left, "new_chat_member": member}
    group.bring(group.update(my_chat_member=added))
    assert group.hear() == words("telegram.reply.group")
    for text in ("when is my bin day", "there's a fire", "/start"):
        group.say(text, wait=False)
    group.silence()
    assert agent.heard == []


def test_an_assistant_of_another_is_not_answered(known: Person, agent: Scripted) -> None:
    message = known.bare_message(text="hello")
    message["from"]["is_bot"] = True
    known.bring(known.update(message=message))
    known.silence(0.5)


def test_typing_is_shown_while_it_works(known: Person, api: BotApi, agent: Scripted) -> None:
    agent.go.clear()
    known.say("slowly", wait=False)
    wait_until(lambda: bool(api.called("sendChatAction", known.chat)))
    agent.go.set()
    assert known.hear() == "You said: slowly"
    assert api.called("sendChatAction", known.chat)[0]["action"] == "typing"


def test_a_message_without_an_answer_is_kept_and_said_to_be(known: Person, agent: Scripted) -> None:
    assert known.say("silence") == words("gate.kept")
    agent.script = lambda message: [says("Here it is at last")]
    known.hear("Here it is at last", 15)


def test_what_looks_like_html_is_shown_as_it_was_said(known: Person) -> None:
    for text in ("<b>5 & 6</b> < 7 &amp; <script>x</script>", "https://example.org/?a=1&b=2 <3", "</pre>"):
        assert known.say(text) == f"You said: {text}"


def test_a_long_reply_comes_in_parts_that_end_with_a_sentence(known: Person, agent: Scripted) -> None:
    long = " ".join(f"This is sentence {number} of a long answer 🏠." for number in range(300))
    agent.script = lambda message: [says(long, "Thank you", kind="question")]
    known.say("tell me all")
    told = known.seen[2:]
    assert len(told) > 2 and all(len(shown.text.encode("utf-16-le")) // 2 <= 4096 for shown in told)
    assert all(shown.text.endswith(".") for shown in told) and " ".join(shown.text for shown in told) == long
    assert [bool(shown.buttons) for shown in told] == [False] * (len(told) - 1) + [True]


def test_a_message_that_is_too_long_is_told(known: Person) -> None:
    assert known.say("a" * 2001) == words("gate.too_long", limit="2,000")


def test_too_many_messages_are_told_once_and_not_taken(
    api: BotApi, another: Settings, log: ConversationLog, agent: Scripted
) -> None:
    with Site(replace(another, messages_per_minute=2), log, agent).running() as site:
        person = Person(api, site.url)
        for number in range(6):
            person.say(f"message {number}", wait=False)
        person.hear(words("gate.too_fast"))
        person.silence()
    # Beside what another test left unanswered.
    assert [m.text for m in agent.heard if m.text.startswith("message")] == ["message 0", "message 1"]
    assert sum(shown.text == words("gate.too_fast") for shown in person.seen) in (1, 2)


def test_a_card_number_is_masked_before_it_is_stored(known: Person, log: ConversationLog, agent: Scripted) -> None:
    assert words("gate.card") in known.say("my card is 4444333322221111")
    assert "4444333322221111" not in str([m.text for m in log.messages(agent.heard[-1].sender_id)])

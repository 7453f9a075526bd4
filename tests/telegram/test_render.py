"""How a reply is cut into what Telegram takes, and that our Bot API holds everybody to Telegram's rules."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.render import length, split
from tests.telegram.bot_api import TOKEN, BotApi
from tests.telegram.markup import BadEntities, plain
from tests.telegram.people import Person


@given(st.text(alphabet=st.sampled_from("ab 🏠.\n&<é"), max_size=300), st.integers(min_value=4, max_value=60))
def test_nothing_is_lost_by_cutting_and_every_part_fits(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(length(part) <= limit for part in parts)
    assert "".join("".join(part.split()) for part in parts) == "".join(text.split())


def test_a_text_is_cut_after_a_paragraph_before_a_line_before_a_sentence_before_a_word() -> None:
    assert split("One two. Three\n\nfour. Five", 20) == ["One two. Three", "four. Five"]
    assert split("One two. Three\nfour. Five", 20) == ["One two. Three", "four. Five"]
    assert split("One two three. Four five six", 20) == ["One two three.", "Four five six"]
    assert split("One two three four five six", 20) == ["One two three four", "five six"]
    assert split("x" * 45, 20) == ["x" * 20, "x" * 20, "x" * 5]
    assert split("🏠" * 11, 20) == ["🏠" * 10, "🏠"]


def call(api: BotApi, method: str, **fields: object) -> tuple[int, str]:
    answer = httpx.post(f"{api.url}/bot{TOKEN}/{method}", json=fields)
    return answer.status_code, answer.json().get("description", "")


def test_the_bot_api_of_the_tests_keeps_telegrams_rules(api: BotApi) -> None:
    chat = Person(api, None).chat
    button = {"text": "Yes", "callback_data": "x" * 64}

    def send(text: str = "hi", **more: object) -> tuple[int, str]:
        return call(api, "sendMessage", chat_id=chat, text=text, **more)

    def keyboard(*buttons: dict[str, str]) -> dict[str, object]:
        return {"inline_keyboard": [[one] for one in buttons]}

    assert send(reply_markup=keyboard(button))[0] == 200
    assert send("🏠" * 2048)[0] == 200
    assert "message is too long" in send("🏠" * 2049)[1]
    assert "message text is empty" in send(" ")[1]
    assert send("a &amp; <b>b</b>", parse_mode="HTML")[0] == 200
    assert "can't parse entities" in send("a < b", parse_mode="HTML")[1]
    assert "can't parse entities" in send("<b>a", parse_mode="HTML")[1]
    assert "BUTTON_DATA_INVALID" in send(reply_markup=keyboard({**button, "callback_data": "é" * 33}))[1]
    assert "reply markup is too long" in send(reply_markup=keyboard(*[button] * 101))[1]
    assert "chat not found" in call(api, "sendMessage", chat_id=1, text="hi")[1]
    assert "query is too old" in call(api, "answerCallbackQuery", callback_query_id="1")[1]
    assert "wrong file_id" in call(api, "getFile", file_id="1")[1]
    assert "message to edit not found" in call(api, "editMessageText", chat_id=chat, message_id=1, text="x")[1]
    shown = api.chats[chat][-1]
    assert "not modified" in call(api, "editMessageText", chat_id=chat, message_id=shown.id, text=shown.text)[1]
    assert "HTTPS" in call(api, "setWebhook", url="http://example.org")[1]
    assert call(api, "noSuchThing")[0] == 404
    api.blocked.add(chat)
    assert send()[0] == 403


@pytest.mark.parametrize("wrong", ["<3", "<b>", "</b>", "<b><i></b></i>", "<script>x</script>", "a <"])
def test_bad_markup_is_refused(wrong: str) -> None:
    with pytest.raises(BadEntities):
        plain(wrong)


def test_markup_is_read() -> None:
    assert plain('<a href="https://x.example/?a=1&amp;b=2">x</a> &lt;b&gt; & &nbsp; &#233;') == "x <b> & &nbsp; é"

"""A chat on Telegram, from the first word: what is said, pressed, sent and shown."""

from bot.words import words
from tests.scripted import Scripted
from tests.telegram.bot_api import BotApi
from tests.telegram.people import Person


def test_the_first_word_gets_the_notice_and_then_its_answer(person: Person) -> None:
    person.say("hello there")
    notice, answer = person.seen
    assert notice.text == words("telegram.privacy") and "outside the council" in notice.text
    assert answer.text == "You said: hello there"
    assert person.say("again") == "You said: again"


def test_a_choice_is_pressed_once_answered_and_shown(known: Person, api: BotApi, agent: Scripted) -> None:
    known.say("which address")
    shown, button = known.button("2 Mill Lane")
    assert len(shown.buttons) == 3
    first = known.press_update(shown, button)
    known.bring(first)
    assert known.hear() == "You chose 2 Mill Lane."
    assert shown.buttons == [] and shown.text == "Which address is it?\n\nYou chose: 2 Mill Lane"
    assert api.answered[first["callback_query"]["id"]] == ""
    again = known.press_update(shown, button)
    known.bring(again)
    known.silence()
    assert api.answered[again["callback_query"]["id"]] == words("telegram.chosen_before")
    assert [m.text for m in agent.heard].count("2 Mill Lane") == 1

"""Greetings, thanks, insults and questions about the assistant itself, in approved words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actions.engine.talk import offer
from bot.log import Choice
from bot.words import has_words

if TYPE_CHECKING:
    from actions.engine.loop import Loop

EXAMPLES = ("check_bin_day", "pay_council_tax", "report_repair", "report_street_problem")


def reply(loop: Loop) -> None:
    """Answer small talk of the turn's intent."""
    intent = loop.turn.intent
    if intent == "speak_to_person":
        loop.go(intent)
        return
    key = f"small_talk.{intent}"
    if not has_words(key):
        key = "desk.open"
    loop.say(key, *_choices(loop, intent))


def examples() -> tuple[Choice, ...]:
    """Return four journeys to start from."""
    return tuple(offer(intent) for intent in EXAMPLES)


def _choices(loop: Loop, intent: str) -> tuple[Choice, ...]:
    if loop.desk.top:
        return ()
    if intent in ("greet", "ask_capabilities", "restart", "inform", "ask_to_repeat"):
        return examples()
    if intent in ("make_complaint", "praise", "abuse", "ask_if_bot"):
        return (offer("speak_to_person"),)
    return ()

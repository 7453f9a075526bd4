"""Greetings, thanks, insults and questions about the assistant itself, in approved words."""

from actions.engine.talk import offer
from bot.log import Choice, Reply
from bot.words import has_words, words

EXAMPLES = ("check_bin_day", "pay_council_tax", "report_repair", "report_street_problem")


def reply(intent: str, busy: bool) -> Reply:
    """Answer small talk; nothing is offered to somebody who is busy with a task."""
    key = f"small_talk.{intent}"
    return Reply(words(key if has_words(key) else "desk.open"), () if busy else _choices(intent))


def examples() -> tuple[Choice, ...]:
    """Return four journeys to start from."""
    return tuple(offer(intent) for intent in EXAMPLES)


def _choices(intent: str) -> tuple[Choice, ...]:
    if intent in ("greet", "ask_capabilities", "restart", "inform", "ask_to_repeat"):
        return examples()
    if intent in ("make_complaint", "praise", "abuse", "ask_if_bot"):
        return (offer("speak_to_person"),)
    return ()

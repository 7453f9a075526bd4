"""What is asked beside an emergency is found, and never keeps the emergency's words back."""

from typing import Any

from rasa.core.channels.channel import UserMessage

from bot.channels.besides import besides
from tests.scripted import Scripted

BOTH = "I can smell gas in the hall and when is my bin day"


class Understands(Scripted):
    """An agent that understands every message as the same, and keeps what it was asked."""

    def __init__(self, intent: str, confidence: float) -> None:
        super().__init__()
        self.intent, self.confidence, self.asked = intent, confidence, [""]

    async def parse_message(self, message: UserMessage) -> dict[str, Any]:
        self.asked.append(str(message.text))
        return {"intent": {"name": self.intent, "confidence": self.confidence}, "entities": []}


class Fails(Scripted):
    """An agent that is broken."""

    async def parse_message(self, message: UserMessage) -> dict[str, Any]:
        raise RuntimeError("the model is gone")


async def test_the_part_without_the_emergency_is_what_is_understood() -> None:
    agent = Understands("check_bin_day", 0.99)
    [wish] = await besides(agent, BOTH)
    assert (wish.intent, wish.text) == ("check_bin_day", "when is my bin day") and agent.asked[-1] == wish.text


async def test_what_is_not_sure_or_is_an_emergency_too_is_not_offered() -> None:
    assert await besides(Understands("check_bin_day", 0.7), BOTH) == ()
    assert await besides(Understands("report_danger_to_life", 1.0), BOTH) == ()
    assert await besides(Understands("greet", 1.0), BOTH) == ()


async def test_a_message_that_is_all_emergency_is_not_understood_again() -> None:
    agent = Understands("check_bin_day", 0.99)
    assert await besides(agent, "I can smell gas in the hall") == () and agent.asked == [""]


async def test_an_agent_that_fails_keeps_nothing_back() -> None:
    assert await besides(Fails(), BOTH) == ()

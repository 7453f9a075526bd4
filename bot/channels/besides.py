"""What else a message asks for, beside the emergency in it: it is offered after the emergency's own words, never before."""

import logging
from typing import Any

from rasa.core.channels.channel import UserMessage

from actions.engine.turn import Wish
from bot.nlu.parts import cut
from bot.nlu.wishes import WISHES, is_wish
from bot.safety import emergency

logger = logging.getLogger(__name__)


async def besides(agent: Any, text: str) -> tuple[Wish, ...]:
    """Return the sure wishes in the parts of a message that speak of no emergency. Never raises: the reply must go out."""
    calm = _calm(text)
    if not calm:
        return ()
    try:
        parsed: dict[str, Any] = await agent.processor.parse_message(UserMessage(calm.lstrip("/ ")))
    except Exception:
        logger.exception("what was asked beside an emergency was not understood")
        return ()
    if WISHES in parsed:
        return tuple(w for w in map(Wish.from_json, parsed[WISHES]) if w.sure and w.intent not in emergency.emergencies())
    intent = parsed.get("intent") or {}
    name, confidence = intent.get("name"), float(intent.get("confidence") or 0.0)
    if name is None or name in emergency.emergencies() or not is_wish(calm, name, confidence):
        return ()
    return (Wish(name, calm, tuple(parsed.get("entities") or ())),)


def _calm(text: str) -> str:
    """Return the parts without an emergency as one text; "" when there are none, or only all parts together speak of it."""
    parts = cut(text)
    alarming = [emergency.check(part.of(text)) is not None for part in parts]
    calm = [part for part, alarm in zip(parts, alarming, strict=True) if not alarm]
    return ". ".join(part.of(text).rstrip(".") for part in calm) if any(alarming) else ""

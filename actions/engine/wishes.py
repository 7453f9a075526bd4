"""Several wishes in one message: which goes first, and that none is lost.

    an emergency      its words, first; what else was asked for is offered
    approved answers  at once, unless a journey is more urgent
    a journey         its question comes last; the wishes that are left wait in `Frame.then` until it is over
    a likely wish     is offered at the end

The order is `urgency` in data/understanding.yml.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actions.engine import search, small_talk
from actions.engine.talk import offer_wish
from actions.engine.turn import Wish
from actions.engine.understanding import ANSWERS, EMERGENCIES, SURE, urgency
from actions.journeys import JOURNEYS
from bot.log import Reply
from bot.safety.emergency import emergencies
from bot.words import words

if TYPE_CHECKING:
    from actions.engine.desk import Frame
    from actions.engine.runner import Runner


def take(loop: Runner) -> bool:
    """Serve a message of several wishes while nothing is open. Return whether it was one."""
    turn = loop.turn
    if not turn.wishes or (turn.intent in EMERGENCIES and turn.confidence >= SURE):
        return False
    sure = [wish for wish in turn.wishes if wish.sure]
    serve(loop, turn.wishes if len(sure) > 1 or _alarms(sure) else _one_and_others(loop, sure[0]))
    return True


def take_others(loop: Runner, frame: Frame) -> bool:
    """Serve the sure wishes that are not what the journey under way is about. Return whether there were any."""
    others = [wish for wish in loop.turn.wishes if wish.sure and wish.intent != frame.journey]
    if others:
        loop.hear(frame)
        serve(loop, others)
    return bool(others)


def serve(loop: Runner, wishes: Sequence[Wish]) -> None:
    """Serve wishes, the most urgent first, until a journey asks something; the rest waits for its end."""
    waiting = sorted((wish for wish in wishes if wish.sure), key=_urgency)
    likely = [wish for wish in wishes if not wish.sure]
    if _alarms(waiting):
        loop.emergency(_alarms(waiting)[0])
        return
    while waiting:
        wish = waiting.pop(0)
        if wish.intent in JOURNEYS:
            if waiting:
                loop.say("desk.first", first=_title(wish), rest=_titles(waiting))
            _begin(loop, wish, [*waiting, *likely])
            return
        loop.replies.append(_answer(loop, wish))
    _offer(loop, likely)
    loop.resume()


def go_on(loop: Runner, then: Sequence[dict[str, Any]]) -> None:
    """Serve what was asked for together with a journey that is over, or come back to the one that waits."""
    wishes = [Wish.from_json(wish) for wish in then]
    following = next((wish for wish in wishes if wish.sure), None)
    if following:
        loop.say("desk.next", title=_title(following))
    serve(loop, wishes)


def _one_and_others(loop: Runner, sure: Wish) -> list[Wish]:
    """Return what is served when only one wish is sure: before a part of a message goes what the whole was understood as."""
    turn = loop.turn
    lead = sure
    if turn.confidence >= SURE and (turn.intent in JOURNEYS or search.has_page(turn.intent)):
        lead = Wish(turn.intent, turn.text, turn.entities)
    return [lead, *(replace(wish, sure=False) for wish in turn.wishes if wish.intent != lead.intent)]


def _alarms(wishes: Sequence[Wish]) -> list[str]:
    """Return the emergencies among the wishes, the most urgent first."""
    named = {wish.intent for wish in wishes}
    return [intent for intent in emergencies() if intent in named]


def _begin(loop: Runner, wish: Wish, then: Sequence[Wish]) -> None:
    """Start a journey with the wish's own words, not with those of the whole message."""
    turn = loop.turn
    loop.turn = replace(turn, text=wish.text, intent=wish.intent, entities=wish.entities, pressed=None, wishes=())
    try:
        loop.go(wish.intent, then=[one.to_json() for one in then])
    finally:
        loop.turn = turn


def _answer(loop: Runner, wish: Wish) -> Reply:
    if search.has_page(wish.intent):
        return search.answer(wish.intent, replace(loop.turn, text=wish.text, entities=wish.entities))
    return small_talk.reply(wish.intent, busy=False)


def _offer(loop: Runner, likely: Sequence[Wish]) -> None:
    """Offer likely wishes; while a journey waits, at its end, where its question doesn't take the buttons away."""
    if not likely:
        return
    if loop.desk.top:
        loop.desk.top.then += [wish.to_json() for wish in likely]
    else:
        loop.replies.append(Reply(words("desk.also", titles=_titles(likely)), tuple(map(offer_wish, likely))))


def _urgency(wish: Wish) -> int:
    return urgency(wish.intent if wish.intent in JOURNEYS else ANSWERS)


def _title(wish: Wish) -> str:
    return words(f"intents.{wish.intent}")


def _titles(wishes: Sequence[Wish]) -> str:
    return ", ".join(map(_title, wishes))

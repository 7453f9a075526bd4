"""All repair, written once: stop, start again, why, say it again, I don't know, change an answer, not understood.

Each function takes the turn under way (`actions.engine.runner.Runner`) and leaves at least one reply in it.
"""

from collections.abc import Callable
from typing import Any

from actions.engine import search, small_talk
from actions.engine.desk import Frame, heard
from actions.engine.readers import Merges, NotValid, YesNo
from actions.engine.runner import Runner
from actions.engine.talk import CHANGE, CHECK, Pending, Talk, offer
from actions.engine.turn import Pressed
from actions.engine.understanding import EMERGENCIES, KIND, UNSURE
from actions.notices.base import STOP
from bot.log import Choice, Reply
from bot.log.states import DUE
from bot.words import has_words, words

LEAST_CHOICES, MOST_CHOICES = 2, 3
LEAST_LIKELY = 0.05


def stop(loop: Runner) -> None:
    """Leave the journey that is being talked about; nothing of it is done."""
    frame = loop.desk.top
    if frame is None:
        # "Cancel it", said of the repair that was just booked.
        held = [offer("cancel_repair_appointment")] if loop.desk.memory.get("repair") else []
        if any(notice.state == DUE for notice in loop.log.notices_of(loop.turn.conversation_id)):
            held.append(Choice(words("notices.stop.choice"), Pressed("say", STOP).dump()))
        loop.say("desk.nothing_to_stop", *held)
        return
    loop.say("desk.stopped", title=words(f"intents.{frame.journey}"))
    loop.leave(frame)


def stop_reminders(loop: Runner) -> None:
    """Stop all that the council would still say first, and come back to the journey that waits."""
    loop.log.stop_reminders(loop.turn.conversation_id)
    loop.say("desk.reminders_stopped")
    loop.resume()


def restart(loop: Runner) -> None:
    """Forget everything of this conversation's state and start again."""
    loop.desk.stack.clear()
    loop.desk.memory.clear()
    loop.desk.failures = 0
    loop.say("desk.restarted")


def why(loop: Runner) -> None:
    """Say why the open question is asked, and ask it again."""
    frame = loop.desk.top
    pending = _open(loop)
    if frame is None or pending is None:
        loop.say("desk.why_nothing")
        return
    own = f"{_question(frame, pending)}.why"
    shared = f"desk.{pending.name}.why"
    loop.say(own if has_words(own) else shared if has_words(shared) else "desk.why_default")
    loop.replies.append(pending.reply)


def say_again(loop: Runner) -> None:
    """Put the open question again, with its hint; or repeat the last reply."""
    frame = loop.desk.top
    pending = _open(loop)
    if frame is None or pending is None:
        last = loop.desk.last[-2:]
        for reply in last:
            loop.replies.append(Reply(reply["text"], tuple(Choice(c["title"], c["value"]) for c in reply["choices"])))
        if not last:
            loop.say("desk.open")
        return
    hint = _hint(frame, pending)
    if hint:
        loop.say(hint)
    loop.replies.append(pending.reply)


def dont_know(loop: Runner) -> None:
    """Say what to do without the detail that was asked for."""
    frame = loop.desk.top
    pending = _open(loop)
    if frame is None or pending is None:
        loop.small_talk(loop.turn.intent)
        return
    own = f"{_question(frame, pending)}.dont_know"
    shared = f"desk.{pending.name}.dont_know"
    person = offer("speak_to_person")
    halt = Choice(words("desk.stop"), Pressed("say", "stop").dump())
    loop.say(own if has_words(own) else shared if has_words(shared) else "desk.dont_know", person, halt)
    loop.replies.append(pending.reply)


def person(loop: Runner) -> None:
    """Start the journey to a person; what was under way waits."""
    loop.go("speak_to_person")


def retry(loop: Runner) -> None:
    """Run the journey that is open again, with nothing remembered of what was looked up."""
    frame = loop.desk.top
    if frame is None:
        loop.say("desk.open")
        return
    for key in [k for k in loop.cache if k.startswith(f"{frame.id} ")]:
        del loop.cache[key]
    loop.advance(frame)


def resume(loop: Runner) -> None:
    """Come back to the journey that waits."""
    if loop.desk.top is None:
        loop.say("desk.open")
    loop.resume()


def small(loop: Runner) -> None:
    """Answer small talk and come back to the open question."""
    loop.small_talk(loop.turn.intent)
    loop.resume()


def correct(loop: Runner, frame: Frame, talk: Talk, pending: Pending) -> bool:
    """Change an earlier answer, or ask which. Return whether anything was changed or asked."""
    if change(loop, frame, talk, pending):
        return True
    wanted = loop.turn.intent == "correct_detail" or (pending.name == CHECK and YesNo().read(loop.turn, ()) is False)
    if wanted:
        ask_what_to_change(loop, frame, pending)
    return wanted


def change(loop: Runner, frame: Frame, talk: Talk, pending: Pending) -> bool:
    """Change earlier answers to what the message says. Return whether there was anything to change."""
    changed = False
    for name, (reader, options) in talk.asked.items():
        if name == pending.name or name not in frame.answers:
            continue
        try:
            found = reader.spot(loop.turn, options)
        except NotValid:
            continue
        if found is not None and isinstance(reader, Merges):
            found = reader.merge(frame.answers[name], found)
        if found is not None and found != frame.answers[name]:
            loop.learn(frame, name, found)
            changed = True
    if changed:
        frame.said.clear()
        loop.hear(frame)
        loop.say("desk.changed")
        loop.advance(frame)
    return changed


def ask_what_to_change(loop: Runner, frame: Frame, pending: Pending) -> None:
    """Offer the answers given so far, each to be changed by one press."""
    rows = [r for r in pending.rows if r.change]
    choices = tuple(Choice(r.label, Pressed("pick", r.name, frame.id, CHANGE).dump()) for r in rows)
    if not choices:
        loop.say("desk.change_how")
        loop.replies.append(pending.reply)
        return
    frame.open = pending.name
    loop.replies.append(Reply(words("desk.change"), choices, "question"))


def not_understood(loop: Runner, frame: Frame, pending: Pending) -> None:
    """Help with the open question; after two failures in a row, offer a person."""
    frame.failures += 1
    if frame.failures >= 2:
        loop.offer_a_person(frame)
        loop.replies.append(pending.reply)
        return
    loop.say(_hint(frame, pending) or "desk.not_understood")
    loop.replies.append(pending.reply)


def did_you_mean(loop: Runner) -> None:
    """Offer the likeliest wishes, and none of these, which searches the approved content."""
    turn = loop.turn
    wishes = [(name, c) for name, c in turn.ranking if KIND.get(name) in ("journey", "answer", "emergency")]
    likely = [name for n, (name, c) in enumerate(wishes[:MOST_CHOICES]) if c >= LEAST_LIKELY or n < LEAST_CHOICES]
    if not likely:
        lost(loop)
        return
    choices = [offer(name) for name in likely if name not in EMERGENCIES]
    choices += [offer(name) for name in likely if name in EMERGENCIES]
    loop.desk.unsure = heard(turn, True)
    none = Choice(words("desk.none_of_these"), Pressed("find", turn.text[:300]).dump())
    loop.say("desk.did_you_mean", *choices, none)


def lost(loop: Runner) -> None:
    """Search the approved content with the resident's words; after two failures in a row, offer a person."""
    turn = loop.turn
    sure_out = turn.intent == "out_of_scope" and turn.confidence >= UNSURE
    loop.desk.failures = 0 if sure_out else loop.desk.failures + 1
    if loop.desk.failures >= 2:
        loop.offer_a_person(None)
        return
    found = search.hits(turn.text)
    if found and not sure_out:
        loop.replies.append(search.find(turn.text))
    else:
        loop.say("desk.out_of_scope" if sure_out else "desk.lost", *small_talk.examples())


def _open(loop: Runner) -> Pending | None:
    return loop.pending(loop.desk.top)[0] if loop.desk.top else None


def _question(frame: Frame, pending: Pending) -> str:
    return str(pending.reply.extra.get("question") or f"{frame.journey}.{pending.name}").removesuffix(".ask")


def _hint(frame: Frame, pending: Pending) -> str | None:
    for key in (f"{_question(frame, pending)}.hint", f"desk.{pending.name}.hint"):
        if has_words(key):
            return key
    return "desk.pick_hint" if pending.options else None


CONTROL: dict[str, Callable[[Runner], None]] = {
    "stop": stop,
    "restart": restart,
    "ask_why_needed": why,
    "ask_to_repeat": say_again,
    "dont_know": dont_know,
    "speak_to_person": person,
    "ask_if_bot": small,
    "ask_capabilities": small,
    "abuse": small,
    "goodbye": small,
    "thank": small,
}
# These give way when the open question can read an answer out of the message.
GENTLE = frozenset({"dont_know", "thank", "goodbye", "ask_to_repeat", "abuse"})
# This too when it is only a word or three: "1 pls" asks for no person.
GENTLE_WHEN_BARE = frozenset({"speak_to_person"})
# These don't, at a question that takes any words, when they are all that is said: "dunno" describes nothing.
SHORT = GENTLE - {"abuse"}
SHORT_WORDS = 4
# From so many words on, the others too give way to an answer that names one of the options.
LEAST_OPTION_WORDS = 3
SAY: dict[str, Callable[[Runner], Any]] = {
    "stop": stop,
    "restart": restart,
    "retry": retry,
    "resume": resume,
    "again": say_again,
    STOP: stop_reminders,
}

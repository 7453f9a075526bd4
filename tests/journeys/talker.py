"""A resident who talks to the conversation engine, with every part real but Rasa: the intent is given by hand."""

import itertools
import json
from typing import Any

from actions.engine.desks import Desks
from bot.clock import today
from bot.log import Choice, Commitment, Reply
from bot.nlu.ruler import find_entities
from bot.nlu.wishes import share_out

_numbers = itertools.count(1)


class Talker:
    """One conversation. What is kept between turns goes through JSON, as it does in Rasa's tracker.

    Every method that sends something returns the replies of the turn, of which there is at least one. `last` holds
    them, `heard` every reply so far.
    """

    def __init__(self, desks: Desks, channel: str = "test") -> None:
        self.desks = desks
        self.log = desks.log
        self.id = self.log.open(channel, f"resident {next(_numbers)}").id
        self.slot = "null"
        self.last: list[Reply] = []
        self.heard: list[Reply] = []
        self._sent: dict[str, Any] = {}

    def say(
        self,
        text: str,
        intent: str = "inform",
        confidence: float = 0.95,
        ranking: tuple[tuple[str, float], ...] = (),
        may_fail: bool = False,
        wishes: tuple[tuple[str, str], ...] = (),
        likely: tuple[str, ...] = (),
    ) -> list[Reply]:
        """Send words. `intent` is what Rasa would have understood; the entities are the real ones.

        `wishes` are (words of the message, intent), where there are several; those in `likely` are not sure.
        """
        ranked = ranking or ((intent, confidence),)
        message: dict[str, Any] = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "intent_ranking": [{"name": name, "confidence": share} for name, share in ranked],
            "entities": find_entities(text, today()),
        }
        if wishes:
            message["wishes"] = [_wish(text, part, name, name not in likely) for part, name in wishes]
            share_out(message["wishes"], message["entities"])
        return self._turn(text, message, {"text": text}, may_fail)

    def press(self, title: str, may_fail: bool = False) -> list[Reply]:
        """Press the newest choice whose title starts with these words."""
        offered = [c for reply in reversed(self.heard) for c in reply.choices]
        held = next((c for c in offered if c.title.startswith(title)), None)
        assert held, f"{title!r} is not among {[c.title for c in offered]}"
        return self.press_choice(held, may_fail)

    def press_choice(self, choice: Choice, may_fail: bool = False) -> list[Reply]:
        """Press a choice, also one of long ago."""
        message = {"text": choice.title, "intent": {"name": "inform", "confidence": 0.4}, "entities": []}
        return self._turn(choice.title, message, {"text": choice.title, "choice": choice.value}, may_fail)

    def location(self, lat: float, lng: float) -> list[Reply]:
        """Send the browser's location."""
        return self._turn("", {"text": "?"}, {"text": "", "location": {"lat": lat, "lng": lng}})

    def again(self) -> list[Reply]:
        """Have the last message answered again, as after a crash between Rasa's saving and the log's."""
        tracker = {**self._sent, "slots": {"desk": json.loads(self.slot)}}
        answer = json.loads(json.dumps(self.desks.answer(tracker)))
        assert json.dumps(answer["events"][0]["value"]) == self.slot
        return [_reply(response["custom"]) for response in answer["responses"]]

    def photo(self, photo_id: str) -> list[Reply]:
        """Send a photo that the channel has stored."""
        return self._turn("", {"text": "?"}, {"text": "", "photo": photo_id})

    @property
    def said(self) -> str:
        """The words of the last turn's replies."""
        return "\n\n".join(reply.text for reply in self.last)

    @property
    def asked(self) -> str:
        """The question that the last reply puts, for example "report_repair.room"; "" when it puts none."""
        return str(self.last[-1].extra.get("question", "")).removesuffix(".ask")

    @property
    def titles(self) -> list[str]:
        """The titles of the last reply's choices."""
        return [c.title for c in self.last[-1].choices]

    @property
    def stack(self) -> list[str]:
        """The journeys under way, the one being talked about last."""
        desk = json.loads(self.slot) or {}
        return [frame["journey"] for frame in desk.get("stack", [])]

    @property
    def commitments(self) -> list[Commitment]:
        """What this conversation committed the council to."""
        return self.log.commitments(self.id)

    @property
    def flags(self) -> tuple[str, ...]:
        """What staff are shown about this conversation."""
        return self.log.conversation(self.id).flags

    def first(self) -> list[Reply]:
        """Return what the council said first, oldest first, with its choices; they can be pressed from now on."""
        said = [m for m in self.log.messages(self.id) if not _inbound(m) and m.reply_to is None]
        found = [Reply(m.text, m.choices, m.kind, m.extra) for m in said]
        self.heard += [reply for reply in found if reply not in self.heard]
        return found

    def later(self) -> list[str]:
        """Return what was said outside a turn, oldest first."""
        in_turn = [reply.text for reply in self.heard]
        out = [m for m in self.log.messages(self.id) if m.to_json().get("text") and not _inbound(m)]
        return [m.text for m in out if m.text not in in_turn]

    def _turn(self, text: str, message: dict[str, Any], metadata: dict[str, Any], may_fail: bool = False) -> list[Reply]:
        inbound = self.log.receive(self.id, f"m{next(_numbers)}", text, choice_value=metadata.get("choice"))
        tracker = {
            "sender_id": self.id,
            "slots": {"desk": json.loads(self.slot)},
            "latest_message": {**message, "metadata": {**metadata, "seq": inbound.seq}},
        }
        self._sent = tracker
        answer = json.loads(json.dumps(self.desks.answer(json.loads(json.dumps(tracker)))))
        self.slot = json.dumps(answer["events"][0]["value"])
        self.last = [_reply(response["custom"]) for response in answer["responses"]]
        self.heard += self.last
        assert self.last and all(reply.text.strip() for reply in self.last), f"nothing was said to {text!r}"
        assert may_fail or "failed_turn" not in self.flags, f"the turn failed: {text!r}"
        self.log.answer(self.id, inbound.seq, self.last)
        return self.last


def _wish(text: str, part: str, intent: str, sure: bool) -> dict[str, Any]:
    start = text.index(part)
    return {"text": part, "intent": intent, "confidence": 0.95, "sure": sure, "spans": [[start, start + len(part)]]}


def _reply(custom: dict[str, Any]) -> Reply:
    choices = tuple(Choice(c["title"], c["value"]) for c in custom["choices"])
    return Reply(custom["text"], choices, custom["kind"], custom["extra"])


def _inbound(message: Any) -> bool:
    return bool(message.direction == "in")

"""What a kind of notice is.

A kind is asked for its words when the time has come, and looks again at the back office's own record then: a date may have
changed, an appointment may be cancelled. It answers with one of these:

    Say     these words, now
    Wait    not yet
    End     nothing any more: it lapses, or fails, and staff see it

or it raises BackOfficeError: then it is asked again a little later, until the notice expires.
"""

from dataclasses import dataclass, field
from datetime import datetime

from actions.backoffice.systems import Systems
from actions.engine.turn import Pressed
from bot.log import Choice, Notice, Plan, Reply
from bot.settings import get_settings
from bot.words import words

STOP = "stop_reminders"  # what the engine is told by a press of "Stop reminders"


@dataclass(frozen=True)
class Say:
    """What is said. `reply` goes into a conversation; by text or email goes `template` of Notify with `values`.

    `following` is planned with it: the next of a series.
    """

    reply: Reply
    template: str = ""
    values: dict[str, str] = field(default_factory=dict)
    following: Plan | None = None


@dataclass(frozen=True)
class Wait:
    """Nothing to say before `until`."""

    until: datetime
    expires_at: datetime


@dataclass(frozen=True)
class End:
    """Nothing to say any more. `state` is lapsed or failed; `why` is for staff and holds no personal data."""

    state: str
    why: str
    following: Plan | None = None


class Kind:
    """A kind of notice."""

    def compose(self, notice: Notice, systems: Systems, now: datetime) -> Say | Wait | End:
        """Return what is to be said now. Raises BackOfficeError when the system that knows can't be asked."""
        raise NotImplementedError

    def following(self, notice: Notice, now: datetime) -> Plan | None:
        """Return the next of a series after one that was not said in its time, or of which only Notify knows the words."""
        return None


def reply(text: str, *choices: Choice) -> Reply:
    """Return the words for a conversation. Each says how to stop, and offers it."""
    stop = Choice(words("notices.stop.choice"), Pressed("say", STOP).dump())
    return Reply(f"{text}\n\n{words('notices.stop.text')}", (*choices, stop), "notice")


def stop_link(notice: Notice) -> str:
    """Return the address of the page that stops all to the number or address of a notice."""
    return f"{get_settings().public_url}/stop/{notice.stop_code}"

"""What happened to my report: its status by reference, in plain words."""

import re
from functools import partial

from actions.engine.readers import Entity
from actions.engine.talk import Talk
from actions.notices.reports import status_words
from actions.plain import day
from bot.clock import LONDON


def _reference(text: str) -> str | None:
    # "100 003" is how some read a number out.
    found = re.search(r"(?<![0-9])[0-9]{4,9}(?![0-9])", re.sub(r"(?<=[0-9]{3}) (?=[0-9]{3})", "", text))
    return found[0] if found else None


REFERENCE = Entity("report_reference", parse=_reference)
# Open311's "closed" and FixMyStreet's kinds of it: there is nothing more to expect.
OVER = frozenset("closed fixed duplicate not_councils_responsibility no_further_action internal_referral cancelled".split())


def run(talk: Talk) -> None:
    """Tell how a report stands, as the reports system has it. What the reporter wrote is not shown."""
    held = talk.desk.memory.get("report")
    if held and "reference" not in talk.frame.answers and not _named(talk):
        talk.frame.answers["reference"] = held
    while True:
        reference = str(talk.ask("reference", REFERENCE))
        request = talk.lookup(f"report {reference}", partial(talk.systems.open311.request, reference))
        if request is not None:
            break
        talk.desk.memory.pop("report", None)
        talk.refuse("reference", "not_found", reference=reference)
    status = status_words(request.status)
    due = request.expected if request.status.lower() not in OVER else None
    expected = talk.words("expected", day=day(due.astimezone(LONDON).date())) if due else ""
    notes = talk.words("notes", notes=request.status_notes) if request.status_notes else ""
    talk.end(
        "result",
        reference=request.id,
        what=request.service_name,
        day=day(request.requested.astimezone(LONDON).date()),
        status=status,
        expected=expected,
        notes=notes,
    )


def _named(talk: Talk) -> bool:
    return any(e["entity"] == "report_reference" for s in talk.frame.said for e in s["entities"])

"""Find a repair that is booked, by its reference and postcode. What the three journeys about appointments share."""

import re
from functools import partial

from actions.backoffice.homes import Repair
from actions.engine.readers import POSTCODE, Entity
from actions.engine.talk import Talk
from actions.plain import slot_words


def _reference(text: str) -> str | None:
    """Return a reference that was typed in two halves: "1A2B 3C4D"."""
    found = re.search(r"(?<![\w-])([A-Z0-9]{4})[ -]([A-Z0-9]{4})(?![\w-])", text.upper())
    return found[1] + found[2] if found and all(re.search("[0-9]", half) for half in found.groups()) else None


REFERENCE = Entity("repair_reference", parse=_reference, tried=r"\w*\d\w*")


def booked_repair(talk: Talk) -> Repair:
    """Return the repair that the resident names. Answers: reference, postcode.

    The repair that was booked in this conversation is known already. A reference and a postcode that don't belong
    together are told like a reference that doesn't exist.
    """
    held = talk.desk.memory.get("repair")
    said = [str(e["value"]).upper() for s in talk.frame.said for e in s["entities"] if e["entity"] == REFERENCE.name]
    if held and set(said) <= {held[0]} and not any(name in talk.frame.answers for name in ("reference", "postcode")):
        talk.frame.answers["reference"], talk.frame.answers["postcode"] = held
    while True:
        reference = str(talk.ask("reference", REFERENCE)).upper()
        postcode = talk.ask("postcode", POSTCODE)
        repair = talk.lookup(f"repair {reference} {postcode}", partial(talk.systems.repairs.get, postcode, reference))
        if repair is not None:
            return repair
        talk.unsay("reference")
        talk.desk.memory.pop("repair", None)
        talk.refuse("postcode", "no_repair", reference=reference, postcode=postcode)


def about(repair: Repair) -> str:
    """Return what a repair is about, in the landlord's words."""
    parts = [node.display for node in (repair.room, repair.issue or repair.problem) if node and node.display]
    return ": ".join(parts[:1] + [part[:1].lower() + part[1:] for part in parts[1:]])


def when(repair: Repair) -> str:
    """Return a repair's appointment in words, "" when it has none."""
    return slot_words(repair.slot.start, repair.slot.end) if repair.slot else ""

"""Order a bin: what kind, why, how many, and what it costs and why."""

import re

from actions.acts import BIN_ORDER
from actions.engine.readers import NotValid, Option, Pick
from actions.engine.talk import Row, Talk
from actions.engine.turn import Turn
from actions.journeys.parts import our_address
from actions.plain import sentence
from bot.council import council
from bot.nlu.bare import parse_count
from bot.nlu.values import format_pence, parse_number

REASONS = ("new_home", "damaged", "broken_by_crew", "lost", "more_space")


class Quantity:
    """How many, from one to what the council allows."""

    free = False

    def read(self, turn: Turn, options: object) -> int | None:
        """Return the number. Raises NotValid("most") when it is more than the council sends at once."""
        # "Do that one first" is no number of bins.
        number = parse_count(turn.text) or parse_number(re.sub(r"\b(first|second|third|last)\b", " ", turn.text.lower()))
        most = int(council()["bins"]["order"]["most"])
        if number is not None and not 1 <= number <= most:
            raise NotValid("most", most=most)
        return number

    def spot(self, turn: Turn, options: object) -> None:
        """A number in passing may be anything: a house, a day."""


def run(talk: Talk) -> None:
    """Order a bin by Open311."""
    settings = council()["bins"]
    names, order = settings["names"], settings["order"]
    kind = talk.ask("bin", Pick("bin"), options=[Option(sentence(n), k, also=(k,)) for k, n in names.items()])
    reasons = talk.options("reason", REASONS)
    reason = talk.ask("reason", Pick(), options=reasons)
    most = int(order["most"])
    count = talk.ask("quantity", Quantity(), options=[Option(str(n), n) for n in range(1, most + 1)])
    address = our_address(talk)
    pence = 0 if reason in order["free_reasons"] else int(order["costs_pence"].get(kind, 0)) * count
    cost = talk.words("cost.free") if pence == 0 else talk.words("cost.charged", amount=format_pence(pence))
    talk.check(
        [
            Row("bin", talk.words("row.bin"), sentence(names[kind])),
            Row("reason", talk.words("row.reason"), talk.words(f"reason.{reason}.title")),
            Row("quantity", talk.words("row.quantity"), str(count)),
            Row("address", talk.words("row.address"), f"{address.line}, {address.postcode}"),
            Row("cost", talk.words("row.cost"), cost, change=False),
        ]
    )
    done = talk.act(
        BIN_ORDER,
        {
            "service_code": settings["service_codes"]["order"],
            "description": f"Order: {count} x {names[kind]}, reason: {reason}",
            "uprn": address.uprn,
            "address": f"{address.line}, {address.postcode}",
            "lat": address.lat,
            "lng": address.lng,
            "attributes": {"container": kind, "reason": reason, "quantity": str(count)},
        },
    )
    pay = talk.words("pay", amount=format_pence(pence)) if pence else ""
    talk.end(done.state, reference=done.reference, our_ref=done.our_ref, days=order["working_days"], pay=pay)

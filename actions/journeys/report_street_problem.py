"""Report a problem in a public place: what, where, the category's own questions, and whether it is known already."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from actions.acts import STREET_PROBLEM
from actions.backoffice.georeport import Attribute, NearbyRequest
from actions.backoffice.places import Address
from actions.engine.readers import Option, Photo, Pick, Text, Where, YesNo
from actions.engine.talk import Row, Talk
from actions.journeys.parts import is_ours
from actions.plain import day
from bot.clock import LONDON, now
from bot.council import council
from bot.settings import get_settings

MOST_PLACES = 6
SKIP = ""
NONE = "none"


@dataclass(frozen=True)
class Spot:
    """Where it is: WGS84, and the words for people."""

    lat: float
    lng: float
    words: str


def run(talk: Talk) -> None:
    """Log a street problem by Open311, unless the same one is reported already."""
    codes = council()["streets"]["service_codes"]
    kinds = talk.options("kind", codes, out="other")
    kind = talk.ask("kind", Pick("street_problem"), options=kinds)
    spot = _spot(talk)
    known = _known_already(talk, codes[kind], spot)
    if known:
        talk.end("follow", reference=known.request.id, go=("check_report_status",))
    answers = _own_questions(talk, codes[kind])
    description = talk.ask("description", Text(least=3, spots=8))
    photo = talk.ask("photo", Photo(), options=(Option(talk.words("photo.none"), ""),), strict=False, wants="photo")
    photos = talk.log.photos_with(talk.turn.conversation_id, photo) if photo else []
    title = talk.words(f"kind.{kind}.title")
    talk.check(
        [
            Row("kind", talk.words("row.kind"), title),
            Row("where", talk.words("row.where"), spot.words),
            *[Row(f"q_{code}", question, shown) for code, question, shown, _ in answers],
            Row("description", talk.words("row.description"), description),
            Row("photo", talk.words("row.photo"), _photos(talk, len(photos))),
        ]
    )
    done = talk.act(
        STREET_PROBLEM,
        {
            "service_code": codes[kind],
            "description": f"{title}. {description}",
            "lat": spot.lat,
            "lng": spot.lng,
            "address": spot.words,
            "attributes": {code: key for code, _, _, key in answers},
            "media_urls": [f"{get_settings().public_url}/photos/{one}.jpg" for one in photos],
        },
    )
    if done.state == "confirmed":
        talk.desk.memory["report"] = done.reference
    talk.end(done.state, reference=done.reference, our_ref=done.our_ref, what=title.lower())


def _photos(talk: Talk, count: int) -> str:
    return talk.words("photo.many", count=count) if count > 1 else talk.words("photo.one" if count else "photo.no")


def _spot(talk: Talk) -> Spot:
    """Return where it is. Answers: where, place (one of several that the words fit), exactly."""
    while True:
        where: dict[str, Any] = talk.ask("where", Where(), wants="location")
        if "lat" in where:
            address = talk.lookup(f"near {where}", partial(talk.systems.places.nearest, where["lat"], where["lng"]))
            if address is None:
                talk.refuse("where", "not_ours", link=council()["find_council_url"])
                continue
            if not is_ours(talk, address.postcode, "where"):
                continue
            return Spot(where["lat"], where["lng"], talk.words("near", address=f"{address.line}, {address.postcode}"))
        if "postcode" in where:
            found = _in_postcode(talk, where)
            if found:
                return found
            continue
        places = _streets(talk.lookup(f"find {where['words']}", partial(talk.systems.places.find, where["words"])))
        if not places:
            talk.refuse("where", "not_found", words=where["words"])
            continue
        chosen = places[0]
        if len(places) > 1:
            options = [Option(f"{_street(a)}, {a.postcode}", a.postcode) for a in places[:MOST_PLACES]]
            options.append(Option(talk.words("place.none"), NONE, also=("somewhere else",), out=True))
            postcode = talk.ask("place", Pick(), options=options)
            if postcode == NONE:
                talk.forget("place")
                talk.refuse("where", "elsewhere")
                continue
            chosen = next(a for a in places if a.postcode == postcode)
        words = ", ".join(part for part in (where.get("near"), where["words"], chosen.postcode) if part)
        return Spot(chosen.lat, chosen.lng, words)


def _in_postcode(talk: Talk, where: dict[str, Any]) -> Spot | None:
    postcode = where["postcode"]
    if not is_ours(talk, postcode, "where"):
        return None
    found = talk.lookup(f"addresses {postcode}", lambda: talk.systems.places.by_postcode(postcode))
    if not found:
        talk.refuse("where", "no_street", postcode=postcode)
        return None
    street = _street(found[0])
    exactly = where.get("words")
    if not exactly:
        # Named after the place, so that another place asks again.
        exactly = talk.ask(f"exactly {postcode}", Text(least=1, most=200), spot=False, word="exactly", street=street)
    house = next((a for a in found if a.line.lower() == str(exactly).lower()), found[len(found) // 2])
    words = str(exactly) if street.lower() in str(exactly).lower() else f"{exactly}, {street}"
    return Spot(house.lat, house.lng, f"{words}, {postcode}")


def _streets(found: list[Address]) -> list[Address]:
    """Return one address for each postcode that was found."""
    first: dict[str, Address] = {}
    for address in found:
        first.setdefault(address.postcode, address)
    return list(first.values())


def _street(address: Address) -> str:
    """Return an address's line without its number."""
    words = address.line.split(", ")[-1].split()
    return " ".join(words[1:] if words and words[0][:1].isdigit() else words)


def _known_already(talk: Talk, code: str, spot: Spot) -> NearbyRequest | None:
    """Return an open report of the same kind close by that the resident says is the same thing."""
    settings = council()["streets"]
    since = now() - timedelta(days=settings["nearby_days"])
    near = talk.lookup(
        f"nearby {code} {spot.lat:.5f} {spot.lng:.5f}",
        lambda: talk.systems.open311.nearby(code, spot.lat, spot.lng, settings["nearby_metres"], since),
    )
    own = [c.reference for c in talk.log.commitments(talk.turn.conversation_id)]
    near = [n for n in near if n.request.id not in own]
    if not near:
        return None
    request = near[0].request
    same = talk.ask(
        f"same {request.id}",
        YesNo(),
        options=talk.yes_no("same"),
        word="same",
        what=request.service_name.lower(),
        metres=near[0].metres,
        place=request.address or talk.words("same.place"),
        day=day(request.requested.astimezone(LONDON).date()),
        reference=request.id,
    )
    return near[0] if same else None


def _own_questions(talk: Talk, code: str) -> list[tuple[str, str, str, str]]:
    """Ask what the category itself asks. Return (code, question, answer for people, answer for the system) of each."""
    answers = []
    for attribute in talk.lookup(f"definition {code}", lambda: talk.systems.open311.definition(code)):
        if attribute.automated or not attribute.asked:
            continue
        shown, key = _answer(talk, attribute)
        if key:
            answers.append((attribute.code, attribute.question, shown, key))
    return answers


def _answer(talk: Talk, attribute: Attribute) -> tuple[str, str]:
    options = [Option(name, key) for key, name in attribute.values]
    if not attribute.required:
        options.append(Option(talk.words("question.skip"), SKIP, also=("skip", "don't know", "not sure"), out=True))
    reader = Pick() if attribute.values else Text(least=1, most=200)
    hint = f"\n\n{attribute.hint}" if attribute.hint else ""
    answer = talk.ask(
        f"q_{attribute.code}",
        reader,
        options=options,
        strict=bool(attribute.values),
        spot=bool(attribute.values),
        word="question",
        question=attribute.question,
        hint=hint,
    )
    return dict(attribute.values).get(answer, str(answer)), str(answer)

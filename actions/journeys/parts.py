"""What several journeys ask in the same way: an address of ours, a telephone number."""

import re
from functools import partial
from typing import Any

from actions.backoffice.places import Address
from actions.engine.readers import LAST, PHONE, POSTCODE, NotValid, Option, Pick, YesNo
from actions.engine.talk import Talk
from bot.council import council
from bot.nlu.bare import core
from bot.nlu.values import parse_number
from bot.nlu.vocabulary import vocabulary

NOT_LISTED = "not listed"
_NUMBER_WORDS = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"


def our_address(talk: Talk) -> Address:
    """Return an address of the council's own area.

    Uses what was said, asks before it uses the address of an earlier task, and says so when a postcode belongs to
    another council. Answers: same_address, postcode, address (the UPRN).
    """
    known = known_address(talk)
    if known:
        return known
    while True:
        postcode = talk.ask("postcode", POSTCODE)
        if not is_ours(talk, postcode):
            continue
        found = talk.lookup(f"addresses {postcode}", partial(talk.systems.places.by_postcode, postcode))
        homes = [a for a in found if a.residential] or found
        if not homes:
            talk.refuse("postcode", "none", postcode=postcode)
            continue
        break
    return _one_of(talk, homes)


def known_address(talk: Talk) -> Address | None:
    """Return the address of an earlier task, once the resident said that this one is about it too; else None."""
    known = talk.desk.memory.get("address")
    if not known or "address" in talk.frame.answers or _named(talk):
        return None
    line = f"{known['line']}, {known['postcode']}"
    return Address(**known) if talk.ask("same_address", YesNo(), options=talk.yes_no("same_address"), address=line) else None


def _one_of(talk: Talk, homes: list[Address]) -> Address:
    options = [Option(a.line, a.uprn) for a in homes] + [Option(talk.words("address.not_listed"), NOT_LISTED, out=True)]
    chosen = talk.ask("address", ADDRESS, options=options)
    if chosen == NOT_LISTED:
        talk.end("address.missing", go=("speak_to_person",))
    address = next(a for a in homes if a.uprn == chosen)
    talk.desk.memory["address"] = dict(vars(address))
    return address


def _named(talk: Talk) -> bool:
    """Return whether this journey was told an address or postcode of its own."""
    said = [e["entity"] for s in talk.frame.said for e in s["entities"]]
    return "postcode" in talk.frame.answers or "postcode" in said


class _AddressPick(Pick):
    """One of the addresses: by its number in the street, its line, or the line that was said."""

    def read(self, turn: Any, options: Any) -> Any:
        """Return the house of that number, never the option of that number. Raises NotValid("unknown") for no such house."""
        by_place = re.search(r"\b[0-9]{1,2}(?:st|nd|rd|th)\b", turn.text.lower()) is not None
        by_house = None if by_place else self._by_house(turn.text, options)
        if by_house is not None:
            return by_house
        if parse_number(turn.text) == LAST:
            return None  # the last house, or the last answer: that no address is listed?
        if by_place or not any(c.isdigit() for c in _house_words(turn.text)):
            return super().read(turn, options)
        if turn.words <= 6 and not turn.value("postcode"):
            raise NotValid("unknown")
        return self.spot(turn, options)

    def spot(self, turn: Any, options: Any) -> Any:
        """Find the address line that was said in passing, or the option's own words."""
        named = re.search(r"\b(?:flat|number)\s(\d+[a-z]?)\b", _house_words(turn.text))
        line = turn.value("address_line") or (named and named[0])
        found = self._by_house(line, _on_street(line, options)) if line else None
        return found if found is not None else super().spot(turn, options)

    @staticmethod
    def _by_house(text: str, options: Any) -> Any:
        words = [word for word in _house_words(text).split() if word != "number"]
        flat = words[words.index("flat") + 1] if "flat" in words[:-1] else None
        numbers = [w for w in words if w[:1].isdigit()]
        if flat is None and len(words) > 6:
            return None
        start = f"flat {flat}" if flat else numbers[0] if numbers else None
        if start is None:
            return None
        held = [o for o in options if f"{o.title.lower()} ".replace(",", " ").startswith(f"{start} ")]
        return held[0].value if len(held) == 1 else None


def _house_words(text: str) -> str:
    """Return an address as it is compared: "No4" and "#4" are "number 4", "apt three" is "flat 3", "four" alone is "4"."""
    units = "|".join(map(re.escape, vocabulary()["unit_words"]))
    said = re.sub(r"[,.]", " ", text.lower())
    said = re.sub(rf"\b(?:{units})\s?(?=[0-9]|{_NUMBER_WORDS}\b)", "flat ", said)
    said = re.sub(rf"(?:\b(?:number|house|num|no|nr)|#)\s?(?=[0-9]|{_NUMBER_WORDS}\b)", "number ", said)
    counts: dict[str, int] = vocabulary()["counts"]
    said = re.sub(rf"\b(flat|number) ({_NUMBER_WORDS})\b", lambda m: f"{m[1]} {counts[m[2]]}", said)
    alone = core(said)
    return str(counts[alone]) if re.fullmatch(_NUMBER_WORDS, alone) else said


def _on_street(line: str, options: Any) -> list[Option]:
    """Return the options that hold every name of a line: "5 Mill Lane" is not 5 Church Gardens."""
    names = [w for w in re.findall(r"[a-z']+", line.lower()) if len(w) > 1 and w not in ("flat", "number", "num", "no")]
    return [o for o in options if all(name in o.title.lower() for name in names)]


ADDRESS = _AddressPick()


def is_ours(talk: Talk, postcode: str, held: str = "postcode") -> bool:
    """Return whether a postcode is the council's; else say whose it is, with a link, and forget the answer `held`."""
    district = talk.lookup(f"district {postcode}", lambda: talk.systems.postcodes.lookup(postcode))
    settings = council()
    if district is None:
        areas = ", ".join(map(str, settings["postcode_areas"]))
        talk.refuse("postcode", "not_found", held, postcode=postcode, areas=areas, link=settings["find_council_url"])
        return False
    if district.gss != settings["gss"]:
        link = settings["find_council_url"]
        talk.refuse("postcode", "elsewhere", held, postcode=postcode, district=district.name, link=link)
        return False
    return True


def phone(talk: Talk) -> str:
    """Return the number to reach the resident on, E.164; one given before in this conversation is used again."""
    if "phone" not in talk.frame.answers and talk.desk.memory.get("phone"):
        talk.frame.answers["phone"] = talk.desk.memory["phone"]
    number = str(talk.ask("phone", PHONE))
    talk.desk.memory["phone"] = number
    return number

"""Ask for a person: out of hours nobody is at the desk, so what can be promised is a call back, with consent."""

from datetime import datetime

from actions.acts import CALL_BACK
from actions.engine.readers import Text, YesNo
from actions.engine.talk import Row, Talk
from actions.journeys.parts import phone
from actions.plain import day, hour, national
from bot.clock import LONDON, now
from bot.council import council
from bot.hours import call_back_promise, is_open


def run(talk: Talk) -> None:
    """Offer the lines that are open, else a call back."""
    talk.tell("open" if is_open(now()) else "closed", number=council()["phones"]["contact_centre"])
    if not talk.ask("wanted", YesNo(given=("phone",)), options=talk.yes_no("wanted"), by=promised(call_back_promise(now()))):
        talk.end("declined")
    call_back(talk, team="contact_centre")


def call_back(talk: Talk, team: str, about: str | None = None) -> None:
    """Take a call back for a team: what it is about, the number, what is kept, and the time that is promised."""
    number = phone(talk)
    about = about or str(talk.ask("about", Text(least=2, most=300), spot=False))
    by = promised(call_back_promise(now()))
    talk.check(
        [
            Row("phone", talk.words("row.phone"), national(number)),
            Row("about", talk.words("row.about"), about, change="about" in talk.frame.answers),
            Row("by", talk.words("row.by"), by, change=False),
        ]
    )
    done = talk.act(CALL_BACK, {"phone": number, "about": about, "team": team, "by": by})
    talk.end("confirmed", by=by, number=national(number), reference=done.reference)


def promised(at: datetime) -> str:
    """Return a promised time as residents read it: 12pm on Tuesday 1 December."""
    local = at.astimezone(LONDON)
    clock = "midday" if (local.hour, local.minute) == (12, 0) else hour(local)
    return f"{clock} on {day(local.date())}"

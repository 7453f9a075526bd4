"""Can't pay: no pressure and no link to pay; what a letter means, what help there is, and a call back."""

from actions.engine.readers import Option, Pick, YesNo
from actions.engine.talk import Talk
from actions.journeys.speak_to_person import call_back, promised
from bot.clock import now
from bot.hours import call_back_promise

SITUATIONS = ("reminder", "summons", "bailiffs", "arrears", "rent", "soon")
NOTICED = {
    "bailiffs": ("bailiff", "bailiffs", "enforcement agent", "enforcement agents", "at the door", "marstons"),
    "summons": ("summons", "court", "summonsed", "liability order", "magistrates"),
    "reminder": ("reminder", "final notice", "red letter", "reminder letter", "final demand"),
    "rent": ("rent", "eviction", "landlord"),
    "arrears": ("arrears", "behind", "owe", "missed payments"),
    "soon": ("next month", "next payment", "nothing yet", "no letter", "none of these", "not yet"),
}


def run(talk: Talk) -> None:
    """Say what help there is for the situation, and leave a call back when it is wanted."""
    options = [Option(talk.words(f"situation.{s}"), s, also=NOTICED[s], out=s == "soon") for s in SITUATIONS]
    situation = talk.ask("situation", Pick(), options=options)
    talk.tell(f"help.{situation}")
    talk.tell("support")
    if not talk.ask("wanted", YesNo(), options=talk.yes_no("wanted"), by=promised(call_back_promise(now()))):
        talk.end("declined", go=("apply_council_tax_support", "ask_council_tax_discount", "ask_cost_of_living"))
    team = "housing" if situation == "rent" else "council_tax"
    call_back(talk, team, talk.words("about", situation=talk.words(f"situation.{situation}")))

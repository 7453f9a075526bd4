"""The answer to "is it fixed?", which the council asks when a report is closed: thanks, or the report is opened again."""

from actions.acts import REOPEN
from actions.engine.readers import Option, Text, YesNo
from actions.engine.talk import Talk


def run(talk: Talk) -> None:
    """Open a report again that is not fixed. The answers reference, kind and (mostly) fixed come with the choice."""
    reference = str(talk.frame.answers["reference"])
    if talk.ask("fixed", YesNo(), options=talk.yes_no("fixed"), reference=reference):
        talk.end("thanks", reference=reference)
    again = Option(talk.words("wrong.again"), talk.words("wrong.default"), also=("open it again", "reopen it"))
    wrong = talk.ask("wrong", Text(least=3, most=500), options=(again,), strict=False, spot=False, reference=reference)
    done = talk.act(REOPEN, {"reference": reference, "description": wrong})
    talk.end(
        done.state, reference=reference, our_ref=done.our_ref, go=("speak_to_person",) if done.state == "rejected" else ()
    )

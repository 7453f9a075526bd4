"""Somebody who writes in Polish: what they read by HTTP alone, and what the morning's list says."""

import json
import os
import subprocess
import sys

from tests.servers import ROOT
from tests.stack import Resident, Stack


def test_polish_is_answered_an_emergency_is_put_first_and_english_goes_on(stack: Stack, resident: Resident) -> None:
    said = resident.say("dzień dobry, kiedy zabierzecie moje śmieci z ulicy?")
    [reply] = resident.replies
    assert (reply["kind"], reply["lang"], reply["dir"]) == ("notice", "pl", "ltr")
    assert "angielski" in said and "01632 960105" in said and "999" in said

    resident.say("proszę pomóżcie, w kuchni strasznie śmierdzi gazem")
    theirs, ours = resident.replies
    assert (theirs["kind"], theirs["emergency"], theirs["lang"]) == ("emergency", "report_gas_leak", "pl")
    assert "0800 111 999" in theirs["text"].splitlines()[0]
    assert "Go outside first" in ours["text"] and "lang" not in ours

    assert "postcode" in resident.say("which day are you round for the rubbish")
    resident.say("mój kod pocztowy to AZ1 2BB")
    assert any(choice["title"] == "4 Mill Lane" for choice in resident.replies[-1]["choices"])
    assert "general waste" in resident.say("number 4").lower()

    copy = resident.session.get(f"{resident.base_url}/chat/transcript", timeout=10).text
    assert "in Polish:" in copy
    assert ("report_gas_leak", "Polish") in emergencies_of_the_night(stack)


def emergencies_of_the_night(stack: Stack) -> list[tuple[str, str]]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "desk", "--json"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": stack.database_url},
        capture_output=True,
        text=True,
        check=True,
    )
    return [(row["why"], row["language"]) for row in json.loads(done.stdout)["emergencies"]]

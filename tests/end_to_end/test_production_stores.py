"""The same assistant on PostgreSQL and Redis, as a council runs it."""

import os
import secrets
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot.db import make_engine
from tests.stack import Resident, Stack, running

POSTGRES, REDIS = os.environ.get("TEST_POSTGRES_URL", ""), os.environ.get("TEST_REDIS_URL", "")
pytestmark = pytest.mark.skipif(not (POSTGRES and REDIS), reason="needs PostgreSQL and Redis: run `make system`")


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack on an empty PostgreSQL database and Redis locks."""
    name = f"night_desk_{secrets.token_hex(4)}"
    server = make_engine(POSTGRES)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(sa.text(f"CREATE DATABASE {name}"))
    url = POSTGRES.rsplit("/", 1)[0] + f"/{name}"
    with running(tmp_path_factory.mktemp("production"), DATABASE_URL=url, REDIS_URL=REDIS) as stack:
        yield stack
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def test_a_task_that_was_begun_goes_on_after_a_restart(production: Stack) -> None:
    resident = Resident(production.base_url)
    assert "postcode" in resident.say("when do you next collect my rubbish").lower()
    production.restart_assistant()
    assert "Which address" in resident.say("AZ1 2BB")
    assert "Next collections for 4 Mill Lane" in resident.say("number 4")


def test_a_report_is_logged_and_remembered(production: Stack) -> None:
    resident = Resident(production.base_url)
    resident.say("I want to report graffiti on Mill Lane by the post office, AZ1 2BB")
    for _ in range(8):
        offered = [c["title"] for r in resident.replies for c in r.get("choices", ())]
        if any(title.startswith("Yes, that's right") for title in offered):
            break
        text = resident.replies[-1]["text"]
        if "photo" in text:
            resident.choose("No photo")
        elif offered:
            resident.choose("No" if any(t.startswith("No") for t in offered) else offered[0])
        else:
            resident.say("big red letters on the wall by the post office")
    said = resident.choose("Yes, that's right")
    assert "Reported. Your reference is" in said

"""The databases of the unit tests: a new SQLite file each, and a new PostgreSQL schema when there is a server."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.engine import Engine

from bot.db import make_engine, upgrade
from bot.log import ConversationLog

# No deadline: a busy machine is not a fault. In CI the same examples each time, so that a failure is of the change.
settings.register_profile("night-desk", deadline=None, derandomize=os.environ.get("CI") == "true")
settings.load_profile("night-desk")

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
DATABASES = ["sqlite", *(["postgresql"] if POSTGRES else [])]


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'log.db'}"
        return
    schema = f"test_{secrets.token_hex(6)}"
    server = make_engine(POSTGRES)
    with server.begin() as conn:
        conn.execute(sa.text(f"CREATE SCHEMA {schema}"))
    yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{schema}"
    with server.begin() as conn:
        conn.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
    server.dispose()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Give an engine on a database with every table."""
    made = make_engine(database_url)
    upgrade(made)
    yield made
    made.dispose()


@pytest.fixture
def log(engine: Engine) -> ConversationLog:
    """Give a conversation log on that database."""
    return ConversationLog(engine, secret="the key of the tests")

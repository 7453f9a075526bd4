"""A sandbox council on a Tuesday evening, and residents who talk to the engine in front of it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from actions.engine.desks import Desks
from bot.db import make_engine, upgrade
from tests.journeys.talker import Talker
from tests.journeys.town import Town, desks_at
from tests.servers import start_sandbox

EVENING = "2026-11-24T20:30:00+00:00"


@pytest.fixture(scope="session")
def evening_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a sandbox where it is Tuesday 24 November 2026, half past eight in the evening."""
    yield from start_sandbox(tmp_path_factory.mktemp("evening"), NOW=EVENING)


@pytest.fixture
def town(evening_url: str, monkeypatch: pytest.MonkeyPatch) -> Town:
    """That sandbox, empty and without faults; it is the same evening in the test."""
    monkeypatch.setenv("NOW", EVENING)
    found = Town(evening_url)
    found.reset()
    return found


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table and no rows, to be copied."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Path:
    """An empty database of this test."""
    return Path(shutil.copy(empty_database, tmp_path / "night-desk.db"))


@pytest.fixture
def desks(town: Town, database: Path) -> Iterator[Desks]:
    """The engine in front of that town."""
    made = desks_at(town, database)
    yield made
    made.log.engine.dispose()


@pytest.fixture
def talker(desks: Desks) -> Talker:
    """A resident who has said nothing yet."""
    return Talker(desks)


@pytest.fixture
def another(desks: Desks) -> Callable[[], Talker]:
    """Make another resident of the same council."""
    return lambda: Talker(desks)

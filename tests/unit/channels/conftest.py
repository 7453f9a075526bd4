"""The real web channel on a database of its own, with a script in the place of Rasa's agent."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.log import ConversationLog
from bot.settings import Settings
from tests.scripted import Scripted, Site, Visitor


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Give the URL of an empty SQLite database; the tests of the log are those that run on both databases."""
    return f"sqlite:///{tmp_path / 'channel.db'}"


@pytest.fixture
def settings(sandbox_url: str, free_port: int) -> Settings:
    """Settings with the systems of the sandbox, and a limit that no test meets by chance."""
    systems: dict[str, Any] = {
        f"{name}_url": f"{sandbox_url}/{name}"
        for name in ("pay", "notify", "open311", "repairs", "waste", "places", "revenues", "calendar")
    }
    return replace(
        Settings(),
        port=free_port,
        public_url="https://nightdesk.ashcombe.example",
        secret_key="the secret of these tests",
        frame_origins="https://www.ashcombe.example",
        messages_per_minute=1000,
        telegram_bot_username="AshcombeBot",
        postcodes_url=f"{sandbox_url}/places",
        **systems,
    )


@pytest.fixture
def agent() -> Scripted:
    """What answers in the place of Rasa."""
    return Scripted()


@pytest.fixture
def site(settings: Settings, log: ConversationLog, agent: Scripted) -> Iterator[Site]:
    """The running server."""
    with Site(settings, log, agent).running() as running:
        yield running


@pytest.fixture
def visitor(site: Site) -> Visitor:
    """Somebody who has just opened the chat page."""
    return site.visitor()

"""A real Chromium before the real web channel, with a script in the place of Rasa's agent where the page is the matter."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.db import make_engine, upgrade
from bot.log import ConversationLog
from bot.settings import Settings
from tests.scripted import Scripted, Site

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Use the machine's Chromium: Playwright can't fetch its own everywhere. With CI=true a missing one is a failure."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        missing = "Chromium is not on this machine: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return {"executable_path": program, "args": ["--no-sandbox", "--disable-dev-shm-usage"], "headless": True}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ConversationLog]:
    """A conversation log on a database of its own."""
    engine = make_engine(f"sqlite:///{tmp_path / 'browser.db'}")
    upgrade(engine)
    yield ConversationLog(engine, secret="the key of the tests")
    engine.dispose()


@pytest.fixture
def agent() -> Scripted:
    """What answers in the place of Rasa."""
    return Scripted()


@pytest.fixture
def settings(free_port: int) -> Settings:
    """Settings without a limit that a test could meet."""
    return replace(
        Settings(),
        port=free_port,
        public_url=f"http://127.0.0.1:{free_port}",
        secret_key="the secret of these tests",
        messages_per_minute=1000,
    )


@pytest.fixture
def site(settings: Settings, log: ConversationLog, agent: Scripted) -> Iterator[Site]:
    """The running server."""
    with Site(settings, log, agent).running() as running:
        yield running


@pytest.fixture
def chat(page: Page, site: Site) -> Iterator[Page]:
    """The chat page, open; at the end nothing must have gone wrong in its script or against its policy."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{site.url}/chat")
    yield page
    assert not troubles


@pytest.fixture
def plain(browser: Browser, site: Site) -> Iterator[Page]:
    """The chat page in a browser without scripts."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/chat")
    yield page
    context.close()

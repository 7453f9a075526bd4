"""The real channels on a database of their own, a script in the place of Rasa's agent, and our Bot API."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.db import make_engine, upgrade
from bot.log import ConversationLog
from bot.settings import Settings
from tests.scripted import Scripted, Site
from tests.telegram.bot_api import TOKEN, BotApi
from tests.telegram.people import SECRET, Person


@pytest.fixture
def api() -> Iterator[BotApi]:
    """The Bot API."""
    with BotApi().running() as running:
        yield running


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ConversationLog]:
    """A conversation log of its own."""
    engine = make_engine(f"sqlite:///{tmp_path / 'telegram.db'}")
    upgrade(engine)
    yield ConversationLog(engine, secret="the key of the tests")
    engine.dispose()


@pytest.fixture
def settings(api: BotApi, free_port: int) -> Settings:
    """Settings with a bot."""
    return replace(
        Settings(),
        port=free_port,
        public_url="https://nightdesk.ashcombe.example",
        secret_key="the key of the tests",
        messages_per_minute=1000,
        telegram_api_url=api.url,
        telegram_bot_token=TOKEN,
        telegram_webhook_secret=SECRET,
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
def person(api: BotApi, site: Site) -> Person:
    """Somebody who has not written yet."""
    return Person(api, site.url)


@pytest.fixture
def known(person: Person) -> Person:
    """Somebody who has said hello, and read the notice."""
    person.say("hello")
    return person


@pytest.fixture
def people(api: BotApi, site: Site) -> Callable[[], Person]:
    """Make somebody new."""
    return lambda: Person(api, site.url)

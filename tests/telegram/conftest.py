"""The real channels on a database of their own, a script in the place of Rasa's agent, and our Bot API."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.db import make_engine, upgrade
from bot.log import ConversationLog
from bot.settings import Settings
from tests.council import Council
from tests.scripted import Scripted, Site, small_script
from tests.servers import unused_port
from tests.stack import Stack, running
from tests.telegram.bot_api import TOKEN, BotApi
from tests.telegram.people import SECRET, Person


@pytest.fixture(scope="module")
def telegram() -> Iterator[BotApi]:
    """The Bot API, once for the tests of a file; everybody has a chat of their own."""
    with BotApi().running() as started:
        yield started


@pytest.fixture
def api(telegram: BotApi) -> BotApi:
    """The Bot API without faults."""
    telegram.mend()
    return telegram


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConversationLog]:
    """A conversation log of the file's own."""
    yield from log_in(tmp_path_factory.mktemp("telegram"))


@pytest.fixture
def fresh_log(tmp_path: Path) -> Iterator[ConversationLog]:
    """A conversation log of the test's own."""
    yield from log_in(tmp_path)


def log_in(folder: Path) -> Iterator[ConversationLog]:
    engine = make_engine(f"sqlite:///{folder / 'telegram.db'}")
    upgrade(engine)
    yield ConversationLog(engine, secret="the key of the tests")
    engine.dispose()


@pytest.fixture(scope="module")
def settings(telegram: BotApi) -> Settings:
    """Settings with a bot."""
    return replace(
        Settings(),
        port=unused_port(),
        public_url="https://nightdesk.ashcombe.example",
        secret_key="the key of the tests",
        messages_per_minute=1000,
        telegram_api_url=telegram.url,
        telegram_bot_token=TOKEN,
        telegram_webhook_secret=SECRET,
    )


@pytest.fixture
def another(settings: Settings, free_port: int) -> Settings:
    """The settings of another server beside the first."""
    return replace(settings, port=free_port)


@pytest.fixture(scope="module")
def scripted() -> Scripted:
    """What answers in the place of Rasa."""
    return Scripted()


@pytest.fixture
def agent(scripted: Scripted) -> Scripted:
    """What answers in the place of Rasa, and has heard nothing."""
    scripted.heard.clear()
    scripted.script = small_script
    scripted.go.set()
    return scripted


@pytest.fixture(scope="module")
def site(settings: Settings, log: ConversationLog, scripted: Scripted) -> Iterator[Site]:
    """The running server."""
    with Site(settings, log, scripted).running() as started:
        yield started


@pytest.fixture
def person(api: BotApi, site: Site, agent: Scripted) -> Person:
    """Somebody who has not written yet."""
    return Person(api, site.url)


@pytest.fixture
def known(person: Person) -> Person:
    """Somebody who has said hello, and read the notice."""
    person.say("hello", wait=False)
    person.hear("You said: hello")
    return person


@pytest.fixture
def people(api: BotApi, site: Site, agent: Scripted) -> Callable[[], Person]:
    """Make somebody new."""
    return lambda: Person(api, site.url)


@pytest.fixture(scope="module")
def everything(telegram: BotApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything running, once for the tests of a file, with a bot that has a name."""
    bot = {
        "TELEGRAM_API_URL": telegram.url,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TELEGRAM_BOT_USERNAME": "night_desk_bot",
    }
    with running(tmp_path_factory.mktemp("everything"), **bot) as made:
        yield made


@pytest.fixture
def council(everything: Stack) -> Council:
    """The back office."""
    return Council(everything.sandbox_url)

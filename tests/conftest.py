"""What every area of the tests may use: a free port, and the sandbox council running for real in its own process."""

import os
import sys
from collections.abc import Iterator

import pytest
import requests

from tests.servers import start_sandbox, unused_port
from tests.services import Services
from tests.stack import Resident, Stack, running

# Here, not in a fixture: some tests are collected once for each database that there is.
SERVICES = Services()
# With several workers each has its own, and the process that only hands out the tests has none.
if "--collect-only" not in sys.argv and ("-n" not in sys.argv or "PYTEST_XDIST_WORKER" in os.environ):
    SERVICES.start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: Playwright leaves its event loop running, in which no other test can start one."""
    items.sort(key=lambda item: "browser" in item.path.parts)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop PostgreSQL and Redis."""
    SERVICES.stop()


@pytest.fixture
def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nothing listens."""
    return unused_port()


@pytest.fixture(scope="session")
def sandbox_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of one sandbox for the whole run. Use `sandbox`, unless what is left over does not matter."""
    yield from start_sandbox(tmp_path_factory.mktemp("sandbox"))


@pytest.fixture
def sandbox(sandbox_url: str) -> str:
    """The base URL of the sandbox, empty and without faults."""
    requests.post(f"{sandbox_url}/reset", timeout=10).raise_for_status()
    return sandbox_url


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything running, once for the whole run: sandbox, action server, assistant."""
    with running(tmp_path_factory.mktemp("stack")) as made:
        yield made


@pytest.fixture
def resident(stack: Stack) -> Resident:
    """Somebody new on the chat page, with an empty sandbox without faults behind it."""
    stack.reset()
    return Resident(stack.base_url)

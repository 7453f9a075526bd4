"""A listener for what the sandbox sends."""

import threading
from collections.abc import Iterator

import pytest

from tests.contract.listening import Listener


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A web server that hears what the sandbox sends."""
    server = Listener()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()

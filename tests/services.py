"""PostgreSQL and Redis for the tests: real servers in a temporary folder, on loopback, gone afterwards.

A server that is named by TEST_POSTGRES_URL or TEST_REDIS_URL is used instead. Without the programs the tests that need
them are skipped; with CI=true that is a failure.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.servers import unused_port

SECONDS = 30


class Services:
    """Starts what is there and puts its URL in the environment; `stop` ends it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="night-desk-services-"))
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start PostgreSQL and Redis. Raises RuntimeError with CI=true when one is not on the machine."""
        for variable, start in (("TEST_POSTGRES_URL", self._postgres), ("TEST_REDIS_URL", self._redis)):
            if os.environ.get(variable):
                continue
            url = start()
            if url:
                os.environ[variable] = url
            elif os.environ.get("CI") == "true":
                raise RuntimeError(f"{variable}: no server on this machine; run `make system`")

    def stop(self) -> None:
        """End what was started."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _postgres(self) -> str:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
            Path(p).parent for p in [shutil.which("postgres")] if p
        ]
        if not programs:
            return ""
        port, data = unused_port(), self._folder / "postgres"
        # PostgreSQL refuses to run as root.
        who = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if who:
            shutil.chown(self._folder, "postgres")
        self._folder.chmod(0o755)
        init = [*who, str(programs[-1] / "initdb"), "-D", str(data), "-U", "test", "--auth=trust", "-N", "--no-instructions"]
        subprocess.run(init, check=True, stdout=subprocess.DEVNULL, cwd="/")
        command = [
            *who,
            str(programs[-1] / "postgres"),
            "-D",
            str(data),
            "-p",
            str(port),
            "-h",
            "127.0.0.1",
            "-k",
            str(data),
        ]
        self._spawn([*command, "-F"])
        ready = [str(programs[-1] / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        _wait(lambda: subprocess.run(ready, check=False).returncode == 0, "PostgreSQL")
        return f"postgresql://test@127.0.0.1:{port}/postgres"

    def _redis(self) -> str:
        program = shutil.which("redis-server")
        if not program:
            return ""
        port = unused_port()
        self._spawn([program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        import redis

        client = redis.Redis(port=port)
        _wait(lambda: _pings(client), "Redis")
        return f"redis://127.0.0.1:{port}/0"

    def _spawn(self, command: list[str]) -> None:
        log = (self._folder / f"{len(self._processes)}.log").open("wb")
        self._processes.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd="/"))


def _pings(client: object) -> bool:
    import redis

    try:
        return bool(client.ping())  # type: ignore[attr-defined]
    except redis.ConnectionError:
        return False


def _wait(ready: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + SECONDS
    while not ready():
        if time.monotonic() > ends:
            raise RuntimeError(f"{what} did not start within {SECONDS} s")
        time.sleep(0.1)

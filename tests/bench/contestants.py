"""Who is compared: our assistant, Rasa's default, and Rasa's floor.

Ours and Rasa's default stand before the same action server and the same sandbox council. The floor needs neither.
"""

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import rasa
import yaml

from bot.db import make_engine
from bot.log import ConversationLog
from bot.settings import ROOT
from bot.training import fingerprint
from tests.bench.processes import Server, memory_mb, run
from tests.bench.progress import say
from tests.bench.talkers import ChatTalker, NoAnswer, RestTalker, Talker
from tests.servers import unused_port
from tests.stack import Stack

HERE = Path(__file__).parent
MODELS = ROOT / "models" / "bench"
EPOCHS = 100  # as Rasa's default has it
CLIENTS_MAY = {"MESSAGES_PER_MINUTE": "1000000"}
HELLO = "hello there"
TITLES = {"ours": "Night Desk", "stock": "Rasa's default", "floor": "Rasa's floor"}
# As `rasa` has them when nobody says otherwise, whatever our Makefile has.
RASA = {"RASA_TELEMETRY_ENABLED": "false", "TF_ENABLE_ONEDNN_OPTS": "1"}


class Contestant(Protocol):
    """A running assistant that residents can be sent to."""

    name: str
    hears: str
    """`everything`, or `no back office`."""

    def start(self) -> float:
        """Start it and return the seconds until its first answer."""
        ...

    def talker(self) -> Talker:
        """Return a resident with a new conversation."""
        ...

    def memory(self) -> dict[str, float]:
        """Return what its assistant process takes now; see `memory_mb`."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


class Ours:
    """Night Desk as `make run` starts it. The sandbox and the action server are the house's, and run already."""

    name, hears = "ours", "everything"

    def __init__(self, house: Stack) -> None:
        self._house = house

    def start(self) -> float:
        """See Contestant."""
        started = time.perf_counter()
        self._house.start_assistant()
        self.talker().say(HELLO)
        return time.perf_counter() - started

    def talker(self) -> Talker:
        """See Contestant."""
        return ChatTalker(self._house.base_url)

    def memory(self) -> dict[str, float]:
        """See Contestant."""
        return memory_mb(self._house.pid_of("assistant"))

    def stop(self) -> None:
        """See Contestant."""
        self._house.stop_assistant()


class OnRasa:
    """A model of Rasa's own parts behind the stock `rasa run`, with its REST channel."""

    def __init__(self, name: str, hears: str, model: Path, folder: Path, house: Stack) -> None:
        self.name, self.hears = name, hears
        self._model, self._folder, self._house = model, folder, house
        self._log = ConversationLog(make_engine(house.database_url), "bench")
        self._url = ""
        self._server: Server | None = None

    def start(self) -> float:
        """See Contestant."""
        port = unused_port()
        self._url = f"http://127.0.0.1:{port}"
        files = HERE / self.name
        command = [sys.executable, "-m", "rasa", "run", "-m", str(self._model), "-i", "127.0.0.1", "-p", str(port)]
        command += ["--credentials", str(files / "credentials.yml")]
        if (files / "endpoints.yml").exists():
            command += ["--endpoints", str(files / "endpoints.yml")]
        actions = {"ACTIONS_URL": f"{self._house.action_url}/webhook", "ACTION_SECRET": self._house.action_secret}
        hello = self.talker()
        started = time.perf_counter()
        self._server = Server(command, self._folder / f"{self.name}.log", **RASA, **actions)
        self._server.wait(lambda: _answers(hello))
        return time.perf_counter() - started

    def talker(self) -> Talker:
        """See Contestant. Our engine flags a conversation in the log, so it has to be there."""
        return RestTalker(self._url, self._log.open("bench", uuid4().hex).id)

    def memory(self) -> dict[str, float]:
        """See Contestant."""
        assert self._server, "it is not running"
        return memory_mb(self._server.pid)

    def stop(self) -> None:
        """See Contestant."""
        if self._server:
            self._server.stop()
            self._server = None


def _answers(talker: Talker) -> bool:
    try:
        talker.say(HELLO)
    except (OSError, NoAnswer):
        return False
    return bool(talker.heard)


def trained(name: str, data: list[Path], domain: Path, config: dict[str, Any], log: Path) -> tuple[Path, dict[str, Any]]:
    """Return the model of these files and what its training took, trained now unless models/bench/ has it.

    A model is known by everything that it is made of, so it can't be an old one.
    """
    parts = [str(path.relative_to(ROOT)) for path in (*data, domain)]
    made_of = json.dumps([fingerprint(parts), config, rasa.__version__])
    folder = MODELS / f"{name}-{hashlib.sha256(made_of.encode()).hexdigest()[:16]}"
    facts, model = folder / "training.json", folder / f"{name}.tar.gz"
    if facts.exists():
        say(f"{name}: trained already, in {folder.relative_to(ROOT)}")
        return model, json.loads(facts.read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    command = [sys.executable, "-m", "rasa", "train", "--config", str(folder / "config.yml"), "--domain", str(domain)]
    command += ["--out", str(folder), "--fixed-model-name", name, "--data", *map(str, data)]
    say(f"{name}: training; its progress is in {log}")
    ran = run(command, log, **RASA, RASA_MAX_CACHE_SIZE="0")
    found = {"seconds": ran.seconds, "cpu_seconds": ran.cpu_seconds}
    facts.write_text(json.dumps(found), encoding="utf-8")
    return model, found


def stock_config(epochs: int) -> dict[str, Any]:
    """Return Rasa's default configuration with so many epochs in place of its 100."""
    config: dict[str, Any] = yaml.safe_load((HERE / "stock" / "config.yml").read_text(encoding="utf-8"))
    for part in (*config["pipeline"], *config["policies"]):
        if "epochs" in part:
            part["epochs"] = epochs
    return config

"""The assistant's server: Rasa's agent behind our own channels, and no other route.

`rasa run` would add Rasa's own pages and listen on all interfaces; this registers the channels of credentials.yml
with the same public functions of Rasa, and nothing else.
"""

import ctypes
import gc
import os
from asyncio import AbstractEventLoop
from contextlib import suppress
from functools import partial
from pathlib import Path

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, register
from rasa.shared.utils.common import class_from_module_path
from rasa.shared.utils.io import read_yaml_file
from rasa.utils.endpoints import read_endpoint_config
from sanic import Sanic

from bot import logs, rasa_fixes
from bot.db import upgrade
from bot.settings import ROOT, get_settings

ENDPOINTS = str(ROOT / "endpoints.yml")


def newest_model() -> Path:
    """Return the newest trained model. Raises FileNotFoundError that says how to train one."""
    models = sorted((ROOT / "models").glob("*.tar.gz"), key=lambda p: p.stat().st_mtime)
    if not models:
        raise FileNotFoundError("there is no model in models/: run `make train`")
    return models[-1]


def channels() -> list[InputChannel]:
    """Return the channels of credentials.yml, each made from its own settings there."""
    credentials = read_yaml_file(str(ROOT / "credentials.yml"))
    return [class_from_module_path(path).from_credentials(settings) for path, settings in credentials.items()]


def create_app() -> Sanic:
    """Return the server, ready to run."""
    settings = get_settings()
    os.environ.setdefault("ACTIONS_URL", f"http://127.0.0.1:{settings.action_port}/webhook")
    os.environ.setdefault("ACTION_SECRET", settings.action_secret)
    rasa_fixes.apply()
    upgrade()
    app = Sanic("night_desk", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = settings.photo_bytes + 1_000_000
    app.config.RESPONSE_TIMEOUT = 60
    app.config.ACCESS_LOG = False
    app.register_listener(partial(_load, newest_model()), "before_server_start")
    app.register_listener(_close, "after_server_stop")
    register(channels(), app, route="/")
    return app


async def _load(model: Path, app: Sanic, loop: AbstractEventLoop) -> None:
    """Load the agent, with the stores of endpoints.yml. Raises RuntimeError when the model can't be loaded."""
    stores = (read_endpoint_config(ENDPOINTS, name) for name in ("tracker_store", "lock_store"))
    # Made here: Rasa's factory imports every database that it knows.
    tracker_store, lock_store = (class_from_module_path(config.type)(config) for config in stores if config)
    action_server = read_endpoint_config(ENDPOINTS, "action_endpoint")
    try:
        agent = Agent.load(model, tracker_store=tracker_store, lock_store=lock_store, action_endpoint=action_server)
    except Exception as error:
        raise RuntimeError("the model can't be loaded: run `make train`") from error
    rasa_fixes.use_real_tracker_store(agent)
    app.ctx.agent = agent
    _settle()


def _settle() -> None:
    """Give back what only loading needed (50 MB), and don't look for rubbish among what stays for good."""
    gc.collect()
    gc.freeze()
    with suppress(OSError, AttributeError):  # another C library than Linux's has no such call
        ctypes.CDLL("libc.so.6").malloc_trim(0)


async def _close(app: Sanic, loop: AbstractEventLoop) -> None:
    await rasa_fixes.close(app.ctx.agent.action_endpoint)


def main() -> None:
    """Serve until stopped."""
    logs.configure()
    settings = get_settings()
    create_app().run(host=settings.host, port=settings.port, workers=1, access_log=False, motd=False)

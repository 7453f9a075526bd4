"""The assistant's server: Rasa's agent behind our own channels, and no other route.

`rasa run` would add Rasa's own pages and listen on all interfaces; this registers the channels of credentials.yml
with the same public functions of Rasa, and nothing else.
"""

import os
from functools import partial
from pathlib import Path

from rasa.core.channels.channel import InputChannel, register
from rasa.core.run import close_resources, load_agent_on_start
from rasa.core.utils import AvailableEndpoints
from rasa.shared.utils.common import class_from_module_path
from rasa.shared.utils.io import read_yaml_file
from sanic import Sanic

from bot import logs, rasa_fixes
from bot.db import upgrade
from bot.settings import ROOT, get_settings


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
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    app.register_listener(partial(load_agent_on_start, str(newest_model()), endpoints, None), "before_server_start")
    app.register_listener(_real_tracker_store, "before_server_start")
    app.register_listener(close_resources, "after_server_stop")
    register(channels(), app, route="/")
    return app


async def _real_tracker_store(app: Sanic, loop: object) -> None:
    # Rasa only logs a model that it can't load, and would serve without one.
    if not app.ctx.agent.is_ready():
        raise RuntimeError("the model can't be loaded: run `make train`")
    rasa_fixes.use_real_tracker_store(app.ctx.agent)


def main() -> None:
    """Serve until stopped."""
    logs.configure()
    settings = get_settings()
    create_app().run(host=settings.host, port=settings.port, workers=1, access_log=False, motd=False)

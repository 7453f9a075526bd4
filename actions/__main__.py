"""Run the action server: `python -m actions`."""

import logging

import uvicorn

from actions.server import create_app
from bot.db import upgrade
from bot.settings import get_settings

FORMAT = "%(levelname)s %(name)s: %(message)s"


def main() -> None:
    """Serve on loopback until stopped."""
    logging.basicConfig(level=get_settings().log_level.upper(), format=FORMAT)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()
    uvicorn.run(
        create_app(),
        host="127.0.0.1",
        port=get_settings().action_port,
        log_level="warning",
        access_log=False,
        ws="none",
        # Longer than the assistant keeps an idle connection (15 s): so the side that sends is the one that closes.
        timeout_keep_alive=60,
    )


if __name__ == "__main__":
    main()

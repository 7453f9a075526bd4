"""Logging for every process: one line an event, no resident's words, and Rasa's chatter only when it matters."""

import logging
import warnings

from rasa.utils.log_utils import configure_structlog

from bot.settings import get_settings

QUIET = ("rasa", "alembic", "sanic", "matplotlib", "apscheduler", "asyncio", "urllib3", "faker", "httpx", "httpcore")


def configure() -> None:
    """Set levels and format, once at the start of a process. `LOG_LEVEL` is for our own code; others only warn.

    Rasa logs whole messages at debug level: that would put residents' words into a log, so it stays off.
    """
    level = getattr(logging, get_settings().log_level.upper(), logging.INFO)
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # python-telegram-bot logs what residents send when it fails, and httpx addresses with the bot's token in them.
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
    configure_structlog(logging.WARNING)
    warnings.simplefilter("ignore")

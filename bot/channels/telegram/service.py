"""The parts of the channel, put together where there is a bot's token."""

from bot.channels.base import Path
from bot.channels.telegram.api import Api
from bot.channels.telegram.reception import Reception
from bot.channels.telegram.sender import Sender
from bot.log import Deliveries, Doors
from bot.settings import Settings


class Service:
    """The Bot API, who sends, and who receives."""

    def __init__(self, settings: Settings, path: Path) -> None:
        log = path.log
        doors, deliveries = Doors(log.engine, log.secret), Deliveries(log.engine)
        self.api = Api(settings)
        self.sender = Sender(self.api.bot, log, deliveries, doors)
        self.reception = Reception(settings, path, self.api.bot, self.sender, doors, deliveries)

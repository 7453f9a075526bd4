"""Rasa's locks: Redis when REDIS_URL is set, so that several processes can serve; else memory, for one process."""

from urllib.parse import urlsplit

from rasa.core.lock_store import InMemoryLockStore, RedisLockStore
from rasa.core.lock_store import LockStore as RasaLockStore
from rasa.utils.endpoints import EndpointConfig

from bot.settings import get_settings


class LockStore:
    """Made by Rasa from endpoints.yml; what is made is one of Rasa's own two stores."""

    def __new__(cls, endpoint_config: EndpointConfig | None = None) -> RasaLockStore:
        """Return the lock store of REDIS_URL (redis://[:password@]host[:port][/db]), else the one in memory."""
        url = get_settings().redis_url
        if not url:
            return InMemoryLockStore()
        parts = urlsplit(url)
        return RedisLockStore(
            host=parts.hostname or "localhost",
            port=parts.port or 6379,
            db=int(parts.path.strip("/") or 0),
            username=parts.username,
            password=parts.password,
            use_ssl=parts.scheme == "rediss",
            key_prefix="nightdesk",
        )

"""Everything that differs from one installation to the next and comes from the environment.

What differs from council to council, and is not a secret, is in `data/council.yml` (see `bot.council`).
Each setting is described in the README; a test compares the two.
"""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
SANDBOX = "http://127.0.0.1:5090"


@dataclass(frozen=True)
class Settings:
    """The settings, one field an environment variable of the same name in capitals. The defaults run the demo."""

    database_url: str = f"sqlite:///{VAR / 'night-desk.db'}"
    redis_url: str = ""
    public_url: str = "http://127.0.0.1:5005"
    host: str = "127.0.0.1"
    port: int = 5005
    action_port: int = 5055
    sandbox_port: int = 5090
    secret_key: str = ""
    action_secret: str = ""
    frame_origins: str = ""
    cookie_secure: bool = False
    messages_per_minute: int = 20
    message_characters: int = 2000
    body_bytes: int = 16384
    photo_bytes: int = 10_000_000
    turn_seconds: float = 10.0
    log_level: str = "INFO"

    telegram_api_url: str = "https://api.telegram.org"
    telegram_bot_token: str = ""
    telegram_webhook_secret: str = ""
    telegram_polling: bool = False
    telegram_bot_username: str = ""
    telegram_link_url: str = "https://t.me"

    pay_url: str = f"{SANDBOX}/pay"
    pay_api_key: str = "api_test_sandbox"
    pay_webhook_secret: str = "sandbox-webhook-secret"
    notify_url: str = f"{SANDBOX}/notify"
    notify_api_key: str = "sandbox-00000000-0000-4000-8000-000000000001-00000000-0000-4000-8000-000000000002"
    notify_callback_token: str = "sandbox-callback-token"
    open311_url: str = f"{SANDBOX}/open311"
    open311_jurisdiction: str = "ashcombe"
    open311_api_key: str = "sandbox-open311-key"
    repairs_url: str = f"{SANDBOX}/repairs"
    repairs_identifier: str = "sandbox-repairs-identifier"
    waste_url: str = f"{SANDBOX}/waste"
    waste_council: str = "AshcombeBoroughCouncil"
    places_url: str = f"{SANDBOX}/places"
    places_api_key: str = "sandbox-places-key"
    postcodes_url: str = f"{SANDBOX}/places"
    revenues_url: str = f"{SANDBOX}/revenues"
    revenues_api_key: str = "sandbox-revenues-key"
    revenues_adapter: str = "hackney"
    calendar_url: str = f"{SANDBOX}/calendar"

    @property
    def uses_sandbox(self) -> bool:
        """Return whether any system is still the sandbox council."""
        return any(str(value).startswith(f"http://127.0.0.1:{self.sandbox_port}") for value in vars(self).values())

    @classmethod
    def from_env(cls) -> "Settings":
        """Read the environment.

        Raises ValueError that names the variable when a value is of the wrong kind. The two secrets of a single
        installation are made at the first start and kept in `var/`, so that a newcomer has nothing to invent.
        """
        values: dict[str, object] = {}
        for field in fields(cls):
            raw = os.environ.get(field.name.upper())
            if raw is not None:
                values[field.name] = _parse(field.name, raw, field.default)
        sandbox = f"http://127.0.0.1:{values.get('sandbox_port', cls.sandbox_port)}"
        for field in fields(cls):
            if field.name not in values and str(field.default).startswith(SANDBOX):
                values[field.name] = str(field.default).replace(SANDBOX, sandbox)
        values.setdefault("public_url", f"http://127.0.0.1:{values.get('port', cls.port)}")
        for name in ("secret_key", "action_secret"):
            if not values.get(name):
                values[name] = _kept_secret(name)
        return cls(**values)  # type: ignore[arg-type]


def _parse(name: str, raw: str, default: object) -> object:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}[raw.lower()]
        if isinstance(default, int):
            return int(raw)
        if isinstance(default, float):
            return float(raw)
    except (KeyError, ValueError):
        raise ValueError(f"{name.upper()}={raw!r} is not a {type(default).__name__}") from None
    return raw


def _kept_secret(name: str) -> str:
    """Return this installation's secret, made once. The exclusive create lets two processes start together."""
    path = VAR / name
    VAR.mkdir(exist_ok=True)
    made = path.with_name(f"{name}.{os.getpid()}")
    if not path.exists():
        made.touch(mode=0o600)
        made.write_text(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text()


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings.from_env()

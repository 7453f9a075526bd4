"""The pages, rendered from the templates in `bot/widget/templates`."""

import json
import uuid
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.channels.trouble import Trouble
from bot.council import council
from bot.log import Message
from bot.settings import Settings
from bot.widget import assets
from bot.widget.render import reply_html
from bot.widget.view import shown
from bot.words import has_words, words

TEMPLATES = Path(assets.__file__).resolve().parent / "templates"
EXAMPLES = ("bins", "council_tax", "repair", "street")
# What the script says by itself.
SCRIPT_WORDS = {
    "working": "page.status.working",
    "unsent": "page.status.unsent",
    "failed": "page.status.failed",
    "photoGone": "page.status.photo_gone",
    "finding": "page.location.finding",
    "noLocation": "page.location.failed",
    "locationShared": "page.location_shared",
    "noPhoto": "page.error.no_photo",
    "empty": "gate.empty",
    "offered": "page.offered",
    "emergency": "page.emergency_label",
}


class Pages:
    """Renders each page to HTML. Raises FileNotFoundError at once when the script and styles are not built."""

    def __init__(self, settings: Settings) -> None:
        assets.manifest()
        self._env = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        megabytes = settings.photo_bytes // 1_000_000
        telegram = settings.telegram_bot_username.removeprefix("@")
        self._env.globals.update(
            words=words,
            asset=assets.url,
            council=council(),
            new_id=lambda: str(uuid.uuid4()),
            megabytes=megabytes,
            public_url=settings.public_url,
            telegram=telegram,
            telegram_link=f"{settings.telegram_link_url.rstrip('/')}/{telegram}",
            minutes=council()["carry_on"]["code_minutes"],
        )
        self._script_words = json.dumps(
            {name: words(key, **_blank(key)) for name, key in SCRIPT_WORDS.items()}, ensure_ascii=False
        )

    def chat(self, messages: list[Message], *, trouble: Trouble | None = None, field: str = "text", typed: str = "") -> str:
        """Return the whole conversation. `trouble` is shown at `field` ("text" or "photo"), `typed` stays in the box."""
        return self._render(
            "chat.html",
            shown=shown(messages),
            greeting=reply_html(words("page.greeting")),
            examples=[words(f"page.example.{name}") for name in EXAMPLES],
            trouble=trouble,
            field=field,
            typed=typed,
            script_words=self._script_words,
        )

    def error(self, trouble: Trouble) -> str:
        """Return the page for a request that can't be met. It says nothing of what is inside."""
        key = f"page.error.title.{trouble.status}"
        title = words(key if has_words(key) else "page.error.title.other")
        return self._render("error.html", title=title, text=reply_html(trouble.message))

    def delete(self) -> str:
        """Return the page that asks whether to delete the conversation."""
        return self._render("delete.html")

    def deleted(self) -> str:
        """Return the page that says that the conversation is gone."""
        return self._render("deleted.html")

    def carry_on(self, trouble: Trouble | None = None, typed: str = "") -> str:
        """Return the page where a code is typed to carry on here. `trouble` is shown, and `typed` stays in the box."""
        return self._render("carry_on.html", trouble=trouble, typed=typed)

    def code(self, code: str) -> str:
        """Return the page with a code, and what to do with it."""
        return self._render("code.html", code=code)

    def returned(self) -> str:
        """Return the page for somebody who comes back from paying and began it elsewhere."""
        return self._render("returned.html")

    def stop(self, code: str) -> str:
        """Return the page that asks whether to stop the reminders."""
        return self._render("stop.html", code=code)

    def stopped(self) -> str:
        """Return the page that says that the reminders are stopped."""
        return self._render("stopped.html")

    def demo(self) -> str:
        """Return a page of a council's website, with the embedded script."""
        return self._render(
            "demo.html",
            phone=reply_html(words("page.demo.phone_text")),
            urgent=reply_html(words("page.demo.urgent_text")),
        )

    def widget(self) -> bytes:
        """Return the script that a council's website embeds, with its words put in."""
        found = assets.content(assets.manifest()["widget.js"])
        said = {name: words(f"page.widget.{name}") for name in ("open", "title", "close")}
        script = found[0] if found else b""
        return b"(()=>{const NIGHT_DESK=" + json.dumps(said).encode() + b";\n" + script + b"\n})();\n"

    def _render(self, template: str, **values: Any) -> str:
        return self._env.get_template(template).render(**values)


def _blank(key: str) -> dict[str, str]:
    """Return the values that the script puts in itself, as the marks that it looks for."""
    return {"why": "{why}"} if key == "page.status.failed" else {}

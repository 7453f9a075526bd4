"""People on Telegram, who know nothing of the assistant but its chat: what they do reaches us as updates."""

import time
from typing import Any

import requests

from tests.telegram.bot_api import BotApi, Shown

SECRET = "Secret_of-the-webhook-1"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Person:
    """Somebody with a chat of their own. Updates go to the webhook at `url`, or wait to be fetched when there is none."""

    def __init__(self, api: BotApi, url: str | None, kind: str = "private") -> None:
        self.api = api
        self.url = url
        self.chat = api.new_id() * 1000 * (1 if kind == "private" else -1)
        self.kind = kind
        self.read = 0
        self.http = requests.Session()
        api.known.add(self.chat)

    # What they do

    def say(self, text: str, wait: bool = True) -> str:
        """Send words and return what came back, as one text."""
        return self._and_hear(self.message(text=text), wait)

    def press(self, title: str) -> str:
        """Press the newest button with this title, or the first that begins so, and return what came back."""
        shown, button = self.button(title)
        return self._and_hear(self.press_update(shown, button), True)

    def share(self, lat: float, lng: float, **venue: Any) -> str:
        """Share a place."""
        place: dict[str, Any] = {"location": {"latitude": lat, "longitude": lng}}
        if venue:
            place["venue"] = {**place, **venue}
        return self._and_hear(self.message(**place), True)

    def send_photo(self, content: bytes, wait: bool = True, **more: Any) -> str:
        """Send a photo as Telegram does: in three sizes, the largest last."""
        return self._and_hear(self.message(photo=self.photo(content), **more), wait)

    def photo(self, content: bytes) -> list[dict[str, Any]]:
        """Return a photo's sizes; only the largest is the photo itself."""
        small, large = self.file(b"a thumbnail"), self.file(content)
        return [
            {"file_id": small, "file_unique_id": small, "width": 90, "height": 60, "file_size": 11},
            {"file_id": large, "file_unique_id": large, "width": 320, "height": 200, "file_size": len(content)},
        ]

    def file(self, content: bytes) -> str:
        """Put a file at Telegram and return its id."""
        file_id = f"file{self.api.new_id()}"
        self.api.files[file_id] = content
        return file_id

    # What reaches us

    def message(self, **content: Any) -> dict[str, Any]:
        """Return the update of a new message."""
        return self.update(message=self.bare_message(**content))

    def bare_message(self, **content: Any) -> dict[str, Any]:
        """Return a message as it is in an update."""
        me = {"id": abs(self.chat), "is_bot": False, "first_name": "R"}
        chat = {"id": self.chat, "type": self.kind, "first_name": "R"}
        text = content.get("text", "")
        if text.startswith("/"):
            command = text.split()[0]
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
        return {"message_id": self.api.new_id(), "date": int(time.time()), "chat": chat, "from": me, **content}

    def press_update(self, shown: Shown, button: dict[str, Any]) -> dict[str, Any]:
        """Return the update of a press."""
        query = str(self.api.new_id())
        self.api.queries.add(query)
        message = {**self.bare_message(text=shown.text), "message_id": shown.id}
        me = {"id": abs(self.chat), "is_bot": False, "first_name": "R"}
        pressed = {"id": query, "from": me, "chat_instance": "1", "message": message, "data": button["callback_data"]}
        return self.update(callback_query=pressed)

    def update(self, **content: Any) -> dict[str, Any]:
        """Return an update with a number of its own."""
        return {"update_id": self.api.new_id(), **content}

    def bring(self, update: dict[str, Any], secret: str = SECRET) -> requests.Response | None:
        """Bring an update as Telegram does, or leave it to be fetched."""
        if self.url is None:
            self.api.pending.append(update)
            return None
        return self.http.post(f"{self.url}/telegram/webhook", json=update, headers={HEADER: secret}, timeout=30)

    # What they see

    @property
    def seen(self) -> list[Shown]:
        """Every message of the bot in the chat, as it stands now."""
        return list(self.api.chats[self.chat])

    def hear(self, words: str = "", seconds: float = 15.0) -> str:
        """Wait for a new message with these words and return what is new. Fails the test when none comes in time."""
        until = time.monotonic() + seconds
        while True:
            new = self.seen[self.read :]
            said = "\n".join(shown.text for shown in new)
            if new and words in said:
                self._settle()
                new = self.seen[self.read :]
                self.read += len(new)
                return "\n".join(shown.text for shown in new)
            assert time.monotonic() < until, f"{words!r} did not come within {seconds} s, but {said!r}"
            time.sleep(0.02)

    def silence(self, seconds: float = 1.0) -> None:
        """Fail the test when something new comes."""
        time.sleep(seconds)
        assert self.seen[self.read :] == []

    def button(self, title: str) -> tuple[Shown, dict[str, Any]]:
        """Return the newest button with this title, with the message that it is under."""
        there = [(shown, button) for shown in reversed(self.seen) for button in shown.buttons]
        found = [one for one in there if one[1]["text"] == title] or [
            one for one in there if one[1]["text"].startswith(title)
        ]
        assert found, f"{title!r} is not there: {[button['text'] for _, button in there]}"
        return found[0]

    def _and_hear(self, update: dict[str, Any], wait: bool) -> str:
        answer = self.bring(update)
        assert answer is None or answer.status_code == 200, answer.text
        return self.hear() if wait else ""

    def _settle(self) -> None:
        """Wait until nothing has come for a moment: a turn may have several replies."""
        count = -1
        while count != len(self.seen):
            count = len(self.seen)
            time.sleep(0.25)

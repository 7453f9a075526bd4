"""What a request can be refused for. Each has a code for scripts, and words for the resident that say what to do."""

from bot.words import words


class Trouble(Exception):
    """A refusal: HTTP status, `code`, and the `message` that the resident reads. Nothing was stored."""

    def __init__(self, status: int, code: str, message: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = words(f"gate.{code}") if message is None else message
        self.headers = headers or {}

    def to_json(self) -> dict[str, dict[str, str]]:
        """Return the body of the answer: {"error": {"code", "message"}}."""
        return {"error": {"code": self.code, "message": self.message}}

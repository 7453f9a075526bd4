"""The inbound gate: which text is taken at all, and in what form.

Text that passes is safe to store, to log and to give to Rasa (a NUL or a lone surrogate would end its server).
"""

import re
import unicodedata

LIMIT = 2000

_NEWLINES = re.compile("\r\n|[\r\x85\u2028\u2029]")
# A byte order mark says nothing; marks that reverse the reading order could show staff another text than was sent.
_DROPPED = re.compile("[\ufeff\u202a-\u202e\u2066-\u2069]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


class Refused(Exception):
    """A text that is not taken. `code` is empty, too_long or characters; `message_key` has the words for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.message_key = f"gate.{code}"


def admit(text: str, limit: int = LIMIT) -> str:
    r"""Return the text in NFC, with "\n" for every newline, without marks of reading order or space around it.

    Raises Refused: `characters` for NUL, control characters (but newline and tab) and surrogates; `empty` when nothing
    in it can be seen; `too_long` when more than `limit` characters remain.
    """
    text = _DROPPED.sub("", _NEWLINES.sub("\n", text))
    if _FORBIDDEN.search(text):
        raise Refused("characters")
    text = unicodedata.normalize("NFC", text).strip()
    if all(unicodedata.category(character) in _INVISIBLE for character in text):
        raise Refused("empty")
    if len(text) > limit:
        raise Refused("too_long")
    return text

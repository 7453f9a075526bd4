"""How far it is, on standard error."""

import sys
import time

_STARTED = time.monotonic()


def say(text: str) -> None:
    """Tell what is being done, with the minutes and seconds since the beginning."""
    minutes, seconds = divmod(int(time.monotonic() - _STARTED), 60)
    print(f"{minutes:3}:{seconds:02} {text}", file=sys.stderr, flush=True)

import pytest

from bot.channels.limits import MessageLimit
from bot.channels.trouble import Trouble


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_twenty_a_minute_and_then_as_time_goes_on() -> None:
    clock = Clock()
    limit = MessageLimit(20, clock)
    for _ in range(20):
        limit.count("s")
        clock.now += 1
    with pytest.raises(Trouble) as refused:
        limit.count("s")
    assert refused.value.headers == {"Retry-After": "40"}
    clock.now += 41
    limit.count("s")


def test_one_session_does_not_hold_up_another() -> None:
    limit = MessageLimit(1, Clock())
    limit.count("a")
    limit.count("b")
    with pytest.raises(Trouble):
        limit.count("a")


def test_sessions_that_are_silent_are_forgotten() -> None:
    clock = Clock()
    limit = MessageLimit(5, clock)
    for number in range(100):
        limit.count(str(number))
    clock.now += 61
    limit.count("last")
    assert list(limit._sent) == ["last"]

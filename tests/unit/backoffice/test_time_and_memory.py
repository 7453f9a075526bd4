"""The deadline and the small cache."""

import asyncio
import math
import threading
import time

import pytest

from actions.backoffice.cache import TtlCache
from actions.backoffice.deadline import deadline, remaining


def test_without_a_deadline_there_is_all_the_time_in_the_world() -> None:
    assert remaining() == math.inf


def test_a_deadline_inside_another_can_only_come_sooner() -> None:
    with deadline(5):
        with deadline(60):
            assert 4 < remaining() <= 5
        with deadline(1):
            assert 0 < remaining() <= 1
        assert 4 < remaining() <= 5
    assert remaining() == math.inf


def test_a_deadline_that_has_passed_leaves_nothing_and_never_less() -> None:
    with deadline(-1):
        assert remaining() == 0.0


def test_a_deadline_is_lifted_when_the_block_fails() -> None:
    with pytest.raises(KeyError), deadline(1):
        raise KeyError
    assert remaining() == math.inf


def test_a_deadline_follows_into_a_worker_thread_of_asyncio() -> None:
    async def turn() -> float:
        with deadline(5):
            return await asyncio.to_thread(remaining)

    assert 4 < asyncio.run(turn()) <= 5


def test_a_kept_value_is_loaded_once_until_its_time_is_up() -> None:
    loads: list[int] = []
    cache: TtlCache[int] = TtlCache(0.1)

    def load() -> int:
        loads.append(1)
        return len(loads)

    assert [cache.get_or_load("a", load) for _ in range(3)] == [1, 1, 1]
    time.sleep(0.12)
    assert cache.get_or_load("a", load) == 2


def test_a_failed_load_keeps_nothing() -> None:
    cache: TtlCache[int] = TtlCache(60)
    with pytest.raises(ZeroDivisionError):
        cache.get_or_load("a", lambda: 1 // 0)
    assert cache.get("a") is None


def test_the_oldest_gives_way_when_the_memory_is_full() -> None:
    cache: TtlCache[int] = TtlCache(60, most=2)
    for number, name in enumerate("abc"):
        cache.keep(name, number)
    assert [cache.get(name) for name in "abc"] == [None, 1, 2]


def test_many_threads_may_use_the_memory_at_once() -> None:
    cache: TtlCache[int] = TtlCache(60, most=3)
    threads = [threading.Thread(target=lambda: [cache.get_or_load(n % 7, lambda: 1) for n in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(cache.get(n) or 0 for n in range(7)) == 3

"""How fast one may speak."""

from __future__ import annotations

from datetime import timedelta

from channels.web import throttle
from channels.web.throttle import Throttle


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_passes_and_then_has_to_wait() -> None:
    """Twenty a minute: ten at once, then one every three seconds."""
    watch = Stopwatch()
    bucket = Throttle(20, watch)

    assert [bucket.take("a") for _ in range(11)] == [None] * 10 + [timedelta(seconds=3)]


def test_waiting_as_told_is_enough() -> None:
    """Who waits the time that was named may speak again."""
    watch = Stopwatch()
    bucket = Throttle(20, watch)
    while (wait := bucket.take("a")) is None:
        pass
    watch.seconds += wait.total_seconds()

    assert bucket.take("a") is None


def test_what_costs_more_uses_more_up() -> None:
    """A hundred a minute: a burst of fifty is one of forty and one of ten."""
    bucket = Throttle(100, Stopwatch())

    assert [bucket.take("a", cost) for cost in (40, 11, 10, 1)] == [
        None,
        timedelta(seconds=1),
        None,
        timedelta(seconds=1),
    ]


def test_one_flood_does_not_silence_another_citizen() -> None:
    """Each key has a bucket of its own."""
    bucket = Throttle(20, Stopwatch())
    for _ in range(100):
        bucket.take("flood")

    assert bucket.take("citizen") is None


def test_memory_is_bounded() -> None:
    """A flood of keys does not fill the memory."""
    bucket = Throttle(20, Stopwatch())
    for number in range(throttle.MAX_KEYS + 100):
        bucket.take(str(number))

    assert len(bucket._buckets) == throttle.MAX_KEYS

"""How fast one citizen, and one network address, may speak: token buckets in memory."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta

MAX_KEYS = 50_000
"""Buckets kept; the longest unused go first, which only forgives."""


class Throttle:
    """At most `per_minute` a minute for each key, in bursts of half of that: events, or whatever else they cost."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._burst = max(1.0, per_minute / 2)
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, cost: float = 1) -> timedelta | None:
        """Count one event; None if it may pass, else how long to wait. One that costs more than a burst never may."""
        moment = self._monotonic()
        left, since = self._buckets.pop(key, (self._burst, moment))
        left = min(self._burst, left + (moment - since) * self._rate)
        wait = None if left >= cost else timedelta(seconds=math.ceil((cost - left) / self._rate))
        self._buckets[key] = (left if wait else left - cost, moment)
        while len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)
        return wait

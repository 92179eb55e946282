"""Whether a provider is worth asking now: when it fails for everybody it is left alone for a while, then tried once."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

FAILURES = 5
"""So many in a row, without a success between them, are the provider's; fewer may be about one citizen."""
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(seconds=60)
MOST_WISHED = timedelta(hours=1)
"""A provider may ask for no more: somebody waits."""


class Breaker:
    """Of one channel, in one process."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._running = 0
        self._failed = 0
        self._pauses = 0
        self._until: datetime | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the provider is thought to be well."""
        return self._until is None

    def free(self, moment: datetime) -> int:
        """How many messages may be sent besides those under way: none in a pause, one alone after it."""
        if self._until is None:
            return self._places - self._running
        return 1 if moment >= self._until and not self._running else 0

    def begin(self) -> None:
        """A message is being sent."""
        self._running += 1

    def end(self) -> None:
        """It is not any more."""
        self._running -= 1

    def succeeded(self, moment: datetime) -> bool:
        """The provider answered, be it with a refusal; whether that ends a pause."""
        self._failed = 0
        if self._until is not None and moment < self._until:
            # That was sent before the pause began: the provider's wish stands.
            return False
        was_open = self._until is not None
        self._pauses = 0
        self._until = None
        return was_open

    def failed(self, moment: datetime, everyone: bool, wished: timedelta | None) -> None:
        """The provider did not take a message; `everyone` if it said that this is not about the message's citizen."""
        self._failed += 1
        if not everyone and self._failed < FAILURES and self._until is None:
            return
        # What was sent before the pause began tells nothing new, unless the provider wishes for a longer one.
        is_late = self._until is not None and moment < self._until
        pauses = self._pauses - 1 if is_late else self._pauses
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * float(2 ** min(pauses, 10))) * random.uniform(0.75, 1.25)
        if everyone and wished is not None:
            pause = min(max(pause, wished), MOST_WISHED)
        self._pauses = pauses + 1
        self._until = max(self._until, moment + pause) if self._until is not None and is_late else moment + pause

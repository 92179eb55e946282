"""What a process of a year's mail tells each second, and how its memory goes."""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SETTLED_SHARE = 1 / 9
"""From so much of all mails on, memory may not grow any more."""
GROWTH = 1.10
"""How many times as much as then a process may have at most."""
LEAK_BYTES = 1_000
"""The most that it may grow by with each mail, on a line through all that it has told: 90 MB a year."""
LEAK_OVER = 5_000


@dataclass
class Life:
    """One process from its start to its end."""

    process: subprocess.Popen[str]
    last: dict[str, Any] = field(
        default_factory=lambda: {"received": 0, "handled": 0, "rss": 0, "peak": 0, "cpu": 0.0, "stages": {}}
    )
    told: list[tuple[int, int, float]] = field(default_factory=list)
    """Mails handled, bytes and seconds of processor time, each second."""

    def listen(self) -> None:
        """Take down what it tells, until it ends."""
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                # Of a process that is killed the last line may be cut.
                with contextlib.suppress(json.JSONDecodeError):
                    self.last = json.loads(line)
                    self.told.append((self.last["handled"], self.last["rss"], self.last["cpu"]))

    def settled(self, after: int) -> list[tuple[int, int, float]]:
        """What it has told since it had handled so many; nothing if it has not handled twice as many."""
        return [one for one in self.told if one[0] >= after] if self.told and self.told[-1][0] >= 2 * after else []


@dataclass(frozen=True)
class Memory:
    """How the memory of a process has changed since it was settled."""

    times: float
    """How many times as much it has at most as in the beginning, whatever it gave back later."""
    per_mail: float | None
    """Bytes a mail that it grows by, as a line through all that was told: what a maximum does not show of a slow leak.

    None where that was over fewer mails than `LEAK_OVER`: until then bounded caches fill.
    """

    @property
    def is_flat(self) -> bool:
        """Whether a year more would not be noticed."""
        return self.times <= GROWTH and (self.per_mail is None or self.per_mail <= LEAK_BYTES)

    @classmethod
    def of(cls, settled: Sequence[tuple[int, int, float]]) -> Memory:
        """From what a process has told, twice at least."""
        handled = [one[0] for one in settled]
        sizes = [one[1] for one in settled]
        is_long = handled[-1] - handled[0] >= LEAK_OVER
        return cls(max(sizes) / sizes[0], statistics.linear_regression(handled, sizes).slope if is_long else None)

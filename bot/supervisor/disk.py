"""What of our own cannot be written: told once when it begins and once when it is over, however often it is tried."""

from __future__ import annotations

import errno
from collections.abc import Callable

FULL = (errno.ENOSPC, errno.EDQUOT)


class Disk:
    """The files that one supervisor writes. None of them is worth ending for: its programs serve without."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._failing: dict[str, str] = {}
        """What could not be written at the last attempt, and why."""

    def failed(self, what: str, error: OSError) -> None:
        """`what` could not be written; tells it unless the same reason has been told of something that still fails."""
        reason = error.strerror or type(error).__name__
        told = reason in self._failing.values()
        self._failing[what] = reason
        if told:
            return
        if error.errno in FULL:
            self._report(
                f"the disk is full: {what} cannot be written ({reason}); "
                "what runs goes on, make room soon: messages are stored there too"
            )
        else:
            self._report(f"{what} cannot be written ({reason}); what runs goes on, and it is tried again")

    def written(self, what: str) -> None:
        """`what` is well; tells it when nothing fails any more."""
        if self._failing.pop(what, None) is not None and not self._failing:
            self._report(f"{what} can be written again, and all else")

"""What is known of the last night: which it was, what of it was not done, and when that is tried again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

import msgspec

from bot.linking import Cursors

NAME = "analytics.night"
"""Of the lease with which a night is done, whose value is its state."""
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=45), timedelta(hours=2))
"""What failed is tried again so long after each try, and then not before the next night."""


@dataclass(frozen=True, slots=True)
class NightState:
    """A night that was done, and what of it was not."""

    night: date | None = None
    """The town's day; None before the first one."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Steps that were not done, by name, each with the class of its error: what an error says may quote somebody."""
    tries: int = 0
    """How often the failed ones were tried."""
    retry_at: datetime | None = None
    """When they are tried again; None for not before the next night."""

    def is_of(self, night: date) -> bool:
        """Whether this night was done, whatever of it failed; a clock that was a year ahead is not believed."""
        return self.night is not None and night <= self.night <= night + timedelta(days=1)

    def is_due(self, moment: datetime) -> bool:
        """Whether what failed is to be tried again; a time that no back-off gives is that of a clock that was ahead."""
        if not self.failed or self.retry_at is None:
            return False
        return self.retry_at <= moment or self.retry_at > moment + RETRY_AFTER[-1]

    def tried(self, night: date, failed: Mapping[str, str], moment: datetime) -> NightState:
        """The state after a try, the night's first one or a later one."""
        tries = self.tries + 1 if self.is_of(night) else 1
        later = RETRY_AFTER[tries - 1] if failed and tries <= len(RETRY_AFTER) else None
        return NightState(night, dict(failed), tries if failed else 0, moment + later if later else None)

    def without(self, done: Collection[str]) -> NightState:
        """The state once somebody else has done some of what failed."""
        left = {name: why for name, why in self.failed.items() if name not in done}
        return replace(self, failed=left) if left else NightState(self.night)

    def fault(self) -> str:
        """What is wrong, for those who run the gateway; "" if nothing is."""
        if not self.failed:
            return ""
        steps = ", ".join(f"{name} ({why})" for name, why in self.failed.items())
        again = f"again at {self.retry_at.astimezone(timezone.utc):%H:%M} UTC" if self.retry_at else "again next night"
        return f"not done in the night of {self.night}: {steps}; tried {self.tries} times, {again}"


def decoded(text: str) -> NightState:
    """A state as it was kept: a day alone for a night of which nothing failed. What cannot be read was no night."""
    try:
        return NightState(date.fromisoformat(text))
    except ValueError:
        pass
    try:
        return msgspec.json.decode(text, type=NightState)
    except msgspec.DecodeError:
        return NightState()


def encoded(state: NightState) -> str:
    """A state as it is kept."""
    if state.night is not None and not state.failed:
        return state.night.isoformat()
    return msgspec.json.encode(state).decode()


async def last_state(cursors: Cursors) -> NightState:
    """The state of the last night.

    Raises:
        StoreError: not now.
    """
    return decoded(await cursors.read(NAME))

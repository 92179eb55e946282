"""Whether a new model may take the place of the one in service."""

from __future__ import annotations

from dataclasses import dataclass

from bot.understanding.measures import Measured

MARGIN = 0.01
"""A new model may be right on so much less of the evaluation, as a share; chance alone moves it by about as much."""
PLAIN = 0.5
"""A danger of which the old model was so sure, in [0, 1], and that the new one misses, is forgotten. Under it the two
may only differ by the draw: a dozen examples of other acts move such messages over the threshold (docs/understanding.md)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same messages; the texts tell what changed, in the order of the file."""

    old: Measured
    new: Measured
    mended: tuple[str, ...]
    broken: tuple[str, ...]
    alarms_lost: tuple[str, ...]
    """Danger and distress that the old model sees and the new one does not."""
    alarms_found: tuple[str, ...]
    """Those that only the new one sees."""
    margin: float

    @property
    def alarms_forgotten(self) -> tuple[str, ...]:
        """Those of the lost ones that were plain to the old model."""
        return tuple(text for text in self.alarms_lost if self.old.alarms[text] >= PLAIN)

    @property
    def objections(self) -> tuple[str, ...]:
        """Why the new model should not go live; empty when it may."""
        found = []
        lost = self.old.accuracy - self.new.accuracy
        # The margin itself is allowed, whatever the last binary digit says.
        if lost > self.margin + 1e-9:
            found.append(
                f"it understands {self.new.accuracy:.1%} of {self.new.n} messages, the old one {self.old.accuracy:.1%}"
            )
        forgotten = self.alarms_forgotten
        if forgotten:
            named = " · ".join(f"« {text} »" for text in forgotten[:3])
            found.append(f"it misses danger or distress that is plain to the old one: {named}")
        fewer = len(self.alarms_lost) - len(self.alarms_found)
        if fewer > self.margin * len(self.old.alarms) + 1e-9:
            found.append(
                f"it misses {len(self.alarms_lost)} of {len(self.old.alarms)} messages of danger or distress that the old "
                f"one sees, and sees {len(self.alarms_found)} that the old one misses"
            )
        return tuple(found)


def compare(old: Measured, new: Measured, margin: float = MARGIN) -> Comparison:
    """Set two measures of the same file side by side.

    Raises:
        ValueError: they are of different files, or the margin is not a share.
    """
    if old.n != new.n:
        raise ValueError(f"two models are compared on the same messages, not on {old.n} and {new.n}")
    if not 0 <= margin <= 1:
        raise ValueError(f"a margin lies between 0 and 1, not at {margin}")
    before = {one.text for one in old.mistakes}
    after = {one.text for one in new.mistakes}
    missed, misses = set(old.alarms_missed()), set(new.alarms_missed())
    return Comparison(
        old,
        new,
        mended=tuple(one.text for one in old.mistakes if one.text not in after),
        broken=tuple(one.text for one in new.mistakes if one.text not in before),
        alarms_lost=tuple(text for text in new.alarms_missed() if text not in missed),
        alarms_found=tuple(text for text in old.alarms_missed() if text not in misses),
        margin=margin,
    )

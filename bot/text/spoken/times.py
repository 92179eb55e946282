"""The time of day a citizen means: « 14h30 », « dix heures moins le quart », « en fin de journée », « après 16h »."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from bot.text.spoken.hour_rules import RULES, Hours, Window, whole_hour
from bot.text.spoken.mentions import Bound, WhyNot, bound, meant
from bot.text.spoken.phrase import Phrase, Span, phrase


@dataclass(frozen=True, slots=True)
class TimeRead:
    """A time, several it may be, a window, or why there is none. Local times of the town."""

    times: tuple[time, ...] = ()
    """What it may be, earliest first (« à 3h » is 3:00 or 15:00); empty for a window."""
    window: Window | None = None
    about: bool = False
    """« vers 10h »."""
    earliest: bool = False
    """« le plus tôt possible »: any time in the window, the first that is free."""
    why: WhyNot | None = None
    span: Span | None = None
    """Where in the text what was meant stands, from the first word to the last."""

    @property
    def time(self) -> time | None:
        """The time, when there is only one."""
        return self.times[0] if len(self.times) == 1 else None

    @property
    def ambiguous(self) -> bool:
        """Whether one has to ask which of several."""
        return len(self.times) > 1


@dataclass(frozen=True, slots=True)
class HourMention:
    """A time said once in the phrase."""

    at: Span
    says: Hours


def read_time(text: str) -> TimeRead:
    """The time, or times, that a text means."""
    said = phrase(text)
    return time_meant(said, hour_mentions(said))


def hour_mentions(said: Phrase) -> list[HourMention]:
    """Every time a phrase names, meant or not, in order; none of its words is read twice."""
    plain = said.plain
    taken = bytearray(len(plain))
    mentions = []
    for words, reads in RULES:
        for found in words.finditer(plain):
            start, end = found.span()
            if not any(taken[start:end]) and (says := reads(found)):
                taken[start:end] = b"\x01" * (end - start)
                mentions.append(HourMention((start, end), says))
    if not mentions and (alone := whole_hour(plain)):
        mentions = [HourMention(*alone)]
    return sorted(mentions, key=lambda mention: mention.at)


def time_meant(said: Phrase, mentions: list[HourMention]) -> TimeRead:
    """What the mentions of a phrase come to."""
    kept = meant(said.plain, mentions)
    if not kept:
        return TimeRead(why=WhyNot.NONE)
    good = [mention for mention in kept if mention.says.why is None]
    span = said.source((good or kept)[0].at[0], (good or kept)[-1].at[1])
    if not good:
        return TimeRead(why=kept[-1].says.why, span=span)
    bounds = [bound(said.plain, mention) for mention in good]
    says = [_bounded(mention.says, by) for mention, by in zip(good, bounds, strict=True)]
    times, window = _together(says)
    return TimeRead(
        times,
        window,
        about=bool(times) and Bound.ABOUT in bounds,
        earliest=any(one.earliest for one in says),
        span=span,
    )


def _bounded(says: Hours, by: Bound | None) -> Hours:
    """« après 16h », « avant midi » as windows; of two readings the one inside a working day."""
    if by is None or by is Bound.ABOUT or says.earliest:
        return says
    if says.window:
        first, last = says.window.first, says.window.last
    else:
        first = last = says.times[-1]
    if by in {Bound.FROM, Bound.AFTER}:
        return Hours(window=Window(last if by is Bound.AFTER else first, None))
    return Hours(window=Window(None, last if by is Bound.UNTIL_INCLUDED else first))


def _together(several: list[Hours]) -> tuple[tuple[time, ...], Window | None]:
    """What is said in several places: a part of the day tells which of two hours is meant."""
    windows = [says.window for says in several if says.window]
    exact = sorted({moment for says in several for moment in says.times})
    if exact:
        inside = [moment for moment in exact if all(window.holds(moment) for window in windows)]
        return tuple(inside or exact), None
    window = windows[0]
    for other in windows[1:]:
        window = window.shared(other) or window.spanning(other)
    return (), window

"""What is usual and how far something is from it: the statistics of a night, pure functions of arrays.

Counts of contacts vary more than chance alone would have it, so they are taken as negative binomial: mean m, variance
m + a·m² with the dispersion a (Cameron and Trivedi, Regression Analysis of Count Data, 1998: NB2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WEEK_DAYS = 7
BASE_WEEKS = 8
"""How many weeks before a day say what is usual on it."""
BASE_DAYS = BASE_WEEKS * WEEK_DAYS
OPEN_KIND = np.array([True] * 5 + [False] * 2)
"""Working days and the days of the week-end, from Monday: weekdays of a kind lend each other strength."""
LENT_DAYS = 2.0
"""A weekday is drawn to its kind as if there were so many more such days."""
LEAST_DISPERSION = 0.04
"""No town is as even as Poisson: days differ by a fifth for the weather and the news."""
DRIFT = 0.02
"""Squared: what a season adds within weeks, and no number of days evens out."""
CLIP = 3.0
"""Standard deviations behind which a day before says no more about what is usual."""
CLIP_DISPERSION = 0.1
CLIP_LEAST = 2.0
"""Contacts, so that a series of zeros and ones is not clipped to zeros."""
MAX_STRENGTH = 99


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual from a day on, by series and weekday; arrays of the shape (series, 7), from Monday."""

    level: Floats
    """Contacts on such a day; not below zero."""
    days: Floats
    """How many days before stand behind each level."""
    dispersion: Floats
    """(series,)"""


def usual(counts: Floats, known: Bools, weekday: int, least_dispersion: float = LEAST_DISPERSION) -> Usual:
    """What is usual after the days of `counts`, of shape (series, days), whose last is the day before one of `weekday`.

    A one-step M-estimate of location (Huber, Robust Statistics, 1981): the mean of the days of a weekday, each clipped
    about the median over the weeks. A median alone says nothing of counts of which most are zero. Each weekday is drawn
    to its kind. `known` has the shape of `counts`: days that are no ordinary ones count for nothing.
    """
    series = len(counts)
    width = -(-counts.shape[1] // WEEK_DAYS) * WEEK_DAYS
    pad = ((0, 0), (width - counts.shape[1], 0))
    # In weeks whose first column is the weekday of the coming day, turned so that Monday comes first.
    shape = (series, width // WEEK_DAYS, WEEK_DAYS)
    seen = np.roll(np.pad(counts, pad).reshape(shape), weekday, axis=2)
    mask = np.roll(np.pad(known, pad).reshape(shape), weekday, axis=2)
    days = mask.sum(axis=1).astype(float)
    middle = _drawn(seen, mask, days, _median)
    far = CLIP * np.sqrt(middle * (1 + CLIP_DISPERSION * middle)) + CLIP_LEAST
    clipped = np.clip(seen, (middle - far)[:, None, :], (middle + far)[:, None, :])
    level = _drawn(clipped, mask, days, _mean)
    return Usual(level, days, np.maximum(_dispersion(seen, mask, level, days), least_dispersion))


def _drawn(seen: Floats, mask: Bools, days: Floats, location: Callable[[Floats, Bools], Floats]) -> Floats:
    """A location by series and weekday, drawn to that of all days of its kind."""
    series = len(seen)
    own = location(seen.transpose(0, 2, 1), mask.transpose(0, 2, 1))
    kinds = np.empty((series, WEEK_DAYS))
    for kind in (OPEN_KIND, ~OPEN_KIND):
        kinds[:, kind] = location(seen[:, :, kind].reshape(series, -1), mask[:, :, kind].reshape(series, -1))[:, None]
    return np.asarray((days * own + LENT_DAYS * kinds) / (days + LENT_DAYS))


def _mean(values: Floats, mask: Bools) -> Floats:
    """Over the last axis, of what is known; 0 where nothing is."""
    return np.asarray(np.where(mask, values, 0).sum(axis=-1) / np.maximum(mask.sum(axis=-1), 1))


def _median(values: Floats, mask: Bools) -> Floats:
    """Over the last axis, of what is known; 0 where nothing is."""
    ordered = np.sort(np.where(mask, values, np.inf), axis=-1)
    count = mask.sum(axis=-1)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[-1] - 1)[..., None], axis=-1)[..., 0]
    # Beyond an odd count the two are the same; without any both are infinite.
    low, high = (np.where(count > 0, side, 0.0) for side in (low, high))
    return np.asarray((low + np.where(count % 2 == 1, low, high)) / 2)


def _dispersion(seen: Floats, mask: Bools, level: Floats, days: Floats) -> Floats:
    """By series: from the variance beside Poisson's, with every residual clipped."""
    mean = np.maximum(level, 0.25)[:, None, :]
    # A level of few days follows them: what is left of the deviations is too small by so much.
    free = (days + LENT_DAYS) / np.maximum(days + LENT_DAYS - 1, 1)
    residuals = np.minimum((seen - mean) ** 2 / mean * free[:, None, :], CLIP**2 * (1 + LEAST_DISPERSION * mean))
    number = np.maximum(mask.sum(axis=(1, 2)), 1)
    excess = (np.where(mask, residuals, 0).sum(axis=(1, 2)) / number) - 1
    average = np.where(mask, np.broadcast_to(mean, mask.shape), 0).sum(axis=(1, 2)) / number
    return np.asarray(excess / np.maximum(average, 0.25))


def tails(seen: Floats, expected: Floats, days: int, base: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """P(X <= seen) and P(X >= seen) of counts over so many days, by series.

    `base` is the number of days before that stand behind each weekday, (series, 7). The predictive distribution is
    negative binomial with the moments of a mean that is itself estimated: to the variance of the days come that of the
    level and of the drift of a season.
    """
    mean = np.maximum(expected, 1e-9)
    # What a weekday is lent by the others of its kind is there once, not once for each of them.
    behind = np.minimum((base.mean(axis=1) + LENT_DAYS) * min(days, WEEK_DAYS), base.sum(axis=1))
    relative = dispersion / days + (dispersion + days / mean) / np.maximum(behind, 1) + DRIFT
    size = 1 / relative
    chance = size / (size + mean)
    # The tails as incomplete beta functions, which `scipy.stats.nbinom` comes to in fifty times as long.
    below = special.betainc(size, seen + 1, chance)
    above = np.where(seen > 0, special.betainc(np.maximum(seen, 1), size, 1 - chance), 1.0)
    return below, above


def rejected(p_values: Floats, share: float) -> Bools:
    """Which tests of a family stand out when at most this share of those may be false (Benjamini and Hochberg, 1995)."""
    number = p_values.size
    flat = p_values.ravel()
    if not number:
        return np.zeros(p_values.shape, bool)
    ordered = np.sort(flat)
    below = np.flatnonzero(ordered <= share * np.arange(1, number + 1) / number)
    limit = ordered[below[-1]] if below.size else -1.0
    return p_values <= limit


def higher(values: Floats, before: Floats, unfelt: float) -> float:
    """The p-value that values, none below zero, are not higher than those before; 1 without any.

    The rank test of Mann and Whitney, 1947. Of a few values it cannot say more than that all of them are higher: where
    they are, it is asked how far, by the test of Welch, 1947, of their logarithms; what is below `unfelt` (positive, in
    the unit of the values) makes hardly a difference there.
    """
    if not values.size or not before.size:
        return 1.0
    if min(values.size, before.size) > 1 and values.min() > before.max():
        logarithms = np.log(values + unfelt), np.log(before + unfelt)
        return float(stats.ttest_ind(*logarithms, equal_var=False, alternative="greater").pvalue)
    return float(stats.mannwhitneyu(values, before, alternative="greater").pvalue)


def share_higher(hits: float, trials: float, share: float, correlation: float) -> float:
    """The p-value of so many hits where a share is usual, among trials that are alike.

    The variance of a share is larger by the design effect 1 + (n - 1)·correlation (Kish, Survey Sampling, 1965): the
    exact binomial tail of so many fewer trials (Rao and Scott, 1992).
    """
    if trials <= 0:
        return 1.0
    inflation = 1 + (trials - 1) * correlation
    effective = max(round(trials / inflation), 1)
    return float(stats.binom.sf(np.ceil(hits / trials * effective) - 1, effective, share))


def strength(p_value: float) -> int:
    """A p-value in standard deviations of a normal, rounded; at most 99."""
    return int(min(round(float(stats.norm.isf(max(p_value, 1e-300)))), MAX_STRENGTH))

"""What goes wrong at the desk, as keys of its words and HTTP statuses."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import (
    CaseClosed,
    CaseTaken,
    Missing,
    NotAllowed,
    NotSignedIn,
    PayloadRejected,
    SignatureRejected,
    Stale,
    StoreError,
)


class Left(Stale):
    """A reply is on its way already."""


class Settled(Stale):
    """A reply is not given up, or not any more."""


REFUSED: Mapping[type[Exception], tuple[str, int]] = {
    NotSignedIn: ("signed_out", 401),
    SignatureRejected: ("foreign", 403),
    NotAllowed: ("not_allowed", 403),
    Missing: ("missing", 404),
    CaseTaken: ("taken", 409),
    CaseClosed: ("closed", 409),
    Left: ("left", 409),
    Settled: ("settled", 409),
    Stale: ("stale", 409),
    PayloadRejected: ("unreadable", 422),
    StoreError: ("not_stored", 503),
}
"""What goes wrong, as a key of the words and an HTTP status; the first that fits counts."""
REFUSALS = tuple(REFUSED)


def refusal_of(error: Exception) -> tuple[str, int]:
    """The key and the status of a refusal."""
    if isinstance(error, PayloadRejected) and error.reason == "too_long":
        return "too_long", 413
    return next(answer for kind, answer in REFUSED.items() if isinstance(error, kind))

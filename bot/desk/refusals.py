"""What goes wrong at the desk, as keys of its words and HTTP statuses."""

from __future__ import annotations

from collections.abc import Mapping

from bot.articles import ArticleTaken, Overtaken
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


class Underway(Stale):
    """A case that was moved is in the hands of its new service, or was moved too long ago."""


class Settled(Stale):
    """A reply is not given up, or not any more."""


class ForeignArticle(NotAllowed):
    """An article is of a service that is not the agent's."""


class NotLeading(NotAllowed):
    """Figures are for those who lead."""


class NoFinding(Missing):
    """What a night found is not there, or not any more."""


class NoArticle(Missing):
    """An article is not there, or not any more."""


class NoReferral(Missing):
    """Nothing is or was to be passed on, or not any more."""


class ReferralSettled(Stale):
    """It has an answer, or has left."""


class ReferralKnown(Stale):
    """This body was asked about already."""


class NoLetter(Missing):
    """A letter is not there, or not any more."""


class NoTopic(Missing):
    """A group of unanswered questions is not there, or not any more."""


class NoLesson(Missing):
    """A message to judge, or an answer to rate, is not there, or not any more."""


REFUSED: Mapping[type[Exception], tuple[str, int]] = {
    NotSignedIn: ("signed_out", 401),
    SignatureRejected: ("foreign", 403),
    ForeignArticle: ("article_not_allowed", 403),
    NotLeading: ("figures_not_allowed", 403),
    NotAllowed: ("not_allowed", 403),
    NoArticle: ("article_missing", 404),
    NoLetter: ("letter_missing", 404),
    NoFinding: ("finding_missing", 404),
    NoTopic: ("topic_missing", 404),
    NoLesson: ("lesson_missing", 404),
    NoReferral: ("referral_missing", 404),
    Missing: ("missing", 404),
    CaseTaken: ("taken", 409),
    CaseClosed: ("closed", 409),
    Overtaken: ("overtaken", 409),
    ArticleTaken: ("article_taken", 409),
    Left: ("left", 409),
    Underway: ("underway", 409),
    Settled: ("settled", 409),
    ReferralSettled: ("referral_settled", 409),
    ReferralKnown: ("referral_known", 409),
    Stale: ("stale", 409),
    PayloadRejected: ("unreadable", 422),
    StoreError: ("not_stored", 503),
}
"""What goes wrong, as a key of the words and an HTTP status; the first that fits counts."""
REFUSALS = tuple(REFUSED)
WRITTEN_WRONG = (
    *("article_empty", "no_service", "bad_date", "bad_link", "bad_fiche", "no_target"),
    *("no_act", "no_page"),
)
"""Reasons of what an agent wrote and can put right."""
ASKED_WRONG = ("figures_day", "figures_days", "figures_order", "figures_long", "figures_choice", "figures_table")
"""Reasons of what the page of figures was asked for in its address."""


def refusal_of(error: Exception) -> tuple[str, int]:
    """The key and the status of a refusal."""
    if isinstance(error, PayloadRejected) and error.reason == "too_long":
        return "too_long", 413
    if isinstance(error, PayloadRejected) and error.reason in WRITTEN_WRONG:
        return error.reason, 422
    if isinstance(error, PayloadRejected) and error.reason in ASKED_WRONG:
        return error.reason, 400
    return next(answer for kind, answer in REFUSED.items() if isinstance(error, kind))

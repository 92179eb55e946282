"""Why a file of the source, or all of it, is not taken."""

from __future__ import annotations

from bot.errors import BotError


class Unusable(BotError):
    """Says in a sentence why one file is not a fiche; the others are taken."""


class FeedRefused(BotError):
    """Says in a sentence why the whole feed is not taken; the base is as it was."""


class FeedUnreachable(FeedRefused):
    """The feed's address does not answer as it should; another time it may."""

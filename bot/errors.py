"""What can go wrong, by what the caller can do about it."""

from __future__ import annotations

from datetime import datetime, timedelta


class BotError(Exception):
    """Something we can handle."""


class RequestRejected(BotError):
    """A request is not taken; `status` is the HTTP status it gets."""

    status = 400


class SignatureRejected(RequestRejected):
    """Not from them: the signature is missing, wrong or replayed."""

    status = 403


class PayloadRejected(RequestRejected):
    """From them, but not readable. `reason` is a catalogue key for the citizen where there is one to tell.

    `limit` is how many characters would have been taken, where there were more; 0 otherwise.
    """

    status = 400

    def __init__(self, message: str, reason: str = "unreadable", limit: int = 0) -> None:
        super().__init__(message)
        self.reason = reason
        self.limit = limit


class EventIgnored(RequestRejected):
    """From them, but nothing for us to do."""

    status = 200


class SendError(BotError):
    """A provider did not take a message."""


class SendRefused(SendError):
    """For good: blocked, unknown, too old. Sending again would not help."""


class SendFailed(SendError):
    """For now: `retry_after` is the provider's own wish, None if it has none; `everyone` if it is meant for all citizens."""

    def __init__(self, message: str, retry_after: timedelta | None = None, everyone: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.everyone = everyone


class SendUnsure(SendFailed):
    """For now, and the provider may have it all the same: it went out, and no answer came."""


class MediaError(BotError):
    """A file that a citizen sent is not there."""


class MediaRefused(MediaError):
    """For good: gone, too large, of a kind that is not taken. `reason` is the catalogue key of what the citizen reads."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class MediaFailed(MediaError):
    """For now."""


class RasaError(BotError):
    """The conversation core did not answer."""


class RasaUnreachable(RasaError):
    """No connection, an HTTP error, something that is no answer."""


class RasaSlow(RasaError):
    """It took longer than a citizen is kept waiting, and may still be at it."""


class RasaGone(RasaUnreachable):
    """No connection, or it broke before the answer came: the process has ended, or never was there."""


class RasaSilent(RasaError):
    """It answered nothing, which is how Rasa reports a dead action server."""


class DeskError(BotError):
    """The desk cannot do that."""


class CaseTaken(DeskError):
    """Another agent has it, `by` name; "" if nobody has."""

    def __init__(self, message: str, by: str = "") -> None:
        super().__init__(message)
        self.by = by


class CaseClosed(DeskError):
    """Nothing is said or done in it any more."""


class SlotTaken(DeskError):
    """Every place of that time is booked."""


class TooMany(DeskError):
    """As many as one may keep are kept already."""


class NotAllowed(DeskError):
    """Not with this agent's role, or not in this service."""


class NotSignedIn(DeskError):
    """There is no session, or it is over."""


class DeskClosed(DeskError):
    """Nobody is there; `opens_at` is when the desk opens, None if unknown."""

    def __init__(self, message: str, opens_at: datetime | None = None) -> None:
        super().__init__(message)
        self.opens_at = opens_at


class StoreError(BotError):
    """The database did not do it."""


class Stale(StoreError):
    """Somebody else was faster: the state is not what the caller thought."""


class Missing(StoreError):
    """There is no such row."""


class ConfigurationError(Exception):
    """A setting is wrong. Outside the tree on purpose: no `except BotError` may eat it."""

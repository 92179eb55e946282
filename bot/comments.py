"""Comments under the town's own posts: each becomes a case with a link to the post, for a person to answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.cases import CaseKind, Cause, NewCase
from bot.casework import Cases
from bot.clock import Clock, now
from bot.safety import Safety
from bot.settings import GENERAL_SERVICE
from bot.store.base import Claimed

EFFECT = "comment"
POST = "post"
"""The detail of a case that leads to the post."""

Route = Callable[[str], Awaitable[str]]
"""The code of the service that a text is for."""


async def to_reception(text: str) -> str:
    """The service that takes what nobody else takes."""
    return GENERAL_SERVICE


class Comments:
    """Opens cases."""

    def __init__(self, cases: Cases, safety: Safety, route: Route, clock: Clock = now) -> None:
        self._cases = cases
        self._safety = safety
        self._route = route
        self._clock = clock

    async def open(self, claimed: Claimed) -> None:
        """The case of a comment; handled twice, it is the first one.

        Raises:
            Missing: the conversation is gone.
        """
        message = claimed.message
        url = message.thread.url if message.thread else None
        case = NewCase(
            claimed.conversation.id,
            message.id,
            EFFECT,
            CaseKind.QUESTION,
            await self._route(message.text),
            Cause.COMMENT,
            message.text,
            details={POST: url} if url else {},
            urgent=self._safety.check(message.text) is not None,
        )
        await self._cases.open(case, self._clock())

"""A turn of Rasa's happens as a whole or not at all.

Rasa goes on when an action cannot be run: "Bot will continue, but the actions events are lost"
(`MessageProcessor._run_action`, 3.6.21). What the turn's other actions said is answered and everything is stored: half an
answer, or a form that has ended without what it was filled in for, and no second try can mend that. Here such a turn
ends: nothing is answered, nothing is stored, and the gateway says the message again. What the turn's actions have done
by then is found by (message id, effect). Danger and distress alone are answered as far as Rasa can by itself.
"""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import structlog
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction

log = structlog.get_logger(__name__)


DANGERS = ("emergency", "self_harm_distress")
"""Intents whose answer Rasa has by itself, and which waits for nothing."""


class TurnLost(asyncio.CancelledError):
    """Ends a turn before it is stored: of all exceptions this kind alone gets past `_run_action`, and Rasa's `rest` channel
    expects it.
    """


def install() -> None:
    """Make every turn of this process whole; again is nothing more."""
    run = RemoteAction.run
    if getattr(run, "is_whole", False):
        return

    @functools.wraps(run)
    async def whole(self: RemoteAction, output_channel: Any, *arguments: Any) -> Any:
        try:
            return await run(self, output_channel, *arguments)
        except ActionExecutionRejection:
            # No failure: a form says so that it has no use for an answer.
            raise
        except Exception as error:
            if str(arguments[1].latest_message.intent.get("name")) in DANGERS:
                # The numbers have been said, or are: half of that answer is worth more than none.
                raise
            log.error("turn.lost", action=self.name(), error=type(error).__name__)
            said = getattr(output_channel, "messages", None)
            if isinstance(said, list):
                said.clear()
            raise TurnLost(f"the action {self.name()} was not run") from error

    whole.is_whole = True  # type: ignore[attr-defined]
    RemoteAction.run = whole

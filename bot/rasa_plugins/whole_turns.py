"""A turn of Rasa's happens as a whole or not at all.

Rasa 3.6.21 goes on where a turn has failed:

- when an action cannot be run: "Bot will continue, but the actions events are lost" (`MessageProcessor._run_action`). What
  the turn's other actions said is answered and everything is stored: half an answer, or a form that has ended without what
  it was filled in for, and no second try can mend that;
- when the tracker store raises: `FailSafeTrackerStore` keeps the tracker in memory for good, answers, and forgets what was
  said; a whole tracker that it cannot read is an empty one to it, as if a message had never been handled; and a new
  tracker it makes by itself, so that the first turn of two processes would replace one another's.

Here such a turn ends: nothing is answered, nothing is stored, and the gateway says the message again. What the turn's
actions have done by then is found by (message id, effect). Danger and distress alone are answered as far as Rasa can by
itself.
"""

from __future__ import annotations

import asyncio
import functools
from importlib import metadata
from typing import Any

import structlog
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from bot.errors import ConfigurationError

log = structlog.get_logger(__name__)

MADE_FOR = "3.6.21"
"""The release of Rasa whose turns were looked through. Another may fail in other places, so it is refused: a booking that is
lost and said to be made is worse than a start that does not happen."""
DANGERS = ("emergency", "self_harm_distress")
"""Intents whose answer Rasa has by itself, and which waits for nothing."""


class TurnLost(asyncio.CancelledError):
    """Ends a turn before it is stored: of all exceptions this kind alone gets past `_run_action`, and Rasa's `rest` channel
    expects it.
    """


def install() -> None:
    """Make every turn of this process whole; again is nothing more.

    Raises:
        ConfigurationError: this is another release of Rasa.
    """
    if (version := metadata.version("rasa")) != MADE_FOR:
        raise ConfigurationError(
            f"Rasa {version}: is another release than {MADE_FOR}, whose turns Guichet completes "
            "(bot/rasa_plugins/whole_turns.py): messages could be answered by half, so install that one"
        )
    if getattr(RemoteAction.run, "is_whole", False):
        return
    _run_whole()
    _answer_whole()
    _store_whole()


def is_danger(tracker: DialogueStateTracker) -> bool:
    """Whether the message that is being answered tells of danger or distress."""
    heard = tracker.latest_message
    return heard is not None and str((heard.intent or {}).get("name")) in DANGERS


def _run_whole() -> None:
    run = RemoteAction.run

    @functools.wraps(run)
    async def whole(self: RemoteAction, output_channel: Any, *arguments: Any) -> Any:
        try:
            return await run(self, output_channel, *arguments)
        except ActionExecutionRejection:
            # No failure: a form says so that it has no use for an answer.
            raise
        except Exception as error:
            if is_danger(arguments[1]):
                # The numbers have been said, or are: half of that answer is worth more than none.
                raise
            log.error("turn.lost", action=self.name(), error=type(error).__name__)
            raise TurnLost(f"the action {self.name()} was not run") from error

    whole.is_whole = True  # type: ignore[attr-defined]
    RemoteAction.run = whole


def _answer_whole() -> None:
    handle = MessageProcessor.handle_message

    @functools.wraps(handle)
    async def whole(self: MessageProcessor, message: Any) -> Any:
        try:
            return await handle(self, message)
        except BaseException:
            # The `rest` channel gives out what was said until then, whatever happened.
            said = getattr(message.output_channel, "messages", None)
            if isinstance(said, list):
                said.clear()
            raise

    MessageProcessor.handle_message = whole


def _store_whole() -> None:
    async def save(self: FailSafeTrackerStore, tracker: DialogueStateTracker) -> None:
        try:
            await self._tracker_store.save(tracker)
        except Exception as error:
            log.error("turn.not_stored", error=type(error).__name__)
            if not is_danger(tracker):
                raise

    async def retrieve_full_tracker(self: FailSafeTrackerStore, sender_id: str) -> DialogueStateTracker | None:
        return await self._tracker_store.retrieve_full_tracker(sender_id)

    def init_tracker(self: FailSafeTrackerStore, sender_id: str) -> DialogueStateTracker:
        # Its own would be one that the store does not know, and takes for a replacement of all that is stored.
        return self._tracker_store.init_tracker(sender_id)

    FailSafeTrackerStore.init_tracker = init_tracker
    FailSafeTrackerStore.save = save
    FailSafeTrackerStore.retrieve_full_tracker = retrieve_full_tracker

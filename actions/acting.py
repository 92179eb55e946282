"""Every action by its name, run in this process as the action server would run it; `bot.simulation` talks so."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

import actions
from actions.base import Events, GuichetAction
from actions.services import Services


@dataclass(frozen=True, slots=True)
class Acted:
    """What an action did: events for the tracker, and the payloads of `bot.wire.Say` that it said."""

    events: Events
    said: list[dict[str, Any]]


class Acting:
    """The actions on services of one's own."""

    def __init__(self, services: Callable[[], Awaitable[Services]]) -> None:
        self._actions = {action.name(): action for action in (kind(services) for kind in _kinds())}

    def __contains__(self, name: object) -> bool:
        return name in self._actions

    async def run(
        self,
        name: str,
        sender_id: str,
        slots: Mapping[str, Any],
        events: Sequence[dict[str, Any]],
        form: str,
    ) -> Acted:
        """Run an action after these events, the last message among them; `form` is the open one, "" for none.

        Raises:
            KeyError: there is no such action.
        """
        heard: dict[str, Any] = next((one for one in reversed(events) if one["event"] == "user"), {})
        parsed = heard.get("parse_data") or {}
        message = {**parsed, "text": heard.get("text"), "metadata": heard.get("metadata") or {}}
        loop = {"name": form} if form else {}
        tracker = Tracker(sender_id, dict(slots), message, list(events), False, None, loop, name)
        dispatcher = CollectingDispatcher()
        done = await self._actions[name].run(dispatcher, tracker, {})
        return Acted(done, [said["custom"] for said in dispatcher.messages])


def _kinds() -> Iterator[type[GuichetAction]]:
    """Every action that the action server would register."""
    for module in pkgutil.walk_packages(actions.__path__, "actions."):
        importlib.import_module(module.name)
    waiting, seen = [GuichetAction], set()
    while waiting:
        kind = waiting.pop()
        for inherits in kind.__subclasses__():
            if inherits not in seen and inherits.__module__.partition(".")[0] == "actions":
                seen.add(inherits)
                waiting.append(inherits)
                if not getattr(inherits, "__abstractmethods__", None):
                    yield inherits

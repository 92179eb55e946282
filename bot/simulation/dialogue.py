"""Rasa's part of a conversation, in this process: trackers, rules and forms; the actions are the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from actions.acting import Acting
from bot.clock import Clock
from bot.errors import Stale
from bot.simulation.hearing import Hears
from bot.simulation.rules import Rules
from bot.trackers import TrackerEvents

SESSION = timedelta(minutes=60)
"""`session_expiration_time` of domain.yml: after so much silence a tracker begins anew, without its slots."""
REQUESTED = "requested_slot"
MOST_ACTIONS = 20
"""For one message; Rasa's own bound is ten, and none of our rules comes near it."""

Event = dict[str, Any]
Item = dict[str, Any]


@dataclass(slots=True)
class Dialogue:
    """The tracker of one conversation, as far as its current session goes."""

    events: list[Event] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    form: str = ""
    stored: int = 0
    """How many events the database has, of all sessions."""
    unstored: int = 0
    """How many of `events`, at their end, it has not."""

    def add(self, event: Event, timestamp: float) -> None:
        """Let something have happened."""
        self.events.append({"timestamp": timestamp, **event})
        self.unstored += 1
        if event["event"] == "slot":
            self.slots[event["name"]] = event["value"]
        elif event["event"] == "active_loop":
            self.form = event["name"] or ""


class Dialogues:
    """What `rasa run` and its action server do, without either. Belongs to one event loop; one message at a time."""

    def __init__(self, rules: Rules, acting: Acting, hears: Hears, trackers: TrackerEvents, clock: Clock) -> None:
        self._rules = rules
        self._acting = acting
        self._hears = hears
        self._trackers = trackers
        self._clock = clock
        self._dialogues: dict[str, Dialogue] = {}

    def requested(self, sender_id: str) -> str:
        """The slot that the open form of a conversation has asked for, "" if none is open."""
        known = self._dialogues.get(sender_id)
        return str(known.slots.get(REQUESTED) or "") if known and known.form else ""

    async def hear(self, sender_id: str, text: str, channel: str, metadata: dict[str, Any]) -> list[Item]:
        """Everything that is said to a message, as the rest channel would hand it back."""
        dialogue = self._session(sender_id)
        parsed = self._hears(text, str(metadata.get("written_in") or ""))
        heard = {"event": "user", "text": text, "parse_data": parsed, "input_channel": channel, "metadata": metadata}
        self._add(dialogue, heard)
        items = await self._answer(sender_id, dialogue, str(parsed["intent"]["name"]))
        self._add(dialogue, {"event": "action", "name": "action_listen"})
        await self._store(sender_id, dialogue)
        return [{"recipient_id": sender_id, **item} for item in items]

    async def append(self, sender_id: str, events: Sequence[Event]) -> None:
        """Let events have happened that the gateway tells."""
        dialogue = self._session(sender_id)
        for event in events:
            self._add(dialogue, event)
        await self._store(sender_id, dialogue)

    def state(self, sender_id: str) -> dict[str, Any]:
        """A tracker as Rasa's HTTP API gives it."""
        dialogue = self._dialogues.get(sender_id, Dialogue())
        return {
            "sender_id": sender_id,
            "events": list(dialogue.events),
            "active_loop": {"name": dialogue.form} if dialogue.form else {},
        }

    async def _answer(self, sender_id: str, dialogue: Dialogue, intent: str) -> list[Item]:
        items: list[Item] = []
        waiting = [dialogue.form] if dialogue.form else list(self._rules.follow("", intent))
        fresh = bool(dialogue.form)
        done = 0
        while waiting and done < MOST_ACTIONS:
            done += 1
            name = waiting.pop(0)
            if name in self._rules.forms:
                wanted = await self._form(sender_id, dialogue, name, items)
                if not wanted and fresh:
                    # Nothing in it was an answer: the rules say who answers, and the form asks again behind that.
                    waiting = list(self._rules.follow(name, intent))
                elif not dialogue.form:
                    waiting = [*self._rules.ending.get(name, ()), *waiting]
            else:
                followed = await self._act(sender_id, dialogue, name, items)
                if followed:
                    waiting = [followed]
            fresh = False
        return items

    async def _form(self, sender_id: str, dialogue: Dialogue, form: str, items: list[Item]) -> bool:
        """Let a form read the message and ask what is missing; False if it was none of its business."""
        if dialogue.form != form:
            self._add(dialogue, {"event": "active_loop", "name": form})
        before = len(dialogue.events)
        await self._act(sender_id, dialogue, f"validate_{form}", items, counted=False)
        if not any(event["event"] == "slot" for event in dialogue.events[before:]):
            self._add(dialogue, {"event": "action_execution_rejected", "name": form})
            return False
        self._add(dialogue, {"event": "action", "name": form})
        if requested := dialogue.slots.get(REQUESTED):
            await self._act(sender_id, dialogue, f"action_ask_{form}_{requested}", items, counted=False)
        else:
            self._add(dialogue, {"event": "active_loop", "name": None})
        return True

    async def _act(self, sender_id: str, dialogue: Dialogue, name: str, items: list[Item], counted: bool = True) -> str:
        """Run an action or say a response; the name of the action that it wants next."""
        followed = ""
        if name in self._rules.responses:
            said = [dict(payload) for payload in self._rules.responses[name]]
            events: Sequence[Event] = ()
        else:
            acted = await self._acting.run(name, sender_id, dialogue.slots, dialogue.events, dialogue.form)
            said, events = acted.said, acted.events
        if counted:
            self._add(dialogue, {"event": "action", "name": name})
        for event in events:
            if event["event"] == "followup":
                followed = str(event["name"])
            self._add(dialogue, event)
        for payload in said:
            self._add(dialogue, {"event": "bot", "text": None, "data": {"custom": payload}, "metadata": {}})
            items.append({"custom": payload})
        return followed

    def _session(self, sender_id: str) -> Dialogue:
        dialogue = self._dialogues.setdefault(sender_id, Dialogue())
        moment = self._clock().timestamp()
        if not dialogue.events or moment - dialogue.events[-1]["timestamp"] > SESSION.total_seconds():
            known = Dialogue(stored=dialogue.stored)
            self._dialogues[sender_id] = dialogue = known
            for event in (
                {"event": "action", "name": "action_session_start"},
                {"event": "session_started"},
                {"event": "action", "name": "action_listen"},
            ):
                self._add(dialogue, event)
        return dialogue

    def _add(self, dialogue: Dialogue, event: Event) -> None:
        dialogue.add(
            {key: value for key, value in event.items() if key != "timestamp" or value}, self._clock().timestamp()
        )

    async def _store(self, sender_id: str, dialogue: Dialogue) -> None:
        """Keep what is new, as our tracker store in Rasa does: a real Rasa goes on from there."""
        new = dialogue.events[len(dialogue.events) - dialogue.unstored :]
        try:
            mark = await self._trackers.append(sender_id, new, dialogue.stored)
        except Stale:
            # Its citizen has erased everything meanwhile.
            self._dialogues.pop(sender_id, None)
            return
        dialogue.stored, dialogue.unstored = mark.stored, 0

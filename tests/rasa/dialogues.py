"""Random dialogues with Rasa, each the same for the same seed, and an action server in this process that answers them."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml
from rasa.core.agent import Agent
from rasa.core.channels import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import ActionExecuted, SlotSet, deserialise_events
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.rasa_events import remembered, suspended
from bot.store.base import CITIZEN, Entry

UNKNOWN = ["xyzzy qqq", "?!", "☂☂", "مرحبا", "a" * 300, "12", "demain 14h", "https://exemple.fr"]
COMMANDS = ["/restart", "/restart", "/back", "/session_start", "/nlu_fallback", "/unheard_of"]
AT = datetime(2024, 5, 14, 9, 30, tzinfo=timezone.utc)


def sentences(nlu: Path) -> list[str]:
    """What people type and what buttons send, as the training data have it."""
    found: list[str] = []
    for file in sorted([*nlu.glob("*.yml"), *nlu.glob("intents/*.yml")]):
        for item in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in item:
                lines = str(item["examples"]).splitlines()
                found += [line.removeprefix("-").strip() for line in lines if line.startswith("-")][:25]
    return found


class Actions(EndpointConfig):  # type: ignore[misc]
    """Answers each call by a throw of dice that depends on the call alone."""

    def __init__(self, seed: int, domain: dict[str, Any]) -> None:
        super().__init__(url="http://127.0.0.1:1/webhook", enable_selective_domain=True)
        self.seed = seed
        self.called: list[tuple[str, Any]] = []
        self._forms: dict[str, list[str]] = {name: one["required_slots"] for name, one in domain["forms"].items()}

    async def request(self, *arguments: Any, **options: Any) -> Any:
        """What the action server of the town would send back, or raise of it."""
        body = json.loads(json.dumps(options["json"]))
        action, tracker = body["next_action"], body["tracker"]
        heard = tracker["latest_message"] or {}
        known = [tracker["slots"], tracker["active_loop"].get("name"), tracker["active_loop"].get("is_interrupted")]
        self.called.append(
            (action, [known, heard.get("text"), tracker["latest_action_name"], tracker["followup_action"]])
        )
        dice = random.Random(f"{self.seed} {action} {len(self.called)} {heard.get('text')}")
        events = self._validated(action, tracker, dice) if action.startswith("validate_") else self._acted(dice)
        said = [{"custom": {"say": action, "count": len(self.called)}}] if dice.random() < 0.6 else []
        return {"events": events, "responses": said}

    def _validated(self, action: str, tracker: dict[str, Any], dice: random.Random) -> list[dict[str, Any]]:
        form = action.removeprefix("validate_")
        requested, slots = tracker["slots"].get("requested_slot"), self._forms[form]
        throw = dice.random()
        if requested is None or throw < 0.45:
            filled = dice.sample(slots, dice.randint(0, 2)) + ([requested] if requested in slots else [])
            events = [_slot(name, f"{form}-{dice.randint(0, 9)}") for name in filled]
            empty = [name for name in slots if tracker["slots"].get(name) is None and name not in filled]
            if dice.random() < 0.7:
                events.append(_slot("requested_slot", empty[0] if empty else None))
            return events
        if throw < 0.7:
            # None of the form's business: Rasa rejects the form, and other rules have a say.
            return []
        if throw < 0.78:
            raise ClientResponseError(400, "rejected", json.dumps({"action_name": form, "error": "no"}))
        if throw < 0.86:
            return [_slot("requested_slot", None)]
        if throw < 0.92:
            return [{"event": "active_loop", "name": None, "timestamp": None}]
        return [_slot(dice.choice(slots), None), _slot("requested_slot", dice.choice(slots))]

    def _acted(self, dice: random.Random) -> list[dict[str, Any]]:
        throw = dice.random()
        if throw < 0.35:
            return []
        if throw < 0.65:
            return [_slot("asked", {"what": "person", "to": dice.randint(0, 9)}), _slot("lost", None)]
        if throw < 0.8:
            form = dice.choice(sorted(self._forms))
            return [_slot(dice.choice(self._forms[form]), dice.choice([None, "kept"])), _slot("suspended_form", form)]
        if throw < 0.9:
            return [{"event": "followup", "name": dice.choice([*sorted(self._forms), "utter_thank", "action_cancel"])}]
        if throw < 0.93:
            return [{"event": "active_loop", "name": None}, _slot("requested_slot", None)]
        return [{"event": dice.choice(["reset_slots", "rewind", "undo", "restart", "session_started", "pause"])}]


@dataclass(slots=True)
class Heard:
    """What one dialogue has led to."""

    replies: list[Any] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)


async def dialogue(agent: Agent, seed: int, said: list[str]) -> Heard:
    """Have one dialogue of up to a dozen turns; every event of it without what time alone has made."""
    dice, heard, sender = random.Random(seed), Heard(), f"talk-{seed}"
    processor = agent.processor
    processor.action_endpoint = actions = Actions(seed, agent.domain.as_dict())
    for turn in range(dice.randint(4, 12)):
        await _between(agent, sender, turn, dice)
        message = UserMessage(
            _words(dice, said),
            CollectingOutputChannel(),
            sender,
            input_channel="rest",
            message_id=f"{sender}-{turn}",
            metadata={"message_id": f"m{turn}"} if dice.random() < 0.9 else None,
        )
        try:
            heard.replies.append(await agent.handle_message(message))
        except Exception as error:  # noqa: BLE001 - how it fails is compared too
            heard.replies.append(f"{type(error).__name__}: {error}")
    tracker = await agent.tracker_store.retrieve_full_tracker(sender)
    heard.events = [_timeless(event.as_dict()) for event in tracker.events]
    heard.calls = actions.called
    return heard


async def _between(agent: Agent, sender: str, turn: int, dice: random.Random) -> None:
    """What happens to a tracker without a message: an agent's part of the talk, a slot set, a session begun."""
    throw = dice.random()
    if throw > 0.2:
        return
    tracker = await agent.processor.fetch_tracker_with_initial_session(sender, CollectingOutputChannel())
    if throw < 0.08:
        entries = [Entry(turn, "c", CITIZEN, "c'est pour demain", AT), Entry(turn, "a", "agent", "je m'en occupe", AT)]
        told = suspended({"name": tracker.active_loop_name}, AT) + [remembered(entry) for entry in entries]
        events = deserialise_events(told)
        tracker.update_with_events([*events, ActionExecuted("action_listen")], agent.domain)
    elif throw < 0.14:
        slot = dice.choice(["offered", "answered_article", "suspended_form", "issue_place"])
        tracker.update_with_events([SlotSet(slot, dice.choice([None, "handoff_form"]))], agent.domain)
    else:
        await agent.processor._update_tracker_session(tracker, CollectingOutputChannel(), {"channel": "web"})
    await agent.tracker_store.save(tracker)


def _words(dice: random.Random, said: list[str]) -> str:
    throw = dice.random()
    if throw < 0.12:
        return dice.choice(UNKNOWN)
    if throw < 0.2:
        return dice.choice(COMMANDS)
    if throw < 0.4:
        # What opens a form, answers its questions or breaks in on it.
        acts = ["book_appointment", "report_street_issue", "give_feedback", "ask_human", "handoff", "inform", "affirm"]
        return "/" + dice.choice(
            [*acts, "deny", "cancel", "resume", "emergency", "alarmed", "photo", "withdraw", "returned"]
        )
    return dice.choice(said)


def _slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value, "timestamp": None}


def _timeless(event: dict[str, Any]) -> dict[str, Any]:
    """An event without its time and the name of the policy, which is all that may differ."""
    kept = {name: value for name, value in event.items() if name != "timestamp"}
    if "policy" in kept:
        kept["policy"] = str(kept["policy"]).replace("ShortRulePolicy", "RulePolicy")
    return kept

"""What the dialogue over the fiches keeps in the tracker, and how its buttons name a case or a step."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.asking import heard
from actions.base import Events, entity, message_key
from bot.knowledge.leaves import Path
from bot.knowledge.talk import Talk

DIALOGUE = "dialogue"
"""The slot: the state after the last message that changed it (`talk`), which message that was (`to`), and the state before."""
MAX_PAIRS = 100


def talk_of(tracker: Tracker) -> Talk:
    """What the dialogue remembers as this message is answered.

    Rasa may run an action twice for one message: the second time it begins where the first one did.
    """
    kept = tracker.get_slot(DIALOGUE)
    if not isinstance(kept, dict):
        return Talk()
    again = kept.get("to") == message_key(tracker.latest_message, "-")
    return Talk.read(kept.get("before") if again else kept.get("talk"))


def waiting_now(tracker: Tracker) -> bool:
    """Whether the reply just before this message asked for a case, a step or a public: « oui » may answer that."""
    kept = tracker.get_slot(DIALOGUE)
    before = [message_key(event) for event in heard(tracker, before_this=True)][:1]
    return bool(talk_of(tracker).waiting) and isinstance(kept, dict) and kept.get("to") in before


def kept(tracker: Tracker, talk: Talk | None) -> Events:
    """Keep a state; nothing where the fiches took no part."""
    before = talk_of(tracker)
    if talk is None or (talk == before and not talk.waiting):
        return []
    state = {"talk": talk.plain(), "to": message_key(tracker.latest_message, ""), "before": before.plain()}
    return [SlotSet(DIALOGUE, state)]


def payload(intent: str, **values: object) -> str:
    """What a button means to the core."""
    return f"/{intent}{json.dumps({name: value for name, value in values.items() if value not in ('', None)})}"


def written(pairs: Sequence[tuple[int, int]]) -> str:
    """A path in a button: "0.1-2.0"."""
    return "-".join(f"{number}.{option}" for number, option in pairs)


def read_path(value: object) -> Path:
    """A path from a button; what is not one is empty."""
    pairs = [pair.partition(".") for pair in str(value or "").split("-")[:MAX_PAIRS]]
    if not all(number.isdecimal() and option.isdecimal() for number, _, option in pairs):
        return ()
    return tuple((int(number), int(option)) for number, _, option in pairs)


def written_at(at: Sequence[int]) -> str:
    """A step of a guided search in a button: "0.2.1"; "root" is the first."""
    return ".".join(map(str, at)) or "root"


def read_at(value: object) -> tuple[int, ...]:
    """A step from a button; what is not one is the first."""
    places = str(value or "").split(".")[:MAX_PAIRS]
    return tuple(map(int, places)) if all(place.isdecimal() for place in places) else ()


def number(tracker: Tracker, name: str) -> int:
    """A number that a pressed button says of itself; 0 for none."""
    value = entity(tracker, name)
    return int(value) if isinstance(value, (int, float)) and 0 <= value < 2**32 else 0

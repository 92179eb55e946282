"""The end of a long tracker, with the state that its past has left: what Rasa needs of a conversation to go on.

Rasa replays a tracker's events many times for each message (`DialogueStateTracker.copy`, `past_states`), so a message
costs the more, the longer the conversation is. Nothing that Rasa does next depends on more than the slots, the open loop
and the last turns. So the past is cut off behind a turn, and events that lead to the same state are put in its place, as
Rasa itself does where it carries slots over to a new session. All of it are ordinary events: whatever replays them, copies
them or looks at them finds the state that the whole conversation would have given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    ConversationPaused,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

LONGEST = 60
"""Events; a tracker with more is cut."""
KEPT = 30
"""Events that stay at least: about six turns, twice the longest rule."""
COMPARED = 12
"""Of the events that policies look at, so many of the last have to be the same ones after a cut."""
FEWEST = 3
"""What is compared at least: a message, an action, and that the bot listens."""

New = Callable[[], DialogueStateTracker]
Tracker = TypeVar("Tracker", bound=DialogueStateTracker)


@dataclass(frozen=True, slots=True)
class Short:
    """A tracker that was cut."""

    head: list[Event]
    """What stands for the past."""
    tail: list[Event]
    """The last events, as they were."""

    @property
    def events(self) -> list[Event]:
        """All that is left."""
        return [*self.head, *self.tail]

    def __len__(self) -> int:
        return len(self.head) + len(self.tail)


def shortened(events: Sequence[Event], new: New) -> Short | None:
    """Fewer events that lead to the same state; None if there are few enough, or no place to cut.

    What is before the current session goes in any case, as with Rasa's own stores. `new` makes an empty tracker of the conversation's kind. The cut is behind an `action_listen` at which nothing is under
    way. Slots, the open loop, the last message and answer, and the last actions are compared before it is taken.
    """
    session = max((at for at, one in enumerate(events) if isinstance(one, SessionStarted)), default=0)
    if len(events) - session <= LONGEST:
        return Short([], list(events[session:])) if session else None
    begin = max((at for at, one in enumerate(events) if isinstance(one, (SessionStarted, Restarted))), default=0)
    if len(events) - begin <= LONGEST:
        # What came before has been reset.
        return Short([], list(events[begin:]))
    whole = replayed(new(), events)
    for cut in range(len(events) - KEPT, begin + 1, -1):
        if not _listens(events[cut - 1]):
            continue
        carried = _carried(events[begin:cut], new, whole)
        if carried is None:
            continue
        short = Short(carried, list(events[cut:]))
        if len(short) < len(events) and _alike(replayed(new(), short.events), whole):
            return short
    return None


def replayed(tracker: Tracker, events: Sequence[Event]) -> Tracker:
    """A tracker after events, which stay as they are (`DialogueStateTracker.update` writes the model's id into them)."""
    for event in events:
        tracker.events.append(event)
        event.apply_to(tracker)
    return tracker


def _listens(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME


def _carried(past: Sequence[Event], new: New, whole: DialogueStateTracker) -> list[Event] | None:
    """Events for the state after `past`; None if something is under way there."""
    there = replayed(new(), past)
    if there.is_active_loop_rejected or there.is_active_loop_interrupted or there.followup_action is not None:
        return None
    at = past[-1].timestamp
    carried: list[Event] = [SessionStarted(timestamp=at)]
    if there.active_loop is not None:
        opening = _opening(past, there.active_loop.name)
        if opening is None:
            return None
        first, behind = opening
        before = replayed(new(), past[:first])
        carried += _slots(before, new(), at)
        # A rule that opens a loop begins after the bot has listened.
        listened = next((one for one in reversed(past[:first]) if _listens(one)), None)
        carried += [listened or ActionExecuted(ACTION_LISTEN_NAME, timestamp=at), *past[first:behind]]
        carried += _slots(there, replayed(new(), carried), at)
    else:
        carried += _slots(there, new(), at)
    if there.is_paused():
        carried.append(ConversationPaused(timestamp=at))
    said = there.latest_bot_utterance
    if said is whole.latest_bot_utterance and _is_among(past, said):
        # Nothing was said since.
        carried.append(said)
    if there.active_loop is None:
        carried.append(past[-1])
    return carried


def _opening(past: Sequence[Event], loop: str | None) -> tuple[int, int] | None:
    """From the message that opened the loop to behind the next `action_listen`."""
    opened = max((at for at, one in enumerate(past) if isinstance(one, ActiveLoop)), default=-1)
    while opened > 0:
        earlier = max((at for at, one in enumerate(past[:opened]) if isinstance(one, ActiveLoop)), default=-1)
        # A loop that is set again is still the same.
        if earlier < 0 or past[earlier].name != loop:
            break
        opened = earlier
    heard = max((at for at, one in enumerate(past[: opened + 1]) if isinstance(one, UserUttered)), default=-1)
    listened = next((at for at in range(opened + 1, len(past)) if _listens(past[at])), -1)
    return (heard, listened + 1) if opened >= 0 and heard >= 0 and listened >= 0 else None


def _slots(wanted: DialogueStateTracker, given: DialogueStateTracker, at: float) -> list[Event]:
    """What sets the slots of `given` as they are in `wanted`."""
    return [
        SlotSet(name, slot.value, timestamp=at)
        for name, slot in wanted.slots.items()
        if not _same(slot, given.slots.get(name))
    ]


def _same(one: Slot, other: Slot | None) -> bool:
    if other is None or one.value != other.value:
        return False
    # Whether a slot was set, and not only what to, is something that policies may see of it.
    return not one.influence_conversation or bool(one.has_been_set == other.has_been_set)


def _alike(one: DialogueStateTracker, other: DialogueStateTracker) -> bool:
    return (
        one.latest_message is other.latest_message
        and _alike_said(one, other)
        and one.latest_action == other.latest_action
        and one.followup_action == other.followup_action
        and one.is_paused() == other.is_paused()
        and one.active_loop == other.active_loop
        and one.slots.keys() == other.slots.keys()
        and all(_same(slot, other.slots[name]) for name, slot in one.slots.items())
        and _alike_applied(one, other)
    )


def _alike_said(one: DialogueStateTracker, other: DialogueStateTracker) -> bool:
    """The same event, or in both none: then each has an empty one of its own."""
    said = one.latest_bot_utterance
    return said is other.latest_bot_utterance or not (
        _is_among(one.events, said) or _is_among(other.events, other.latest_bot_utterance)
    )


def _alike_applied(one: DialogueStateTracker, other: DialogueStateTracker) -> bool:
    """The last events that policies look at are the same ones. Within a loop there may be few: Rasa drops its turns."""
    given, wanted = _applied(one), _applied(other)
    count = min(COMPARED, len(given), len(wanted))
    return count >= min(FEWEST, len(wanted)) and all(
        ours is theirs for ours, theirs in zip(given[-count:], wanted[-count:], strict=True)
    )


def _applied(tracker: DialogueStateTracker) -> list[Event]:
    return [one for one in tracker.applied_events() if isinstance(one, (ActionExecuted, UserUttered))]


def _is_among(events: Iterable[Event], event: Event | None) -> bool:
    return any(one is event for one in events)

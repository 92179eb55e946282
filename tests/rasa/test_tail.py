"""What is left of a long tracker leads to the same state, whatever has happened in it."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_plugins.tail import KEPT, LONGEST, replayed, shortened
from tests.rasa.conftest import ROOT

pytestmark = pytest.mark.rasa

DOMAIN = Domain.load(str(ROOT / "domain.yml"))
FORM = DOMAIN.form_names[0]
SLOTS = ("answered_article", "requested_slot", "handoff_contact")
BEGIN: list[Event] = [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")]


def new() -> DialogueStateTracker:
    return DialogueStateTracker("c1", DOMAIN.slots)


def heard(text: str, intent: str = "thank") -> UserUttered:
    return UserUttered(text, {"name": intent, "confidence": 0.9}, metadata={"message_id": text})


def turn(text: str) -> list[Event]:
    return [heard(text), ActionExecuted("utter_thank"), BotUttered(f"à {text}"), ActionExecuted("action_listen")]


def opened(text: str) -> list[Event]:
    asked = [SlotSet("requested_slot", "handoff_contact"), BotUttered("comment vous joindre ?")]
    return [heard(text, "ask_person"), ActionExecuted(FORM), ActiveLoop(FORM), *asked, ActionExecuted("action_listen")]


def filled(text: str) -> list[Event]:
    asked = [SlotSet("answered_article", text), SlotSet("requested_slot", "handoff_contact"), BotUttered(text)]
    return [heard(text, "inform"), ActionExecuted(FORM), *asked, ActionExecuted("action_listen")]


def closed(text: str) -> list[Event]:
    ends: list[Event] = [SlotSet("handoff_contact", text), ActiveLoop(None), SlotSet("requested_slot", None)]
    return [heard(text, "inform"), ActionExecuted(FORM), *ends, BotUttered(text), ActionExecuted("action_listen")]


def interrupted(text: str) -> list[Event]:
    aside: list[Event] = [ActionExecutionRejected(FORM), ActionExecuted("utter_thank"), BotUttered("de rien")]
    return [heard(text), *aside, LoopInterrupted(True), ActionExecuted(FORM), ActionExecuted("action_listen")]


def state(tracker: DialogueStateTracker) -> dict[str, object]:
    found = tracker.current_state()
    return {key: found[key] for key in found if key not in {"latest_event_time"}} | {
        "bot": tracker.latest_bot_utterance and tracker.latest_bot_utterance.text,
        "states": tracker.past_states(DOMAIN)[-3:],
    }


def cut(events: list[Event]) -> list[Event]:
    found = shortened(events, new)
    assert found is not None
    return found.events


def dialogue(seed: int, turns: int) -> Iterator[list[Event]]:
    """Turns of all kinds in any order, as Rasa would write them."""
    chance = random.Random(seed)
    is_open = False
    yield list(BEGIN)
    for number in range(turns):
        text = f"message {number}"
        kind = chance.choice("tttsffiicrpuabz")
        if is_open:
            if kind in "fts":
                yield filled(text)
            elif kind == "c":
                is_open = False
                yield closed(text)
            else:
                yield interrupted(text)
        elif kind in "fi":
            is_open = True
            yield opened(text)
        elif kind == "s":
            yield [heard(text), SlotSet(chance.choice(SLOTS), chance.choice([None, text])), *turn(text)[1:]]
        elif kind == "r" and chance.random() < 0.2:
            yield [heard(text, "restart"), ActionExecuted("action_restart"), Restarted(), *BEGIN]
        elif kind == "p":
            yield [*turn(text), ConversationPaused(), heard("pause"), ConversationResumed()]
        elif kind == "u":
            yield [*turn(text)[:3], UserUtteranceReverted(), ActionExecuted("action_listen")]
        elif kind == "a":
            yield [*turn(text)[:3], AllSlotsReset(), ActionExecuted("action_listen")]
        elif kind == "b":
            yield [*turn(text)[:3], ActionReverted(), ActionExecuted("action_listen")]
        elif kind == "z":
            yield [heard(text), FollowupAction("utter_thank"), *turn(text)[1:]]
        else:
            yield turn(text)


def test_a_short_tracker_stays_as_it_is() -> None:
    """There is nothing to gain."""
    assert shortened([*BEGIN[1:], *turn("un")], new) is None


def test_of_two_sessions_the_last_one_stays() -> None:
    """As Rasa's own stores give it."""
    assert cut([*BEGIN, *turn("avant"), *BEGIN, *turn("après")]) == [*BEGIN[1:], *turn("après")]


@pytest.mark.parametrize("seed", range(12))
def test_the_state_is_the_same_after_every_turn(seed: int) -> None:
    """Cut again and again, with slots, forms, interruptions, reverts, restarts and pauses; and it stays short.

    Of what policies look at, these are the last states; before the turn that opened a form they may be others.
    """
    whole: list[Event] = []
    short: list[Event] = []
    longest = 0
    for events in dialogue(seed, 80):
        whole += events
        short = [*short, *events]
        found = shortened(short, new)
        short = found.events if found else short
        longest = max(longest, len(short))

        assert state(replayed(new(), short)) == state(replayed(new(), whole))
    assert longest <= 3 * LONGEST


def test_an_open_form_stays_open() -> None:
    """Forty answers after it was opened its name, what opened it and what it asks are still there."""
    whole = [*BEGIN, *turn("avant"), *opened("je voudrais parler à quelqu'un")]
    for number in range(40):
        whole += filled(f"réponse {number}")
    short = cut(whole)
    tracker = replayed(new(), short)

    assert len(short) <= LONGEST
    assert tracker.active_loop == replayed(new(), whole).active_loop
    assert tracker.active_loop is not None
    assert tracker.active_loop.trigger_message["text"] == "je voudrais parler à quelqu'un"
    assert tracker.get_slot("requested_slot") == "handoff_contact"
    assert [one.text for one in tracker.applied_events() if isinstance(one, UserUttered)][:1] == [
        "je voudrais parler à quelqu'un"
    ]


def test_only_whole_turns_stay() -> None:
    """The cut is behind a turn, the last ones are the same events, and a copy of the tracker is like it."""
    whole = list(BEGIN)
    for number in range(60):
        whole += turn(f"message {number}")
    short = cut(whole)
    tracker = replayed(new(), short)

    assert [id(one) for one in short[-KEPT:]] == [id(one) for one in whole[-KEPT:]]
    assert isinstance(short[0], SessionStarted)
    assert sum(isinstance(one, UserUttered) for one in short) * 4 + 2 == len(short)
    assert state(tracker.copy()) == state(tracker)


def test_what_has_no_place_to_cut_stays_whole() -> None:
    """Five hundred slots and never a turn: state before size."""
    assert shortened([*BEGIN[:2], *(SlotSet("answered_article", f"a{n}") for n in range(500))], new) is None

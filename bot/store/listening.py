"""What the core made of what citizens said, out of Rasa's events as they are stored."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

from bot.errors import StoreError
from bot.lessons import Understood
from bot.rasa_events import SAID_TO_AGENT, metadata_of
from bot.store import codec
from bot.understanding.measures import ALARMS

USER, LOOP = "user", "active_loop"
TURNS = (LOOP, "session_started", "restart")
"""Events behind which another form is open, or none."""
UNDECIDED = ("nlu_fallback", "out_of_scope")
"""What stands for « none of the acts »."""
PAYLOAD = "/"


def understood(events: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Understood]]:
    """By the message's id, in the order of the events; (type, JSON) in, whatever cannot be read is passed over."""
    form = False
    for kind, text in events:
        try:
            event = codec.event(text)
        except StoreError:
            continue
        if kind != USER:
            form = kind == LOOP and bool(event.get("name"))
            continue
        ref = metadata_of(event).get("message_id")
        found = _read(event, form)
        if isinstance(ref, str) and ref and found is not None:
            yield ref, found


def _read(event: dict[str, Any], form: bool) -> Understood | None:
    parsed = event.get("parse_data")
    parsed = parsed if isinstance(parsed, dict) else {}
    named = _scored(parsed.get("intent"))
    if named is None or named[0] == SAID_TO_AGENT:
        return None
    if str(event.get("text") or "").startswith(PAYLOAD):
        return Understood(named[0], named[1], 1.0, pressed=True, article=_article(parsed), in_form=form)
    given = parsed.get("intent_ranking")
    ranking = [one for one in map(_scored, given if isinstance(given, list) else ()) if one is not None]
    # The fallback stands before what it stands for.
    likely = [one for one in ranking if one[0] != UNDECIDED[0]] or [named]
    first, second = likely[0], likely[1] if len(likely) > 1 else ("", 0.0)
    scope = parsed.get("scope")
    tier = scope.get("tier") if isinstance(scope, dict) else None
    return Understood(
        intent=first[0],
        confidence=first[1],
        margin=max(0.0, first[1] - second[1]),
        alarm=min(1.0, sum(score for name, score in likely if name in ALARMS)),
        unsure=tier == "unsure" or (tier is None and named[0] == UNDECIDED[0]),
        in_form=form,
    )


def _scored(given: Any) -> tuple[str, float] | None:
    if not isinstance(given, dict):
        return None
    name, score = given.get("name"), given.get("confidence")
    if not isinstance(name, str) or isinstance(score, bool) or not isinstance(score, (int, float)):
        return None
    return (name, min(1.0, max(0.0, float(score)))) if math.isfinite(score) else None


def _article(parsed: dict[str, Any]) -> str:
    given = parsed.get("entities")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict) and one.get("entity") == "article" and isinstance(one.get("value"), str):
            return str(one["value"])
    return ""

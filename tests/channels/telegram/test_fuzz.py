"""Whatever Telegram, or somebody who has the secret, sends: events or a refusal, never an exception of ours."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import RequestRejected
from bot.messages import Message, Skipped
from channels.telegram import payloads
from tests.channels.telegram import FIXTURES, NOW, channel, fixture, request

NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
CHANNEL = channel()
KNOWN = payloads.Us(4200, "pontavel_bot")
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 2**31, 2**53, 2**63, 10**30, 1.5, -1e308, 1e308]),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["", "private", "group", "\x00", "\u202e", "/start", "a" * 5000, "🏠" * 10]),
    st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just({})), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
    st.just([[]]),
    st.just([{}]),
    st.just([None]),
)


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every field."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*before, key)
        yield from paths(inner, (*before, key))


def changed(update: dict[str, Any], path: tuple[Any, ...], change: Any, drop: bool) -> dict[str, Any]:
    """An update with one field dropped or of another value."""
    update = copy.deepcopy(update)
    holder: Any = update
    for key in path[:-1]:
        holder = holder[key]
    if drop:
        del holder[path[-1]]
    else:
        holder[path[-1]] = change
    return update


def check(update: Any) -> None:
    """Parse it over the wire, and look at what came out as those will who store it."""
    try:
        found = CHANNEL.parse(request(update))
    except RequestRejected:
        return
    found = [*found, *payloads.events(update, KNOWN, NOW)]
    assert all(isinstance(event, (Message, Skipped)) for event in found)
    for event in found:
        if isinstance(event, Message):
            # What is stored has to be what a database and JSON take.
            assert event.sent_at.tzinfo is not None
            for text in (event.id, event.text, event.address.key, *(one.name for one in event.attachments)):
                assert isinstance(text, str)
                text.encode("utf-8")
                assert "\x00" not in text
            assert len(event.id) < 150
            assert int(event.address.key)


@pytest.mark.parametrize("name", NAMES)
def test_any_field_may_be_missing(name: str) -> None:
    """One at a time, each of them."""
    update = fixture(name)
    for path in list(paths(update)):
        check(changed(update, path, None, drop=True))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=150)
@given(data=st.data())
def test_any_field_may_be_of_any_type(name: str, data: st.DataObject) -> None:
    """Up to three of them at once."""
    update = fixture(name)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(sorted(paths(update), key=repr)))
        update = changed(update, path, data.draw(ODD), drop=data.draw(st.booleans()))
        if not update:
            break
    check(update)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_may_come(body: bytes) -> None:
    """They are refused, or hold nothing."""
    from dataclasses import replace

    try:
        CHANNEL.parse(replace(request({}), body=body))
    except RequestRejected:
        pass


@settings(max_examples=100)
@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_two_kinds_in_one_update_are_no_exception(first: str, second: str) -> None:
    """Telegram promises at most one; nobody holds it to that."""
    check({**fixture(second), **fixture(first)})

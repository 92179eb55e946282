"""Webhooks with anything wrong in them: they are read or refused, and cost their neighbours nothing."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RequestRejected
from bot.messages import Message, Skipped, Status
from tests.channels.meta.payloads import NAMES, channel_of, fixture, request

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**20),
    st.floats(),
    st.text(),
    st.sampled_from(["", "\ud800", "\x00", "0", "-1", "comment:1", "c.AbCdEfGhIjKlMnOp", "a" * 100_000, "1e9"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["id", "text", "type"]), st.integers(), max_size=2),
)
DROPPED = object()


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value in a structure."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    """The structure with another value in one place."""
    found = copy.deepcopy(data)
    holder = found
    for key in path[:-1]:
        holder = holder[key]
    if value is DROPPED:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return found


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_anything_is_read_or_refused(name: str, data: st.DataObject) -> None:
    """Whatever stands in whatever place, and whatever is missing."""
    whole = fixture(name)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(whole))))
        whole = changed(whole, path, data.draw(st.one_of(st.just(DROPPED), ODD)))
        if not list(places(whole)):
            break
    channel = channel_of(name)
    try:
        found = channel.parse(request(channel.name, whole))
    except RequestRejected:
        return

    assert all(isinstance(event, Message | Status | Skipped) for event in found)
    for event in found:
        if isinstance(event, Message):
            assert event.id
            assert event.address.key
            assert len(event.text) <= channel.limits.incoming_text_chars
            str(event.address).encode()
            event.id.encode()
            event.text.encode()
            for one in event.attachments:
                f"{one.name}{one.media_type}{one.url}".encode()


NEIGHBOURS = {
    "messenger": ("messenger_text", ("entry", 0, "messaging")),
    "instagram": ("instagram_text", ("entry", 0, "messaging")),
    "whatsapp": ("whatsapp_text", ("entry", 0, "changes", 0, "value", "messages")),
}


@pytest.mark.parametrize("name", sorted(NEIGHBOURS))
@given(data=st.data())
def test_a_neighbour_is_read_all_the_same(name: str, data: st.DataObject) -> None:
    """Whatever is wrong with the item before it."""
    fixture_name, path = NEIGHBOURS[name]
    whole = fixture(fixture_name)
    items = whole
    for key in path:
        items = items[key]
    good = copy.deepcopy(items[0])
    inner = data.draw(st.sampled_from(list(places(good))))
    value = data.draw(st.one_of(st.just(DROPPED), ODD))
    items[:] = [data.draw(st.one_of(st.just(changed(good, inner, value)), ODD)), good]
    channel = channel_of(name)
    *_, last = channel.parse(request(channel.name, whole))

    assert last == channel.parse(request(channel.name, fixture(fixture_name)))[0]


@pytest.mark.parametrize("name", NAMES)
def test_a_repeated_webhook_repeats_its_ids(name: str) -> None:
    """Meta sends again what was not answered with 200: doubles are known by their ids."""
    channel = channel_of(name)
    twice = [channel.parse(request(channel.name, fixture(name))) for _ in range(2)]

    assert twice[0] == twice[1]

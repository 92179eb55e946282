"""Any field of any request may be missing, of another type or hold anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RequestRejected
from bot.messages import Message
from tests.channels.api.test_channel import SECRET, api, post

FIXTURES = {
    path.stem: json.loads(path.read_text("utf-8")) for path in (Path(__file__).parent / "fixtures").glob("*.json")
}
CHANNEL = api(SECRET)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
DROP = object()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a payload."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(inner, (*path, key))


def spoilt(payload: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with something else at a place, or nothing."""
    copy = json.loads(json.dumps(payload))
    owner = copy
    for key in path[:-1]:
        owner = owner[key]
    if value is DROP:
        del owner[path[-1]]
    else:
        owner[path[-1]] = value
    return copy


def parsed(body: bytes) -> list[Message]:
    """What is in a body; nothing if it is refused. Any other exception fails the test."""
    try:
        return CHANNEL.parse(post(body))
    except RequestRejected:
        return []


@pytest.mark.parametrize("name", sorted(FIXTURES))
def test_every_fixture_is_one_message(name: str) -> None:
    """What a client may send is understood."""
    (message,) = parsed(json.dumps(FIXTURES[name]).encode())

    assert message.id.startswith("borne.")


@given(st.data())
def test_a_spoilt_field_is_refused_or_harmless(data: st.DataObject) -> None:
    """It gives a message of ours or a refusal, and never anything else."""
    payload = FIXTURES[data.draw(st.sampled_from(sorted(FIXTURES)))]
    path = data.draw(st.sampled_from(list(places(payload))))
    value = data.draw(st.just(DROP) | VALUES)

    for message in parsed(json.dumps(spoilt(payload, path, value)).encode()):
        client, conversation, given_id = message.id.split(".")
        assert message.address.key == f"{client}.{conversation}"
        assert client == "borne"
        assert given_id
        assert len(message.text) <= CHANNEL.limits.incoming_text_chars


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(body: bytes) -> None:
    """No body breaks us."""
    assert isinstance(parsed(body), list)


@given(VALUES)
def test_any_json_is_refused_or_read(value: Any) -> None:
    """Nor does any JSON."""
    assert parsed(json.dumps(value).encode()) == []

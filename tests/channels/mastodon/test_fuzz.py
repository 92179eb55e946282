"""Whatever a server sends, `parse` gives events or refuses; and one item never costs another."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RequestRejected
from bot.messages import Kind, Message, Skipped
from channels.base import RawRequest
from channels.mastodon import payloads
from channels.mastodon.mentions import Mentions
from channels.mastodon.stream import ServerEvent, StreamLost, events
from tests.channels.conformance import NOW
from tests.channels.mastodon.test_channel import FIXTURES, fixture, make, parsed

NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
RUBBISH: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["\ud800", "<", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every field of a payload, by the way to it."""
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, value in items:
        yield (*path, name)
        yield from places(value, (*path, name))


PLACES = [(name, path) for name in NAMES for path in places(fixture(name))]


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A fixture with one field dropped, or replaced by anything."""
    name, path = draw(st.sampled_from(PLACES))
    body = copy.deepcopy(fixture(name))
    holder = body
    for step in path[:-1]:
        holder = holder[step]
    if draw(st.booleans()):
        del holder[path[-1]]
    else:
        holder[path[-1]] = draw(RUBBISH)
    return body


@given(spoilt())
def test_a_spoilt_notification_is_an_event_or_a_refusal(body: Any) -> None:
    """Never anything else, and what is said of it can be stored."""
    try:
        (event,) = make().parse(RawRequest("POST", "/channels/mastodon", json.dumps(body).encode()))
    except RequestRejected:
        return

    assert isinstance(event, (Message, Skipped))
    if isinstance(event, Message):
        event.text.encode()
        assert event.text or event.attachments
        assert event.kind in (Kind.TEXT, Kind.UNREADABLE)
        assert event.sent_at.tzinfo is not None


@given(st.binary() | RUBBISH.map(lambda body: json.dumps(body).encode()))
def test_any_body_is_events_or_a_refusal(body: bytes) -> None:
    """Bytes that are no notification at all, too."""
    try:
        found = make().parse(RawRequest("POST", "/channels/mastodon", body))
    except RequestRejected:
        return

    assert all(isinstance(event, (Message, Skipped)) for event in found)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", ["id", "type", "status"])
@pytest.mark.parametrize("value", [None, 7, [], {}, "", "\ud800", "x" * 1000])
def test_a_needed_field_of_another_type_is_malformed_or_unknown(name: str, field: str, value: Any) -> None:
    """It gives no message, whatever it is."""
    assert isinstance(parsed({**fixture(name), field: value}), Skipped)


class Listed:
    """A server whose list holds one page."""

    def __init__(self, page: list[Any]) -> None:
        self._page = page

    async def get(self, path: str, *params: tuple[str, str]) -> object:
        return self._page if ("min_id", "0") in params else []


class Kept:
    def __init__(self) -> None:
        self.at = "0"

    async def read(self) -> str:
        return self.at

    async def write(self, value: str) -> None:
        self.at = value


@given(spoilt() | RUBBISH)
def test_a_spoilt_notification_costs_no_neighbour(spoilt_one: Any) -> None:
    """Those before and behind it in the list are handed over."""
    before, behind = fixture("mention-direct"), fixture("mention-warned")
    before["id"], behind["id"] = "68739001", "68739999"
    said: list[str] = []

    async def deliver(message: Message) -> bool:
        said.append(message.id)
        return True

    async def read() -> None:
        page: Any = Listed([behind, spoilt_one, before])
        kept = Kept()
        mentions = Mentions(page, parsed, deliver, kept, lambda: NOW)
        await mentions.begin()
        await mentions.catch_up()
        assert kept.at >= "68739999" or len(kept.at) > 8

    asyncio.run(read())

    assert before["status"]["id"] in said
    assert behind["status"]["id"] in said


TOLD = [ServerEvent("notification", '{"id":"1","words":"é\u2028à"}'), ServerEvent(), ServerEvent("notification", "2")]
BYTES = b"".join(
    f"event: {event.name}\ndata: {event.data}\n\n".encode() if event.name else b":thump\n" for event in TOLD
)


@given(st.lists(st.integers(0, len(BYTES))), st.integers(0, len(BYTES)))
def test_a_stream_may_come_in_any_pieces_and_end_anywhere(cuts: list[int], end: int) -> None:
    """What is told does not depend on where packets begin; an event that breaks off was not told."""
    places = sorted({0, end, *(cut for cut in cuts if cut < end)})

    async def chunks() -> Any:
        for begin, stop in itertools.pairwise(places):
            yield BYTES[begin:stop]

    async def read() -> list[ServerEvent]:
        heard: list[ServerEvent] = []
        with contextlib.suppress(StreamLost):
            async for event in events(chunks()):
                heard.append(event)
        return heard

    heard = asyncio.run(read())

    assert heard == TOLD[: len(heard)]
    assert len(heard) == 3 or end < len(BYTES)


async def test_an_endless_event_is_given_up() -> None:
    """A stream that never ends an event does not fill the memory."""

    async def chunks() -> Any:
        while True:
            yield b"data: " + b"x" * 100_000

    with pytest.raises(StreamLost):
        await anext(events(chunks()))


def test_every_fixture_is_read() -> None:
    """The fixtures are what they say they are: mentions are messages, the others are skipped."""
    kinds = {name: type(payloads.event(fixture(name), None, "social.pontavel.example", 4000)) for name in NAMES}

    assert {name for name, kind in kinds.items() if kind is Skipped} == {"favourite", "mention-bot"}

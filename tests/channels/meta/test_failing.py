"""What the Graph API's refusals and faults become."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.errors import SendError, SendFailed, SendRefused, SendUnsure
from channels.meta import graph as client
from channels.meta.codes import PAIR_WAIT, REPAIR_WAIT
from channels.meta.graph import refusal
from tests.channels.meta.payloads import messenger, settings, whatsapp
from tests.channels.meta.test_sending import HELLO, MAKERS, USER_ID, Maker, ready, say
from tests.fakes.graph import FakeGraph


@MAKERS
async def test_a_wait_is_passed_on(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """The app's limit holds everybody up, for as long as they say."""
    graph.fault = "limiting"

    with pytest.raises(SendFailed) as caught:
        await say(ready(make, http, graph), HELLO)
    assert (caught.value.retry_after, caught.value.everyone) == (timedelta(minutes=2), True)


@MAKERS
async def test_their_fault_is_for_now(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """A 500 is asked again, for this message alone."""
    graph.fault = "failing"

    with pytest.raises(SendFailed) as caught:
        await say(ready(make, http, graph), HELLO)
    assert not isinstance(caught.value, SendUnsure)
    assert not caught.value.everyone


@MAKERS
@pytest.mark.parametrize("fault", ["closing", "taking_then_closing", "garbled"])
async def test_a_lost_answer_is_doubtful(
    make: Maker, http: aiohttp.ClientSession, graph: FakeGraph, fault: str
) -> None:
    """The message went out: they may have it."""
    graph.fault = fault

    with pytest.raises(SendUnsure):
        await say(ready(make, http, graph), HELLO)


async def test_silence_is_doubtful(
    http: aiohttp.ClientSession, graph: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the time that one waits for them."""
    monkeypatch.setattr(client, "TIMEOUT", aiohttp.ClientTimeout(total=0.2))
    graph.fault = "hanging"

    with pytest.raises(SendUnsure):
        await say(ready(messenger, http, graph), HELLO)


@MAKERS
async def test_nobody_there_is_not_doubtful(make: Maker, http: aiohttp.ClientSession) -> None:
    """Without a connection nothing went out."""
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    channel = make(http=http, api=settings(f"http://127.0.0.1:{port}"))

    with pytest.raises(SendFailed) as caught:
        await say(channel, HELLO)
    assert not isinstance(caught.value, SendUnsure)


@MAKERS
async def test_the_token_follows_nobody(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """A redirect of the API is no answer of the API."""
    graph.fault = "moving"

    with pytest.raises(SendError):
        await say(ready(make, http, graph), HELLO)
    assert len(graph.asked) == 1


@MAKERS
async def test_an_old_token_holds_everybody_up(make: Maker, http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Somebody renews it; nothing is given up meanwhile, and it stands in no error."""
    channel = ready(make, http, graph, token="another-fake-token")

    with pytest.raises(SendFailed) as caught:
        await say(channel, HELLO)
    assert (caught.value.everyone, caught.value.retry_after) == (True, REPAIR_WAIT)
    assert "fake-token" not in str(caught.value)


async def test_one_citizen_s_limit_is_theirs_alone(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """WhatsApp limits what one number says to one citizen."""
    graph.codes = {USER_ID: (400, 131056, None)}

    with pytest.raises(SendFailed) as caught:
        await say(ready(whatsapp, http, graph), HELLO)
    assert (caught.value.everyone, caught.value.retry_after) == (False, PAIR_WAIT)


async def test_an_error_after_the_fact_is_doubtful(http: aiohttp.ClientSession, graph: FakeGraph) -> None:
    """Of one of Messenger's errors it is documented that the message was sent."""
    graph.codes = {"24680135792468": (500, 1, 1357046)}

    with pytest.raises(SendUnsure):
        await say(ready(messenger, http, graph), HELLO)


@pytest.mark.parametrize(
    ("status", "data", "kind", "everyone"),
    [
        (429, {}, SendFailed, True),
        (503, {"error": "text"}, SendFailed, False),
        (400, {"error": {"code": "4"}}, SendRefused, False),
        (403, {"error": {"code": 299}}, SendRefused, False),
        (400, {"error": {"code": 987654, "is_transient": True}}, SendFailed, False),
        (401, {}, SendFailed, True),
        (200, {"error": {"code": 4}}, SendFailed, True),
    ],
)
def test_what_the_table_does_not_know_goes_by_its_status(
    status: int, data: dict[str, Any], kind: type[SendError], everyone: bool
) -> None:
    """New codes and other servers' answers."""
    found = refusal(status, data, {})

    assert isinstance(found, kind)
    assert getattr(found, "everyone", False) is everyone


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "30"}, timedelta(seconds=30)),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "1e400"}, None),
        ({"Retry-After": "99999999"}, timedelta(hours=1)),
        ({"X-Business-Use-Case-Usage": "{"}, None),
        (
            {"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 3}, 7], "2": 5}'},
            timedelta(minutes=3),
        ),
    ],
)
def test_a_wish_is_believed_within_reason(headers: dict[str, str], wait: timedelta | None) -> None:
    """An hour at most, and nothing that is no number."""
    found = refusal(429, {}, headers)

    assert isinstance(found, SendFailed)
    assert found.retry_after == wait


def test_an_error_never_quotes_them() -> None:
    """Their words may hold the citizen's."""
    found = refusal(400, {"error": {"code": 100, "message": "Param text: je m’appelle Camille"}}, {})

    assert "Camille" not in str(found)


@pytest.mark.parametrize("status", [302, 400, 403, 404])
def test_a_refusal_without_a_reason_is_for_now(status: int) -> None:
    """It is not the API's: a proxy's, or that of a wrong address. No citizen's answer is lost for it."""
    error = refusal(status, {}, {})

    assert isinstance(error, SendFailed)
    assert not error.everyone

"""Replies at the client's callback, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import pytest

from bot.clock import now
from bot.errors import SendError, SendFailed, SendRefused, SendUnsure
from bot.messages import Address, Outgoing, Receipt, Reply, Thread
from bot.settings_channels import Api, ApiClient
from channels.api import SignedApi, callbacks
from tests.channels.api.door import SECRET, WEBSITE, WORDING, channel
from tests.channels.conformance import NOW
from tests.fakes.api_client import FakeApiClient

TO = Address("api", "borne.c-1")
OUTGOING = Outgoing({"id": "r.1", "text": "Ouvert à 9 h."}, key="o-1")


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def client() -> AsyncIterator[FakeApiClient]:
    async with FakeApiClient("borne", SECRET) as fake:
        yield fake


async def failure(api: SignedApi, to: Address = TO, outgoing: Outgoing = OUTGOING) -> Any:
    """What sending raises."""
    try:
        await api.send(to, outgoing)
    except SendError as error:
        return error
    raise AssertionError("it was sent")


async def test_a_reply_arrives_signed(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """The callback gets the conversation and the reply as rendered, under our key."""
    api = channel(http, borne=client.callback)
    (outgoing,) = api.render(Reply("r.1", "Ouvert à 9 h."), Thread(now=NOW))
    receipt = await api.send(TO, Outgoing(outgoing.payload, key="o-1"))

    assert receipt == Receipt()
    assert client.sent == [{"conversation": "c-1", "reply": outgoing.payload}]
    assert client.headers[0]["webhook-id"] == "o-1"
    assert client.headers[0]["content-type"] == "application/json"


async def test_the_newest_secret_signs(http: aiohttp.ClientSession) -> None:
    """After a rotation at ours, a client that knows only the older secret refuses; that is tried again."""
    async with FakeApiClient("borne", "n" * 40) as new, FakeApiClient("borne", "o" * 40) as old:
        for fake in (new, old):
            options = Api({"borne": ApiClient(fake.callback)})
            api = SignedApi(http, options, {"borne": ("n" * 40, "o" * 40)}, WORDING, WEBSITE)
            if fake is new:
                await api.send(TO, OUTGOING)
            else:
                assert type(await failure(api)) is SendFailed

    assert (len(new.sent), len(old.sent)) == (1, 0)


async def test_a_key_with_dots_becomes_an_id_without(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """The same key is the same id at every attempt."""
    api = channel(http, borne=client.callback)
    for _ in range(2):
        await api.send(TO, Outgoing({"id": "r.1"}, key="borne.c-1.m-1.0"))

    assert len(client.sent) == 2
    assert len(client.shown) == 1


async def test_without_a_callback_a_reply_waits(http: aiohttp.ClientSession) -> None:
    """The client comes for it: there is nothing to send."""
    assert await channel(http, borne="").send(TO, OUTGOING) == Receipt()


async def test_a_client_that_is_gone_gets_nothing(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """Whoever was taken out of office.yml is refused for good."""
    error = await failure(channel(http, borne=client.callback), Address("api", "autre.c-1"))

    assert type(error) is SendRefused


async def test_a_conversation_that_is_gone_is_refused(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """410 is the client's word for somebody who has left."""
    client.gone = {"c-1"}
    api = channel(http, borne=client.callback)

    assert type(await failure(api)) is SendRefused
    assert await api.send(Address("api", "borne.c-2"), OUTGOING) == Receipt()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, SendRefused) for status in (400, 404, 405, 409, 410, 413, 415, 422, 451)),
        *((status, SendFailed) for status in (401, 403, 408, 425, 429, 500, 502, 503, 504, 301, 304)),
    ],
)
async def test_every_status_has_a_meaning(
    http: aiohttp.ClientSession, client: FakeApiClient, status: int, kind: type[SendError]
) -> None:
    """What may pass is tried again; what would be answered the same is not. The error tells no words of anybody's."""
    client.fault = status
    error = await failure(channel(http, borne=client.callback))

    assert type(error) is kind
    assert str(error) == f"the callback of borne answers {status}"


async def test_redirects_are_not_followed(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """Words go where office.yml says, and nowhere else."""
    client.fault = "redirecting"

    assert type(await failure(channel(http, borne=client.callback))) is SendFailed
    assert client.sent == []


async def test_the_clients_wish_is_kept(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """429 says how long; it holds for everyone if there is one callback, and for this one alone if there are two."""
    client.fault = "limiting"
    one = await failure(channel(http, borne=client.callback, autre=""))
    two = await failure(channel(http, borne=client.callback, voix="http://127.0.0.1:9/"))

    assert (one.retry_after, one.everyone) == (timedelta(seconds=7), True)
    assert (two.retry_after, two.everyone) == (timedelta(seconds=7), False)


async def test_a_wish_may_be_a_date(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """Retry-After has two forms; 503 may carry it too."""
    client.fault, client.retry_after = 503, format_datetime(now() + timedelta(minutes=10))
    error = await failure(channel(http, borne=client.callback))

    assert timedelta(minutes=9) < error.retry_after <= timedelta(minutes=10)
    assert not error.everyone


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("0", timedelta()),
        (" 30 ", timedelta(seconds=30)),
        ("999999999", callbacks.LONGEST_WISH),
        ("9" * 400, None),
        ("Mon, 05 Jan 2026 09:31:00 GMT", timedelta(minutes=1)),
        ("Mon, 05 Jan 2026 09:31:00 -0000", timedelta(minutes=1)),
        ("Mon, 05 Jan 2015 09:31:00 GMT", timedelta()),
        ("Mon, 05 Jan 9999 09:31:00 GMT", callbacks.LONGEST_WISH),
        ("Mon, 99 Jan 2026 09:31:00 GMT", None),
    ],
)
def test_a_wish_is_read_within_reason(text: str, wait: timedelta | None) -> None:
    """Seconds or a date, never negative, never beyond an hour; anything else says nothing."""
    assert callbacks.retry_after(text, NOW) == wait


async def test_a_callback_that_is_down_has_nothing(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """No connection: it cannot have it. Nor can a name that nobody has."""
    down = channel(http, borne="http://127.0.0.1:9/rappel")
    nameless = channel(http, borne="http://borne.invalid/rappel")

    assert [type(await failure(api)) for api in (down, nameless)] == [SendFailed, SendFailed]


@pytest.mark.parametrize("fault", ["closing", "taking_then_closing"])
async def test_an_answer_that_is_lost_leaves_doubt(
    http: aiohttp.ClientSession, client: FakeApiClient, fault: str
) -> None:
    """The connection ends after the request: the client may have it."""
    client.fault = fault

    assert type(await failure(channel(http, borne=client.callback))) is SendUnsure


async def test_an_answer_that_never_comes_leaves_doubt(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """So does one that takes too long."""
    client.fault = "hanging"
    hurried = callbacks.Callbacks(
        http, {"borne": client.callback}, {"borne": b"k"}, now, aiohttp.ClientTimeout(total=0.2)
    )

    with pytest.raises(SendUnsure):
        await hurried.post("borne", "o-1", {})


async def test_what_is_repeated_is_shown_once(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """After a doubt the same key comes again: a client that knows the ids it took shows it once."""
    api = channel(http, borne=client.callback)
    client.fault = "taking_then_closing"
    await failure(api)
    client.fault = None
    await api.send(TO, OUTGOING)

    assert len(client.sent) == 2
    assert list(client.shown) == ["o-1"]


async def test_register_tries_each_callback(http: aiohttp.ClientSession, client: FakeApiClient) -> None:
    """A ping says whether the address and the secret are right; the rest is for people, and no secret is told."""
    api = channel(http, borne=client.callback, voix="http://127.0.0.1:9/rappel", app="")
    steps = [step for _ in range(2) for step in await api.register("https://chat.pontavel.example/")]
    told = "\n".join(step.text for step in steps)

    assert [step.done for step in steps] == [True, False, False, False] * 2
    assert len(set(client.pings)) == 2
    assert client.sent == []
    assert "https://chat.pontavel.example/channels/api :" in told
    assert "https://chat.pontavel.example/channels/api/replies" in told
    assert all(name in told for name in ("borne", "voix", "app"))
    assert SECRET not in told
    assert SECRET.removeprefix("whsec_") not in told


async def test_register_sees_a_wrong_secret(http: aiohttp.ClientSession) -> None:
    """A callback that does not believe us is named."""
    async with FakeApiClient("borne", "x" * 40) as client:
        steps = await channel(http, borne=client.callback).register("https://chat.pontavel.example")

    assert not steps[0].done
    assert "borne" in steps[0].text
    assert "403" in steps[0].text

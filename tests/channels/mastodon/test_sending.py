"""What goes out to a Mastodon server, and what is made of its answers: over real HTTP, to the fake one."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.errors import SendFailed, SendRefused, SendUnsure
from bot.messages import Address, Kind, Message, Outgoing, Reply, Thread
from channels.mastodon import Mastodon, client, render
from channels.mastodon.client import Answer, Api
from channels.mastodon.mentions import Pace
from tests.channels.conformance import NOW
from tests.channels.mastodon.test_channel import make
from tests.fakes.mastodon import TOKEN, FakeMastodon

ADA = Address("mastodon", "ada@autre.example")
QUESTION = "115000000000000001"
HELLO = Outgoing({"text": "Bonjour.", "visibility": "direct", "language": "fr", "in_reply_to_id": QUESTION}, key="k.1")


async def test_a_reply_reaches_the_citizen(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """It mentions who asked, hangs on the question, and the server's id is the receipt."""
    receipt = await channel.send(ADA, HELLO)

    (sent,) = mastodon.sent
    assert receipt.provider_id == sent["id"]
    assert (sent["status"], sent["visibility"]) == ("@ada@autre.example Bonjour.", "direct")
    assert (sent["in_reply_to_id"], sent["language"]) == (QUESTION, "fr")
    assert mastodon.keys == ["k.1"]


async def test_a_neighbour_is_mentioned_without_a_host(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """A server may have another name in its accounts than on the web: its own accounts need none."""
    await channel.send(Address("mastodon", f"paul@{mastodon.host}"), HELLO)

    assert mastodon.sent[0]["status"] == "@paul Bonjour."


async def test_what_is_sent_twice_arrives_once(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """The same key is the same status."""
    first = await channel.send(ADA, HELLO)
    second = await channel.send(ADA, HELLO)

    assert first == second
    assert len(mastodon.sent) == 1


async def test_a_lost_receipt_does_no_harm(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """The server took it and the connection broke: that is not sure, and sending again changes nothing."""
    mastodon.fault = "taking_then_closing"
    with pytest.raises(SendUnsure):
        await channel.send(ADA, HELLO)
    mastodon.fault = None
    await channel.send(ADA, HELLO)

    assert len(mastodon.inboxes["ada@autre.example"]) == 1


async def test_a_long_reply_reaches_the_citizen_and_nobody_else(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """Every piece is taken by the server, and names in it call nobody."""
    text = "\n\n".join(f"Paragraphe {number}, demandé par @bob et @eve@tiers.example. " * 4 for number in range(12))
    citizen = Address("mastodon", f"{'a' * 30}@autre.example")
    thread = Thread(QUESTION, subject="Voirie", now=NOW)
    for number, outgoing in enumerate(channel.render(Reply("r.1", text), thread)):
        await channel.send(citizen, replace(outgoing, key=f"k.{number}"))

    assert len(mastodon.sent) > 5
    assert list(mastodon.inboxes) == [citizen.key]


async def test_a_server_may_take_more(http: aiohttp.ClientSession) -> None:
    """What the instance says of its limit is used once it was asked."""
    async with FakeMastodon(max_chars=5000) as generous:
        channel = make(http, generous.url)
        text = "mot " * 1000
        before = channel.render(Reply("r.1", text), Thread(now=NOW))
        await channel.open()
        (outgoing,) = channel.render(Reply("r.1", text), Thread(now=NOW))
        await channel.send(ADA, outgoing)

    assert len(before) > 8


async def test_an_older_server_is_asked_in_the_older_way(http: aiohttp.ClientSession) -> None:
    """Before 4.0 there is only the first version of the instance."""
    async with FakeMastodon(max_chars=1000) as old:
        old.old_version = True
        channel = make(http, old.url)
        await channel.open()

        assert len(channel.render(Reply("r.1", "mot " * 230), Thread(now=NOW))) == 1


async def test_a_deleted_question_is_answered_all_the_same(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """The answer goes out without hanging on it, in the same attempt and under the same key."""
    mastodon.deleted.add(QUESTION)
    await channel.send(ADA, HELLO)

    assert "in_reply_to_id" not in mastodon.sent[0]
    assert mastodon.keys == ["k.1"]


async def test_in_public_a_deleted_question_is_not_answered(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """A public reply to nothing would stand in everybody's feed."""
    mastodon.deleted.add(QUESTION)
    with pytest.raises(SendRefused):
        await channel.send(ADA, Outgoing({**HELLO.payload, "visibility": "unlisted"}, key="k.1"))

    assert mastodon.sent == []


async def test_somebody_who_blocks_us_does_not_show(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """The server takes the status; the citizen never sees it, and nobody tells us."""
    mastodon.blockers.add("ada@autre.example")
    await channel.send(ADA, HELLO)

    assert mastodon.inboxes == {}


async def test_what_the_server_does_not_take_is_refused(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """A status that is too long stays too long."""
    with pytest.raises(SendRefused) as caught:
        await channel.send(ADA, Outgoing({**HELLO.payload, "text": "secret " * 100}, key="k.1"))

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("key", ["ada", "@autre.example", "ada@"])
async def test_an_address_that_is_no_account_is_refused(channel: Mastodon, key: str) -> None:
    """Without a host nobody knows whom it means."""
    with pytest.raises(SendRefused):
        await channel.send(Address("mastodon", key), HELLO)


async def test_a_limit_is_waited_for_by_all(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """It is the account's: `X-RateLimit-Reset` says until when."""
    mastodon.fault = "limiting"
    with pytest.raises(SendFailed) as caught:
        await channel.send(ADA, HELLO)

    assert (caught.value.retry_after, caught.value.everyone) == (timedelta(seconds=90), True)
    assert not isinstance(caught.value, SendUnsure)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"X-RateLimit-Reset": "2026-01-05T09:31:00.000000Z"}, timedelta(minutes=1)),
        ({"X-RateLimit-Reset": "2026-01-05T09:00:00Z"}, timedelta(seconds=1)),
        ({"X-RateLimit-Reset": "2036-01-05T09:00:00Z"}, client.LONGEST_WAIT),
        ({"X-RateLimit-Reset": "2026-01-05T09:31:00"}, None),
        ({"X-RateLimit-Reset": "1767605460", "Retry-After": "7"}, timedelta(seconds=7)),
        ({"Retry-After": "Mon, 05 Jan 2026 09:31:00 GMT"}, None),
        ({}, None),
    ],
)
def test_a_wait_is_what_the_server_says(headers: dict[str, str], wait: timedelta | None) -> None:
    """Within reason: not in the past, and not for years."""
    failure = Answer(429, b"", headers).failure(NOW)

    assert isinstance(failure, SendFailed)
    assert failure.retry_after == wait


async def test_a_failing_server_is_tried_again(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """A 500 is for now, and nobody else's matter."""
    mastodon.fault = "failing"
    with pytest.raises(SendFailed) as caught:
        await channel.send(ADA, HELLO)

    assert type(caught.value) is SendFailed


@pytest.mark.parametrize("status", [401, 403])
def test_a_token_that_is_not_good_stops_everything_for_now(status: int) -> None:
    """It is the town's to repair: nothing is lost meanwhile, and no citizen is at fault."""
    failure = Answer(status, b"{}", {}).failure(NOW)

    assert isinstance(failure, SendFailed)
    assert failure.everyone


async def test_a_revoked_token_is_not_in_the_error(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> None:
    """Errors are logged: neither the token nor the citizen's words are in them."""
    with pytest.raises(SendFailed) as caught:
        await make(http, mastodon.url, "un-jeton-revoque").send(ADA, HELLO)

    assert "un-jeton-revoque" not in str(caught.value)
    assert "Bonjour" not in str(caught.value)


@pytest.mark.parametrize("fault", ["closing", "garbled"])
async def test_no_answer_is_not_sure(channel: Mastodon, mastodon: FakeMastodon, fault: str) -> None:
    """The request went out, and what came back says nothing."""
    mastodon.fault = fault
    with pytest.raises(SendUnsure):
        await channel.send(ADA, HELLO)


async def test_silence_is_not_sure(http: aiohttp.ClientSession, mastodon: FakeMastodon) -> None:
    """A server that does not answer in time may have it."""
    channel = make(http, mastodon.url, pace=Pace(answer=timedelta(seconds=0.2)))
    mastodon.fault = "hanging"
    with pytest.raises(SendUnsure):
        await channel.send(ADA, HELLO)


async def test_a_server_that_is_not_there_has_nothing(http: aiohttp.ClientSession) -> None:
    """Where no connection comes about, nothing was sent."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(SendFailed) as caught:
            await make(http, f"http://127.0.0.1:{taken.getsockname()[1]}").send(ADA, HELLO)

    assert type(caught.value) is SendFailed


async def test_a_redirect_is_no_receipt(http: aiohttp.ClientSession) -> None:
    """A wrong address that sends on elsewhere would turn a POST into a GET: it is said instead."""

    async def elsewhere(request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "/"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with pytest.raises(SendFailed, match="address of the instance"):
        await make(http, f"http://127.0.0.1:{runner.addresses[0][1]}").send(ADA, HELLO)
    await runner.cleanup()


async def test_check_says_who_we_are(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """The account that the token is for."""
    assert await channel.check() == f"@mairie@{mastodon.host} (Mairie de Pontavel)"


@pytest.mark.parametrize("fault", ["revoked", "failing", "garbled", "closing"])
async def test_check_says_what_is_wrong(channel: Mastodon, mastodon: FakeMastodon, fault: str) -> None:
    """A server that does not know us is an error of sending."""
    mastodon.fault = fault
    with pytest.raises(SendFailed):
        await channel.check()


async def test_opening_waits_for_nobody(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """The gateway starts while the server is away."""
    mastodon.fault = "failing"
    await channel.open()


@pytest.mark.parametrize(
    ("instance", "told", "used"),
    [
        ("https://social.example", "wss://stream.example", "https://stream.example"),
        ("https://social.example", "https://stream.example/", "https://stream.example"),
        ("https://social.example", "ws://stream.example", "https://social.example"),
        ("https://social.example", "https://[bad", "https://social.example"),
        ("https://social.example", None, "https://social.example"),
        ("https://social.example", 7, "https://social.example"),
        ("http://127.0.0.1:3000", "ws://127.0.0.1:4000", "http://127.0.0.1:4000"),
    ],
)
def test_the_token_goes_to_a_stream_over_tls(instance: str, told: object, used: str) -> None:
    """What the instance says of its streaming server is believed as far as the token is safe on the way."""
    api = Api(None, instance, TOKEN, lambda: NOW)  # type: ignore[arg-type]

    assert api.streaming(told) == used


async def test_attending_does_nothing(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """Nobody on Mastodon sees that somebody writes."""
    await channel.attend(Message("1", ADA, "Bonjour", NOW, kind=Kind.TEXT))

    assert mastodon.requests == []


async def test_many_are_sent_at_once(channel: Mastodon, mastodon: FakeMastodon) -> None:
    """Nothing of one sending is another's."""
    outgoing = [replace(HELLO, key=f"k.{number}") for number in range(20)]
    receipts = await asyncio.gather(*(channel.send(ADA, one) for one in outgoing))

    assert len({receipt.provider_id for receipt in receipts}) == 20
    assert channel.limits.text_chars == render.TEXT_CHARS

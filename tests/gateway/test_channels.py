"""What a gateway promises on every channel that a provider calls; each test runs on all of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp
import pytest

from bot.errors import StoreError
from bot.messages import Address
from bot.store.inbox import SqlInbox
from bot.store.sql import Store
from tests.gateway.conftest import Town, until
from tests.gateway.fronts import NAMES, Front


@pytest.fixture(params=NAMES)
def front(request: pytest.FixtureRequest, town: Town) -> Front:
    return town.fronts[request.param]


async def test_a_question_is_answered_where_it_was_asked(town: Town, front: Front) -> None:
    """Stored, then 200; the answer goes to whoever asked and to nobody else."""
    async with town.open():
        assert await town.post(front.says(1, "la piscine ?", 11)) == 200
        await until(lambda: front.got(1) == ["réponse à la piscine ?"])

    assert front.got(2) == []


async def test_a_redelivery_is_answered_once(town: Town, front: Front) -> None:
    """At the same time, again later, and after a restart: the same id is the same message."""
    same = [front.says(1, "la piscine ?", 11) for _ in range(8)]
    async with town.open():
        statuses = await asyncio.gather(*(town.post(one) for one in same))
        await until(lambda: len(front.got(1)) == 1)
        again = await town.post(front.says(1, "la piscine ?", 11))
    async with town.open():
        later = await town.post(front.says(1, "la piscine ?", 11))
        assert await town.post(front.says(1, "et la mairie ?", 12)) == 200
        await until(lambda: len(front.got(1)) == 2)

    assert {*statuses, again, later} == {200}
    assert front.got(1) == ["réponse à la piscine ?", "réponse à et la mairie ?"]
    assert town.heard("la piscine ?") == 1


async def test_replies_keep_their_order(town: Town, front: Front) -> None:
    """Ten questions of one citizen, between those of others: ten answers, in the order of the questions."""
    async with town.open():
        for number in range(10):
            assert await town.post(front.says(1, f"question {number}", 100 + number)) == 200
            assert await town.post(front.says(2 + number, "bonjour", 200 + number)) == 200
        await until(lambda: len(front.got(1)) == 10 and front.got(11) != [])

    assert front.got(1) == [f"réponse à question {number}" for number in range(10)]


async def test_without_its_signature_nothing_is_believed(town: Town, front: Front) -> None:
    """403, and nobody is answered; nor is a body that was changed on the way."""
    genuine = front.says(1, "la piscine ?", 11)
    async with town.open():
        assert await town.post(front.unsigned(genuine)) == 403
        if front.name != "telegram":
            # Telegram signs nothing: it shows a secret.
            assert await town.post(replace(genuine, body=genuine.body.replace(b"piscine", b"plage"))) == 403
        for header, value in genuine.headers.items():
            assert (
                await town.post(replace(genuine, headers={**genuine.headers, header: value[: len(value) // 2]})) == 403
            )

    assert front.got(1) == []


RUBBISH = (b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe\x00", b"[" * 50_000, b"{}")


async def test_rubbish_is_refused_in_words(town: Town, front: Front) -> None:
    """Never a 500: who is not believed gets 403, who is and cannot be read gets 400 or is passed over."""
    async with town.open():
        statuses = [await town.post(replace(front.says(1, "x", 1), body=body)) for body in RUBBISH]

    assert {200, 400, 403}.issuperset(statuses)


async def test_twenty_megabytes_are_not_read(town: Town, front: Front) -> None:
    """413 for a body that no provider sends, and the next request is served."""
    async with town.open():
        large = replace(front.says(1, "x", 1), body=b"a" * 20_000_000)
        try:
            assert await town.post(large) == 413
        except (aiohttp.ClientOSError, ConnectionResetError):
            pass  # The server closed while the client was still sending.
        assert await town.post(front.says(1, "bonjour", 2)) == 200


async def test_a_wrong_content_type_changes_nothing(town: Town, front: Front) -> None:
    """What counts is the signature and the body."""
    async with town.open():
        post = front.says(1, "bonjour", 2)
        assert (
            await town.post(replace(post, headers={**post.headers, "Content-Type": "text/plain; charset=utf-16"}))
            == 200
        )
        await until(lambda: len(front.got(1)) == 1)


async def test_a_neighbour_that_cannot_be_read_costs_nobody(town: Town, front: Front) -> None:
    """In one request with a broken event, the others are stored and answered."""
    post = front.batch([(1, "bonjour", 1), (2, "bonsoir", 2), (3, "salut", 3)], broken=True)
    if post is None:
        return
    async with town.open():
        assert await town.post(post) == 200
        await until(lambda: all(front.got(citizen) for citizen in (1, 2, 3)))


async def test_a_database_that_stores_nothing_gets_no_200(
    town: Town, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 until it is stored: the provider sends it again, and then it is answered."""
    put = SqlInbox.put

    async def broken(*args: object, **kwargs: object) -> bool:
        raise StoreError("the disk is full")

    async with town.open():
        monkeypatch.setattr(SqlInbox, "put", broken)
        assert await town.post(front.says(1, "bonjour", 2)) == 503
        monkeypatch.setattr(SqlInbox, "put", put)
        assert await town.post(front.says(1, "bonjour", 2)) == 200
        await until(lambda: len(front.got(1)) == 1)


@pytest.mark.parametrize("fault", ["failing", "closing"])
async def test_a_provider_that_is_down_gets_everything_later_in_order(town: Town, front: Front, fault: str) -> None:
    """While it fails or drops connections, questions are taken; well again, it gets all answers in order."""
    await down_and_up(town, front, fault)


async def test_a_provider_that_hangs_gets_everything_later_in_order(town: Town) -> None:
    """While it takes connections and never answers; others are not held up meanwhile."""
    await down_and_up(town, town.fronts["telegram"], "hanging", town.fronts["messenger"])


async def down_and_up(town: Town, front: Front, fault: str, other: Front | None = None) -> None:
    front.fail(fault)
    async with town.open():
        for number in range(4):
            assert await town.post(front.says(1, f"question {number}", 100 + number)) == 200
        await until(lambda: town.heard("question 3") == 1)
        if other is not None:
            assert await town.post(other.says(1, "bonjour", 1)) == 200
            await until(lambda: other.got(1) == ["réponse à bonjour"])
        front.fail(None)
        await until(lambda: len(front.got(1)) >= 4, seconds=60)

    assert list(dict.fromkeys(front.got(1))) == [f"réponse à question {number}" for number in range(4)]


async def test_what_a_provider_took_without_saying_so_is_in_doubt(town: Town, front: Front, store: Store) -> None:
    """It is sent again, and marked: on channels that take a key it arrived once all the same."""
    front.fail("taking_then_closing")
    async with town.open():
        assert await town.post(front.says(1, "bonjour", 2)) == 200
        await until(lambda: len(front.got(1)) == 1)
        front.fail(None)
        conversation = await store.conversations.find(_address(front))
        assert conversation
        await until_state(store, conversation.id, "sent")
        states = await store.outbox.states(conversation.id)

    assert [one.doubtful for one in states.values()] == [True]
    assert len(front.got(1)) == (1 if front.name == "api" else 2)


async def until_state(store: Store, conversation_id: str, state: str) -> None:
    for _ in range(600):
        states = await store.outbox.states(conversation_id)
        if states and all(one.state == state for one in states.values()):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"the replies are not {state}: {states}")


def _address(front: Front) -> Address:
    return Address(front.name, front.key(1))

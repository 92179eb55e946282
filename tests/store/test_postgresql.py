"""The store on PostgreSQL."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import StoreError
from bot.messages import Fate, Status
from bot.outgoing import Delivered
from bot.store.sql import migrate, open_store
from tests.servers import Postgresql, free_port, running_postgresql
from tests.store.contract import StoreContract
from tests.store.words import ANNE, LEASE, START, after, conversation_of, prepared, put

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(postgresql_url: str) -> str:
    return postgresql_url


class TestPostgresql(StoreContract):
    """The contract, on PostgreSQL."""


async def test_a_server_that_is_not_there_is_a_store_error() -> None:
    """Opening a store without its server fails in our words, so that whoever opens it can try again."""
    with pytest.raises(StoreError):
        await open_store(f"postgresql+asyncpg://guichet@127.0.0.1:{free_port()}/guichet")


async def test_a_server_that_stops_is_a_store_error_and_one_that_is_back_is_used() -> None:
    """A restart of the server costs the calls meanwhile, and nothing that was stored."""
    with running_postgresql() as server:
        migrate(server.create("restarted"))
        store = await open_store(server.url("restarted"))
        await put(store, "m1")
        server.stop()
        with pytest.raises(StoreError):
            await put(store, "m2")
        with pytest.raises(StoreError):
            await store.ping()
        server.start()
        await store.ping()

        assert (await store.inbox.waiting(START))[0] == 1
        await store.close()


async def test_news_of_a_reply_wait_for_a_claim_of_it(postgresql_url: str) -> None:
    """What is sent again while the receipt of the first time comes in stays doubtful: it may have arrived twice."""
    store = await open_store(postgresql_url)
    conversation = await conversation_of(store)
    await store.outbox.add(conversation, [prepared("r1")], START)
    (due,) = await store.outbox.claim("killed", START, LEASE, 1)
    await store.outbox.release("killed")
    engine = create_async_engine(postgresql_url)
    async with engine.begin() as claiming:
        # Half of a claim: the row is leased and nothing is committed.
        await claiming.execute(text("UPDATE outbox SET worker = 'w2', attempts = attempts + 1"))
        news = asyncio.create_task(store.outbox.report("web", Status(Fate.TAKEN, START, key=due.outgoing.key)))
        await asyncio.wait({news}, timeout=0.5)
    await news

    assert await store.outbox.states(conversation) == {"r1": Delivered("sent", "", True)}
    await engine.dispose()
    await store.close()


async def test_a_lost_connection_is_replaced(postgresql_url: str, migrated_server: Postgresql) -> None:
    """A server that cuts its idle connections, as a restart does, is not noticed by callers."""
    store = await open_store(postgresql_url)
    await put(store, "m1")
    migrated_server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

    assert await put(store, "m2")
    await store.close()


async def test_of_two_that_store_one_message_in_the_same_moment_one_changes_nothing(
    postgresql_url: str, migrated_server: Postgresql
) -> None:
    """Both have looked before either has written: whoever comes second undoes what it did to the conversation too."""
    store = await open_store(postgresql_url)
    await put(store, "m1")
    address = postgresql_url.replace("+asyncpg", "")
    # Within a transaction the server's activity is that of the first look.
    holder, watcher = await asyncpg.connect(address), await asyncpg.connect(address)
    async with holder.transaction():
        await holder.execute("SELECT FROM conversations FOR UPDATE")
        moments = [after(1), after(2)]
        puts = [asyncio.create_task(put(store, "m2", at=moment)) for moment in moments]
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        for _ in range(1000):
            if await watcher.fetchval(waiting) == len(puts):
                break
            await asyncio.sleep(0.01)
    await asyncio.gather(holder.close(), watcher.close())

    stored = dict(zip(await asyncio.gather(*puts), moments, strict=True))
    conversation = await store.conversations.find(ANNE)
    assert set(stored) == {True, False}
    assert conversation is not None
    assert conversation.last_heard_at == stored[True]
    await store.close()


@pytest.mark.parametrize(("flushes", "setting"), [(True, "on"), (False, "off")])
async def test_a_commit_waits_for_the_disk_unless_it_need_not(postgresql_url: str, flushes: bool, setting: str) -> None:
    """Everywhere but in the core, whose commits the gateway's next one flushes."""
    store = await open_store(postgresql_url, flushes)
    found = await store.database.read(
        lambda connection: str(connection.execute(text("SHOW synchronous_commit")).scalar_one())
    )
    await store.close()

    assert found == setting

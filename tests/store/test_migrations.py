"""The way from an empty database to the tables of the code."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, bindparam, text

from bot.agents import Abilities
from bot.analytics.collector import Collector
from bot.analytics.naming import Naming
from bot.contacts import Span
from bot.errors import ConfigurationError
from bot.messages import Address
from bot.outgoing import Delivered
from bot.store import codec, schema
from bot.store.columns import Moment, metadata
from bot.store.engine import parse
from bot.store.postgresql import async_engine
from bot.store.sql import migrate, open_store
from bot.store.sqlite import begin, driver, sync_engine
from tests.analytics.town import HOURS, OFFICE, ZONE
from tests.servers import Postgresql, free_port
from tests.store.test_concurrency import start
from tests.store.words import LEASE, START, after, message, prepared, put


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest) -> str:
    engine: str = request.getfixturevalue(f"{request.param}_url")
    return engine


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new' / 'guichet.db'}"
    server: Postgresql = request.getfixturevalue("postgresql")
    server.drop("empty")
    return server.create("empty")


async def test_the_migrations_make_the_tables_of_the_code(url: str) -> None:
    """Nothing is missing, left over or of another type."""
    store = await open_store(url)
    differences = await store.database.read(
        lambda connection: compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), metadata
        )
    )
    await store.close()

    assert differences == []


async def test_migrating_again_keeps_everything(url: str) -> None:
    """A second start finds nothing to do, also while an event loop runs and the store is open."""
    store = await open_store(url)
    await put(store, "m1")
    migrate(url)
    count = await store.conversations.count()
    await store.close()

    assert count == 1


async def test_a_filled_database_gets_its_channels(empty: str) -> None:
    """What waits from before is sent, by its place and under a key of its own; numbers go on, indexes stay partial."""
    await _fill_before_channels(empty)
    migrate(empty)
    store = await open_store(empty)
    (due,) = await store.outbox.claim("w1", after(9), LEASE, 9)
    await store.outbox.sent(due.row, after(9), "p2")
    states = await store.outbox.states("c1")
    new = await store.outbox.add("c1", [prepared("r3")], after(9))
    (next_due,) = await store.outbox.claim("w1", after(9), LEASE, 9)
    differences = await store.database.read(
        lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)
    )
    partial = await store.database.read(_partial_indexes)
    await store.close()

    assert (due.row, due.outgoing.key, new, next_due.row) == (8, "old-8", 1, 9)
    assert states == {"r1": Delivered("sent"), "r2": Delivered("sent")}
    assert partial >= {"ix_outbox_unsettled", "ix_outbox_settled", "ix_outbox_provider", "ix_outbox_given_up"}
    assert differences == []


async def _fill_before_channels(url: str) -> None:
    """The tables as they were, with one reply that was sent and one that waits."""
    conversation = (
        "INSERT INTO conversations (id, channel, address_key, mode, language, created_at, last_heard_at) "
        "VALUES ('c1', 'web', 'anne', 'bot', 'fr', :at, :at)"
    )
    reply = (
        "INSERT INTO outbox (id, conversation_id, reply_id, part, outgoing, created_at, due_at, attempts, given_up, "
        "settled_at) VALUES (:id, 'c1', :reply, 0, '{\"payload\": {}}', :at, :at, 1, false, :settled)"
    )
    moment = bindparam("at", type_=Moment)

    def work(connection: Connection) -> None:
        schema._upgrade(connection, "0002")
        connection.execute(text(conversation).bindparams(moment), {"at": START})
        said = text(reply).bindparams(moment, bindparam("settled", type_=Moment))
        for number, name, settled in ((7, "r1", START), (8, "r2", None)):
            connection.execute(said, {"id": number, "reply": name, "at": START, "settled": settled})
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT setval(pg_get_serial_sequence('outbox', 'id'), 8)"))

    await _with(url, work)


async def test_a_filled_desk_gets_its_figures(empty: str) -> None:
    """Agents, cases and ratings from before are read as they were, and counted: every case where it is now."""
    await _fill_before_figures(empty)
    migrate(empty)
    store = await open_store(empty)
    (agent,), case = await store.agents.all(), await store.cases.get(5)
    naming = Naming(store.articles, store.fiches, OFFICE)
    collector = Collector(
        *(store.contacts, store.cursors, naming.service_of, HOURS, ZONE, timedelta(days=900), "w1"),
        clock=lambda: after(days=3),
    )
    changed = await collector.collect()
    await store.contacts.roll_up()
    day = Span(START.date(), START.date())
    services = await store.contacts.counts(day, "opened", ["service"])
    (rated,) = await store.contacts.counts(day, "rated", [])
    await store.close()

    assert (agent.abilities, agent.offered_at) == (Abilities(), None)
    assert (case.service, case.offered, case.passes) == ("voirie", None, 0)
    assert (changed, rated.count) == (1, 1)
    assert [(one.key, one.count) for one in services] == [(("voirie",), 1)]


async def _fill_before_figures(url: str) -> None:
    """The tables as they were: a citizen who wrote, rated an answer, and has a case that an agent has."""
    said = (
        "INSERT INTO conversations (id, channel, address_key, mode, language, created_at, last_heard_at) "
        "VALUES ('c1', 'web', 'anne', 'bot', 'fr', :at, :at)",
        "INSERT INTO agents (id, login, name, role, services, password_hash, disabled, demo, available, created_at) "
        "VALUES (3, 'claire', 'Claire', 'agent', '[\"voirie\"]', 'x', false, false, true, :at)",
        "INSERT INTO cases (id, number, conversation_id, message_id, effect, kind, state, service, cause, callback, urgent, "
        "live, opened_at, taken_at, agent_id, version) VALUES (5, 'V-1', 'c1', 'm1', 'handoff', 'question', 'taken', "
        "'voirie', 'asked', false, false, false, :at, :at, 3, 1)",
        "INSERT INTO ratings (conversation_id, article_id, message_id, helpful, at) VALUES ('c1', 'a', 'm1.0', true, :at)",
    )

    def work(connection: Connection) -> None:
        schema._upgrade(connection, "0009")
        for one in said:
            connection.execute(text(one).bindparams(bindparam("at", type_=Moment)), {"at": START})
        line = (
            "INSERT INTO transcript (conversation_id, author, said, at, ref) VALUES ('c1', 'citizen', :said, :at, 'm1')"
        )
        words = {"said": codec.encode(message("m1", Address("web", "anne"))), "at": START}
        connection.execute(text(line).bindparams(bindparam("at", type_=Moment)), words)

    await _with(url, work)


async def _with(url: str, work: Callable[[Connection], None]) -> None:
    """Do something with a database before its store can be opened."""
    parsed = parse(url)
    if parsed.get_backend_name() == "postgresql":
        engine = async_engine(parsed)
        async with engine.begin() as connection:
            await connection.run_sync(work)
        await engine.dispose()
        return
    Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
    with sync_engine(parsed).connect() as here:
        begin(driver(here))
        work(here)
        driver(here).commit()


def _partial_indexes(connection: Connection) -> set[str]:
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%WHERE%'",
        "postgresql": "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%WHERE%'",
    }
    return set(connection.execute(text(sql[connection.dialect.name])).scalars())


async def test_processes_that_start_together_migrate_once(empty: str) -> None:
    """Five processes find an empty database at the same moment: all go on, none fails."""
    processes = [await start(empty, f"p{number}", "migrate") for number in range(5)]
    outputs = await asyncio.wait_for(asyncio.gather(*(one.communicate() for one in processes)), 60)

    assert [(one.returncode, stderr) for one, (_, stderr) in zip(processes, outputs, strict=True)] == [(0, b"")] * 5
    store = await open_store(empty)
    await store.ping()
    await store.close()


async def test_a_newer_database_is_refused(url: str) -> None:
    """An older Guichet on a newer database stops before it breaks anything, and says what to do."""

    def age(connection: Connection) -> None:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    store = await open_store(url)
    await store.database.write(age)
    await store.close()
    with pytest.raises(ConfigurationError, match="newer Guichet"):
        migrate(url)
    with pytest.raises(ConfigurationError, match="newer Guichet"):
        await open_store(url)


async def test_a_database_without_tables_is_refused(empty: str) -> None:
    """Only `migrate` makes tables: a worker that starts too early says so."""
    with pytest.raises(ConfigurationError, match="not up to date"):
        await open_store(empty)
    path = Path(str(parse(empty).database))

    assert not path.is_file()  # noqa: ASYNC240 - one look


def test_a_failed_migration_leaves_nothing(tmp_path: Path) -> None:
    """A step that fails half-way is undone, so that the next start does not stumble over its remains."""
    path = tmp_path / "guichet.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE ratings (something TEXT)")
    connection.close()
    with pytest.raises(ConfigurationError, match="ratings"):
        migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()

    assert tables == {"ratings"}


def test_the_file_is_nobody_elses(tmp_path: Path) -> None:
    """The database file can be read by its owner only."""
    migrate(f"sqlite:///{tmp_path / 'guichet.db'}")

    assert stat.S_IMODE((tmp_path / "guichet.db").stat().st_mode) == 0o600


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Something else under the name, or a damaged file, stops the start with one sentence."""
    path = tmp_path / "guichet.db"
    path.write_bytes(b"not a database, but long enough to be read as one. " * 40)
    with pytest.raises(ConfigurationError, match="damaged"):
        migrate(f"sqlite:///{path}")


def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    """A path below a file cannot become a database."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=r"file/guichet\.db"):
        migrate(f"sqlite:///{tmp_path / 'file' / 'guichet.db'}")


def test_a_server_out_of_reach_is_refused_without_its_password() -> None:
    """The sentence names the server and keeps the secret."""
    port = free_port()
    with pytest.raises(ConfigurationError) as caught:
        migrate(f"postgresql+asyncpg://guichet:very-secret@127.0.0.1:{port}/guichet")

    assert f"127.0.0.1:{port}" in str(caught.value)
    assert "very-secret" not in str(caught.value)


def test_the_url_names_an_engine() -> None:
    """The driver of the URL does not matter, its engine does."""
    assert parse("sqlite+aiosqlite:///x.db").get_backend_name() == "sqlite"
    with pytest.raises(ConfigurationError):
        migrate("oracle://x/y")

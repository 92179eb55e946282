"""The store on SQLite."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Select, text

from bot.errors import ConfigurationError, StoreError
from bot.messages import Address
from bot.store.case_order import ORDER, WAITING_CHATS
from bot.store.case_rows import CASES
from bot.store.engine import parse
from bot.store.inbox import NEXT
from bot.store.relays import UNTAKEN
from bot.store.sql import Store, open_store
from bot.store.sqlite import SqliteDatabase
from tests.store.contract import StoreContract
from tests.store.words import BRUNO, START, after, claimed, conversation_of, message, prepared, put

WORDS = "Marguerite Kerouanton, 12 impasse des Aubépines"
MARGUERITE = Address("web", "browser-of-marguerite")


@pytest.fixture
def url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def path(url: str) -> Path:
    return Path(str(parse(url).database))


class TestSqlite(StoreContract):
    """The contract, on SQLite."""


def found_in_files(path: Path, words: str) -> list[str]:
    """The database's files that hold these words."""
    return [file.name for file in sorted(path.parent.glob(f"{path.name}*")) if words.encode() in file.read_bytes()]


async def fill(store: Store, words: str) -> None:
    """Words in every place where a citizen's words can be."""
    for number in range(30):
        await put(store, f"m{number}", MARGUERITE, f"{words} {number}")
        claim = await claimed(store)
        said = prepared(f"r{number}", text=words)
        await store.inbox.finish(claim.row, "w1", [said], START)
    conversation = await conversation_of(store, MARGUERITE)
    events = [{"event": "user", "text": words * 40, "timestamp": START.timestamp()} for _ in range(30)]
    await store.tracker_events.append(conversation, events, 0)
    await store.outbox.give_up(1, START, words)
    await put(store, "other", BRUNO)


async def test_erased_words_are_in_no_file(store: Store, path: Path) -> None:
    """After an erasure nobody who copies the files finds the citizen's words, nor their address."""
    await fill(store, WORDS)
    assert found_in_files(path, "Kerouanton")
    await store.subjects.erase(MARGUERITE, START)

    assert found_in_files(path, "Kerouanton") == []
    assert found_in_files(path, MARGUERITE.key) == []
    assert found_in_files(path, BRUNO.key) != []


async def test_purged_words_are_in_no_file(store: Store, path: Path) -> None:
    """The nightly purge leaves no trace either."""
    await fill(store, WORDS)
    await store.subjects.purge(after(days=91), {"conversations": after(days=90) - START})

    assert found_in_files(path, "Kerouanton") == []


async def test_words_are_gone_when_the_last_reader_has_left(store: Store, path: Path) -> None:
    """A reader holds the log as it found it; when it ends, the erased words go without anybody asking again."""
    await fill(store, WORDS)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM inbox").fetchone()
    await store.subjects.erase(MARGUERITE, START)
    assert found_in_files(path, "Kerouanton") != []
    reader.execute("COMMIT")
    reader.close()

    async def gone() -> None:
        while found_in_files(path, "Kerouanton"):  # noqa: ASYNC110 - the files tell nobody when they change
            await asyncio.sleep(0.05)

    await asyncio.wait_for(gone(), 10)


async def test_a_failing_transaction_takes_no_other_with_it(store: Store) -> None:
    """Transactions that share a commit share nothing else: the bad one is undone, the others are stored."""

    def fail(connection: Connection) -> None:
        connection.execute(text("INSERT INTO versions (name, value) VALUES ('half', 1)"))
        connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    outcomes = await asyncio.gather(
        *(put(store, f"a{i}", Address("web", f"a{i}")) for i in range(5)),
        store.database.write(fail),
        *(put(store, f"b{i}", Address("web", f"b{i}")) for i in range(5)),
        return_exceptions=True,
    )
    half = await store.database.read(lambda c: c.execute(text("SELECT count(*) FROM versions")).scalar_one())

    assert [outcome for outcome in outcomes if outcome is not True] == [outcomes[5]]
    assert isinstance(outcomes[5], StoreError)
    assert half == 0


async def test_what_comes_while_the_lock_is_waited_for_is_committed_with_it(store: Store, path: Path) -> None:
    """Six transactions that another process held up are one commit: none of them sees another's row in the file."""
    seen: list[int] = []
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:

        def add(connection: Connection, number: int) -> None:
            connection.execute(text("INSERT INTO versions (name, value) VALUES (:name, 1)"), {"name": f"n{number}"})
            seen.append(other.execute("SELECT count(*) FROM versions").fetchone()[0])

        other.execute("BEGIN IMMEDIATE")
        begun = other.execute("SELECT count(*) FROM versions").fetchone()[0]
        first = asyncio.create_task(store.database.write(lambda connection: add(connection, 0)))
        await asyncio.sleep(0.05)
        rest = [asyncio.create_task(store.database.write(partial(add, number=number))) for number in range(1, 6)]
        await asyncio.sleep(0)
        other.execute("ROLLBACK")
        await asyncio.gather(first, *rest)

    assert seen == [begun] * 6


async def test_errors_do_not_tell_what_was_said(store: Store) -> None:
    """A store error names the fault; the statement and its values, a citizen's words, stay out."""

    def fail(connection: Connection) -> None:
        connection.execute(text("INSERT INTO nowhere VALUES (:said)"), {"said": WORDS})

    with pytest.raises(StoreError) as caught:
        await store.database.write(fail)

    assert "no such table" in str(caught.value)
    assert WORDS not in f"{caught.value!r} {caught.value.__cause__}"


async def test_a_mistake_in_our_own_code_is_not_hidden(store: Store) -> None:
    """What is no fault of the database comes out as it is, and the writer lives on."""

    def fail(connection: Connection) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.database.write(fail)

    assert await put(store, "m1")


async def test_a_cancelled_caller_does_not_disturb_the_writer(store: Store) -> None:
    """Callers that lose patience leave the others' transactions whole."""
    tasks = [asyncio.ensure_future(put(store, f"m{i}", Address("web", f"c{i % 7}"))) for i in range(60)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert all(outcome is True for outcome in outcomes[1::2])
    assert (await store.inbox.waiting(START))[0] >= 30
    assert await put(store, "later")


@pytest.fixture
def small(path: Path) -> str:
    """A database that has no room to grow, like one on a full disk."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
    return f"PRAGMA max_page_count={pages + 2}"


async def test_a_full_disk_is_a_store_error_and_ends_with_it(store: Store, small: str) -> None:
    """Nothing is said to be stored that is not; when there is room again, writing goes on."""
    await store.database.write(lambda connection: connection.execute(text(small)).all())
    outcomes = await asyncio.gather(
        *(put(store, f"m{i}", Address("web", f"c{i}"), text="x" * 9000) for i in range(10)), return_exceptions=True
    )
    stored = (await store.inbox.waiting(START))[0]
    assert {type(outcome) for outcome in outcomes} <= {bool, StoreError}
    assert StoreError in {type(outcome) for outcome in outcomes}
    assert stored == outcomes.count(True)
    with contextlib.suppress(StoreError):
        await store.database.write(lambda connection: connection.execute(text("PRAGMA max_page_count=100000")).all())

    assert await put(store, "again")


async def test_a_process_can_hold_two_stores_of_one_file(store: Store, url: str) -> None:
    """Each has its own writer; they wait for each other instead of failing."""
    second = await open_store(url)
    outcomes = await asyncio.gather(
        *(
            put(one, f"{name}{i}", Address("web", f"{i % 3}"))
            for i in range(20)
            for name, one in (("a", store), ("b", second))
        )
    )
    await second.close()

    assert outcomes == [True] * 40


async def test_a_closed_store_says_so(url: str) -> None:
    """Closing keeps what was begun, twice is no error, and later calls are refused."""
    store = await open_store(url)
    begun = asyncio.ensure_future(put(store, "m1"))
    await asyncio.sleep(0)
    await store.close()
    await store.close()

    assert await begun is True
    with pytest.raises(StoreError):
        await put(store, "m2")
    with pytest.raises(StoreError):
        await store.conversations.count()


async def test_settings_of_each_connection(store: Store, path: Path) -> None:
    """Every commit is on disk, freed pages are overwritten, keys are checked, readers and the writer do not block."""

    def read(connection: Connection) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout")
        return {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in names}

    wanted = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1, "busy_timeout": 5000}

    assert await store.database.read(read) == wanted
    assert await store.database.write(read) == wanted


async def test_claims_stay_fast_beside_settled_rows(store: Store) -> None:
    """The claim walks an index that holds unsettled rows only, and looks up the rest by key."""
    await store.inbox.put(message("m1"), "fr", START, [replace(prepared("r1"))])

    def plan(connection: Connection) -> str:
        claim = NEXT.params(now=START)
        sql = claim.compile(connection, compile_kwargs={"literal_binds": True, "render_postcompile": True})
        return " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))

    how = await store.database.read(plan)

    assert "ix_inbox_unsettled" in how
    assert "SCAN conversations" not in how
    assert "TEMP B-TREE" not in how


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense"])
def test_a_url_that_is_none_of_ours_is_refused(url: str) -> None:
    """SQLite needs a file, and there are two engines."""
    with pytest.raises(ConfigurationError):
        parse(url)


async def test_opening_does_no_work_before_a_loop_runs(url: str) -> None:
    """The writer starts with the first write: a process may build its store early and fork later."""
    database = SqliteDatabase(parse(url))
    before = database._writer
    await database.write(lambda connection: None)
    started = database._writer
    await database.close()

    assert before is None
    assert started is not None


@pytest.mark.parametrize(("flushes", "level"), [(True, 2), (False, 1)])
async def test_a_commit_waits_for_the_disk_unless_it_need_not(url: str, flushes: bool, level: int) -> None:
    """FULL (2) everywhere but in the core, whose commits (NORMAL, 1) the gateway's next one flushes."""
    store = await open_store(url, flushes)
    found = await store.database.write(
        lambda connection: int(connection.execute(text("PRAGMA synchronous")).scalar_one())
    )
    await store.close()

    assert found == level


@pytest.mark.parametrize(
    "waiting",
    [CASES.where(WAITING_CHATS).order_by(*ORDER).limit(200), UNTAKEN.params(after=7, at_most=200)],
    ids=["who waits in the chat", "what nobody takes"],
)
async def test_what_is_asked_again_and_again_reads_open_cases_alone(store: Store, waiting: Select[Any]) -> None:
    """Found by the index of the queue: closed cases are those of years."""

    def plan(connection: Connection) -> list[str]:
        asked = waiting.compile(connection).construct_expanded_state()
        plain = tuple(
            value.isoformat() if isinstance(value, datetime) else value for value in asked.positional_parameters
        )
        found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked.statement}", plain)
        return [row.detail for row in found if "cases" in row.detail]

    assert await store.database.read(plan) == ["SCAN cases USING INDEX ix_cases_queue"]

"""`guichet privacy erase` and `purge`, run on a database of their own."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner

from bot import settings
from bot.cli import app
from bot.clock import now
from bot.messages import Address
from bot.store.base import Prepared
from bot.store.sql import Store, migrate, open_store
from tests.ops.programs import ROOT
from tests.store.words import claimed, message, prepared

Result = TypeVar("Result")

ANNE = Address("web", "anne")
BRUNO = Address("web", "bruno")


class Town:
    """A town's database, and the commands on it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.environ = {"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(data), "COLUMNS": "100"}
        self._url = settings.load(self.environ).database_url
        migrate(self._url)

    def guichet(self, *arguments: str, **more: str) -> Any:
        return CliRunner().invoke(app, list(arguments), env={**self.environ, **more})

    def store(self, work: Callable[[Store], Awaitable[Result]]) -> Result:
        """Do something with the town's store."""

        async def with_store() -> Result:
            store = await open_store(self._url)
            try:
                return await work(store)
            finally:
                await store.close()

        return asyncio.run(with_store())

    def heard(self, address: Address, days_ago: int) -> None:
        """A citizen said something so long ago and was answered."""

        async def work(store: Store) -> None:
            at = now() - timedelta(days=days_ago)
            await store.inbox.put(message(f"m-{address.key}", address, at=at), "fr", at)
            claim = await claimed(store, at=at)
            said: list[Prepared] = [prepared(f"r-{address.key}", text="Bonjour.")]
            await store.inbox.finish(claim.row, "w1", said, at)

        self.store(work)

    def known(self) -> list[Address]:
        """Whose conversations are there."""

        async def work(store: Store) -> list[Address]:
            return [address for address in (ANNE, BRUNO) if await store.conversations.find(address)]

        return self.store(work)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "var")


def rows(table: str) -> dict[str, int]:
    """What a printed table says."""
    return {name: int(count) for name, count in re.findall(r"│ (\w+) +│ (\d+) +│", table)}


def test_erase_removes_one_citizen_and_gives_a_receipt(town: Town) -> None:
    """Rows by table, a receipt that can be read aloud, and nobody else is touched."""
    town.heard(ANNE, days_ago=1)
    town.heard(BRUNO, days_ago=1)
    done = town.guichet("privacy", "erase", "web:anne")

    assert (done.exit_code, done.stderr) == (0, "")
    assert rows(done.stdout)["conversations"] == 1
    assert rows(done.stdout)["transcript"] == 2
    assert re.fullmatch(r"Receipt R-\w{4}-\w{4}", done.stdout.splitlines()[-1])
    assert town.known() == [BRUNO]


def test_erase_for_programs(town: Town) -> None:
    """`--json` prints the receipt, the moment and the rows."""
    town.heard(ANNE, days_ago=1)
    done = town.guichet("privacy", "erase", "web:anne", "--json")
    found = json.loads(done.stdout)

    assert set(found) == {"receipt", "at", "rows"}
    assert (found["rows"]["conversations"], found["rows"]["inbox"], found["rows"]["outbox"]) == (1, 1, 1)
    assert town.known() == []


def test_erase_of_a_stranger_says_so(town: Town) -> None:
    """An address of which nothing is stored, a mistyped one for instance, is told; the receipt is given all the same."""
    town.heard(ANNE, days_ago=1)
    done = town.guichet("privacy", "erase", "web:anna")

    assert (done.exit_code, done.stderr) == (0, "Nothing was stored for web:anna.\n")
    assert "Receipt R-" in done.stdout
    assert town.known() == [ANNE]


def test_erase_needs_an_address(town: Town) -> None:
    """What is no address is refused, and nothing is opened or removed."""
    town.heard(ANNE, days_ago=1)
    done = town.guichet("privacy", "erase", "anne")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "anne" in done.stderr
    assert town.known() == [ANNE]


def test_purge_removes_what_is_over(town: Town) -> None:
    """What is older than the retention in office.yml goes, the rest stays; a second purge finds nothing."""
    town.heard(ANNE, days_ago=91)
    town.heard(BRUNO, days_ago=1)
    done = town.guichet("privacy", "purge")
    again = town.guichet("privacy", "purge", "--json")

    assert (done.exit_code, done.stderr) == (0, "")
    assert rows(done.stdout)["conversations"] == 1
    assert town.known() == [BRUNO]
    assert (again.exit_code, sum(json.loads(again.stdout).values())) == (0, 0)


def test_purge_for_programs(town: Town) -> None:
    """`--json` prints the rows by table."""
    town.heard(ANNE, days_ago=91)
    done = town.guichet("privacy", "purge", "--json")

    assert json.loads(done.stdout)["conversations"] == 1


@pytest.mark.parametrize("command", [("purge",), ("erase", "web:anne")])
def test_a_database_that_cannot_be_opened_is_one_sentence(town: Town, command: tuple[str, ...]) -> None:
    """Where the database cannot be had, both say so in one sentence and end with 1."""
    done = town.guichet("privacy", *command, GUICHET_DATABASE_URL=f"sqlite:///{town.data}")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("guichet: ")
    assert len(done.stderr.splitlines()) == 1

"""A whole night of a large town, in one go: `guichet night` on PostgreSQL with a million contacts.

    python -m benchmarks.night [PART.zip PRO.zip] [--contacts 1000000] [--days 140] [--unanswered 0.15]

Conversations with cases, ratings and Rasa's events are written by chance with a fixed seed (`benchmarks.night_town`), and
all but those of the last two days are counted, as gateways do it while citizens write (`benchmarks.night_counted`). Then the
command that a town runs is run twice, each time in a process of its own and with a day more to count: first when nothing was
ever grouped, then as on a usual night. With the State's zips they are imported before, so that a night also looks there for
what comes near. Writes results/night.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from benchmarks import machine
from benchmarks.night_counted import count
from benchmarks.night_town import EVENT_DAYS, Town, connected, days
from bot import clock, settings
from bot.knowledge import importers
from bot.knowledge.importers import markdown
from bot.settings import Settings
from bot.store.sql import migrate, open_store
from tests.servers import Postgresql, running_postgresql

ROOT = Path(__file__).resolve().parents[1]
SEED = 8
LOOK_SECONDS = 0.2
ROWS = ("conversations", "transcript", "contacts", "facts", "cases", "topics", "topic_lines", "findings", "lessons")
TICKS = os.sysconf("SC_CLK_TCK")


class Filling:
    """The days of the town, and how far they are written."""

    def __init__(self, found: Settings, contacts: int, many: int, unanswered: float) -> None:
        self._settings = found
        last = clock.now().astimezone(found.office.zone).date() - timedelta(days=1)
        self._days = list(days(last, many, contacts))
        self._next = many - 2
        self._events_from = last - timedelta(days=EVENT_DAYS)
        self._unanswered = unanswered
        self.town: Town | None = None

    async def begin(self) -> None:
        """Articles, and every day but the last two, which are counted."""
        store = await open_store(self._settings.database_url)
        office = self._settings.office
        reading = markdown.read(ROOT / office.knowledge.folder, office.services)
        await importers.store(store.articles, markdown.ORIGIN, reading, clock.now())
        articles = await store.articles.all()
        await store.close()
        self.town = Town(articles, ROOT, office.zone, self._unanswered, SEED)
        await self._write(self._days[:-2])
        connection = await connected(self._settings.database_url)
        try:
            await count(connection, clock.now(), {article.id: article.service for article in articles})
            await connection.execute("VACUUM ANALYZE")
        finally:
            await connection.close()
        store = await open_store(self._settings.database_url)
        try:
            while await store.contacts.roll_up():
                pass
        finally:
            await store.close()

    async def go_on(self) -> None:
        """One day more."""
        await self._write([self._days[self._next]])
        self._next += 1

    async def _write(self, these: Sequence[tuple[date, int]]) -> None:
        assert self.town is not None
        connection = await connected(self._settings.database_url)
        try:
            for day, contacts in these:
                await self.town.day(connection, day, contacts, day >= self._events_from)
            await self.town.settle(connection)
        finally:
            await connection.close()


def command(environment: dict[str, str], server: Postgresql, *arguments: str) -> dict[str, Any]:
    """A command of the town's in a process of its own: seconds elapsed and of processors, the most memory, what it says."""
    before, loads = _server_seconds(server), [os.getloadavg()[0]]
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen([sys.executable, "-m", "bot", *arguments], env=environment, cwd=ROOT, stdout=out)
        peak = 0
        while True:
            peak = max(peak, _peak_kb(process.pid))
            ended, status, used = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            time.sleep(LOOK_SECONDS)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - begun
        loads.append(os.getloadavg()[0])
        out.seek(0)
        said = out.read()
    if process.returncode:
        raise SystemExit(f"guichet {' '.join(arguments)} ended with {process.returncode}: {said}")
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(used.ru_utime + used.ru_stime, 1),
        "server_processor_seconds": round(_server_seconds(server) - before, 1),
        "peak_mb": round(peak * 1024 / 1e6),
        "load_before_and_after": [round(load, 1) for load in loads],
        "steps": json.loads(said)["seconds"] if "night" in arguments else {},
    }


def _peak_kb(pid: int) -> int:
    """The most memory that a process had; what its parent had before it began is not in it, as it is in rusage."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _server_seconds(server: Postgresql) -> float:
    """Processor time of PostgreSQL's processes that have ended; those of a command end with it."""
    pid = (server.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0]
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / TICKS


async def rows(url: str) -> dict[str, int]:
    """Rows of the tables that matter."""

    def counted(connection: Connection) -> dict[str, int]:
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in ROWS}

    store = await open_store(url)
    try:
        return await store.database.read(counted)
    finally:
        await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("zips", type=Path, nargs="*")
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=140)
    parser.add_argument("--unanswered", type=float, default=0.15, help="Share of the questions.")
    parser.add_argument("--name", default="night", help="Of the file of results.")
    options = parser.parse_args()
    figures: dict[str, Any] = {name: getattr(options, name) for name in ("contacts", "days", "unanswered")} | {
        "fiches": bool(options.zips)
    }
    with running_postgresql() as server, tempfile.TemporaryDirectory() as folder:
        own = {"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": folder}
        own["GUICHET_DATABASE_URL"] = url = server.create("night")
        migrate(url)
        environment = {**os.environ, **own}
        filling = Filling(settings.load(own), options.contacts, options.days, options.unanswered)
        begun = time.perf_counter()
        asyncio.run(filling.begin())
        figures["filled_seconds"] = round(time.perf_counter() - begun, 1)
        if options.zips:
            command(environment, server, "knowledge", "import", "service-public", *map(str, options.zips), "--json")
        print(f"filled in {figures['filled_seconds']} s")
        for name in ("first", "usual"):
            asyncio.run(filling.go_on())
            figures[name] = command(environment, server, "night", "--json")
            print(name, json.dumps(figures[name]), flush=True)
            figures["rows"] = asyncio.run(rows(url))
        assert filling.town is not None
        figures["questions"] = filling.town.questions
    print(figures["rows"], figures["questions"])
    print(machine.write(options.name, figures))


if __name__ == "__main__":
    main()

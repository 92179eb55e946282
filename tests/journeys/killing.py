"""`kill -9` at random while citizens write on every channel, for as long as you like; then everything is counted.

    .venv/bin/python -m tests.journeys.killing --minutes 5 --engine sqlite --seed 7

Starts what `make run` starts, on ports and in a folder of its own, with the providers' fakes in this process. Ends with
status 1 if a message was lost, answered twice or out of order, or if something arrived twice and is not marked.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import yaml
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from channels import WEBHOOK_SECRET
from channels.signatures import derive
from tests.fakes.api_client import FakeApiClient
from tests.fakes.graph import APP, APP_SECRET, BUSINESS, NUMBER, PAGE, TOKEN, FakeGraph
from tests.fakes.telegram import FakeTelegram
from tests.journeys import counting
from tests.journeys.citizen import Citizen
from tests.journeys.counting import Count, Talk
from tests.journeys.lines import ApiLine, Line, MessengerLine, MetaLine, TelegramLine, WhatsAppLine
from tests.journeys.people import SCRIPTS, VISIT, Person
from tests.journeys.staffed import always_open
from tests.journeys.town import PROGRAMS, Town
from tests.servers import running_postgresql

SECRET = "not-a-secret-" * 3
CLIENT, CLIENT_SECRET = "kiosk", "nothing-secret-" * 3
CONVERSATIONS = 40
VISITORS = 2
PAUSE_SECONDS = 5.0
"""Between two messages of one citizen, on average."""
BLOWS_SECONDS = (3.0, 8.0)
TARGETS = (("gateway",), ("gateway",), ("rasa",), ("actions",), PROGRAMS)
CRASH_EVERY_SECONDS = 35.0
"""The supervisor is killed with all the rest. The next one starts what ends at once again, before its pauses grow."""
ECHO_SECONDS = 0.4
ANSWERS_AFTER_SECONDS = 0.3
"""Providers take a message and say so that much later: it is then that a kill makes it doubtful."""
LATE_SHARE = 0.3
"""Of what was taken comes again when all is over: providers do that hours later."""
SETTLED_WITHIN_SECONDS = 240.0


@dataclass(slots=True)
class Report:
    """What a run did and found."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    count: Count = field(default_factory=Count)
    refused: int = 0
    """Attempts of providers that were not answered with 2xx."""
    repeated: int = 0
    """Messages that providers sent again though they had been taken."""
    settled_after: float = 0.0

    def __str__(self) -> str:
        count = self.count
        lines = [
            f"seed {self.seed}; killed: {dict(self.kills)}, {sum(self.kills.values())} in all",
            f"{count.messages} messages ({self.refused} attempts refused, {self.repeated} repeated after they were taken)",
            f"{count.replies} replies and {count.apologies} apologies in {count.parts} parts; effects: {dict(count.effects)}",
            f"{count.doubtful} parts marked doubtful, arrived twice: {dict(count.doubled)}",
            f"settled {self.settled_after:.0f} s after the last kill",
            *(count.wrong[:40] or ["everything counts up"]),
        ]
        return "\n".join(lines)


class Storm:
    """A town, its channels and whoever kills it."""

    def __init__(self, town: Town, engine: AsyncEngine, lines: list[Line], report: Report, dice: random.Random) -> None:
        self.town = town
        self.engine = engine
        self.lines = lines
        self.report = report
        self.dice = dice
        self.people: list[Person] = []
        self.visitors: list[tuple[Citizen, list[str]]] = []

    async def calm(self) -> dict[str, Talk]:
        """Every script, undisturbed."""
        line = self.lines[-1]
        stop = asyncio.Event()
        people = {name: Person(line, self._key(), name) for name in SCRIPTS}
        await asyncio.gather(*(person.live(stop, 0.1, self.dice) for person in people.values()))
        await self._settle(60.0)
        return {name: await self._read(person) for name, person in people.items()}

    async def rage(self, seconds: float, conversations: int) -> None:
        """Citizens write, everything is killed; returns when all of it is settled."""
        stop = asyncio.Event()
        living = [asyncio.create_task(self._people(number, stop)) for number in range(conversations)]
        living += [asyncio.create_task(self._visitor(stop)) for _ in range(VISITORS)]
        echo = asyncio.create_task(self._echo(stop))
        over = asyncio.Event()
        reporting = [asyncio.create_task(line.report(over)) for line in self.lines if isinstance(line, MetaLine)]
        await self._kill(seconds)
        stop.set()
        began = time.monotonic()
        try:
            await asyncio.wait_for(asyncio.gather(*living, echo), SETTLED_WITHIN_SECONDS)
        except asyncio.TimeoutError:
            self.report.count.wrong.append(f"not all was taken within {SETTLED_WITHIN_SECONDS:.0f} s")
        await self._settle(SETTLED_WITHIN_SECONDS)
        self.report.settled_after = time.monotonic() - began
        await self._repeat()
        await self._settle(60.0)
        over.set()
        await asyncio.gather(*reporting)

    async def compare(self, calm: dict[str, Talk]) -> None:
        """Count everything."""
        for person in self.people:
            self.report.count.add(person, await self._read(person), calm[person.script])
        for visitor, texts in self.visitors:
            await self._wait_for(visitor)
            await visitor.leave()
            key = (visitor.session_id or "").partition(".")[0]
            talk = await counting.read(self.engine, "web", key)
            self.report.count.add_visitor(visitor, texts, talk, calm[VISIT])

    async def _people(self, number: int, stop: asyncio.Event) -> None:
        """One conversation after the other."""
        while not stop.is_set():
            person = Person(self.lines[number % len(self.lines)], self._key(), self.dice.choice(list(SCRIPTS)))
            self.people.append(person)
            await person.live(stop, PAUSE_SECONDS, self.dice)

    async def _visitor(self, stop: asyncio.Event) -> None:
        visitor, texts = Citizen(self.town.address), []
        self.visitors.append((visitor, texts))
        for text in SCRIPTS[VISIT]:
            if stop.is_set():
                return
            assert isinstance(text, str)
            texts.append(text)
            await visitor.say(text)
            await asyncio.sleep(PAUSE_SECONDS * self.dice.uniform(0.3, 1.7))

    async def _wait_for(self, visitor: Citizen) -> None:
        for _ in range(100):
            await visitor.stay()
            if all(visitor.answers(given) for given in visitor.sent):
                return
            await asyncio.sleep(0.1)

    async def _kill(self, seconds: float) -> None:
        began = crashed = time.monotonic()
        while time.monotonic() - began < seconds:
            await asyncio.sleep(self.dice.uniform(*BLOWS_SECONDS))
            if time.monotonic() - crashed > CRASH_EVERY_SECONDS:
                crashed = time.monotonic()
                await asyncio.to_thread(self.town.crash)
                self.report.kills["supervisor"] += 1
                await asyncio.sleep(self.dice.uniform(0.0, 2.0))
                self.town.launch()
                continue
            hit = [name for name in self.dice.choice(TARGETS) if self.town.kill(name)]
            self.report.kills.update(["+".join(hit)] if hit else [])

    async def _echo(self, stop: asyncio.Event) -> None:
        """Providers repeat what was taken long ago, in the middle of it all."""
        while not stop.is_set():
            await asyncio.sleep(ECHO_SECONDS)
            person = self.dice.choice(self.people)
            if person.taken:
                self.report.repeated += await person.line.again(self.dice.choice(person.said[: person.taken]))

    async def _repeat(self) -> None:
        for person in self.people:
            for said in person.said[: person.taken]:
                if self.dice.random() < LATE_SHARE:
                    taken = await person.line.again(said)
                    self.report.repeated += taken
                    if not taken:
                        self.report.count.wrong.append(f"{person.line.name}: a calm town refuses a repeated message")

    async def _settle(self, within: float) -> None:
        """Until inbox and outbox are empty, twice in a row."""
        deadline, empty = time.monotonic() + within, 0
        while empty < 2:
            await asyncio.sleep(0.5)
            waiting = await counting.open_rows(self.engine)
            empty = empty + 1 if not waiting else 0
            if time.monotonic() > deadline:
                self.report.count.wrong.append(f"{waiting} rows of inbox and outbox are not settled")
                return

    async def _read(self, person: Person) -> Talk:
        prefix = f"{CLIENT}." if person.line.name == "api" else ""
        return await counting.read(self.engine, person.line.name, prefix + person.key)

    def _key(self) -> str:
        return f"336{self.dice.randrange(10**8):08}"


async def kill(
    folder: Path, seconds: float, database: str, seed: int, conversations: int = CONVERSATIONS, receive: str = "webhook"
) -> Report:
    """One run in an empty folder; `database` is an address, "" for SQLite."""
    report, dice = Report(seed), random.Random(seed)
    async with (
        FakeTelegram() as telegram,
        FakeGraph() as graph,
        FakeApiClient(CLIENT, CLIENT_SECRET) as client,
        _town(folder, database, telegram, graph, client, receive) as town,
        aiohttp.ClientSession() as http,
    ):
        by_telegram = TelegramLine(telegram, derive(SECRET, WEBHOOK_SECRET), town.address, http, dice)
        lines: list[Line] = [
            by_telegram,
            WhatsAppLine(graph, town.address, http, dice),
            MessengerLine(graph, town.address, http, dice),
            ApiLine(client, town.address, http, dice),
        ]
        if receive == "webhook":
            by_telegram.switch_on()
        for fake in (telegram, graph, client):
            fake.answers_after = ANSWERS_AFTER_SECONDS
        engine = create_async_engine(database or f"sqlite+aiosqlite:///{town.data / 'guichet.db'}")
        storm = Storm(town, engine, lines, report, dice)
        try:
            calm = await storm.calm()
            await storm.rage(seconds, conversations)
            await storm.compare(calm)
        finally:
            await engine.dispose()
        report.refused = telegram.refused_by_webhook + sum(line.refused for line in lines)
    return report


@contextlib.asynccontextmanager
async def _town(
    folder: Path, database: str, telegram: FakeTelegram, graph: FakeGraph, client: FakeApiClient, receive: str
) -> AsyncIterator[Town]:
    office = always_open(folder)
    settings = yaml.safe_load(office.read_text("utf-8"))
    settings["chat"] |= {"messages_per_minute": 1000, "messages_per_minute_per_address": 10_000}
    settings["appointments"]["places"] = 50
    settings["channels"] = {
        "web": True,
        "telegram": {"receive": receive, "url": telegram.url},
        "meta": {
            "app_id": APP,
            "url": graph.url,
            "messenger": {"page_id": PAGE},
            "whatsapp": {"phone_number_id": NUMBER, "business_account_id": BUSINESS},
        },
        "api": {"clients": {CLIENT: {"callback": client.callback}}},
    }
    office.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf-8")
    environ = {"GUICHET_DATABASE_URL": database} if database else {}
    town = Town(
        folder / "var",
        GUICHET_OFFICE=str(office),
        GUICHET_SECRET=SECRET,
        GUICHET_TELEGRAM_TOKEN=telegram.token,
        GUICHET_META_APP_SECRET=APP_SECRET,
        GUICHET_MESSENGER_TOKEN=TOKEN,
        GUICHET_WHATSAPP_TOKEN=TOKEN,
        GUICHET_API_SECRETS=f"{CLIENT}:{CLIENT_SECRET}",
        **environ,
    )
    # In a thread: the fakes answer in this loop while the gateway starts.
    await asyncio.to_thread(town.start)
    try:
        yield town
    finally:
        await asyncio.to_thread(town.stop)


def main() -> int:
    """Run it by hand; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS)
    parser.add_argument("--folder", type=Path, help="kept; a temporary one by default")
    given = parser.parse_args()
    seed = random.randrange(10**6) if given.seed is None else given.seed
    with contextlib.ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="guichet-killing-")))
        folder.mkdir(parents=True, exist_ok=True)
        server = stack.enter_context(running_postgresql()) if given.engine == "postgresql" else None
        database = server.create("killed") if server else ""
        report = asyncio.run(kill(folder, given.minutes * 60, database, seed, given.conversations))
    print(report)
    return 1 if report.count.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""The process that takes a year's mail: the parts of a gateway that letters pass, wired as `bot.app` wires them.

    GUICHET_OFFICE=… GUICHET_DATABASE_URL=… python -m benchmarks.mail_worker FOLDER NAME [--stages] [--profile FILE]

Each second it prints one line of JSON: what it has received and handled, its processor time by stage, its memory.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import cProfile
import json
import os
import resource
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.channels_town import PAGE_BYTES
from benchmarks.mail_box import Filed, Mailbox
from benchmarks.mail_times import Times
from bot import logs, safety, settings
from bot.app_channels import build_channels, correspondents, kept_files
from bot.app_letters import build_letters
from bot.bus import LocalBus
from bot.conversation import Counter
from bot.errors import BotError
from bot.gateway.worker import Worker
from bot.knowledge.base import KnowledgeBase
from bot.messages import Message, Turn
from bot.sourced import Quotes, Sourced
from bot.store.base import Claimed, Conversation, Entry
from bot.store.sql import Store, open_store
from bot.tasks import stop
from bot.text import languages, memory
from bot.text import wording as catalogues
from channels.email import Email, Sender

TELL_EVERY_SECONDS = 1.0


class Silent:
    """A core that no letter may reach."""

    async def talk(self, conversation: Conversation, message: Message, payload: str | None) -> Turn:
        raise BotError(f"a letter reached the core: {message.id}")

    async def replay(self, conversation: Conversation, message: Message) -> Turn | None:
        raise BotError(f"a letter reached the core: {message.id}")

    async def remember(self, conversation: Conversation, entries: Sequence[Entry]) -> None:
        raise BotError("a letter reached the core")

    async def well(self) -> bool:
        return True


class Office:
    """One process of the town hall, as far as mail goes."""

    def __init__(self, store: Store, found: settings.Settings, folder: Path, name: str, times: Times) -> None:
        office = found.office
        options = office.channels.email
        if options is None or options.smtp is None:
            raise BotError("office.yml names no mailbox, or no server that takes our mail")
        wording, net = catalogues.load(office), safety.load()
        languages.lexicon()
        self.received = self.handled = 0
        self._store = store
        self._times = times
        knowledge = KnowledgeBase(store.articles, office)
        letters = build_letters(found, store, knowledge, wording, net)
        self._count_stages(letters.correspondence)
        passwords, town = found.keys.email_passwords, office.town
        sender = Sender(
            *(options, options.smtp, "", found.secrets, wording, town.office, town.website),
            correspondents(store),
            kept_files(store),
        )
        box = Filed(Mailbox(folder), times, options, passwords, found.secrets, wording, sender)
        bus = LocalBus()
        channels = {Email.name: box}
        sourced = Sourced(office, wording, Quotes(store.articles, store.fiches))
        counter = Counter(
            *(store, Silent(), channels, wording, net, bus, name),
            sourced=sourced,
            correspondence=letters.correspondence,
        )
        self.worker = Worker(store.inbox, times.stepped("handle", self._handling(counter)), bus, name)

        async def receive(message: Message) -> bool:
            self.received += 1
            return await times.stepped("receive", counter.receive)(message)

        async def history(*given: Any) -> list[Entry]:
            raise BotError("nobody reads by the API")

        outside = build_channels(channels, store, bus, receive, history, name, lambda request: "")
        self.jobs = (*outside.jobs.values(), *letters.jobs.values(), self.worker.run(), memory.follow())

    def _count_stages(self, correspondence: Any) -> None:
        """Wrap what a stage is: instances only, and what they do stays as it is."""
        times = self._times
        reads, suggests, acknowledges = correspondence.reads, correspondence._suggests, correspondence._acknowledges
        reads._build = times.timed("start", reads._build)
        reads.read = times.timed("read", reads.read)
        reads.alike = times.timed("compare", reads.alike)
        reads.gist = times.timed("compare", reads.gist)
        suggests.suggest = times.stepped("suggest", suggests.suggest)
        acknowledges.words = times.stepped("acknowledge", acknowledges.words)
        database: Any = self._store.database
        for name in ("read", "write", "write_one"):
            setattr(database, name, times.stepped("store", getattr(database, name)))

    def _handling(self, counter: Counter) -> Any:
        async def handle(claimed: Claimed) -> None:
            await counter.handle(claimed)
            self.handled += 1

        return handle

    def standing(self) -> dict[str, Any]:
        """What is told each second."""
        return {
            "received": self.received,
            "handled": self.handled,
            "rss": int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "cpu": time.process_time(),
            "stages": self._times.told(),
        }


async def run(folder: Path, name: str, stages: bool) -> None:
    """Take mail until SIGTERM, or until the process that started this one is gone.

    Raises:
        BotError: a part of it broke.
    """
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    parent = os.getppid()
    found = settings.load()
    store = await open_store(found.database_url)
    times = Times(stages)
    office = Office(store, found, folder, name, times)
    times.add("start", time.process_time())
    # What a killed process of this name had claimed is taken up now.
    await office.worker.release()
    tasks = [asyncio.create_task(job) for job in office.jobs]
    while not told.is_set() and os.getppid() == parent and not any(task.done() for task in tasks):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(told.wait(), TELL_EVERY_SECONDS)
        print(json.dumps(office.standing()), flush=True)
    broken = [task for task in tasks if task.done()]
    for task in tasks:
        await stop(task)
    await office.worker.release()
    await store.close()
    for task in broken:
        task.result()
        raise BotError("a part of the gateway has ended by itself")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("name")
    parser.add_argument("--stages", action="store_true", help="count the processor time of each stage")
    parser.add_argument("--profile", type=Path, help="where a profile of the loop's thread is written at the end")
    options = parser.parse_args()
    logs.configure()
    profile = cProfile.Profile() if options.profile else None
    if profile is None:
        asyncio.run(run(options.folder, options.name, options.stages))
    else:
        profile.runcall(asyncio.run, run(options.folder, options.name, options.stages))
        profile.dump_stats(options.profile)


if __name__ == "__main__":
    main()

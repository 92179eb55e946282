"""A city's year of mail, through all that a letter passes: parsed, stored, read, grouped, answered with suggestions, acknowledged.

    python -m benchmarks.mail_year [--mails 90000] [--engine sqlite|postgresql] [--processes N] [--seed 7] [--data FOLDER] [--stages]

The mails are generated from parts (`benchmarks.mail_parts`) into a file that stands for the mailbox. From there on all is
the real code: two processes of the gateway's parts, one of which receives and both of which handle, killed (SIGKILL) at
a third and at two thirds of the mails and started again. In the end every mail has to be there once, every request in
one case, with one acknowledgement, and memory must not have grown; otherwise this ends with an error. What mail costs to fetch and to send is not in it. Writes
results/mail_year.json. `--data` keeps the model that reads letters; without it, it is learnt first (half a minute).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Connection, func, select

from benchmarks import machine, mail_box, mail_check, mail_parts
from benchmarks.mail_life import SETTLED_SHARE, Life, Memory
from bot import settings
from bot.clock import now
from bot.knowledge.importers import store as store_articles
from bot.knowledge.importers.markdown import read as read_articles
from bot.settings import Settings
from bot.store.sql import migrate, open_store
from bot.store.tables import inbox
from bot.triage import learning
from tests.journeys.town import ROOT
from tests.servers import running_postgresql

MAILS, SEED = 90_000, 7
PROCESSES = {"sqlite": 2, "postgresql": 2}
KILLED_AT = (1 / 3, 2 / 3)
TELL_EVERY = timedelta(seconds=10)
LOOK_EVERY = timedelta(seconds=0.5)
STILL_AFTER = timedelta(minutes=2)
"""So long without a mail handled means that nothing goes on."""

Report = Callable[[str], None]


class Stuck(Exception):
    """Nothing goes on, or a process has ended by itself."""


class Town:
    """The processes, and who kills them."""

    def __init__(
        self, folder: Path, environ: dict[str, str], processes: int, profile: Path | None, stages: bool = False
    ) -> None:
        self._folder = folder
        self._environ = environ
        self._profile = profile
        self._stages = stages
        self.lives: list[Life] = []
        self.running: dict[str, Life] = {}
        self._listening: list[threading.Thread] = []
        for number in range(processes):
            self.start(f"gateway-{number}")

    def start(self, name: str) -> None:
        """Start a process; the same name is the same gateway again."""
        command = [sys.executable, "-m", "benchmarks.mail_worker", str(self._folder), name]
        command += ["--profile", str(self._profile)] if self._profile else []
        command += ["--stages"] if self._stages else []
        log = (self._folder / f"{name}.log").open("a")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=self._environ, cwd=ROOT)
        log.close()
        life = Life(process)
        listening = threading.Thread(target=life.listen, daemon=True)
        listening.start()
        self._listening.append(listening)
        self.lives.append(life)
        self.running[name] = life

    def kill(self, name: str) -> None:
        """End a process as a power cut does, and start it again."""
        self.running[name].process.kill()
        self.running[name].process.wait()
        self.start(name)

    def stop(self) -> None:
        """Let all end by themselves, or end them."""
        for life in self.running.values():
            life.process.terminate()
        for life in self.running.values():
            try:
                life.process.wait(30)
            except subprocess.TimeoutExpired:
                life.process.kill()
                life.process.wait()
        for listening in self._listening:
            listening.join(10)

    def sum(self, what: str) -> Any:
        """Of all lives together."""
        return sum(life.last[what] for life in self.lives)


async def measure(
    folder: Path,
    mails: int,
    found: Settings,
    environ: dict[str, str],
    processes: int,
    profile: Path | None,
    report: Report,
    stages: bool = False,
) -> dict[str, Any]:
    """Figures of a year's mail that stands in a folder.

    Raises:
        Stuck: it did not come to an end.
        Lost: something is not where it has to be.
    """
    store = await open_store(found.database_url)
    began = time.perf_counter()
    town = Town(folder, environ, processes, profile, stages)
    kills = [round(mails * share) for share in KILLED_AT] if profile is None else []
    killed = 0
    told = began
    progressed, handled = began, 0
    try:
        while True:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            moment = time.perf_counter()
            for name, life in town.running.items():
                if life.process.poll() is not None:
                    raise Stuck(f"{name} ended by itself: {(folder / f'{name}.log').read_text()[-2000:]}")
            received, settled = await store.database.read(_settled)
            if settled > handled:
                progressed, handled = moment, settled
            elif moment - progressed > STILL_AFTER.total_seconds():
                raise Stuck(f"nothing goes on after {handled} mails")
            if killed < len(kills) and handled >= kills[killed]:
                name = f"gateway-{killed % processes}"
                report(f"{moment - began:6.0f} s  {handled} mails: {name} is killed")
                town.kill(name)
                killed += 1
            if moment - told >= TELL_EVERY.total_seconds():
                told = moment
                memory = ", ".join(f"{life.last['rss'] / 1e6:.0f} MB" for life in town.running.values())
                report(f"{moment - began:6.0f} s  received {received}, handled {handled}; {memory}")
            if handled == received >= mails and killed == len(kills):
                break
        seconds = time.perf_counter() - began
    finally:
        town.stop()
    kept = await store.database.read(lambda connection: mail_check.check(connection, folder))
    await store.close()
    return {**_figures(town, mails, seconds), "killed": killed, "kept": kept}


def _settled(connection: Connection) -> tuple[int, int]:
    """Mails received, and handled."""
    waits = select(func.count()).select_from(inbox).where(inbox.c.settled_at.is_(None))
    received = connection.execute(select(func.count()).select_from(inbox)).scalar_one()
    return received, received - connection.execute(waits).scalar_one()


def _figures(town: Town, mails: int, seconds: float) -> dict[str, Any]:
    stages: defaultdict[str, float] = defaultdict(float)
    for life in town.lives:
        for stage, took in life.last["stages"].items():
            stages[stage] += took
    settled = [one for life in town.lives if len(one := life.settled(round(mails * SETTLED_SHARE))) > 1]
    grown = [Memory.of(one) for one in settled]
    slopes = [one.per_mail for one in grown if one.per_mail is not None]
    steady = sum(one[-1][0] - one[0][0] for one in settled)
    # What a killed process did in its last second it has told nobody.
    cpu, told = town.sum("cpu") - stages.pop("start", 0.0), town.sum("handled")
    return {
        "mails": mails,
        "seconds": round(seconds, 1),
        "mails_per_s": round(mails / seconds, 1),
        "cpu_ms_per_mail": round(1000 * cpu / told, 2),
        # Without the first mails of each process, which load what is loaded once.
        "steady_cpu_ms_per_mail": (
            round(1000 * sum(one[-1][2] - one[0][2] for one in settled) / steady, 2) if steady else None
        ),
        "stages": {
            stage: {"cpu_ms": round(1000 * took / told, 2), "mails_per_s_of_one_core": round(told / took)}
            for stage, took in sorted(stages.items(), key=lambda one: -one[1])
            if took > 0
        },
        "peak_memory_mb": round(max(life.last["peak"] for life in town.lives) / 1e6),
        "memory_growth": round(max(one.times for one in grown), 3) if grown else None,
        "memory_bytes_per_mail": round(max(slopes)) if slopes else None,
        "memory_flat": all(one.is_flat for one in grown) if grown else None,
    }


async def prepare(found: Settings, report: Report) -> None:
    """The town's articles, and a model that reads letters."""
    migrate(found.database_url)
    store = await open_store(found.database_url)
    reading = read_articles(found.root / found.office.knowledge.folder, found.office.services)
    await store_articles(store.articles, "markdown", reading, now())
    pages = await store.articles.all()
    learning.in_place(found.root, found.data, found.office, pages, ())
    await store.close()


def write_office(folder: Path, triage: Path | None = None) -> Path:
    """The example town with a mailbox; `triage` is where its letters stand, the project's own by default."""
    office = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    office["knowledge"]["folder"] = str(ROOT / "knowledge")
    office["desk"]["replies"] = str(ROOT / "replies.yml")
    server = {"host": "127.0.0.1", "security": "none"}
    office["channels"] = {"web": True, "email": {"smtp": server, "mailboxes": {mail_parts.MAILBOX: {"imap": server}}}}
    (folder / "triage").symlink_to(triage or ROOT / "triage")
    path = folder / "office.yml"
    path.write_text(yaml.safe_dump(office, allow_unicode=True), encoding="utf-8")
    return path


@contextlib.contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """A fresh database of our own."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'guichet.db'}"
    else:
        with running_postgresql() as server:
            yield server.create("mail")


def run(
    folder: Path,
    engine: str,
    mails: int,
    seed: int,
    report: Report,
    processes: int = 0,
    data: Path | None = None,
    triage: Path | None = None,
    profile: Path | None = None,
    stages: bool = False,
) -> dict[str, Any]:
    """Everything, in an empty folder."""
    with database(engine, folder) as url:
        environ = {
            **os.environ,
            "GUICHET_OFFICE": str(write_office(folder, triage)),
            "GUICHET_DATA": str(data or folder / "var"),
            "GUICHET_DATABASE_URL": url,
            "GUICHET_SECRET": "benchmark-secret-that-nobody-needs-to-keep",
            "GUICHET_EMAIL_PASSWORDS": f"{mail_parts.MAILBOX}:unused",
            "OMP_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1",
        }
        found = settings.load(environ)
        asyncio.run(prepare(found, report))
        began = time.perf_counter()
        size = mail_box.write(folder, mail_parts.year(mail_parts.parts(ROOT / "triage"), mails, seed))
        report(f"{mails} mails made in {time.perf_counter() - began:.0f} s, {size / 1e6:.0f} MB")
        processes = processes or PROCESSES[engine]
        figures = asyncio.run(measure(folder, mails, found, environ, processes, profile, report, stages))
    return {"engine": engine, "processes": processes, "seed": seed, **figures}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--engine", choices=sorted(PROCESSES), action="append", help="one or both; both by default")
    parser.add_argument("--processes", type=int, default=0, help="of the gateway; two by default")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="where the model stays from one run to the next")
    parser.add_argument(
        "--stages", action="store_true", help="count the processor time of each stage, which costs some"
    )
    parser.add_argument(
        "--profile", type=Path, metavar="FILE", help="a cProfile of the process's loop; nothing is killed then"
    )
    options = parser.parse_args()

    def report(line: str) -> None:
        print(line, flush=True)

    found = {}
    for engine in options.engine or ["sqlite", "postgresql"]:
        report(f"{engine}:")
        with tempfile.TemporaryDirectory(prefix="guichet-mail-") as folder:
            found[engine] = run(
                *(Path(folder), engine, options.mails, options.seed, report, options.processes),
                data=options.data,
                profile=options.profile,
                stages=options.stages,
            )
        report(json.dumps(found[engine], indent=2, ensure_ascii=False))
    if options.profile is None:
        report(str(machine.write("mail_year", found)))
    if growing := [engine for engine, figures in found.items() if figures["memory_flat"] is False]:
        sys.exit(f"memory grows on {' and '.join(growing)}: see memory_growth and memory_bytes_per_mail")


if __name__ == "__main__":
    main()

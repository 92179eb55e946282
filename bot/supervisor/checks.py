"""What `guichet doctor` looks at. Each check says what it found and, when something is wrong, how to mend it."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp

from bot import clock
from bot.analytics.night_state import NightState, last_state
from bot.errors import BotError, ConfigurationError
from bot.settings import Settings
from bot.store.base import Article
from bot.store.sql import open_store
from bot.supervisor import model, ports, state
from bot.supervisor.health import Pinger
from bot.supervisor.plan import PROJECT
from bot.supervisor.rasa_project import broken_stores

LITTLE_SPACE_BYTES = 500_000_000
PING_WITHIN = timedelta(seconds=5)
NAMED_ARTICLES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: `fix` is empty when nothing has to be done."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


def python(version: tuple[int, int], rasa: str | None) -> Finding:
    """Rasa needs 3.10, which gets no more fixes; a gateway of its own runs on a newer one."""
    name = f"Python {version[0]}.{version[1]}"
    if rasa:
        return Finding("python", True, f"{name} with Rasa {rasa}")
    if version < (3, 12):
        return Finding("python", False, f"{name} without Rasa", "make setup, or Python 3.12 for a gateway of its own")
    return Finding("python", True, f"{name} without Rasa: a gateway of its own")


def here() -> Finding:
    """This process's Python."""
    return python(sys.version_info[:2], model.rasa_version())


def folders(settings: Settings) -> Finding:
    """The data folder can be written."""
    for folder in (settings.data, settings.data / "log", settings.data / "run"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".doctor.{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            return Finding(
                "folders", False, f"{folder}: {error.strerror}", f"give this user the right to write {folder}"
            )
    return Finding("folders", True, f"{settings.data} can be written")


def space(settings: Settings, free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> Finding:
    """The disk of the data folder has room."""
    free = free_bytes(settings.data if settings.data.exists() else settings.root)
    detail = f"{free / 1e9:.1f} GB free"
    if free < LITTLE_SPACE_BYTES:
        return Finding("disk", False, detail, f"make room on the disk of {settings.data}: messages are stored there")
    return Finding("disk", True, detail)


def secret(settings: Settings, environ: Mapping[str, str]) -> Finding:
    """The signing secret is ours alone."""
    if environ.get("GUICHET_SECRET"):
        return Finding("secret", True, f"{len(settings.secrets)} from GUICHET_SECRET")
    path = settings.data / "secret"
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding("secret", False, f"{path} can be read by others ({mode:o})", f"chmod 600 {path}")
    return Finding("secret", True, f"{path}, readable by its owner only")


def web() -> Finding:
    """The widget is built."""
    built = PROJECT / "web" / "dist" / "widget.js"
    if not built.exists():
        return Finding("web", False, f"{built} is not there", "make setup")
    return Finding("web", True, f"built, {built.stat().st_size // 1000} kB")


def trained() -> Finding:
    """The model fits its sources."""
    if model.rasa_version() is None:
        return Finding("model", True, "Rasa is not installed here, so there is nothing to train")
    found = model.look(PROJECT)
    fresh = found.condition is model.Condition.FRESH
    return Finding("model", fresh, found.detail, "" if fresh else "guichet train")


def stores() -> Finding:
    """Rasa can import the stores that endpoints.yml names."""
    if model.rasa_version() is None:
        return Finding("stores", True, "Rasa is not installed here")
    try:
        broken = broken_stores(PROJECT / "endpoints.yml")
    except ConfigurationError as error:
        return Finding("stores", False, str(error), "put endpoints.yml right")
    if broken:
        return Finding("stores", False, broken, "put endpoints.yml right, or reinstall with `make setup`")
    return Finding("stores", True, "the stores of endpoints.yml can be imported")


async def database(settings: Settings) -> list[Finding]:
    """The database is migrated and takes writes; the articles are there and valid."""
    try:
        store = await open_store(settings.database_url)
        try:
            await store.ping()
            articles = await store.articles.all()
            last = await last_state(store.cursors)
        finally:
            await store.close()
    except (BotError, ConfigurationError) as error:
        return [
            Finding(
                "database", False, str(error), "guichet setup; on PostgreSQL, see that GUICHET_DATABASE_URL is right"
            )
        ]
    kind = str(settings.sqlite_path or "PostgreSQL")
    return [Finding("database", True, f"{kind} can be read and written"), knowledge(articles, settings), figures(last)]


def knowledge(articles: list[Article], settings: Settings) -> Finding:
    """There are articles, and none is out of date."""
    if not articles:
        return Finding("knowledge", False, "no article: every question would be lost", "guichet knowledge import")
    today = clock.now().astimezone(settings.office.zone).date()
    expired = sorted(article.id for article in articles if article.valid_until and article.valid_until < today)
    if expired:
        more = "" if len(expired) <= NAMED_ARTICLES else f" and {len(expired) - NAMED_ARTICLES} more"
        named = ", ".join(expired[:NAMED_ARTICLES]) + more
        fix = "check them, move `valid_until` and run `guichet knowledge import`"
        return Finding("knowledge", False, f"{len(articles)} articles, out of date: {named}", fix)
    return Finding("knowledge", True, f"{len(articles)} articles")


def figures(last: NightState) -> Finding:
    """All that is learnt at night from what was said was done."""
    if last.failed:
        return Finding("figures", False, last.fault(), "read the gateway's log, then `guichet night`")
    return Finding("figures", True, f"the night of {last.night} was done" if last.night else "no night yet")


async def processes(settings: Settings, environ: Mapping[str, str]) -> list[Finding]:
    """What runs is ready; if nothing runs, the ports are free."""
    running = state.read(settings.data)
    if running is None and environ.get("GUICHET_RASA_URL"):
        monitor = f"http://{ports.local(settings.monitor_host)}:{settings.monitor_port}"
        return [await ready(monitor)]
    if running is None:
        try:
            if settings.port:
                ports.require_free(settings.host, settings.port, "PORT")
        except ConfigurationError as error:
            return [Finding("port", False, str(error), "stop the other program, or set PORT")]
        return [Finding("port", True, f"nothing runs; port {settings.port} is free")]
    findings = []
    for name, process in running.processes.items():
        if process.pid is None:
            fix = f"read {settings.data / 'log' / name}.log"
            findings.append(Finding(name, False, "does not run now, and is about to be started", fix))
        else:
            findings.append(Finding(name, True, f"runs as process {process.pid} on port {process.port}"))
    return [*findings, await ready(running.monitor)]


async def ready(monitor: str) -> Finding:
    """The gateway's own opinion."""
    async with aiohttp.ClientSession() as http:
        missing = await Pinger(http, PING_WITHIN).unready(f"{monitor}/ready")
    if missing is None:
        return Finding("ready", False, f"no answer from {monitor}/ready", "start it with `make run`")
    if missing:
        told = "; ".join(f"{name}: {why}" for name, why in missing.items())
        return Finding("ready", False, told, "read var/log, or wait if it has just been started")
    return Finding("ready", True, f"{monitor}/ready")


def examine(settings: Settings, environ: Mapping[str, str]) -> list[Finding]:
    """All findings, in the order in which one would look."""
    findings = [
        here(),
        Finding("office.yml", True, f"{settings.office.town.name}: {len(settings.office.services)} services"),
    ]
    findings += [folders(settings), space(settings), secret(settings, environ), web(), trained(), stores()]
    findings += asyncio.run(_running(settings, environ))
    return findings


async def _running(settings: Settings, environ: Mapping[str, str]) -> list[Finding]:
    return [*await database(settings), *await processes(settings, environ)]

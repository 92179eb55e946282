"""What the doctor finds, and the way out it names."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.analytics.night_state import NAME, NightState, encoded
from bot.clock import now
from bot.settings import Settings, load
from bot.store.base import Article
from bot.store.sql import migrate, open_store
from bot.supervisor import checks, state
from tests.ops.programs import ROOT
from tests.ops.test_cli import guichet


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(tmp_path / "var")})


def test_it_speaks_json(tmp_path: Path) -> None:
    """With --json it prints every finding, and its exit code says whether all is well."""
    done = guichet("doctor", "--json", GUICHET_DATA=str(tmp_path), PORT="0")
    told = json.loads(done.stdout)

    assert done.returncode == (0 if told["ok"] else 1)
    assert {"python", "office.yml", "folders", "disk", "secret", "web", "model", "database"} <= {
        check["name"] for check in told["checks"]
    }
    assert [check["name"] for check in told["checks"] if not check["ok"] and not check["fix"]] == []


def test_a_broken_office_is_a_finding(tmp_path: Path) -> None:
    """A broken office.yml is listed with its reason, and the doctor does not break."""
    office = tmp_path / "office.yml"
    office.write_text("town: 3")
    done = guichet("doctor", GUICHET_OFFICE=str(office))

    assert done.returncode == 1
    assert f"✗ settings: {office}: " in done.stdout
    assert "Traceback" not in done.stderr


async def test_a_database_without_tables(settings: Settings) -> None:
    """A database that was never set up is found, with the command that does it."""
    found = await checks.database(settings)

    assert [(finding.name, finding.ok) for finding in found] == [("database", False)]
    assert "guichet setup" in found[0].fix


def test_a_fresh_database_is_well_and_empty(settings: Settings) -> None:
    """After the set-up the database takes writes; without an article the knowledge base is not well."""
    migrate(settings.database_url)
    found = {finding.name: finding.ok for finding in checks.examine(settings, {})}

    assert (found["database"], found["knowledge"]) == (True, False)


def test_expired_articles_are_named(settings: Settings) -> None:
    """Articles out of date are named, a few of them."""
    fresh = Article(id="ecole", title="École", service="affaires_scolaires", body="…")
    articles = [fresh] + [replace(fresh, id=f"vieux-{number}", valid_until=date(2020, 1, 1)) for number in range(7)]
    found = checks.knowledge(articles, settings)

    assert not found.ok
    assert found.detail == "8 articles, out of date: vieux-0, vieux-1, vieux-2, vieux-3, vieux-4 and 2 more"


def test_a_readable_secret_is_found(settings: Settings) -> None:
    """A secret that others may read is not well."""
    closed = checks.secret(settings, {})
    (settings.data / "secret").chmod(0o644)
    opened = checks.secret(settings, {})

    assert (closed.ok, opened.ok) == (True, False)
    assert opened.fix == f"chmod 600 {settings.data / 'secret'}"


def test_a_full_disk_is_found(settings: Settings) -> None:
    """Less than half a gigabyte is not well."""
    little, enough = checks.space(settings, lambda _: 499_000_000), checks.space(settings, lambda _: 500_000_000)

    assert (little.ok, enough.ok) == (False, True)


@pytest.mark.parametrize(
    ("version", "rasa", "ok"), [((3, 10), "3.6.21", True), ((3, 10), None, False), ((3, 12), None, True)]
)
def test_pythons(version: tuple[int, int], rasa: str | None, ok: bool) -> None:
    """3.10 is for Rasa; without Rasa, a gateway runs on 3.12 or newer."""
    found = checks.python(version, rasa)

    assert found.ok is ok


async def test_what_runs_is_asked(settings: Settings) -> None:
    """What the gateway's /ready complains of is the doctor's finding."""

    async def ready(_: web.Request) -> web.Response:
        body = {"ready": False, "checks": {"rasa": {"ok": False, "detail": "no connection"}, "inbox": {"ok": True}}}
        return web.json_response(body, status=503)

    app = web.Application()
    app.router.add_get("/ready", ready)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monitor = f"http://127.0.0.1:{runner.addresses[0][1]}"
    with state.alone(settings.data):
        processes = {"rasa": state.Running(None, 1), "gateway": state.Running(7, 2)}
        state.write(settings.data, state.State(1, "http://127.0.0.1:2", monitor, processes, {}))
        found = {finding.name: finding for finding in await checks.processes(settings, {})}
    await runner.cleanup()

    assert {name: finding.ok for name, finding in found.items()} == {"rasa": False, "gateway": True, "ready": False}
    assert found["ready"].detail == "rasa: no connection"


def test_a_store_that_cannot_be_imported_is_one_sentence(tmp_path: Path) -> None:
    """Rasa would go on in memory; the doctor says which store and why."""
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("tracker_store:\n  type: bot.nothing.Store\nlock_store:\n  type: in_memory\n")
    told = checks.broken_stores(endpoints)

    assert told.startswith(f"{endpoints}: tracker_store: bot.nothing.Store cannot be imported (")
    assert told.endswith("so Rasa would use its memory only")


def test_a_store_without_a_type(tmp_path: Path) -> None:
    """Without a type Rasa takes its memory; that is a finding too."""
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("action_endpoint:\n  url: http://127.0.0.1:5055/webhook\n")
    told = checks.broken_stores(endpoints)

    assert told == f"{endpoints}: tracker_store: has no type, so Rasa would keep conversations in its memory only"


def test_a_lock_store_that_is_missing(tmp_path: Path) -> None:
    """Rasa's own looks once a second whether a conversation is free."""
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("tracker_store:\n  type: bot.rasa_plugins.tracker_store.GuichetTrackerStore\n")
    told = checks.broken_stores(endpoints)

    assert told.startswith(f"{endpoints}: lock_store: has no type, ")


@pytest.mark.parametrize("failed", [{}, {"topics": "ValueError"}])
async def test_a_night_that_failed_is_found(settings: Settings, failed: dict[str, str]) -> None:
    """A step of the last night that was not done is named, with what to do; a night that was done is well."""
    migrate(settings.database_url)
    store = await open_store(settings.database_url)
    await store.cursors.hold(NAME, "w1", now(), timedelta(minutes=1))
    await store.cursors.write(NAME, "w1", encoded(NightState().tried(date(2026, 5, 4), failed, now())))
    await store.close()
    found = {finding.name: finding for finding in await checks.database(settings)}["figures"]

    assert found.ok is not bool(failed)
    assert ("topics (ValueError)" in found.detail, "guichet night" in found.fix) == (bool(failed), bool(failed))
    assert "2026-05-04" in found.detail

"""A new model under a running supervisor, with small real programs for Rasa and a gateway that is told where they are."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import tarfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.supervisor import model, state
from bot.supervisor.changeover import Workers
from bot.supervisor.health import Policy
from bot.supervisor.processes import Program
from bot.supervisor.supervisor import Plan, Supervisor
from tests.ops.programs import IMPATIENT, ROOT, Reports, alive, program
from tests.ops.test_supervisor import Run, until

pytestmark = pytest.mark.rasa

TOKEN = "a-token-of-tests"
POLICY = replace(IMPATIENT, trusted_within=timedelta(seconds=5), drain_within=timedelta(seconds=5))
RASA = """
import http.server, os, signal, sys, tarfile
with tarfile.open(os.environ["MODEL"]) as archive:
    behaviour = archive.extractfile("behaviour").read().decode()
if behaviour == "ends":
    print("guichet: the model is broken")
    sys.exit(1)
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = behaviour.encode()
        self.send_response(409 if behaviour == "loads nothing" else 200)
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
def stop(*_):
    with open(os.environ["DIARY"], "a") as diary:
        diary.write(os.environ["NAME"] + " " + behaviour + " stopped\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
http.server.HTTPServer.allow_reuse_address = True
http.server.HTTPServer(("127.0.0.1", int(os.environ["SERVE_ON"])), Answers).serve_forever()
"""
"""Serves, as its model says."""


def write_model(path: Path, behaviour: str, version: str | None = None, assistant: str = "guichet") -> None:
    """Put a model in its place as `guichet train` does: aside, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name("aside")
    files = {
        "metadata.json": json.dumps(
            {"rasa_open_source_version": version or model.rasa_version(), "assistant_id": assistant}
        ),
        "behaviour": behaviour,
    }
    with tarfile.open(aside, "w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    aside.replace(path)


class FakeGateway:
    """Its monitor port: notes which addresses it is told, and knows of each what a test says."""

    def __init__(self) -> None:
        self.url = ""
        self.routes: list[list[str]] = []
        self.trusts = True
        self.owed: dict[str, int] = {}
        """Calls under way, by address."""

    async def __aenter__(self) -> FakeGateway:
        app = web.Application()
        app.add_routes([web.put("/rasa", self._put), web.get("/ready", self._ready)])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._runner.cleanup()

    async def _put(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        urls: list[str] = (await request.json())["urls"]
        if not self.routes or self.routes[-1] != urls:
            self.routes.append(urls)
        known = [*urls, *(url for url, count in self.owed.items() if count and url not in urls)]
        standing: dict[str, Any] = {
            url: {"trusted": self.trusts, "detail": "no proof", "under_way": self.owed.get(url, 0)} for url in known
        }
        return web.json_response({"rasa": standing})

    async def _ready(self, request: web.Request) -> web.Response:
        return web.json_response({"ready": True, "checks": {}})


class Changing(Run):
    """A supervisor whose model changes."""

    gateway: FakeGateway
    model: Path

    def urls(self, *names: str) -> list[str]:
        found = state.read(self.data)
        assert found
        return [f"http://127.0.0.1:{found.processes[name].port}" for name in names]

    def names(self) -> list[str]:
        found = state.read(self.data)
        return list(found.processes) if found else []

    def diary(self) -> list[str]:
        path = self.data.parent / "diary"
        return path.read_text().splitlines() if path.exists() else []


@asynccontextmanager
async def changing(
    folder: Path, names: Sequence[str], policy: Policy = POLICY, has_room: bool = True
) -> AsyncIterator[Changing]:
    data = folder / "var"
    served = folder / "models" / "guichet.tar.gz"
    write_model(served, "one")
    taken: set[int] = set()

    def build(name: str, port: int, copy: Path | None) -> Program:
        made = program(name, folder, RASA, {"MODEL": str(copy or served)}, taken)
        if port:
            environ = {**made.environ, "SERVE_ON": str(port)}
            made = replace(made, port=port, ping_url=f"http://127.0.0.1:{port}/status", environ=environ)
        return made

    def url(one: Program) -> str:
        return f"http://127.0.0.1:{one.port}"

    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(FakeGateway())
        first = [build(name, 0, None) for name in names]
        workers = Workers(tuple(names), served, build, url, "GUICHET_RASA_URL", TOKEN, ROOT / "config.yml")
        environ = {"GUICHET_RASA_URL": ",".join(map(url, first))}
        programs = [program("gateway", folder, taken=taken), *first]
        plan = Plan(programs, "http://127.0.0.1:1", gateway.url, data, environ, workers)
        reports: Reports = []
        supervisor = Supervisor(plan, policy, reports.append, lambda: has_room)
        stack.enter_context(state.alone(data))
        task = asyncio.create_task(supervisor.run(lambda: None))
        run = Changing(data, supervisor, reports, [])
        run.gateway, run.model = gateway, served
        try:
            for name in ("gateway", *names):
                await run.up(name)
            yield run
        finally:
            supervisor.tell_to_stop()
            await task


async def test_a_new_model_takes_over(tmp_path: Path) -> None:
    """Each process gets a successor, which is asked beside it first; the old one ends last, and no place is empty."""
    names = ["rasa-1", "rasa-2"]
    async with changing(tmp_path, names) as run:
        old = run.urls(*names)
        pids = [run.pid(name) for name in names]
        write_model(run.model, "two")
        await until(lambda: run.said("the new model serves"))
        new = run.urls(*names)
        found = state.read(run.data)
        assert found

        assert run.gateway.routes == [[*old, new[0]], [new[0], old[1]], [new[0], old[1], new[1]], new]
        assert not set(old) & set(new)
        assert run.names() == ["gateway", *names]
        assert found.environ["GUICHET_RASA_URL"] == ",".join(new)
        assert [pid is not None and alive(pid) for pid in pids] == [False, False]
        assert run.diary() == ["rasa-1 one stopped", "rasa-2 one stopped"]
        assert len(list((run.data / "run" / "models").iterdir())) == 1


async def test_the_old_process_answers_what_it_owes(tmp_path: Path) -> None:
    """It ends only when the gateway has every answer."""
    async with changing(tmp_path, ["rasa"]) as run:
        (old,), pid = run.urls("rasa"), run.pid("rasa")
        assert pid
        run.gateway.owed[old] = 1
        write_model(run.model, "two")
        await until(lambda: "rasa.old" in run.names() and len(run.gateway.routes) == 2)
        was_alive = alive(pid)
        run.gateway.owed[old] = 0
        await until(lambda: run.said("the new model serves"))

        assert was_alive
        assert not alive(pid)


async def test_who_owes_for_ever_is_left(tmp_path: Path) -> None:
    """A call that does not end keeps no old process for ever."""
    policy = replace(POLICY, drain_within=timedelta(milliseconds=200))
    async with changing(tmp_path, ["rasa"], policy) as run:
        run.gateway.owed[run.urls("rasa")[0]] = 1
        write_model(run.model, "two")
        await until(lambda: run.said("the new model serves"))

        assert run.said("rasa.old: has not answered all in 0 s, and is left")


@pytest.mark.parametrize(
    ("behaviour", "why"), [("ends", "its process ended with code 1"), ("loads nothing", "Rasa cannot load it")]
)
async def test_a_model_that_does_not_load_changes_nothing(tmp_path: Path, behaviour: str, why: str) -> None:
    """The old process goes on, is asked alone, and starts again with its own model; the next good model is taken."""
    async with changing(tmp_path, ["rasa"]) as run:
        pid, before = run.pid("rasa"), run.urls("rasa")
        write_model(run.model, behaviour)
        await until(lambda: run.said(f"rasa: the new model does not serve: {why}"))
        await until(lambda: run.names() == ["gateway", "rasa"])
        same = run.pid("rasa")
        assert pid
        os.kill(pid, signal.SIGKILL)
        await run.up("rasa", times=2)
        after = run.urls("rasa")
        write_model(run.model, "three")
        await until(lambda: run.said("the new model serves"))

        assert same == pid
        assert before == after
        assert run.diary()[-1] == "rasa one stopped"
    assert run.diary()[-1] == "rasa.new three stopped"


@pytest.mark.parametrize("damage", ["cut", "old", "foreign"])
async def test_a_file_that_is_no_model_is_told(tmp_path: Path, damage: str) -> None:
    """A file that is cut off, of another Rasa, or of another assistant is not even started."""
    async with changing(tmp_path, ["rasa"]) as run:
        pid = run.pid("rasa")
        if damage == "cut":
            run.model.write_bytes(run.model.read_bytes()[:-20])
        elif damage == "old":
            write_model(run.model, "two", version="3.0.0")
        else:
            write_model(run.model, "two", assistant="moodbot")
        await until(lambda: run.said("the new model is not taken"))

        assert (run.pid("rasa"), run.gateway.routes) == (pid, [])


async def test_a_process_that_the_gateway_does_not_trust_goes_again(tmp_path: Path) -> None:
    """Without its proof nothing is changed: the gateway is told the old address alone."""
    policy = replace(POLICY, trusted_within=timedelta(milliseconds=300))
    async with changing(tmp_path, ["rasa"], policy) as run:
        old, pid = run.urls("rasa"), run.pid("rasa")
        run.gateway.trusts = False
        write_model(run.model, "two")
        await until(lambda: run.said("the gateway does not trust it (no proof)"))
        await until(lambda: run.names() == ["gateway", "rasa"])

        assert run.gateway.routes[-1] == old
        assert run.pid("rasa") == pid


async def test_without_memory_processes_make_room_one_after_the_other(tmp_path: Path) -> None:
    """While one is replaced at its place and port, the gateway asks the other."""
    names = ["rasa-1", "rasa-2"]
    async with changing(tmp_path, names, has_room=False) as run:
        one, two = run.urls(*names)
        write_model(run.model, "two")
        await until(lambda: run.said("the new model serves"))

        assert run.gateway.routes == [[two], [one, two], [one], [one, two]]
        assert run.urls(*names) == [one, two]
        assert run.diary() == ["rasa-1 one stopped", "rasa-2 one stopped"]


async def test_without_memory_a_bad_model_gives_the_place_back(tmp_path: Path) -> None:
    """The one of before is started again."""
    async with changing(tmp_path, ["rasa-1", "rasa-2"], has_room=False) as run:
        urls = run.urls("rasa-1", "rasa-2")
        write_model(run.model, "loads nothing")
        await until(lambda: run.said("the new model does not serve"))
        await run.up("rasa-1", times=2)

        assert run.gateway.routes[-1] == urls
        assert run.diary() == ["rasa-1 one stopped", "rasa-1 loads nothing stopped"]


async def test_it_can_be_told_to_stop_in_the_middle(tmp_path: Path) -> None:
    """Both generations end with it."""
    async with changing(tmp_path, ["rasa"]) as run:
        run.gateway.owed[run.urls("rasa")[0]] = 1
        write_model(run.model, "two")
        await until(lambda: "rasa.old" in run.names())
        found = state.read(run.data)
        assert found
        pids = [process.pid for process in found.processes.values()]

    assert len(pids) == 3
    assert [pid is not None and alive(pid) for pid in pids] == [False] * 3

"""One contender of `benchmarks.core`: a Rasa process on a core of its own, and what is asked of it."""

from __future__ import annotations

import asyncio
import copy
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import aiohttp
import yaml
from aiohttp import web

from benchmarks import core_project
from bot.store.sql import migrate
from tests.servers import free_port

SERVER_CORES, CLIENT_CORES = {0}, {1}
START_PATIENCE_S = 180
TEMPLATE_TURNS = 10


async def serve_probe() -> tuple[web.AppRunner, str]:
    """An action server that answers at once, and its address."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"events": [], "responses": [{"text": "Votre demande est en cours."}]})

    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/webhook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, f"http://127.0.0.1:{port}"


class Server:
    """A running contender."""

    def __init__(self, name: str, folder: Path, model: Path, actions_url: str) -> None:
        self.name = name
        self.start_s = 0.0
        self._folder = folder
        self._model = model
        self._actions_url = actions_url
        self._process: subprocess.Popen[bytes] | None = None
        self._url = ""

    async def start(self, http: aiohttp.ClientSession) -> None:
        """Start it and wait until it has a model; `start_s` is how long that took."""
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        file = self._folder / f"{self.name}-endpoints.yml"
        database = self._folder / f"{self.name}.db"
        database.unlink(missing_ok=True)
        if self.name == core_project.OURS:
            await asyncio.to_thread(migrate, f"sqlite:///{database}")
        file.write_text(yaml.safe_dump(core_project.endpoints(self.name, self._actions_url, database)), "utf-8")
        command = [*core_project.rasa(self.name), "run", "--enable-api", "-i", "127.0.0.1", "-p", str(port)]
        command += ["--model", str(self._model), "--endpoints", str(file), "--credentials", "credentials.yml"]
        started = time.perf_counter()
        with (self._folder / f"{self.name}.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - nothing is measured meanwhile
                command,
                cwd=self._folder,
                env=core_project.environ(self._folder),
                stdout=log,
                stderr=log,
            )
        os.sched_setaffinity(self._process.pid, _existing(SERVER_CORES))
        while time.perf_counter() - started < START_PATIENCE_S and self._process.poll() is None:
            try:
                async with http.get(f"{self._url}/status") as response:
                    if response.status == 200:
                        self.start_s = time.perf_counter() - started
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.02)
        raise RuntimeError(f"{self.name} did not start; see {self._folder / self.name}.log")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def memory_mb(self) -> float:
        """Resident memory now."""
        assert self._process is not None
        for line in Path(f"/proc/{self._process.pid}/status").read_text("utf-8").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("the kernel does not tell resident memory")

    async def say(self, http: aiohttp.ClientSession, sender: str, text: str) -> float:
        """Seconds until the answer is there."""
        started = time.perf_counter()
        body = {"sender": sender, "message": text}
        async with http.post(f"{self._url}/webhooks/rest/webhook", json=body) as response:
            answers = await response.json()
        taken = time.perf_counter() - started
        if response.status != 200 or len(answers) != 1:
            raise RuntimeError(f"{self.name} answered {text!r} with {answers}")
        return taken

    async def template(self, http: aiohttp.ClientSession, sender: str, said: tuple[str, ...]) -> list[dict[str, Any]]:
        """The events of a conversation of ten turns, really held."""
        for turn in range(TEMPLATE_TURNS):
            await self.say(http, sender, said[turn % len(said)])
        async with http.get(f"{self._url}/conversations/{sender}/tracker?include_events=ALL") as response:
            events: list[dict[str, Any]] = (await response.json())["events"]
        return events

    async def seed(self, http: aiohttp.ClientSession, sender: str, template: list[dict[str, Any]], turns: int) -> None:
        """Give a conversation the past of so many turns, by Rasa's own `PUT …/tracker/events`."""
        first = next(at for at, event in enumerate(template) if event["event"] == "user")
        times = -(-turns // TEMPLATE_TURNS)
        events = copy.deepcopy([*template[:first], *(event for _ in range(times) for event in template[first:])])
        now = time.time() - 60
        for number, event in enumerate(events):
            event["timestamp"] = now + number * 0.001
        async with http.put(f"{self._url}/conversations/{sender}/tracker/events", json=events) as response:
            if response.status != 200:
                raise RuntimeError(f"{self.name}: {await response.text()}")


def pin_client() -> None:
    """Keep this process off the servers' core, where the machine has two."""
    os.sched_setaffinity(0, _existing(CLIENT_CORES))


def _existing(cores: set[int]) -> set[int]:
    return cores & os.sched_getaffinity(0) or {min(os.sched_getaffinity(0))}

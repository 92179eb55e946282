"""A gateway in a process of its own, between fakes in another one, over a fresh database; and what each costs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from benchmarks.channels_payloads import API_CLIENT, API_SECRET, SECRET
from tests.fakes.graph import ACCOUNT, APP, APP_SECRET, BUSINESS, NUMBER, PAGE, TOKEN
from tests.fakes.telegram import TOKEN as TELEGRAM_TOKEN
from tests.journeys.town import ROOT
from tests.servers import Postgresql, free_port

READY_WITHIN_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Site:
    """What runs, and where."""

    http: aiohttp.ClientSession
    port: int
    monitor: str
    control: str
    database_url: str
    pids: dict[str, int] = field(default_factory=dict)

    async def pace(self, seconds: float) -> None:
        """How long Rasa thinks from now on."""
        async with self.http.post(f"{self.control}/pace", params={"seconds": str(seconds)}) as response:
            response.raise_for_status()

    async def answers(self) -> Any:
        """What citizens were shown."""
        async with self.http.get(f"{self.control}/answers") as response:
            return await response.json()

    async def health(self) -> dict[str, Any]:
        """What the gateway says of itself."""
        try:
            async with self.http.get(f"{self.monitor}/ready") as response:
                found: dict[str, Any] = await response.json()
                return found
        except aiohttp.ClientError:
            return {}

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time so far, by whom; `others` are the programs of this machine that are not ours."""
        ours = {"generator": sum(os.times()[:2])} | {name: cpu_seconds(pid) for name, pid in self.pids.items()}
        return {**ours, "others": busy_seconds() - sum(ours.values())}


def shares(before: dict[str, float], after: dict[str, float], seconds: float) -> dict[str, float]:
    """Cores that each kept busy in between."""
    return {name: (after[name] - before[name]) / seconds for name in before}


def cpu_seconds(pid: int) -> float:
    """Of a process and its children, those that have ended included."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if stat.parent.name == str(pid):
                total += sum(map(int, fields[11:15]))
            elif fields[1] == str(pid):
                total += sum(map(int, fields[11:13]))
    return total / TICKS


def busy_seconds() -> float:
    """Of all cores together, what the machine's owner took away included."""
    user, nice, system, _, _, *rest = map(int, Path("/proc/stat").read_text().partition("\n")[0].split()[1:9])
    return (user + nice + system + sum(rest)) / TICKS


def resident_bytes(pid: int) -> int:
    """Memory of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES


def write_office(folder: Path, found: dict[str, str]) -> Path:
    """The example town on every channel, without the throttle that one machine as all citizens would meet first."""
    office = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    office["chat"].update(messages_per_minute=1_000_000, messages_per_minute_per_address=1_000_000)
    office["knowledge"]["folder"] = str(ROOT / "knowledge")
    office["desk"]["replies"] = str(ROOT / "replies.yml")
    office["channels"] = {
        "web": True,
        "telegram": {"receive": "webhook", "url": found["telegram"]},
        "meta": {
            "app_id": APP,
            "url": found["graph"],
            "messenger": {"page_id": PAGE},
            "instagram": {"account_id": ACCOUNT},
            "whatsapp": {"phone_number_id": NUMBER, "business_account_id": BUSINESS},
        },
        "api": {"clients": {API_CLIENT: {"callback": found["callback"]}}},
    }
    path = folder / "office.yml"
    path.write_text(yaml.safe_dump(office, allow_unicode=True), encoding="utf-8")
    return path


@contextlib.asynccontextmanager
async def running(engine: str, server: Postgresql | None, pace: float) -> AsyncIterator[Site]:
    """A gateway whose core is trusted, on a database of its own."""
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="guichet-bench-")))
        url = f"sqlite+aiosqlite:///{folder}/guichet.db"
        if engine == "postgresql":
            assert server is not None
            url = server.create(name := f"bench_{folder.name[-8:]}")
            stack.callback(server.drop, name)
        log = stack.enter_context((folder / "log").open("wb"))
        fakes = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.channels_fakes", url),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        stack.push_async_callback(_end, fakes)
        assert fakes.stdout is not None
        found = json.loads(await asyncio.wait_for(fakes.stdout.readline(), READY_WITHIN_SECONDS) or "{}")
        if not found:
            raise RuntimeError((folder / "log").read_text("utf-8", "replace")[-3000:])
        port, monitor = free_port(), free_port()
        environ = {
            "GUICHET_OFFICE": str(write_office(folder, found)),
            "GUICHET_DATA": str(folder / "var"),
            "GUICHET_DATABASE_URL": url,
            "PORT": str(port),
            "GUICHET_MONITOR_PORT": str(monitor),
            "GUICHET_RASA_URL": found["rasa"],
            "GUICHET_ACTIONS_URL": found["actions"],
            "GUICHET_SECRET": SECRET,
            "GUICHET_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
            "GUICHET_META_APP_SECRET": APP_SECRET,
            **{f"GUICHET_{name}_TOKEN": TOKEN for name in ("MESSENGER", "INSTAGRAM", "WHATSAPP")},
            "GUICHET_API_SECRETS": f"{API_CLIENT}:{API_SECRET}",
        }
        gateway = await asyncio.create_subprocess_exec(
            *(sys.executable, *os.environ.get("BENCH_PROFILER", "").split(), "-m", "bot", "serve", "gateway"),
            cwd=ROOT,
            env={**os.environ, **environ},
            stdout=log,
            stderr=log,
        )
        stack.push_async_callback(_end, gateway)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        site = Site(http, port, f"http://127.0.0.1:{monitor}", found["control"], url)
        site.pids = {"gateway": gateway.pid, "fakes": fakes.pid}
        if engine == "postgresql" and server is not None:
            site.pids["database"] = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
        for _ in range(READY_WITHIN_SECONDS * 10):
            if (await site.health()).get("checks", {}).get("rasa", {}).get("ok"):
                break
            await asyncio.sleep(0.1)
        else:
            raise RuntimeError((folder / "log").read_text("utf-8", "replace")[-3000:])
        await site.pace(pace)
        yield site


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()

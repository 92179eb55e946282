"""Our whole way (page → gateway → database → Rasa → actions → database → page) beside stock Rasa's bare `rest` channel.

    python -m benchmarks.latency [--rounds 3] [--without-diet]

The same conversations are held with each in one run, round by round in turn: one citizen after the other for latency,
sixteen at once for throughput, at turns 1, 20 and 50. Writes results/latency.json.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import socketio
import yaml

from benchmarks import machine, peers
from tests.journeys.town import ROOT, Town

TURNS = (1, 20, 50)
WINDOW = 3
"""Turns measured from each of `TURNS` on."""
ONE_BY_ONE = 6
AT_ONCE = 16
SAID = (
    "bonjour",
    "comment refaire ma carte d'identité ?",
    "les horaires de la piscine",
    "merci",
    "quel jour passent les poubelles jaunes",
    "inscription a la cantine svp",
    "tu es un robot ?",
    "je voudrais une place au marché",
    "un lampadaire ne marche plus rue du Lavoir",
    "passeport pour mon bébé",
)

Say = Callable[[str, str], Awaitable[float]]


class Ours:
    """Citizens' pages, one socket each, as our widget connects."""

    name = "guichet"

    def __init__(self, address: str) -> None:
        self._address = address
        self._pages: dict[str, tuple[socketio.AsyncClient, str, asyncio.Queue[Any]]] = {}

    async def say(self, sender: str, text: str) -> float:
        """Seconds from saying until the answer is on the page."""
        client, session, heard = self._pages.get(sender) or await self._open(sender)
        started = time.perf_counter()
        given = uuid.uuid4().hex
        await client.emit("user_uttered", {"message": text, "session_id": session, "id": given})
        entry = await asyncio.wait_for(heard.get(), 60)
        if not entry.get("id", "").startswith(given) or entry["id"].endswith(".broken"):
            raise RuntimeError(f"no answer to {text!r}: {entry}")
        return time.perf_counter() - started

    async def close(self) -> None:
        await asyncio.gather(*(client.disconnect() for client, _, _ in self._pages.values()))
        self._pages.clear()

    async def _open(self, sender: str) -> tuple[socketio.AsyncClient, str, asyncio.Queue[Any]]:
        client = socketio.AsyncClient()
        heard: asyncio.Queue[Any] = asyncio.Queue()
        confirmed: asyncio.Queue[str] = asyncio.Queue()
        client.on("bot_uttered", heard.put)
        client.on("session_confirm", confirmed.put)
        await client.connect(self._address, transports=["websocket"])
        await client.emit("session_request", {"session_id": None, "client": "guichet"})
        self._pages[sender] = (client, await confirmed.get(), heard)
        return self._pages[sender]


async def one_by_one(say: Say, run: str) -> dict[int, list[float]]:
    """Latencies in seconds by turn, one citizen after the other."""
    seconds: dict[int, list[float]] = defaultdict(list)
    for number in range(ONE_BY_ONE):
        for turn in range(1, TURNS[-1] + WINDOW):
            taken = await say(f"{run}-{number}", SAID[(number + turn) % len(SAID)])
            for start in TURNS:
                if start <= turn < start + (WINDOW if start > 1 else 1):
                    seconds[start].append(taken)
    return seconds


async def at_once(say: Say, run: str) -> dict[int, float]:
    """Messages a second by turn, sixteen citizens in step."""
    rates = {}
    turn = 1

    async def all_say() -> None:
        await asyncio.gather(*(say(f"{run}-c{number}", SAID[(number + turn) % len(SAID)]) for number in range(AT_ONCE)))

    for start in TURNS:
        while turn < start:
            await all_say()
            turn += 1
        began = time.perf_counter()
        for _ in range(WINDOW):
            await all_say()
            turn += 1
        rates[start] = AT_ONCE * WINDOW / (time.perf_counter() - began)
    return rates


def fast_office(folder: Path) -> Path:
    """The example town without the throttle that a benchmark would meet first."""
    office = yaml.safe_load((ROOT / "office.yml").read_text(encoding="utf-8"))
    office["chat"].update(messages_per_minute=1_000_000, messages_per_minute_per_address=1_000_000)
    office["knowledge"]["folder"] = str(ROOT / "knowledge")
    path = folder / "office.yml"
    path.write_text(yaml.safe_dump(office, allow_unicode=True), encoding="utf-8")
    return path


async def measure(rounds: int, names: list[str], **environ: str) -> dict[str, Any]:
    """Figures by contender."""
    models = {name: peers.train(name) for name in names}
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder) / "var", GUICHET_OFFICE=str(fast_office(Path(folder))), **environ)
        await asyncio.to_thread(town.start)
        running: list[peers.Peer] = []
        timeout = aiohttp.ClientTimeout(total=120)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            try:
                actions = f"http://127.0.0.1:{town.port_of('actions')}"
                for name in names:
                    peer = peers.Peer(name, models[name][0], actions)
                    await peer.start(http)
                    running.append(peer)
                return await compare(rounds, Ours(town.address), running, http, models)
            finally:
                for peer in running:
                    peer.stop()
                town.stop()


async def compare(
    rounds: int, ours: Ours, running: list[peers.Peer], http: aiohttp.ClientSession, models: dict[str, Any]
) -> dict[str, Any]:
    says: dict[str, Say] = {ours.name: ours.say}
    for peer in running:
        says[peer.name] = lambda sender, text, peer=peer: peer.say(http, sender, text)  # type: ignore[misc]
    latencies: dict[str, dict[int, list[float]]] = {name: defaultdict(list) for name in says}
    rates: dict[str, dict[int, list[float]]] = {name: defaultdict(list) for name in says}
    for say in says.values():
        for number in range(10):
            await say(f"warm-{number}", SAID[number])
    for number in range(rounds):
        for name, say in says.items():
            run = f"{name}-{uuid.uuid4().hex[:6]}"
            for turn, seconds in (await one_by_one(say, run)).items():
                latencies[name][turn] += seconds
            for turn, rate in (await at_once(say, run)).items():
                rates[name][turn].append(rate)
            await ours.close()
            print(f"round {number + 1} of {rounds}: {name}", flush=True)
    return {
        name: {
            **({"training_s": round(models[name][1], 1)} if name in models and models[name][1] else {}),
            "turns": {
                str(turn): {
                    **machine.summary(latencies[name][turn]),
                    "messages_per_s_at_16": round(statistics.median(rates[name][turn]), 1),
                }
                for turn in TURNS
            },
        }
        for name in says
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-diet", action="store_true", help="leave out the contender that trains for minutes")
    options = parser.parse_args()
    names = [name for name in peers.PIPELINES if not (options.without_diet and name == "stock-diet")]
    figures = asyncio.run(measure(options.rounds, names))
    for name, found in figures.items():
        for turn, row in found["turns"].items():
            print(f"{name:14} turn {turn:>2}  {row}")
    print(machine.write("latency", figures))


if __name__ == "__main__":
    main()

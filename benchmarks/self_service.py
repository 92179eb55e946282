"""`GET /search` while fifty people a second type, over loopback: the gateway's own application in a process of its own.

    python -m benchmarks.self_service [--seconds 10] [--rate 50] [--url http://127.0.0.1:8080]

Questions are the example town's, cut where somebody pauses while typing; each is asked at its own moment, whether the
one before has come back or not. Writes results/self_service.json. With --url a gateway that runs is asked instead, with all
the fiches that it has, and nothing is written: it takes 20 a second of one address at most.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from benchmarks import machine
from bot import clock
from bot.app_pages import build_pages
from bot.gateway.routes import make_app
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.importers import markdown
from bot.settings import read_office
from bot.store.sql import migrate, open_store

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = (
    "comment refaire ma carte d'identité",
    "horaires de la piscine",
    "quel jour passent les poubelles jaunes",
    "inscrire mon enfant à la cantine",
    "passeport pour mon bébé",
    "louer une salle pour un mariage",
    "un lampadaire ne marche plus",
    "aide pour payer mes factures",
)
LONGEST_WAIT_SECONDS = 30
UNBOUNDED = 10**9


def typed(rng: random.Random) -> str:
    """A question as far as somebody has typed it."""
    question = rng.choice(QUESTIONS)
    return question[: rng.randint(3, len(question))]


def serve(folder: str, ports: Any) -> None:
    """The pages of the example town on a port that is put into the queue."""

    async def run() -> None:
        office = read_office(ROOT / "office.yml")
        url = f"sqlite:///{folder}/guichet.db"
        migrate(url)
        store = await open_store(url)
        reading = markdown.read(ROOT / office.knowledge.folder, office.services)
        await store.articles.replace(markdown.ORIGIN, reading.articles, clock.now())
        knowledge = KnowledgeBase(store.articles, office)
        # One address asks for everybody here.
        shown = build_pages(office, store, knowledge, lambda request: request.remote or "", 0, UNBOUNDED)
        runner = web.AppRunner(make_app(shown.pages))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        ports.put(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


async def load(url: str, seconds: int, rate: int) -> list[float]:
    """Seconds that each search took."""
    rng = random.Random(5)
    took: list[float] = []
    async with aiohttp.ClientSession(url) as http:

        async def one(at: float) -> None:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            started = time.perf_counter()
            async with http.get("/search", params={"q": typed(rng)}) as response:
                await response.read()
                if response.status != 200:
                    raise RuntimeError(f"status {response.status}")
            took.append(time.perf_counter() - started)

        async with http.get("/search", params={"q": "piscine"}) as first:
            await first.read()
        begin = time.perf_counter()
        await asyncio.gather(*(one(begin + number / rate) for number in range(seconds * rate)))
    return took


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    if options.url:
        took = asyncio.run(load(options.url, options.seconds, options.rate))
        print({"per_second": options.rate, **machine.summary(took), "worst_ms": round(max(took) * 1000, 1)})
        return
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        ports = context.Queue()
        process = context.Process(target=serve, args=(folder, ports), daemon=True)
        process.start()
        try:
            url = f"http://127.0.0.1:{ports.get(timeout=LONGEST_WAIT_SECONDS)}"
            took = asyncio.run(load(url, options.seconds, options.rate))
        finally:
            process.terminate()
            process.join()
    measured = {"per_second": options.rate, **machine.summary(took), "worst_ms": round(max(took) * 1000, 1)}
    print(measured)
    machine.write("self_service", measured)


if __name__ == "__main__":
    main()

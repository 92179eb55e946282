"""The channels under load: webhooks accepted, web chats held open, and more messages than can be answered.

    python -m benchmarks.channels [--only webhooks|chats|overload] [--engine sqlite|postgresql] [--seconds N]

Gateway, fakes (Rasa, action server, providers) and generator are processes of their own on one machine, over a fresh
database each time. Writes results/channels.json; what is left out keeps the figures that stand there.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
from typing import Any

from benchmarks import machine
from benchmarks.channels_chats import hold
from benchmarks.channels_load import CONNECTIONS, Load, Sent
from benchmarks.channels_overload import PACE_SECONDS, overload
from benchmarks.channels_payloads import MAKERS
from benchmarks.channels_town import Site, running, shares
from tests.servers import Postgresql, postgresql_binaries, running_postgresql

RUNS = 3
WEBHOOK_SECONDS = 10.0
CHAT_SECONDS = 300.0
OVERLOAD_SECONDS = 20.0
SLOW = 10.0
"""Seconds that Rasa thinks where accepting is measured: sixteen turns wait for it, and nothing else goes on."""
QUICK = 0.05
ENGINES = ("sqlite", "postgresql")


async def webhooks(engine: str, server: Postgresql | None, seconds: float, runs: int) -> dict[str, Any]:
    """Messages accepted a second, by channel, and with answering beside it."""
    found: dict[str, Any] = {}
    for name in MAKERS:
        async with running(engine, server, SLOW) as site:
            found[name] = await flood(site, name, seconds, runs)
            print(f"{engine}: {name}: {found[name]}", flush=True)
    async with running(engine, server, QUICK) as site:
        found["telegram, answering beside"] = await flood(site, "telegram", seconds, runs)
        print(f"{engine}: answering beside: {found['telegram, answering beside']}", flush=True)
    return found


async def flood(site: Site, name: str, seconds: float, runs: int) -> dict[str, Any]:
    load = Load(site.port, name, MAKERS[name]())
    await load.flood(min(2.0, seconds))
    each: list[Sent] = []
    cores: list[dict[str, float]] = []
    answered: list[float] = []
    for _ in range(runs):
        heard, before = (await site.answers())["heard"], site.cpu()
        sent = await load.flood(seconds)
        cores.append(shares(before, site.cpu(), sent.took))
        answered.append(((await site.answers())["heard"] - heard) / sent.took)
        each.append(sent)
    return {
        "accepted_per_s": round(statistics.median(one.per_second for one in each)),
        "runs": [round(one.per_second) for one in each],
        "p50_ms": round(statistics.median(machine.summary(one.seconds)["p50_ms"] for one in each), 1),
        "p95_ms": round(statistics.median(machine.summary(one.seconds)["p95_ms"] for one in each), 1),
        "refused": sum(one.refused for one in each),
        "answered_per_s": round(statistics.median(answered)),
        "connections": CONNECTIONS,
        # Of every process: the generator and other programs take theirs from the same cores.
        "cores": {who: round(statistics.median(one[who] for one in cores), 2) for who in cores[0]},
        "cpu_ms_per_message": {
            who: round(
                statistics.median(one[who] * 1000 / of.per_second for one, of in zip(cores, each, strict=True)), 2
            )
            for who in cores[0]
            if who != "others"
        },
    }


async def measure(options: argparse.Namespace, server: Postgresql | None) -> dict[str, dict[str, Any]]:
    """Figures by part and engine."""
    found: dict[str, dict[str, Any]] = {}
    engines = [options.engine] if options.engine else [one for one in ENGINES if one == "sqlite" or server]
    for engine in engines:
        if options.only in (None, "webhooks"):
            seconds = options.seconds or WEBHOOK_SECONDS
            found.setdefault("webhooks", {})[engine] = await webhooks(engine, server, seconds, options.runs)
        if options.only in (None, "chats"):
            async with running(engine, server, QUICK) as site:
                found.setdefault("chats", {})[engine] = await hold(site, options.seconds or CHAT_SECONDS)
        if options.only in (None, "overload"):
            async with running(engine, server, PACE_SECONDS) as site:
                found.setdefault("overload", {})[engine] = await overload(site, options.seconds or OVERLOAD_SECONDS)
    return found


def merged(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The new figures, each with the commit it is of, beside those that were not taken again."""
    path = machine.RESULTS / "channels.json"
    stood: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.exists() else {}
    commit = machine.origin()["commit"]
    for part, engines in found.items():
        for engine, figures in engines.items():
            stood.setdefault(part, {})[engine] = {"commit": commit, **figures}
    return stood


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("webhooks", "chats", "overload"))
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--seconds", type=float, help="how long each run lasts")
    parser.add_argument("--runs", type=int, default=RUNS, help="of the webhooks; the median counts")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running_postgresql()) if postgresql_binaries() else None
        found = asyncio.run(measure(options, server))
    for part, engines in found.items():
        print(part, json.dumps(engines, indent=2))
    print(machine.write("channels", merged(found)))


if __name__ == "__main__":
    main()

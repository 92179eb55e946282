"""The conversation core beside stock Rasa 3.6.21: one process each, the same examples, the same rules, the same action.

    python -m benchmarks.core [--rounds 3] [--without-diet] [--keep FOLDER] [--train-only]

*stock-diet* is what `rasa init` writes, *stock-linear* CountVectors and logistic regression; both keep trackers in memory.
*guichet* is our pipeline, policy and stores, with a commit to SQLite a message. Servers run on one core, the client on
another; rounds are interleaved and figures are medians over them. Writes results/core.json. DIET trains for an hour or
two: `--keep` leaves the models and what they took in a folder, and a later run with the same folder measures them.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks import core_project, machine
from benchmarks.core_server import Server, pin_client, serve_probe

SAID = (
    "bonjour",
    "comment refaire ma carte d'identité ?",
    "les horaires de la piscine",
    "merci beaucoup",
    "quel jour passent les poubelles jaunes",
    "inscription a la cantine svp",
    "tu es un robot ?",
    "je voudrais une place au marché",
    "un lampadaire ne marche plus rue du Lavoir",
    "passeport pour mon bébé",
)
AT_ONCE, EACH = 16, 8
FRESH, LONG, VERY_LONG, WITH_ACTION = 40, 40, 40, 16
TURNS_LONG, TURNS_VERY_LONG = 200, 500
QUICK, QUICK_TIMES = 4, 5

Figures = dict[str, list[float]]


async def one_round(server: Server, http: aiohttp.ClientSession) -> Figures:
    """Each measure once or more; seconds, except messages a second."""
    found: Figures = defaultdict(list)
    run = uuid.uuid4().hex[:8]
    for number in range(FRESH):
        found["turn_1_s"].append(await server.say(http, f"{run}-f{number}", SAID[number % len(SAID)]))
    template = await server.template(http, f"{run}-t", SAID)
    for turns, times, key in ((TURNS_LONG, LONG, "turn_200_s"), (TURNS_VERY_LONG, VERY_LONG, "turn_500_s")):
        sender = f"{run}-{turns}"
        await server.seed(http, sender, template, turns)
        # The first message of a conversation that came by the API loads it.
        await server.say(http, sender, SAID[0])
        for number in range(times):
            found[key].append(await server.say(http, sender, SAID[number % len(SAID)]))
    for number in range(WITH_ACTION):
        found["action_turn_1_s"].append(await server.say(http, f"{run}-a{number}", core_project.ASKING))
    for _ in range(WITH_ACTION):
        found["action_turn_200_s"].append(await server.say(http, f"{run}-{TURNS_LONG}", core_project.ASKING))
    found["messages_per_s_at_16"].append(await _at_once(server, http, run))
    for number in range(QUICK_TIMES):
        said = (server.say(http, f"{run}-q{number}", core_project.ASKING) for _ in range(QUICK))
        found["last_of_four_s"].append(max(await asyncio.gather(*said)))
    return found


async def _at_once(server: Server, http: aiohttp.ClientSession, run: str) -> float:
    """Messages a second of sixteen citizens who each say eight."""

    async def citizen(number: int) -> None:
        for turn in range(EACH):
            await server.say(http, f"{run}-c{number}", SAID[(number + turn) % len(SAID)])

    began = time.perf_counter()
    await asyncio.gather(*(citizen(number) for number in range(AT_ONCE)))
    return AT_ONCE * EACH / (time.perf_counter() - began)


def prepare(names: list[str], folder: Path, report: Callable[[str], None]) -> dict[str, core_project.Trained]:
    """Train what the folder does not hold yet, all on the examples that it was made with."""
    if not (folder / "domain.yml").is_file():
        core_project.make(folder)
    trained = {}
    for name in names:
        trained[name] = core_project.kept(folder, name) or core_project.train(folder, name)
        report(f"{name}: trained in {trained[name].cpu_s:.0f} s of CPU")
    return trained


async def measure(rounds: int, names: list[str], folder: Path, report: Callable[[str], None]) -> dict[str, Any]:
    """Figures by contender."""
    trained = prepare(names, folder, report)
    pin_client()
    runner, actions_url = await serve_probe()
    servers = [Server(name, folder, trained[name].model, actions_url) for name in names]
    raw: dict[str, Figures] = {name: defaultdict(list) for name in names}
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as http:
            for server in servers:
                await server.start(http)
                for number in range(10):
                    await server.say(http, f"warm-{number}", SAID[number])
                report(f"{server.name}: ready in {server.start_s:.1f} s")
            for number in range(rounds):
                for server in servers:
                    for key, values in (await one_round(server, http)).items():
                        raw[server.name][key].append(statistics.median(values))
                    report(f"round {number + 1} of {rounds}: {server.name}")
            memory = {server.name: server.memory_mb() for server in servers}
    finally:
        for server in servers:
            server.stop()
        await runner.cleanup()
    return {
        server.name: {
            "training_cpu_s": round(trained[server.name].cpu_s, 1),
            "training_wall_s": round(trained[server.name].wall_s, 1),
            "start_s": round(server.start_s, 1),
            "memory_mb": round(memory[server.name]),
            **{key: round(statistics.median(values), 5) for key, values in raw[server.name].items()},
            "rounds": {key: [round(value, 5) for value in values] for key, values in raw[server.name].items()},
        }
        for server in servers
    }


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """How many times better ours is; for `turn_500_over_turn_1`, ours alone."""
    ours = figures[core_project.OURS]
    linear = figures.get("stock-linear")
    diet = figures.get("stock-diet")
    found = {"turn_500_over_turn_1": ours["turn_500_s"] / ours["turn_1_s"]}
    if diet:
        found["messages_per_s_over_diet"] = ours["messages_per_s_at_16"] / diet["messages_per_s_at_16"]
        found["training_cpu_over_diet"] = diet["training_cpu_s"] / ours["training_cpu_s"]
    if linear:
        found["turn_200_over_linear"] = linear["turn_200_s"] / ours["turn_200_s"]
        found["action_turn_200_over_linear"] = linear["action_turn_200_s"] / ours["action_turn_200_s"]
        found["last_of_four_over_linear"] = linear["last_of_four_s"] / ours["last_of_four_s"]
    return {key: round(value, 2) for key, value in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-diet", action="store_true", help="leave out the contender that trains for minutes")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where models stay from one run to the next")
    parser.add_argument("--train-only", action="store_true", help="with --keep: measure another time")
    options = parser.parse_args()
    if options.train_only and not options.keep:
        parser.error("--train-only needs --keep: nothing of it would be left")
    names = [core_project.OURS, *core_project.STOCK]
    if options.without_diet:
        names.remove("stock-diet")

    def report(line: str) -> None:
        print(line, flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        if options.train_only:
            prepare(names, folder, report)
            return
        figures = asyncio.run(measure(options.rounds, names, folder, report))
    for name, found in figures.items():
        print(name, {key: value for key, value in found.items() if key != "rounds"})
    found = {"contenders": figures, "ratios": ratios(figures)}
    print(found["ratios"])
    print(machine.write("core", found))


if __name__ == "__main__":
    main()

"""Rasa's own pipelines on the same examples: trained and asked in a process of their own, whose time is taken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from benchmarks.peers import PIPELINES, QUIET

ASK = """
import asyncio, json, sys, time
from pathlib import Path
from rasa.core.agent import Agent

folder = Path(sys.argv[1])
agent = Agent.load(next((folder / "models").glob("*.tar.gz")))
texts = json.loads((folder / "texts.json").read_text("utf-8"))


async def ask():
    intents, taken = [], []
    for text in texts:
        begun = time.perf_counter()
        parsed = await agent.parse_message(text)
        taken.append(time.perf_counter() - begun)
        # Before any fallback: what the classifier itself thinks likeliest.
        named = [one["name"] for one in parsed["intent_ranking"] if one["name"] != "nlu_fallback"]
        intents.append(named[0] if named else "")
    return {"intents": intents, "parse_p50_ms": round(sorted(taken)[len(taken) // 2] * 1000, 2)}


(folder / "answers.json").write_text(json.dumps(asyncio.run(ask())), "utf-8")
"""


def measured(name: str, taught: list[tuple[str, str]], texts: list[str]) -> dict[str, Any]:
    """What one of `PIPELINES` answers to each text (`intents`), and the whole `rasa train nlu` in seconds."""
    with tempfile.TemporaryDirectory(prefix="guichet-nlu-") as made:
        folder = Path(made)
        config = {"recipe": "default.v1", "assistant_id": name, "language": "fr", "pipeline": PIPELINES[name]}
        (folder / "config.yml").write_text(yaml.safe_dump({**config, "policies": []}, sort_keys=False), "utf-8")
        # Rasa's JSON takes each text as it is; YAML would read brackets as entities.
        examples = [{"text": text, "intent": intent} for text, intent in taught]
        (folder / "nlu.json").write_text(json.dumps({"rasa_nlu_data": {"common_examples": examples}}), "utf-8")
        (folder / "texts.json").write_text(json.dumps(texts), "utf-8")
        train = ["-m", "rasa", "train", "nlu", "--config", "config.yml", "--nlu", "nlu.json", "--out", "models"]
        seconds = _run([sys.executable, *train], folder)
        _run([sys.executable, "-c", ASK, str(folder)], folder)
        answers: dict[str, Any] = json.loads((folder / "answers.json").read_text("utf-8"))
        return {**answers, "training_processor_seconds": seconds}


def _run(command: list[str], folder: Path) -> float:
    """Processor seconds of a process."""
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **QUIET}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[1:4]} ended with {process.returncode}")
    return round(used.ru_utime + used.ru_stime, 1)

"""Stock Rasa 3.6.21 as its documentation starts it: `rest` channel, trackers in memory, the same data and actions as ours."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from tests.journeys.town import ROOT
from tests.servers import free_port

CACHE = ROOT / "benchmarks" / ".cache"
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "SANIC_HOST": "127.0.0.1"}

FALLBACK: dict[str, Any] = {"name": "FallbackClassifier", "threshold": 0.4, "ambiguity_threshold": 0.1}
WORDS_AND_CHARACTERS: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]
PIPELINES: dict[str, list[dict[str, Any]]] = {
    "stock-linear": [
        *[part for part in WORDS_AND_CHARACTERS if part["name"] != "LexicalSyntacticFeaturizer"],
        {"name": "LogisticRegressionClassifier"},
        FALLBACK,
    ],
    # What `rasa init` writes and the documentation calls the default.
    "stock-diet": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        *WORDS_AND_CHARACTERS[1:],
        {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True, "random_seed": 1},
        {"name": "EntitySynonymMapper"},
        FALLBACK,
    ],
}


def train(name: str) -> tuple[Path, float | None]:
    """The peer's model on our data, and the seconds its training took (None if it was there already)."""
    config = yaml.safe_dump(
        {
            "recipe": "default.v1",
            "assistant_id": name,
            "language": "fr",
            "pipeline": PIPELINES[name],
            "policies": [{"name": "RulePolicy"}],
        },
        sort_keys=False,
    )
    data = hashlib.sha256(config.encode())
    for path in sorted([*(ROOT / "nlu").rglob("*.yml"), *(ROOT / "stories").rglob("*.yml"), ROOT / "domain.yml"]):
        data.update(path.read_bytes())
    model = CACHE / f"{name}-{data.hexdigest()[:12]}.tar.gz"
    if model.exists():
        return model, None
    CACHE.mkdir(parents=True, exist_ok=True)
    file = CACHE / f"{name}.yml"
    file.write_text(config, encoding="utf-8")
    started = time.perf_counter()
    subprocess.run(
        [
            *(sys.executable, "-m", "rasa", "train", "--config", str(file), "--domain", "domain.yml"),
            *(
                "--data",
                "nlu",
                "stories",
                "--out",
                str(CACHE),
                "--fixed-model-name",
                model.name.removesuffix(".tar.gz"),
            ),
        ],
        cwd=ROOT,
        env={**os.environ, **QUIET},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return model, time.perf_counter() - started


class Peer:
    """A running stock Rasa."""

    def __init__(self, name: str, model: Path, actions_url: str) -> None:
        self.name = name
        self._model = model
        self._port = free_port()
        self._actions_url = actions_url
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self, http: aiohttp.ClientSession) -> None:
        endpoints = CACHE / f"{self.name}-endpoints.yml"
        endpoints.write_text(yaml.safe_dump({"action_endpoint": {"url": f"{self._actions_url}/webhook"}}))
        credentials = CACHE / "credentials.yml"
        credentials.write_text("rest:\n")
        with (CACHE / f"{self.name}.log").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - once, before anything is measured
                [
                    *(sys.executable, "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(self._port)),
                    *("--model", str(self._model), "--endpoints", str(endpoints)),
                    *("--credentials", str(credentials), "--enable-api"),
                ],
                cwd=CACHE,
                env={**os.environ, **QUIET},
                stdout=log,
                stderr=log,
            )
        for _ in range(1200):
            try:
                async with http.get(f"http://127.0.0.1:{self._port}/status") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
        raise RuntimeError(f"{self.name} did not start; see {CACHE}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)

    async def say(self, http: aiohttp.ClientSession, sender: str, text: str) -> float:
        """Seconds until the answer is there."""
        started = time.perf_counter()
        url = f"http://127.0.0.1:{self._port}/webhooks/rest/webhook"
        async with http.post(url, json={"sender": sender, "message": text}) as response:
            answers = await response.json()
        if response.status != 200 or not answers:
            raise RuntimeError(f"{self.name} gave no answer to {text!r}")
        return time.perf_counter() - started

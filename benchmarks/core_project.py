"""A small Rasa project that every contender of `benchmarks.core` serves: our examples, an answer for each act, one action.

Only pipeline, policies and stores differ. The answers are Rasa's own responses, so that what is measured is the
conversation core and not what an action does; one act calls an action that answers at once.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.peers import PIPELINES, QUIET
from tests.journeys.town import ROOT

ASKING = "où en est ma demande ?"
"""What the action is called for."""
ACTION_INTENT = "ask_status_of_request"
ACTION = "action_probe"
OURS = "guichet"
STOCK = ("stock-diet", "stock-linear")


@dataclass(frozen=True, slots=True)
class Trained:
    """A contender's model, and what making it took: seconds of CPU in all processes, and seconds that passed."""

    model: Path
    cpu_s: float
    wall_s: float


def make(folder: Path) -> None:
    """Write domain, rules and examples into an empty folder."""
    shutil.copytree(ROOT / "nlu" / "intents", folder / "data" / "intents")
    shutil.copy(ROOT / "nlu" / "unclear.yml", folder / "data")
    intents = sorted(path.stem for path in (folder / "data" / "intents").glob("*.yml"))
    answers = {intent: f"utter_{intent}" for intent in [*intents, "nlu_fallback"]}
    answers[ACTION_INTENT] = ACTION
    domain = {
        "version": "3.1",
        "intents": intents,
        "entities": yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["entities"],
        "actions": [ACTION],
        "responses": {
            name: [{"text": f"Voici la réponse à « {intent} »."}] for intent, name in answers.items() if name != ACTION
        },
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }
    rules = {
        "version": "3.1",
        "rules": [
            {"rule": intent, "steps": [{"intent": intent}, {"action": answer}]} for intent, answer in answers.items()
        ],
    }
    _write(folder / "domain.yml", domain)
    _write(folder / "data" / "rules.yml", rules)
    # By the name that is looked for to see whether TensorFlow is needed.
    _write(folder / "config.yml", config(OURS))
    (folder / "credentials.yml").write_text("rest:\n", encoding="utf-8")


def config(name: str) -> dict[str, Any]:
    """A contender's config.yml: ours is the project's, the others are what Rasa's documentation gives."""
    if name == OURS:
        own: dict[str, Any] = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
        for policy in own["policies"]:
            # The project's fallback is an action of its own.
            policy["core_fallback_action_name"] = "action_default_fallback"
        return own
    return {
        "recipe": "default.v1",
        "assistant_id": name,
        "language": "fr",
        "pipeline": PIPELINES[name],
        "policies": [{"name": "RulePolicy"}],
    }


def endpoints(name: str, actions_url: str, database: Path) -> dict[str, Any]:
    """A contender's endpoints.yml; stock Rasa keeps trackers and locks in its memory."""
    action = {"action_endpoint": {"url": f"{actions_url}/webhook"}}
    if name != OURS:
        return action
    own: dict[str, Any] = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    own["tracker_store"]["url"] = f"sqlite:///{database}"
    own["action_endpoint"].update(action["action_endpoint"])
    return own


def train(folder: Path, name: str) -> Trained:
    """Run the whole `rasa train` in a process of its own."""
    _write(folder / f"{name}.yml", config(name))
    command = [*rasa(name), "train", "--config", f"{name}.yml", "--domain", "domain.yml"]
    command += ["--data", "data", "--out", "models", "--fixed-model-name", name]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    with (folder / f"{name}-train.log").open("wb") as log:
        subprocess.run(command, cwd=folder, env=environ(folder), check=True, stdout=log, stderr=log)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    trained = Trained(folder / "models" / f"{name}.tar.gz", cpu, wall)
    _took(folder, name).write_text(json.dumps({"cpu_s": cpu, "wall_s": wall}), encoding="utf-8")
    return trained


def kept(folder: Path, name: str) -> Trained | None:
    """A model that an earlier run finished, with what it took."""
    took = _took(folder, name)
    if not took.is_file():
        return None
    return Trained(folder / "models" / f"{name}.tar.gz", **json.loads(took.read_text(encoding="utf-8")))


def rasa(name: str) -> list[str]:
    """How a contender's Rasa is called: ours as `guichet` does it, without TensorFlow where no component needs it."""
    return [sys.executable, "-m", "bot.supervisor.tensorflow_absent" if name == OURS else "rasa"]


def environ(folder: Path) -> dict[str, str]:
    """Of every process: quiet, with our modules importable, with no database but the benchmark's."""
    own = {"GUICHET_DATA": str(folder / "var"), "GUICHET_OFFICE": str(ROOT / "office.yml"), "PYTHONPATH": str(ROOT)}
    return {**os.environ, **QUIET, **own}


def _took(folder: Path, name: str) -> Path:
    return folder / f"{name}-took.json"


def _write(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")

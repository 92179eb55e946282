"""Runs Rasa and the action server in this process, with what Guichet has to say about it.

Rasa takes its token as an argument only, and `ps` shows arguments to every user of the machine. Here the token comes
by the environment and the argument list is made inside the process, where `ps` does not see it.
"""

from __future__ import annotations

import importlib
import os
import runpy
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bot import logs
from bot.errors import ConfigurationError
from bot.settings import Settings
from bot.supervisor import model, ports, progress, tensorflow_absent, wordless
from bot.supervisor.plan import ACTIONS_PORT, PROJECT, QUIET, RASA_MODEL, RASA_PORT
from bot.text.town_lists import town_lists

HOST = "GUICHET_RASA_HOST"
ACTIONS_HOST = "GUICHET_ACTIONS_HOST"
LISTS = "GUICHET_LISTS"
"""Where the names of the town's services are: the component in `nlu/` reads no settings."""
DEFAULT_RASA_PORT = 5005
DEFAULT_ACTIONS_PORT = 5055
STOCK = {"InMemory", "SQL", "Mongod", "Dynamo", "redis", "in_memory", "concurrent_redis"}
"""Types that Rasa knows by a short name; others are paths of classes."""


def run_rasa(settings: Settings, environ: Mapping[str, str]) -> None:
    """Serve the model until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: Rasa is not installed, there is no usable model or token, or a store cannot be imported.
    """
    _require_rasa()
    if not settings.rasa_token:
        raise ConfigurationError(
            "GUICHET_RASA_TOKEN: is missing; Rasa's HTTP API loads models and reads conversations, so it takes no one in "
            "without a token: give the same one to the gateway"
        )
    served = Path(environ.get(RASA_MODEL) or model.path(PROJECT))
    found = model.check(served)
    if not found.usable:
        raise ConfigurationError(found.detail)
    # Before anything of Rasa's is imported.
    if why := tensorflow_absent.leave_out(model.components(served), environ):
        progress.say(f"Rasa runs with TensorFlow: {why}")
    if broken := broken_stores(PROJECT / "endpoints.yml"):
        raise ConfigurationError(broken)
    _prepare(environ)
    wordless.install()
    port = ports.wanted(environ, RASA_PORT) or DEFAULT_RASA_PORT
    where = ["-i", environ.get(HOST, ports.LOOPBACK), "-p", str(port)]
    files = ["--model", str(served), "--credentials", str(PROJECT / "credentials.yml")]
    files += ["--endpoints", str(write_endpoints(settings))]
    os.environ[LISTS] = str(write_lists(settings))
    # In one word: a token may begin with a dash, as one of ours in 64 does.
    _become("rasa", ["run", "--enable-api", f"--auth-token={settings.rasa_token}", *where, *files])


def run_actions(environ: Mapping[str, str]) -> None:
    """Serve the custom actions until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: Rasa's SDK is not installed.
    """
    _require_rasa()
    _prepare(environ)
    os.environ["SANIC_HOST"] = environ.get(ACTIONS_HOST, ports.LOOPBACK)
    port = ports.wanted(environ, ACTIONS_PORT) or DEFAULT_ACTIONS_PORT
    logs.configure()
    # Not through the SDK's command, which would put coloured text lines in the place of our logging.
    importlib.import_module("rasa_sdk.endpoint").run("actions", port)


def write_endpoints(settings: Settings) -> Path:
    """`endpoints.yml` with what runs here in it, under the data folder; where it is.

    That is the action server's address. The stores read our settings themselves.

    Raises:
        ConfigurationError: the one cannot be read or the other not be written.
    """
    endpoints = _read_endpoints(PROJECT / "endpoints.yml")
    endpoints["action_endpoint"] = {
        **(endpoints.get("action_endpoint") or {}),
        "url": f"{settings.actions_url}/webhook",
    }
    written = settings.data / "run" / "endpoints.yml"
    aside = written.with_name(f"endpoints.{os.getpid()}.yml")
    try:
        written.parent.mkdir(parents=True, exist_ok=True)
        # It may hold a password: of a database that a town has named there.
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            yaml.safe_dump(endpoints, file, allow_unicode=True)
        aside.replace(written)
    except OSError as error:
        raise ConfigurationError(f"{written}: cannot be written ({error.strerror})") from error
    return written


def write_lists(settings: Settings) -> Path:
    """What this town's services are called, for the component that finds entities; where it is.

    Written anew at each start: a service that is renamed in `office.yml` needs no training.

    Raises:
        ConfigurationError: it cannot be written, or the list of documents cannot be read.
    """
    written = settings.data / "run" / "lists.json"
    try:
        written.parent.mkdir(parents=True, exist_ok=True)
        town_lists(settings.office).write(written)
    except OSError as error:
        raise ConfigurationError(f"{written}: cannot be written ({error.strerror})") from error
    return written


def broken_stores(path: Path) -> str:
    """Which store named in an `endpoints.yml` Rasa could not import, and why; empty if it can import all.

    Rasa itself would go on with a store in its memory and forget every conversation when it ends.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    endpoints = _read_endpoints(path)
    if not (endpoints.get("tracker_store") or {}).get("type"):
        return f"{path}: tracker_store: has no type, so Rasa would keep conversations in its memory only"
    if not (endpoints.get("lock_store") or {}).get("type"):
        return f"{path}: lock_store: has no type, so Rasa would look only once a second whether a conversation is free"
    for store in ("tracker_store", "lock_store"):
        kind = str(endpoints[store]["type"])
        if kind in STOCK:
            continue
        module, _, name = kind.rpartition(".")
        try:
            # Rasa's own import warns of what its old libraries do. Kept and dropped rather than ignored: what is
            # imported puts filters of its own before ours.
            with warnings.catch_warnings(record=True):
                getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError, ValueError, SyntaxError) as error:
            return f"{path}: {store}: {kind} cannot be imported ({error}), so Rasa would use its memory only"
    return ""


def _read_endpoints(path: Path) -> dict[str, Any]:
    try:
        endpoints: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(endpoints, dict):
        raise ConfigurationError(f"{path}: says nothing")
    return endpoints


def _require_rasa() -> None:
    if model.rasa_version() is None:
        raise ConfigurationError("Rasa is not installed here: install it on Python 3.10 with `uv sync --extra rasa`")


def _prepare(environ: Mapping[str, str]) -> None:
    for name, value in QUIET.items():
        os.environ.setdefault(name, environ.get(name, value))
    os.chdir(PROJECT)


def _become(module: str, arguments: list[str]) -> None:
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)

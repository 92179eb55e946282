"""What Rasa is told of the processes around it."""

from __future__ import annotations

import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from bot.settings import load
from bot.supervisor import rasa_project
from bot.supervisor.rasa_project import write_endpoints
from tests.ops.programs import ROOT


def endpoints(folder: Path, **environ: str) -> dict[str, dict[str, object]]:
    """What Rasa would read under this environment."""
    written = write_endpoints(
        load({"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(folder), **environ})
    )
    read: dict[str, dict[str, object]] = yaml.safe_load(written.read_text())
    return read


@pytest.mark.rasa
@pytest.mark.parametrize("token", ["-_begins-with-a-dash", "--enable-api", "plain", "a b"])
def test_rasa_reads_whatever_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """Random tokens begin with a dash now and then: Rasa's own parser must not take one for an option."""
    from rasa.__main__ import create_argument_parser

    told: list[str] = []
    monkeypatch.setattr(rasa_project.model, "look", lambda project: SimpleNamespace(usable=True))
    for name in ("_prepare", "broken_stores"):
        monkeypatch.setattr(rasa_project, name, lambda given: None)
    monkeypatch.setattr(rasa_project.wordless, "install", lambda: None)
    monkeypatch.setattr(rasa_project, "_become", lambda module, arguments: told.extend(arguments))
    environ = {
        "GUICHET_OFFICE": str(ROOT / "office.yml"),
        "GUICHET_DATA": str(tmp_path),
        "GUICHET_RASA_TOKEN": token,
        "GUICHET_RASA_PORT": "21500",
    }
    rasa_project.run_rasa(load(environ), environ)
    read = create_argument_parser().parse_args(told)

    assert (read.auth_token, read.port, read.interface) == (token, 21500, "127.0.0.1")


def test_the_action_server_is_where_it_was_started(tmp_path: Path) -> None:
    """The copy of endpoints.yml names the real address of the action server and keeps the rest."""
    found = endpoints(tmp_path, GUICHET_ACTIONS_URL="http://127.0.0.1:21555/")
    original = yaml.safe_load((ROOT / "endpoints.yml").read_text())
    original["action_endpoint"]["url"] = "http://127.0.0.1:21555/webhook"

    assert found == original


def test_the_stores_are_those_of_the_file(tmp_path: Path) -> None:
    """They read our settings themselves, a Redis with its password among them; the copy is the owner's only."""
    found = endpoints(tmp_path, GUICHET_REDIS_URL="rediss://rasa:p%40ss@redis.internal:6380/2")
    mode = stat.S_IMODE((tmp_path / "run" / "endpoints.yml").stat().st_mode)

    assert found["lock_store"] == {"type": "bot.rasa_plugins.lock_store.GuichetLockStore"}
    assert found["tracker_store"] == {"type": "bot.rasa_plugins.tracker_store.GuichetTrackerStore"}
    assert mode == 0o600

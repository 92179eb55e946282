"""The lines that our processes log: one form, and no words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from bot.store.sql import migrate
from bot.supervisor import ports
from tests.ops.programs import ROOT

LIBRARY = """
import logging, warnings, structlog
from bot import logs
logs.configure()
library = logging.getLogger("engineio.server")
library.info("unheard")
library.warning("%s sent %d of %s", "mon numéro est le 06", 3, ValueError("le 06"))
library.error(ValueError("le 06"))
library.warning("%d pings", "le 06")
try:
    raise KeyError("le 06")
except KeyError:
    library.exception("request %(name)s failed", {"name": "le 06"})
structlog.get_logger().info("ours", port=1)
warnings.simplefilter("always")
warnings.warn_explicit("le 06", RuntimeWarning, "library.py", 7)
warnings.warn_explicit("le 06", DeprecationWarning, "library.py", 7)
"""


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_libraries_log_in_our_form_without_words() -> None:
    """A library's warning is a JSON line with its logger; of its values only numbers are shown, of errors the type."""
    done = subprocess.run([sys.executable, "-c", LIBRARY], capture_output=True, text=True, cwd=ROOT, check=True)
    logged = lines(done.stderr)
    found = [(line["level"], line.get("logger"), line["event"]) for line in logged]

    assert found == [
        ("warning", "engineio.server", "… sent 3 of ValueError"),
        ("error", "engineio.server", "ValueError"),
        ("warning", "engineio.server", "%d pings"),
        ("error", "engineio.server", "request … failed"),
        ("info", None, "ours"),
        ("warning", "py.warnings", "RuntimeWarning at library.py:7"),
    ]
    assert (logged[3]["raised"], logged[3]["frames"]) == ("KeyError", ["<string>:11 <module>"])
    assert "le 06" not in done.stderr


@pytest.mark.rasa
def test_the_action_server_logs_json_lines(tmp_path: Path) -> None:
    """What the action server says of an action is one JSON line, and nothing stands beside it."""
    migrate(f"sqlite:///{tmp_path / 'guichet.db'}")
    port = ports.choose(set())
    environ = {
        **os.environ,
        "GUICHET_DATA": str(tmp_path),
        "GUICHET_ACTIONS_PORT": str(port),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    log = tmp_path / "actions.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "bot", "serve", "actions"]
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)
    try:
        for _ in range(300):
            with suppress(OSError):
                _read(f"http://127.0.0.1:{port}/health", None)
                break
            time.sleep(0.1)
        tracker = {"sender_id": "someone", "slots": {}, "latest_message": {"text": "bonjour"}, "events": []}
        call = {"next_action": "action_answer", "sender_id": "someone", "tracker": tracker, "domain": {}}
        with suppress(OSError):
            _read(f"http://127.0.0.1:{port}/webhook", json.dumps(call).encode())
    finally:
        server.terminate()
        server.wait(20)
    logged = lines(log.read_text())

    assert [line["action"] for line in logged if "action" in line] == ["action_answer"]
    assert all(line["event"] and line["level"] for line in logged)
    assert "bonjour" not in log.read_text()


def _read(url: str, body: bytes | None) -> bytes:
    asked = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=20) as response:
        return bytes(response.read())

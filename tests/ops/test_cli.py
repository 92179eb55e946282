"""The command line as a person meets it: help, and refusals in one sentence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from tests.ops.programs import ROOT


def guichet(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    full = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "COLUMNS": "200", **environ}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments], capture_output=True, text=True, cwd=ROOT, env=full, timeout=60
    )


def test_help_lists_every_command() -> None:
    """`guichet --help` names each command."""
    done = guichet("--help")

    assert done.returncode == 0
    assert [name for name in COMMANDS if f" {name} " not in done.stdout] == []


def test_help_loads_nothing_heavy() -> None:
    """Help is instant: no database, no network, no Rasa is imported for it."""
    source = "import sys, bot.cli; print([m for m in ('aiohttp', 'sqlalchemy', 'rasa', 'spacy', 'yaml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, cwd=ROOT, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_command_explains_itself(command: str) -> None:
    """`guichet COMMAND --help` works with nothing running."""
    done = guichet(command, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert f"Usage: guichet {command}" in done.stdout


def test_the_version_is_the_package_s() -> None:
    """`guichet --version` says which Guichet this is."""
    done = guichet("--version")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"guichet {metadata.version('guichet')}\n", "")


def test_the_doctor_says_nothing_of_the_libraries(tmp_path: Path) -> None:
    """No warning of an old library stands before or between the findings."""
    done = guichet("doctor", GUICHET_DATA=str(tmp_path), PORT="0")

    assert (done.stderr, "stores: " in done.stdout) == ("", True)


def test_an_unknown_command() -> None:
    """A command that does not exist is named, and where the help is."""
    done = guichet("servez")

    assert done.returncode == 2
    assert "servez" in done.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("town: [", "is not YAML"),
        ("town: {}", "town.name is missing"),
        ("a: 1\n", "a is not a setting; there are town, services"),
        ("", "expected settings, one a line, found nothing"),
    ],
)
def test_a_broken_office_is_one_sentence(tmp_path: Path, content: str, told: str) -> None:
    """An office.yml that cannot be used stops `serve` with one line that names it, and no traceback."""
    office = tmp_path / "office.yml"
    office.write_text(content)
    done = guichet("serve", GUICHET_OFFICE=str(office))

    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"guichet: {office}: ")
    assert told in done.stderr


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    """A port in use stops `serve` before any long step."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        done = guichet("serve", GUICHET_DATA=str(tmp_path), PORT=str(port))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"guichet: port {port} on 127.0.0.1 is in use by another program")
    assert len(done.stderr.splitlines()) == 1


def test_rasa_alone_needs_a_token(tmp_path: Path) -> None:
    """Rasa's HTTP API is never opened without a token."""
    done = guichet("serve", "rasa", GUICHET_DATA=str(tmp_path), GUICHET_RASA_TOKEN="")

    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "GUICHET_RASA_TOKEN" in done.stderr or "Rasa is not installed" in done.stderr

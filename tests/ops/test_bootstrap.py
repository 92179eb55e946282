"""The set-up script: what it takes from the machine, and what it says when it cannot go on."""

from __future__ import annotations

import ast
import importlib.util
import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

from bot import settings
from bot.errors import ConfigurationError
from bot.supervisor import ports, state
from tests.ops.programs import ROOT

SPEC = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
assert SPEC
assert SPEC.loader
bootstrap: ModuleType = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(bootstrap)


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_a_shim_that_fails_is_passed_over(tmp_path: Path) -> None:
    """A uv that is on the path and does not work is no uv; the next one that does is taken."""
    script(tmp_path / "shims" / "uv", "echo 'pyenv: uv: command not found' >&2; exit 127")
    works = script(tmp_path / "bin" / "uv", "echo 'uv 0.9.1 (linux)'")
    source = f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r}); import bootstrap; print(bootstrap.find_uv())"
    environ = {**os.environ, "PATH": f"{tmp_path / 'shims'}:{tmp_path / 'bin'}:/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, env=environ, check=True)

    assert done.stdout.strip() == str(works)


@pytest.mark.parametrize(
    ("body", "version"),
    [
        ("echo v20.20.2", (20, 20, 2)),
        ("echo uv 0.5.11", (0, 5, 11)),
        ("echo Python 3.10.13", (3, 10, 13)),
        ("echo 11.0; exit 1", ()),
        ("echo nothing", ()),
    ],
)
def test_versions(tmp_path: Path, body: str, version: tuple[int, ...]) -> None:
    """A version is what a program that ends well prints."""
    found = bootstrap.version_of([str(script(tmp_path / "tool", body)), "--version"])

    assert found == version


def test_a_program_that_is_not_there_has_no_version(tmp_path: Path) -> None:
    """What cannot be started has no version."""
    found = bootstrap.version_of([str(tmp_path / "tool"), "--version"])

    assert found == ()


@pytest.mark.parametrize(
    ("version", "enough"),
    [
        ((), False),
        ((18, 20, 4), False),
        ((20, 18, 3), False),
        ((20, 19, 0), True),
        ((21, 7, 3), False),
        ((22, 11, 0), False),
        ((22, 12, 0), True),
        ((24, 1, 0), True),
    ],
)
def test_which_node_will_do(version: tuple[int, ...], enough: bool) -> None:
    """Vite's own wish, as in web/package.json."""
    found = bootstrap.new_enough(version)

    assert found is enough


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "error: Failed to fetch: `https://pypi.org/simple/x/`\n  Caused by: dns error",
            "the package registry cannot be reached (error: Failed to fetch: `https://pypi.org/simple/x/`)",
        ),
        (
            "npm error code ECONNREFUSED\nnpm error errno ECONNREFUSED",
            "the package registry cannot be reached (npm error code ECONNREFUSED)",
        ),
        ("error: failed to write to `x`: No space left on device (os error 28)", "the disk is full"),
        (
            "error: No interpreter found for Python 3.10 in managed installations",
            "Python 3.10 is not on this machine and uv could not fetch one; install Python 3.10 and try again",
        ),
        ("error: The lockfile is not valid", "error: The lockfile is not valid"),
        ("", "it said nothing"),
    ],
)
def test_why_a_tool_failed(output: str, reason: str) -> None:
    """What uv and npm say at length becomes one sentence."""
    found = bootstrap.reason_in(output)

    assert found == reason


def test_a_stamp_holds_for_its_sources_only(tmp_path: Path) -> None:
    """A step that was done for other sources counts as not done."""
    stamp = tmp_path / "stamp"
    before = bootstrap.stamped(stamp, "abc")
    stamp.write_text("abc")
    found = (before, bootstrap.stamped(stamp, "abc"), bootstrap.stamped(stamp, "abd"))

    assert found == (False, True, False)


def test_a_failed_step_is_one_sentence(tmp_path: Path) -> None:
    """A command that fails raises one sentence, with its log."""
    tool = script(tmp_path / "uv", "echo resolving; echo 'error: dns error: no such host'; exit 2")
    with pytest.raises(bootstrap.Impossible) as refused:
        bootstrap.call("packages for a test", [str(tool)], tmp_path, because="uv could not install the packages")
    told = str(refused.value)

    assert told.startswith(
        "uv could not install the packages: the package registry cannot be reached (error: dns error"
    )
    assert "\n" not in told


def bare(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The script on a Python that has nothing but its standard library."""
    command = [sys.executable, "-I", "-S", str(ROOT / "scripts" / "bootstrap.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environ}, timeout=60)


def test_a_port_in_use_is_said_before_anything_is_done(tmp_path: Path) -> None:
    """`make run` on a port in use is one sentence that names it and a way out, and no step of the set-up."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        # As from a terminal, also when `make test` runs this.
        outside = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        environ = {**outside, "PORT": str(port), "GUICHET_DATA": str(tmp_path)}
        done = subprocess.run(["make", "run"], capture_output=True, text=True, cwd=ROOT, env=environ, timeout=60)

    told = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert (done.returncode, done.stdout) == (2, "")
    assert told == [
        f"guichet: port {port} on 127.0.0.1 is in use by another program: stop that one, or choose another port, "
        f"for instance PORT={port + 10 if port < 65000 else 8090}"
    ]


def test_the_usual_port_in_use(tmp_path: Path) -> None:
    """Without PORT it is the port of the settings that has to be free."""
    free = ports.is_free("127.0.0.1", 8080)
    usual = settings.load({"GUICHET_OFFICE": str(ROOT / "office.yml"), "GUICHET_DATA": str(tmp_path)})
    with closing(socket.socket()) as other:
        if free:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", 8080))
            other.listen()
        done = bare("--port", PORT="", HOST="127.0.0.1", GUICHET_DATA=str(tmp_path))

    assert usual.port == bootstrap.PORT
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("guichet: port 8080 on 127.0.0.1 is in use by another program")


@pytest.mark.parametrize("port", ["abc", "99999", "-1", "80 80"])
def test_what_is_no_port(tmp_path: Path, port: str) -> None:
    """A PORT that is none is one sentence, the same as `guichet serve` says."""
    done = bare("--port", PORT=port, GUICHET_DATA=str(tmp_path))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"guichet: PORT={port}: a port is a number from 0 to 65535\n"


def test_a_second_run_is_told_where_the_first_is(tmp_path: Path) -> None:
    """Where Guichet runs already, that is said rather than that its port is in use, and nothing is installed under it."""
    with state.alone(tmp_path):
        state.write(tmp_path, state.State(41, "http://127.0.0.1:8080", "http://127.0.0.1:8081", {}, {}))
        done = bare("--port", GUICHET_DATA=str(tmp_path))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "guichet: Guichet runs already on http://127.0.0.1:8080 (process 41); stop it first, with Ctrl-C where it runs\n"
    )


def test_a_free_port_stops_nothing(tmp_path: Path) -> None:
    """A port that is free, and 0 for any, let the set-up go on; an address that is not ours does not."""
    here = {"GUICHET_DATA": str(tmp_path), "HOST": "127.0.0.1"}
    bootstrap.require_port({**here, "PORT": str(ports.choose(set()))})
    bootstrap.require_port({**here, "PORT": "0"})
    with pytest.raises(ConfigurationError) as refused:
        bootstrap.require_port({**here, "PORT": "9000", "HOST": "192.0.2.1"})

    assert str(refused.value) == "HOST=192.0.2.1: is not an address of this machine"


def test_any_python_from_3_8_can_read_it() -> None:
    """The script and all of ours that it imports is written in the syntax of Python 3.8."""
    source = (
        "import runpy, sys; runpy.run_path(sys.argv[1]); "
        "print(*{m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'bot'}, sep='\\n')"
    )
    script = str(ROOT / "scripts" / "bootstrap.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", source, script], capture_output=True, text=True, check=True
    )
    ours = [script, *done.stdout.splitlines()]
    for path in ours:
        ast.parse(Path(path).read_text(encoding="utf-8"), feature_version=(3, 8))

    assert {"ports.py", "lock.py", "progress.py", "errors.py"} <= {Path(path).name for path in ours}

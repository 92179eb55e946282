"""The set-up script: what it takes from the machine, and what it says when it cannot go on."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

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

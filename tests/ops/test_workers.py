"""What the workers of one run of the tests share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ops.programs import ROOT

TAKES = """
from tests.workers import held

def test_takes(tmp_path_factory):
    with held(tmp_path_factory, "thing") as folder:
        made = folder / "made"
        new = not made.exists()
        made.touch()
        with (folder / "takers").open("a") as takers:
            takers.write("made\\n" if new else "found\\n")
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_thing_is_made_once_a_run(tmp_path: Path, workers: str) -> None:
    """Whichever worker comes first makes it, the others find it; the next run makes its own."""
    for name in ("test_one.py", "test_two.py", "test_three.py"):
        (tmp_path / name).write_text(TAKES)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", workers, "--import-mode=importlib"]
    for base in ("first", "second"):
        done = subprocess.run(
            [*command, "--basetemp", str(tmp_path / base), *map(str, tmp_path.glob("test_*.py"))],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**environ, "PYTHONPATH": str(ROOT)},
        )

        assert done.returncode == 0, done.stdout
        assert (tmp_path / base / "shared-thing" / "takers").read_text().split() == ["made", "found", "found"]

"""In CI a skipped test is a failed one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ops.programs import ROOT

SKIPS = """
import pytest

def test_one():
    "Skips while it runs."
    pytest.skip("no server here")

@pytest.mark.skipif(True, reason="never")
def test_two():
    "Is not even run."

@pytest.mark.xfail
def test_three():
    "Is expected to fail."
    raise AssertionError
"""
WHOLE = "import pytest\npytest.skip('no library here', allow_module_level=True)\n"


@pytest.mark.parametrize("workers", ["0", "2"])
@pytest.mark.parametrize(("set_to", "counts"), [("", "3 skipped, 1 xfailed"), ("1", "1 failed, 1 xfailed, 2 errors")])
def test_skips(tmp_path: Path, set_to: str, counts: str, workers: str) -> None:
    """With GUICHET_NO_SKIP every way of skipping fails, with workers too, and says why; an expected failure stays one."""
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "test_skips.py").write_text(SKIPS)
    (tmp_path / "test_whole.py").write_text(WHOLE)
    environ = {**os.environ, "GUICHET_NO_SKIP": set_to, "PYTHONPATH": str(ROOT)}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
        "-n",
        workers,
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environ)

    assert counts in done.stdout.splitlines()[-1]
    if set_to:
        assert "GUICHET_NO_SKIP is set and this was skipped" in done.stdout
        assert "no server here" in done.stdout

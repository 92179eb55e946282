"""What all tests share."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.store.sql import Store
from tests.databases import opened

# A slow machine is no finding, and the same run finds the same.
settings.register_profile("guichet", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("guichet")

NO_SKIP = bool(os.environ.get("GUICHET_NO_SKIP"))
"""In CI a skipped test is a failed one."""
WITHOUT_RASA = importlib.util.find_spec("rasa") is None
MARKED_RASA = re.compile(r"^pytestmark\s*=.*\bmark\.rasa\b", re.MULTILINE)

# Both change the process's warning filters at import: before pytest sets ours, they cannot undo them.
for name in ("scipy.special", "sanic.app"):
    if importlib.util.find_spec(name.partition(".")[0]) is not None:
        importlib.import_module(name)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A database of its own, empty."""
    async with opened(tmp_path) as made:
        yield made


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A module that imports Rasa says `pytestmark = pytest.mark.rasa`; without Rasa it cannot even be imported."""
    if WITHOUT_RASA and collection_path.suffix == ".py":
        return bool(MARKED_RASA.search(collection_path.read_text(encoding="utf-8"))) or None
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        _fail(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if NO_SKIP and report.skipped:
        _fail(report)
    return report


def _fail(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid}: GUICHET_NO_SKIP is set and this was skipped: {reason}"


pytest_plugins = ["tests.redis_server"]

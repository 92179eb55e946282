"""A trained model, once a run, and Rasa served from it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot import settings
from bot.messages import Address, Message, Mode
from bot.rasa import Rasa
from bot.settings import Office
from bot.store.base import Conversation, Entry
from bot.store.sql import Store, open_store
from bot.text import wording
from bot.text.wording import Wording
from tests.databases import migrated
from tests.fakes.rasa import FakeRasa
from tests.servers import free_port
from tests.workers import held

if TYPE_CHECKING:
    from rasa.shared.core.domain import Domain

    from bot.rasa_plugins.tracker_store import GuichetTrackerStore

HERE = Path(__file__).resolve().parent
TRAINING_SECONDS = 600
ROOT = Path(__file__).resolve().parents[2]
TOKEN = "only-tests-have-this-token"
NOW = datetime(2024, 5, 14, 9, 30, tzinfo=timezone.utc)
START_PATIENCE_SECONDS = 120
"""On a machine that is busy with other things; Rasa typed by hand imports TensorFlow."""


@dataclass(frozen=True, slots=True)
class Project:
    """A copy of what Rasa reads of the repository, without an environment beside it; Rasa may write into it."""

    folder: Path

    def rasa(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `rasa` there as somebody would who has set nothing."""
        return subprocess.run(
            [sys.executable, "-m", "rasa", *arguments],
            cwd=self.folder,
            env=environ(),
            capture_output=True,
            text=True,
            check=False,
        )


def environ(**more: str) -> dict[str, str]:
    """This environment without settings of Guichet's, quiet and with the repository importable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUICHET_")}
    # Rasa and its libraries show deprecation warnings that are theirs to fix; our own are looked for by name.
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return {**kept, **quiet, "PYTHONPATH": str(ROOT), **more}


def conversation(name: str, language: str = "fr") -> Conversation:
    return Conversation(name, Address("web", f"key-of-{name}"), Mode.BOT, language, NOW, NOW)


def message(ref: str, text: str = "bonjour") -> Message:
    return Message(ref, Address("web", "key"), text, NOW)


def said(ref: str, author: str, text: str = "bonjour madame") -> Entry:
    return Entry(position=1, ref=ref, author=author, text=text, at=NOW)


@pytest.fixture(scope="module")
def office() -> Office:
    return settings.read_office(ROOT / "office.yml")


@pytest.fixture(scope="module")
def lines(office: Office) -> Wording:
    return wording.load(office)


@pytest.fixture
async def fake() -> AsyncIterator[FakeRasa]:
    async with FakeRasa(token=TOKEN) as running:
        yield running


@pytest.fixture
async def rasa(fake: FakeRasa, lines: Wording, office: Office) -> AsyncIterator[Rasa]:
    async with aiohttp.ClientSession() as http:
        yield Rasa(http, fake.url, TOKEN, lines, office, patience=timedelta(seconds=0.5))


@pytest.fixture(scope="module")
def domain() -> Domain:
    # Imported here: without Rasa only those tests are collected that do not ask for it.
    from rasa.shared.core.domain import Domain

    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return migrated(f"sqlite:///{tmp_path / 'guichet.db'}")


@pytest.fixture
async def store(url: str, domain: Domain) -> AsyncIterator[GuichetTrackerStore]:
    from bot.rasa_plugins.tracker_store import GuichetTrackerStore

    opened = GuichetTrackerStore(domain, host=url)
    yield opened
    await opened.close()


@pytest.fixture
async def other(url: str, domain: Domain) -> AsyncIterator[GuichetTrackerStore]:
    """The same database seen by another process of Rasa."""
    from bot.rasa_plugins.tracker_store import GuichetTrackerStore

    opened = GuichetTrackerStore(domain, host=url)
    yield opened
    await opened.close()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Store]:
    opened = await open_store(url)
    yield opened
    await opened.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test comes first waits for the training, which takes a core for minutes where another worker has the other."""
    for item in items:
        if HERE in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(TRAINING_SECONDS))


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("project")
    for name in ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml"):
        shutil.copy(ROOT / name, folder)
    for name in ("data", "nlu", "stories", "tests/conversations"):
        shutil.copytree(ROOT / name, folder / name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
    return Project(folder)


@pytest.fixture(scope="session")
def training(project: Project, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """A bare `rasa train`, once a run; a worker that comes later gets the project as the training left it."""
    with held(tmp_path_factory, "training") as folder:
        told = folder / "told.json"
        if told.exists():
            # Links that are there already would be in the way.
            shutil.rmtree(project.folder)
            shutil.copytree(folder / "project", project.folder, symlinks=True)
            status, output, errors = json.loads(told.read_text("utf-8"))
            return subprocess.CompletedProcess(["rasa", "train"], status, output, errors)
        done = project.rasa("train")
        # Whole, so that a file which the training changed is found changed by whichever worker looks.
        shutil.copytree(project.folder, folder / "project", symlinks=True)
        told.write_text(json.dumps([done.returncode, done.stdout, done.stderr]), "utf-8")
        return done


@pytest.fixture(scope="session")
def model(project: Project, training: subprocess.CompletedProcess[str]) -> Path:
    assert training.returncode == 0, training.stderr[-3000:]
    (path,) = (project.folder / "models").glob("*.tar.gz")
    return path


@contextmanager
def served(
    project: Project,
    model: Path,
    endpoints: Path,
    folder: Path,
    database_url: str,
    started: list[subprocess.Popen[bytes]] | None = None,
) -> Iterator[str]:
    """`rasa run` until the block is left; its address. The process is added to `started`, for those who want to kill it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = folder / "rasa.log"
    command = ["run", "-i", "127.0.0.1", "-p", str(port), "--enable-api", "--auth-token", TOKEN]
    command += ["--model", str(model), "--endpoints", str(endpoints)]
    variables = environ(
        GUICHET_DATABASE_URL=database_url, GUICHET_OFFICE=str(ROOT / "office.yml"), GUICHET_DATA=str(folder / "var")
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "rasa", *command], cwd=project.folder, env=variables, stdout=output, stderr=output
        )
    if started is not None:
        started.append(process)
    try:
        _wait_until_ready(url, process, log)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/status?token={TOKEN}", timeout=2) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"rasa run did not come up:\n{log.read_text(errors='replace')[-3000:]}")

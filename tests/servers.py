"""Private servers for tests: each started from the installed binary, on a port of its own, gone with the session.

What is not installed is skipped with the reason; `tests/conftest.py` makes that a failure where nothing may be skipped.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

POSTGRESQL_FOLDERS = ("/usr/lib/postgresql",)
START_PATIENCE_SECONDS = 60


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Postgresql:
    """A running server of our own."""

    binaries: Path
    folder: Path
    port: int

    def url(self, database: str) -> str:
        """The address of a database, in the form of `GUICHET_DATABASE_URL`."""
        return f"postgresql+asyncpg://guichet@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template0") -> str:
        """A new database, empty or a copy of another; its address."""
        self._run("createdb", "-T", template, database)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run("dropdb", "--force", "--if-exists", database)

    def execute(self, statement: str) -> None:
        """Run SQL as the superuser."""
        self._run("psql", "-v", "ON_ERROR_STOP=1", "-c", statement, "postgres")

    def start(self) -> None:
        """Start it; returns when it takes connections."""
        options = f"-k {self.folder} -p {self.port} -c listen_addresses=127.0.0.1 -c max_connections=100"
        self._control("-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop it as a crash does."""
        self._control("-m", "immediate", "stop")

    def _control(self, *arguments: str) -> None:
        _unprivileged([self.binaries / "pg_ctl", "-D", self.folder / "data", "-w", *arguments])

    def _run(self, command: str, *arguments: str) -> None:
        subprocess.run(
            [self.binaries / command, "-h", str(self.folder), "-p", str(self.port), "-U", "guichet", *arguments],
            check=True,
            capture_output=True,
            timeout=START_PATIENCE_SECONDS,
        )


def postgresql_binaries() -> Path | None:
    """The newest installed PostgreSQL's programs."""
    for folder in POSTGRESQL_FOLDERS:
        versions = sorted(Path(folder).glob("*/bin/postgres"), key=lambda path: float(path.parts[-3]))
        if versions:
            return versions[-1].parent
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


@contextlib.contextmanager
def running_postgresql() -> Iterator[Postgresql]:
    """A server with an empty cluster, durable like a real one."""
    binaries = postgresql_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    # Not pytest's folder: the server's own user has to reach it, and a socket's path has to be short.
    folder = Path(tempfile.mkdtemp(prefix="guichet-pg-"))
    try:
        if (account := _account()) is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        _unprivileged([binaries / "initdb", "-D", folder / "data", "-U", "guichet", "-A", "trust", "-E", "UTF8"])
        server = Postgresql(binaries, folder, free_port())
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A PostgreSQL server for the session."""
    with running_postgresql() as server:
        yield server


def _account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: whom it runs as then, None if we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise LookupError("neither postgres nor nobody is a user of this machine")


def _unprivileged(command: Sequence[str | Path]) -> None:
    account = _account()
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=START_PATIENCE_SECONDS,
        cwd="/",
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr or done.stdout}")

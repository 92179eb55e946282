"""A private IMAP server: Debian's dovecot, started from the installed binary on a port of its own."""

from __future__ import annotations

import contextlib
import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient

from tests.servers import free_port

PATIENCE_SECONDS = 30
PASSWORD = "mot:de,passe-d'essai"
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
protocols = imap
listen = 127.0.0.1
log_path = {folder}/log
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
imap_capability = {capability}
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {folder}/passwords
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(slots=True)
class Dovecot:
    """A running server; whoever has an account opens it with `PASSWORD`."""

    folder: Path
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    idle: bool = True
    certificate: tuple[Path, Path] | None = None
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns when it takes connections."""
        (self.folder / "dovecot.conf").write_text(self._configuration())
        self._process = subprocess.Popen(
            [_binary() or "dovecot", "-F", "-c", self.folder / "dovecot.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(f"dovecot did not start: {self.log()}")

    def kill(self) -> None:
        """Stop it and all of its processes as a crash does."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            self._until_nobody_listens()

    def _until_nobody_listens(self) -> None:
        """Its children die a moment after it, and until then the system takes connections for them."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                return
            time.sleep(0.01)

    def stop(self) -> None:
        """End it as an administrator does: everything is written down."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE_SECONDS)
        self.kill()

    def accounts(self, *users: str, password: str = PASSWORD) -> None:
        """Who may log in from now on."""
        lines = [f"{user}:{{PLAIN.b64}}{_base64(password)}" for user in users]
        (self.folder / "passwords").write_text("\n".join([*lines, ""]))

    def deliver(self, user: str, raw: bytes, folder: str = "INBOX") -> int:
        """Put a mail into a mailbox; its UID."""
        with self.client(user) as client:
            said = client.append(folder, raw)
        return int(said.decode().partition("APPENDUID ")[2].split()[1].rstrip("]"))

    @contextlib.contextmanager
    def client(self, user: str, folder: str = "") -> Iterator[IMAPClient]:
        """A connection of a mail program."""
        client = IMAPClient("127.0.0.1", port=self.port, ssl=False, timeout=PATIENCE_SECONDS)
        try:
            client.plain_login(user, PASSWORD)
            if folder:
                client.select_folder(folder)
            yield client
        finally:
            client.logout()

    def flags(self, user: str, folder: str = "INBOX") -> list[set[bytes]]:
        """What is marked of each mail of a folder."""
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            uids = client.search()
            found = client.get_flags(uids)
        return [set(found[uid]) - {b"\\Recent"} for uid in uids]

    def renumber(self, user: str) -> None:
        """Give all mails new UIDs under a new UIDVALIDITY, as a restored backup does; the server has to stand still."""
        for path in (self.folder / "mail" / user).glob("dovecot*"):
            # By this one the server knows which UIDVALIDITY it has given out already.
            if not path.name.startswith("dovecot-uidvalidity"):
                path.unlink()

    def withhold(self, user: str, words: bytes) -> None:
        """Make the file of the mail that holds some words unreadable to the server, as a damaged disk does."""
        for path in (self.folder / "mail" / user).glob("*/*"):
            if path.parent.name in ("new", "cur") and words in path.read_bytes():
                path.chmod(0)

    def give_out(self, user: str) -> None:
        """The server can read everything again."""
        for path in (self.folder / "mail" / user).glob("*/*"):
            if path.parent.name in ("new", "cur"):
                path.chmod(0o600)

    def log(self) -> str:
        """The end of what it says."""
        with contextlib.suppress(OSError):
            return (self.folder / "log").read_text()[-2000:]
        return ""

    def _configuration(self) -> str:
        me = pwd.getpwuid(os.geteuid())
        root = os.geteuid() == 0
        nobody = pwd.getpwnam("nobody") if root else me
        capability = "" if self.idle else "IMAP4rev1 SASL-IR LITERAL+ UNSELECT UIDPLUS"
        ssl, lines = "no", ""
        if self.certificate:
            ssl, lines = "yes", f"ssl_cert = <{self.certificate[0]}\nssl_key = <{self.certificate[1]}"
        return CONFIGURATION.format(
            folder=self.folder,
            port=self.port,
            tls_port=self.tls_port,
            ssl=ssl,
            certificate=lines,
            capability=capability,
            internal="dovecot" if root else getpass.getuser(),
            login="dovenull" if root else getpass.getuser(),
            group="dovecot" if root else _group(me.pw_gid),
            owner=nobody.pw_uid,
            owner_group=nobody.pw_gid,
        )


def _group(number: int) -> str:
    import grp

    return grp.getgrgid(number).gr_name


def _base64(text: str) -> str:
    from base64 import b64encode

    return b64encode(text.encode()).decode()


def _binary() -> str | None:
    return shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def running_dovecot(**options: Any) -> Iterator[Dovecot]:
    """A server without accounts."""
    if _binary() is None:
        pytest.skip("dovecot is not installed (Debian: apt-get install dovecot-imapd)")
    # Not pytest's folder: the server's own users have to reach it, and a socket's path has to be short.
    folder = Path(tempfile.mkdtemp(prefix="guichet-imap-"))
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    (folder / "mail").chmod(0o777)
    server = Dovecot(folder, **options)
    server.accounts()
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)

"""One connection to an IMAP server (RFC 9051, RFC 3501), blocking: everything here runs in a mailbox's own thread.

IMAPClient in a thread, because a broken connection is then an exception of the call that waits for it, with a timeout of the
socket below every call; an answer that never comes is found the same way while idling, which is begun anew every few minutes.
"""

from __future__ import annotations

import contextlib
import imaplib
import selectors
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError

from bot.errors import SendError, SendFailed, SendRefused
from bot.settings_channels import MailServer
from channels.email import encryption, slim

CONNECT_PATIENCE = timedelta(seconds=20)
ANSWER_PATIENCE = timedelta(seconds=60)
PATIENCE = SocketTimeout(CONNECT_PATIENCE.total_seconds(), ANSWER_PATIENCE.total_seconds())
IDLE_FOR = timedelta(minutes=4)
"""How long IDLE goes on before it is begun anew: under what firewalls forget, well under RFC 2177's 29 minutes."""
ASK_EVERY = timedelta(seconds=30)
"""The same of a server that knows no IDLE."""
MAX_MAIL_BYTES = 26_000_000
"""A larger mail is taken without its files; 10 MB of file are 14 MB in a mail."""
MAX_FOUND = 100_000
KEYWORD = b"Guichet"
"""Marks mail that was stored, where the server lets us; it survives what makes UIDs void, and an agent who marks mail unread."""
FOR_NOW = ("UNAVAILABLE", "INUSE", "LIMIT", "CONTACTADMIN", "SERVERBUG")
"""Response codes (RFC 5530) of a refusal that is none of the password."""


@dataclass(frozen=True, slots=True)
class Access:
    """How a mailbox is opened."""

    address: str
    server: MailServer
    user: str
    password: str
    folder: str


@dataclass(frozen=True, slots=True)
class Selected:
    """What a server says of a folder."""

    validity: int
    next_uid: int
    writable: bool
    keywords: bool


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as the server has it."""

    raw: bytes
    received: datetime


class Gone(Exception):
    """The mail is no longer there."""


class Connection:
    """An open folder. All methods may raise `SendError`."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._open: IMAPClient | None = None
        self._selected: Selected | None = None
        self._more = False
        """Whether something came while we searched: the server says so once, and IDLE would not say it again."""

    def open(self) -> None:
        """Connect and log in.

        Raises:
            SendRefused: not with this user and password, not with this certificate, or only unencrypted.
            SendFailed: the server does not answer now.
        """
        access, server = self._access, self._access.server
        with self._translated("the server does not answer"):
            context = None if server.security == "none" else encryption.context(server)
            self._open = IMAPClient(
                server.host,
                port=server.port or (993 if server.security == "tls" else 143),
                ssl=server.security == "tls",
                ssl_context=context,
                timeout=PATIENCE,
            )
            self._open.normalise_times = False
            if server.security == "starttls":
                self._encrypt(context)
        try:
            if self._client.has_capability("AUTH=PLAIN"):
                # LOGIN takes ASCII alone.
                self._client.plain_login(access.user, access.password)
            else:
                self._client.login(access.user, access.password)
        except LoginError as error:
            if isinstance(error.__context__, imaplib.IMAP4.abort) or any(code in str(error) for code in FOR_NOW):
                raise SendFailed(f"{access.address}: the server lets nobody in now") from error
            raise SendRefused(f"{access.address}: wrong user or password") from error
        except (OSError, IMAPClientError, UnicodeError) as error:
            raise SendFailed(f"{access.address}: the server broke off while we logged in") from error

    def _encrypt(self, context: ssl.SSLContext | None) -> None:
        with self._translated("the server offers no STARTTLS, and nobody logs in without"):
            self._client.starttls(context)

    def select(self, folder: str = "", readonly: bool = False) -> Selected:
        """Open a folder, that of the mailbox if none is named.

        Raises:
            SendRefused: there is none of that name.
        """
        name = folder or self._access.folder
        with self._translated(f"there is no folder {name}"):
            said = self._client.select_folder(name, readonly=readonly)
        flags = said.get(b"PERMANENTFLAGS", ())
        self._selected = Selected(
            validity=int(said.get(b"UIDVALIDITY", 0)),
            next_uid=int(said.get(b"UIDNEXT", 0)),
            writable=bool(said.get(b"READ-WRITE")) or not said.get(b"READ-ONLY"),
            keywords=b"\\*" in flags or KEYWORD in flags,
        )
        return self._selected

    def new(self, above: int, unseen_up_to: int) -> list[int]:
        """UIDs above one, ascending, without mail that we marked; up to `unseen_up_to` only those that nobody has seen."""
        with self._translated("the folder cannot be searched"):
            self._was_told()
            found: set[int] = set()
            if above < unseen_up_to:
                found |= set(
                    self._client.search(["UID", f"{above + 1}:{unseen_up_to}", "UNSEEN", "UNKEYWORD", KEYWORD])
                )
            start = max(above, unseen_up_to)
            found |= set(self._client.search(["UID", f"{start + 1}:*", "UNKEYWORD", KEYWORD]))
            self._more = self._was_told()
        # « n:* » finds the last mail even where that is below n.
        return sorted(uid for uid in found if uid > above)[:MAX_FOUND]

    def fetch(self, uid: int) -> Fetched:
        """A whole mail, or one that is too large without its files.

        Raises:
            Gone: it is no longer there.
        """
        with self._translated(f"mail {uid} is not given out"):
            found = self._client.fetch([uid], ["RFC822.SIZE", "INTERNALDATE"]).get(uid)
            if not found:
                raise Gone
            if int(found.get(b"RFC822.SIZE", 0)) > MAX_MAIL_BYTES:
                raw = slim.fetch(self._client, uid)
            else:
                raw = self._client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
        if raw is None:
            # Listed, and not given: it is damaged, or others delete it just now.
            raise SendRefused(f"{self._access.address}: mail {uid} is not given out")
        return Fetched(raw, _utc(found.get(b"INTERNALDATE")))

    def headers(self, uid: int) -> Fetched:
        """A mail's headers alone.

        Raises:
            Gone: it is no longer there.
        """
        with self._translated(f"mail {uid} is not given out"):
            found = self._client.fetch([uid], ["BODY.PEEK[HEADER]", "INTERNALDATE"]).get(uid)
        if not found:
            raise Gone
        if not found.get(b"BODY[HEADER]"):
            raise SendRefused(f"{self._access.address}: the headers of mail {uid} are not given out")
        return Fetched(slim.without_content(found[b"BODY[HEADER]"]), _utc(found.get(b"INTERNALDATE")))

    def find(self, message_id: str) -> list[int]:
        """UIDs of mails in the open folder that have a Message-ID, few of them."""
        if not message_id.isascii() or '"' in message_id or "\\" in message_id:
            return []
        with self._translated("the folder cannot be searched"):
            return sorted(self._client.search(["HEADER", "Message-ID", message_id]))[:10]

    def done(self, uid: int, move_to: str) -> None:
        """A mail is stored: mark it as seen, or move it to a folder (made where it is missing)."""
        with self._translated(f"mail {uid} cannot be {'moved to ' + move_to if move_to else 'marked as seen'}"):
            keywords = self._selected is not None and self._selected.keywords
            self._client.add_flags([uid], [b"\\Seen", *([KEYWORD] if keywords else [])], silent=True)
            if not move_to:
                return
            if not self._client.folder_exists(move_to):
                self._client.create_folder(move_to)
            if self._client.has_capability("MOVE"):
                self._client.move([uid], move_to)
            else:
                self._client.copy([uid], move_to)
                self._client.add_flags([uid], [b"\\Deleted"], silent=True)
                if self._client.has_capability("UIDPLUS"):
                    # Without it, everything that others have deleted would go too.
                    self._client.uid_expunge([uid])

    def wait(self) -> None:
        """Until something has changed in the folder, or a few minutes have passed."""
        with self._translated("the connection broke"):
            if self._more:
                return
            if not self._client.has_capability("IDLE"):
                self._client.noop()
                self._quiet(ASK_EVERY)
                self._client.noop()
                return
            try:
                self._client.idle()
            except imaplib.IMAP4.error as error:
                # News came before the server's consent: the library loses count.
                raise SendFailed(f"{self._access.address}: the server spoke up as IDLE began") from error
            if not self._has_unread():
                self._client.idle_check(timeout=IDLE_FOR.total_seconds())
            self._client.idle_done()

    def _was_told(self) -> bool:
        """Whether the server has said since the last question how many mails there are: it does when one came."""
        told: list[object] = self._client._imap.response("EXISTS")[1]
        return told != [None]

    def _has_unread(self) -> bool:
        """Whether news came together with the server's consent to IDLE: `idle_check` only looks at what comes later."""
        connected = self._client.socket()
        connected.settimeout(0)
        try:
            return bool(self._client._imap.file.peek(1))
        except ssl.SSLWantReadError:
            return False
        finally:
            connected.settimeout(ANSWER_PATIENCE.total_seconds())

    def _quiet(self, at_most: timedelta) -> None:
        """Until the server says something by itself, the connection is interrupted, or the time is over."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._client.socket(), selectors.EVENT_READ)
            selector.select(at_most.total_seconds())

    def close(self) -> None:
        """Say goodbye; never raises."""
        client, self._open = self._open, None
        if client is None:
            return
        for step in (client.logout, client.shutdown):
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                step()

    def interrupt(self) -> None:
        """Break the connection: whatever waits for the server fails at once. The one method for other threads."""
        client = self._open
        if client is not None:
            with contextlib.suppress(OSError):
                # A TLS socket's own shutdown would take its state from under the thread that waits.
                socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)

    @property
    def _client(self) -> IMAPClient:
        if self._open is None:
            raise SendFailed(f"{self._access.address}: not connected")
        return self._open

    @contextlib.contextmanager
    def _translated(self, refused: str) -> Iterator[None]:
        """A library's errors as ours; `refused` is what it means when the server says no."""
        where = self._access.address
        try:
            yield
        except SendError:
            raise
        except ssl.SSLCertVerificationError as error:
            raise SendRefused(f"{where}: the server's certificate is not valid: {error.verify_message}") from error
        except (OSError, imaplib.IMAP4.abort) as error:
            raise SendFailed(f"{where}: {_told(error)}") from error
        except (imaplib.IMAP4.error, UnicodeError, ValueError, KeyError, IndexError, AssertionError) as error:
            # The last ones: an answer that the library cannot read.
            raise SendRefused(f"{where}: {refused}") from error


def _told(error: Exception) -> str:
    known: list[tuple[type[Exception], str]] = [
        (socket.gaierror, "there is no server of that name"),
        (ConnectionRefusedError, "the server takes no connections"),
        (socket.timeout, "the server does not answer"),
        (ssl.SSLError, "no encrypted connection comes about"),
    ]
    return next((text for kind, text in known if isinstance(error, kind)), "the connection broke")


def _utc(moment: object) -> datetime:
    now = datetime.now(timezone.utc)
    if not isinstance(moment, datetime):
        return now
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return min(now, aware.astimezone(timezone.utc))

"""A mail server proves who it is before it gets a password or a mail: certificates that are good, bad and missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ConfigurationError, SendFailed, SendRefused
from bot.settings_channels import Mailbox, MailServer, mail_mistakes
from channels.email.connection import KEYWORD
from tests.certificates import DAY, Authority, Certified, authority, self_signed
from tests.channels.email.mails import OWN, mail
from tests.channels.email.reading import Kept, Note, channel, listening, options, until
from tests.channels.email.sending import failure, sender, sent
from tests.channels.email.sending import options as sending
from tests.mail_server import Dovecot, running_dovecot
from tests.smtp_server import USER, running_smtp

imap = pytest.mark.imap
TLS = pytest.mark.parametrize("security", ["tls", "starttls"])
BAD = {
    "expired": "certificate has expired",
    "elsewhere": "IP address mismatch",
    "stranger": "unable to get local issuer certificate",
    "self": "self.signed certificate",
}
"""Certificates that are refused, and OpenSSL's words for it."""
DONE = {b"\\Seen", KEYWORD}


@pytest.fixture
def town(tmp_path: Path) -> Authority:
    return authority(tmp_path)


def bad(why: str, town: Authority) -> Certified:
    """A certificate that is not good enough where the town's authority is believed."""
    match why:
        case "expired":
            return town.signs(why, until=datetime.now(timezone.utc) - DAY / 24)
        case "elsewhere":
            return town.signs(why, host="imap.ailleurs.example")
        case "stranger":
            return authority(town.folder, "inconnue").signs(why)
        case _:
            return self_signed(town.folder)


@contextmanager
def encrypted(made: Certified) -> Iterator[Dovecot]:
    """An IMAP server with a certificate and one mailbox, in which a mail waits."""
    with running_dovecot(certificate=(made.certificate, made.key)) as server:
        server.accounts(OWN)
        server.deliver(OWN, mail("Un", 1))
        yield server


def box(server: Dovecot, security: Any, ca_file: Path | str = "") -> dict[str, Mailbox]:
    port = server.tls_port if security == "tls" else server.port
    return {OWN: Mailbox(imap=MailServer(host="127.0.0.1", port=port, security=security, ca_file=str(ca_file)))}


@imap
@TLS
async def test_mail_is_read_from_a_server_that_the_towns_authority_signed(security: str, town: Authority) -> None:
    """With `ca_file` the town's own authority is believed, over TLS and by STARTTLS."""
    with encrypted(town.signs("imap")) as server:
        kept = Kept()
        reader = channel(options(server, mailboxes=box(server, security, town.file)))
        assert await reader.check() == OWN
        async with listening(reader, kept, Note()):
            await until(lambda: kept.texts == ["Un"] and server.flags(OWN) == [DONE])


@imap
@TLS
@pytest.mark.parametrize("why", BAD)
async def test_a_bad_certificate_leaves_the_mail_on_the_server(security: str, why: str, town: Authority) -> None:
    """Expired, of another name, of a stranger, signed by itself: no login, the reason in words, the mail untouched."""
    with encrypted(bad(why, town)) as server:
        kept, before = Kept(), logins(server)
        reader = channel(options(server, mailboxes=box(server, security, town.file)))
        with pytest.raises(SendRefused, match=rf"{OWN}: the server's certificate is not valid: .*{BAD[why]}"):
            await reader.check()
        async with listening(reader, kept, Note()):
            await until(lambda: "certificate is not valid" in reader.faults.get(OWN, ""))

        assert kept.offered == []
        assert logins(server) == before
        assert server.flags(OWN) == [set()]


@imap
async def test_without_the_file_the_towns_authority_is_a_stranger(town: Authority) -> None:
    """What the machine does not know is refused, and named."""
    with (
        encrypted(town.signs("imap")) as server,
        pytest.raises(SendRefused, match="certificate is not valid: unable to get local issuer"),
    ):
        await channel(options(server, mailboxes=box(server, "starttls"))).check()


@imap
async def test_a_renewed_certificate_is_taken_without_a_restart(town: Authority) -> None:
    """The server was renewed under another authority: once the file is too, the running mailbox reads on."""
    new = authority(town.folder, "nouvelle")
    with encrypted(new.signs("imap")) as server:
        kept = Kept()
        reader = channel(options(server, mailboxes=box(server, "tls", town.file)))
        async with listening(reader, kept, Note()):
            await until(lambda: reader.faults)
            assert kept.offered == []
            town.file.write_bytes(new.file.read_bytes())
            await until(lambda: kept.texts == ["Un"] and not reader.faults)


@imap
async def test_a_server_without_starttls_gets_no_password(dovecot: Dovecot) -> None:
    """STARTTLS is asked for and not offered, as where somebody in between takes it away."""
    with pytest.raises(SendRefused, match="offers no STARTTLS, and nobody logs in without"):
        await channel(options(dovecot, mailboxes=box(dovecot, "starttls"))).check()

    assert logins(dovecot) == 0


@TLS
async def test_mail_leaves_by_a_server_that_the_towns_authority_signed(security: str, town: Authority) -> None:
    """The same for SMTP: encrypted first, then the login, then the mail."""
    made = town.signs("smtp")
    async with running_smtp(login=True, certificate=made.both, implicit=security == "tls") as server:
        await sent(sender(server.port, security=security, user=USER, ca_file=str(town.file)))

    assert len(server.taken) == 1


@TLS
@pytest.mark.parametrize("why", BAD)
async def test_a_bad_certificate_gets_no_mail_and_no_password(security: str, why: str, town: Authority) -> None:
    """All mail waits, and the fault names the reason; the server has heard no command after the greeting."""
    async with running_smtp(login=True, certificate=bad(why, town).both, implicit=security == "tls") as server:
        writer = sender(server.port, security=security, user=USER, ca_file=str(town.file))
        error = await failure(writer)

    assert isinstance(error, SendFailed)
    assert error.everyone
    assert "certificate is not valid" in str(error)
    assert server.asked == []
    assert server.taken == []
    assert "certificate is not valid" in writer.faults["smtp"]


async def test_a_ca_file_that_is_gone_later_stops_only_what_needs_it(town: Authority) -> None:
    """It vanished while the gateway ran: mail waits with a fault, and nothing else breaks."""
    writer = sender(security="starttls", ca_file=str(town.file))
    town.file.unlink()
    error = await failure(writer)

    assert isinstance(error, SendFailed)
    assert error.everyone


def test_a_ca_file_is_checked_at_the_start(tmp_path: Path, town: Authority) -> None:
    """Missing or no certificate: the setting is named; a good one is taken."""
    sender(security="tls", ca_file=str(town.file))
    with pytest.raises(ConfigurationError, match=r"^channels\.email\.smtp\.ca_file: .* cannot be read"):
        sender(security="tls", ca_file=str(tmp_path / "absent.pem"))
    for content in ("", "rien\n", "-----BEGIN CERTIFICATE-----\nrien\n-----END CERTIFICATE-----\n"):
        (tmp_path / "vide.pem").write_text(content)
        with pytest.raises(ConfigurationError, match="holds no certificate in PEM"):
            sender(security="tls", ca_file=str(tmp_path / "vide.pem"))
    imap_server = MailServer(host="imap.pontavel.example", ca_file=str(tmp_path / "absent.pem"))
    with pytest.raises(ConfigurationError, match=rf"^channels\.email\.mailboxes\.{OWN}\.imap\.ca_file: "):
        channel(sending(mailboxes={OWN: Mailbox(imap=imap_server)}))


def test_a_ca_file_has_a_whole_path_and_something_to_check() -> None:
    """`office.yml` is refused where the file is relative, or nothing is encrypted."""
    relative = sending(smtp=MailServer(host="smtp.pontavel.example", ca_file="ca.pem"))
    useless = sending(smtp=MailServer(host="127.0.0.1", security="none", ca_file="/ca.pem"))

    assert list(mail_mistakes(relative, {"accueil_general"})) == [
        "channels.email.smtp.ca_file: has to be a whole path, from / on"
    ]
    assert list(mail_mistakes(useless, {"accueil_general"})) == [
        "channels.email.smtp.ca_file: counts for tls and starttls, and security is none"
    ]


def logins(server: Dovecot) -> int:
    """How often anybody has logged in."""
    return (server.folder / "log").read_text().count("Login: user=")

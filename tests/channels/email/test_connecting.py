"""Mail servers that are away, hang, break off, want a password, or are not who they say."""

from __future__ import annotations

import asyncio
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import SendError, SendFailed, SendUnsure
from channels.email.smtp import CONNECTIONS
from tests.channels.email.sending import failure, sender, sent
from tests.servers import free_port
from tests.smtp_server import BREAK, HANG, USER, running_smtp

SHORT = timedelta(seconds=0.7)
CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    " -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
)


@pytest.mark.parametrize(("command", "kind"), [("MAIL", SendFailed), ("RCPT", SendFailed), ("DATA", SendUnsure)])
@pytest.mark.parametrize("how", [BREAK, HANG])
async def test_a_server_that_breaks_off_or_hangs(command: str, kind: type[SendError], how: str) -> None:
    """Before the mail went out it was not sent; after that, nobody knows. A server that hangs holds up nobody for long."""
    async with running_smtp() as server:
        server.answers[command] = how
        error = await failure(sender(server.port, patience=SHORT if how == HANG else timedelta(seconds=15)))

    assert type(error) is kind


async def test_a_server_that_says_nothing() -> None:
    """It takes the connection and is silent: not sent, and `faults` say so."""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as silent:
        writer = sender(silent.sockets[0].getsockname()[1], patience=SHORT)
        error = await failure(writer)

    assert type(error) is SendFailed
    assert "does not answer" in str(error)
    assert writer.faults == {"smtp": f"127.0.0.1: {error}"}


async def test_a_server_that_speaks_another_protocol() -> None:
    """What is no SMTP is a fault of the server's, in one sentence."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\xff\xfeHTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as other:
        error = await failure(sender(other.sockets[0].getsockname()[1]))

    assert type(error) is SendFailed
    assert "\n" not in str(error)


async def test_no_server() -> None:
    """Nobody listens, or there is no such name: for now, for everybody, and it stands in `faults` until it works again."""
    writer = sender(free_port())
    error = await failure(writer)
    assert isinstance(error, SendFailed)
    assert error.everyone
    assert "takes no connections" in writer.faults["smtp"]

    async with running_smtp() as server:
        writer = sender(server.port)
        server.answers["MAIL"] = "421 closing"
        await failure(writer)
        assert writer.faults
        server.answers.clear()
        await sent(writer)
        assert writer.faults == {}


async def test_a_login() -> None:
    """With the right password mail goes out; with a wrong one it waits, and the reason stands where people look."""
    async with running_smtp(login=True) as server:
        await sent(sender(server.port, user=USER))
        assert len(server.taken) == 1
        assert await sender(server.port, user=USER).check() == "127.0.0.1"

        writer = sender(server.port, user=USER, password="faux")
        error = await failure(writer)
        assert isinstance(error, SendFailed)
        assert error.everyone
        assert str(error).startswith("wrong user or password: 535")
        assert "faux" not in str(error)
        assert writer.faults == {"smtp": f"127.0.0.1: {error}"}
        with pytest.raises(SendFailed, match="wrong user or password"):
            await writer.check()

        assert len(server.taken) == 1


async def test_a_server_that_takes_no_login() -> None:
    """It is configured, and not offered: mail waits."""
    async with running_smtp() as server:
        error = await failure(sender(server.port, user=USER))

    assert isinstance(error, SendFailed)
    assert error.everyone
    assert "does not let us in" in str(error)


def certificate(folder: Path) -> Path:
    """A key and a certificate for 127.0.0.1 that nobody has signed."""
    path = folder / "server.pem"
    made = [str(folder / name) for name in ("key", "crt")]
    subprocess.run(
        [*CERTIFICATE.split(), "-keyout", made[0], "-out", made[1]],
        check=True,
        capture_output=True,
        timeout=60,
    )
    path.write_text("".join(Path(one).read_text() for one in made))
    return path


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_encrypted(security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS at once or by STARTTLS, with a certificate that this machine believes; one that it does not believe gets nothing."""
    pem = certificate(tmp_path)
    async with running_smtp(certificate=pem, implicit=security == "tls") as server:
        writer = sender(server.port, security=security)
        error = await failure(writer)
        assert isinstance(error, SendFailed)
        assert "certificate is not valid" in str(error)
        assert server.taken == []

        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        await sent(writer)
        assert len(server.taken) == 1


async def test_no_encryption_no_mail() -> None:
    """STARTTLS is asked for and not offered, as where somebody in between takes it away: nothing is sent in the clear."""
    async with running_smtp() as server:
        error = await failure(sender(server.port, security="starttls"))

    assert isinstance(error, SendFailed)
    assert error.everyone
    assert server.asked == []


async def test_few_connections_at_once() -> None:
    """Of twelve mails all arrive, four at a time."""
    async with running_smtp() as server:
        writer = sender(server.port)
        await asyncio.gather(*(sent(writer) for _ in range(12)))

    assert len(server.taken) == server.connections == 12


async def test_a_hanging_server_holds_up_nobody_for_longer() -> None:
    """Who waits for a place does not wait on top of that: all know within the time for one mail that theirs has not left."""
    async with running_smtp() as server:
        server.answers["MAIL"] = HANG
        writer = sender(server.port, patience=SHORT)
        clock = asyncio.get_running_loop().time
        begun = clock()
        errors = await asyncio.gather(*(sent(writer) for _ in range(CONNECTIONS + 3)), return_exceptions=True)
        took = clock() - begun

        assert [type(error) for error in errors] == [SendFailed] * (CONNECTIONS + 3)
        assert sum("in use" in str(error) for error in errors) == 3
        assert took < 2 * SHORT.total_seconds()
        server.answers.clear()
        await sent(writer)

"""The mailboxes of office.yml, their passwords, and what goes where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.errors import ConfigurationError, SendRefused, SignatureRejected
from bot.gateway.health import Check, Health
from bot.messages import Address, Outgoing, Reply
from bot.settings import Office, read_office
from bot.settings_channels import keys
from channels.base import RawRequest
from channels.email import Email
from channels.email.progress import Progress, dumps, loads
from tests.channels.email.mails import NOW, OWN, ROOT, SECRETS, WORDING, fixture

BOX = {"imap": {"host": "imap.pontavel.example"}}


def office(folder: Path, **email: Any) -> Office:
    """The example town with mailboxes."""
    raw = yaml.safe_load((ROOT / "office.yml").read_text("utf-8"))
    raw["channels"]["email"] = {"mailboxes": {OWN: BOX}, **email}
    path = folder / "office.yml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    return read_office(path)


def email(folder: Path, **settings: Any) -> Email:
    options = office(folder, **settings).channels.email
    assert options is not None
    return Email(options, {OWN: "mot"}, SECRETS, WORDING, clock=lambda: NOW)


def test_a_password_may_hold_colons(tmp_path: Path) -> None:
    """Only the first colon ends the user's name; one a line, commas are the password's own."""
    channels = office(tmp_path).channels
    for text, password in ((f"{OWN}:a:b, x@y.example:c", "a:b"), (f"{OWN}:a,b:c\nx@y.example:d", "a,b:c")):
        assert keys(channels, {"GUICHET_EMAIL_PASSWORDS": text}).email_passwords[OWN] == password


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "GUICHET_EMAIL_PASSWORDS is missing"),
        ("x@y.example:mot", f"has no password for {OWN}"),
        (f"{OWN}", "pair 1 has to be address:password"),
    ],
)
def test_no_password_no_start(tmp_path: Path, text: str, told: str) -> None:
    """Every mailbox has its password, and none of them is quoted."""
    with pytest.raises(ConfigurationError, match=told):
        keys(office(tmp_path).channels, {"GUICHET_EMAIL_PASSWORDS": text})


def test_the_user_who_sends_has_a_password_too(tmp_path: Path) -> None:
    """The SMTP server's user is named like the others."""
    channels = office(tmp_path, smtp={"host": "smtp.pontavel.example", "user": "envoi"}).channels

    with pytest.raises(ConfigurationError, match="has no password for envoi"):
        keys(channels, {"GUICHET_EMAIL_PASSWORDS": f"{OWN}:mot"})


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"mailboxes": {OWN: {**BOX, "service": "plage"}}}, "there is no service 'plage'"),
        ({"mailboxes": {OWN: {"imap": {"host": "192.0.2.7", "security": "none"}}}}, "none is for this machine alone"),
        ({"smtp": {"host": "smtp.example", "security": "none"}}, "none is for this machine alone"),
        ({"mailboxes": {}}, "mailboxes"),
        ({"mailboxes": {"contact": BOX}}, "mailbox"),
        ({"after": "delete"}, "move:"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, settings: dict[str, Any], told: str) -> None:
    """Passwords never go over a network in the open, and a service that is not there gets no mail."""
    with pytest.raises(ConfigurationError, match=told):
        office(tmp_path, **settings)


def test_loopback_needs_no_encryption(tmp_path: Path) -> None:
    """A server on the machine itself."""
    for host in ("localhost", "127.0.0.1", "::1"):
        assert office(tmp_path, mailboxes={OWN: {"imap": {"host": host, "security": "none"}}}).channels.email


def test_it_pulls(tmp_path: Path) -> None:
    """Mail is fetched; what somebody posts as one is not believed."""
    channel = email(tmp_path)

    assert (channel.pulls, channel.hears) == (True, False)
    with pytest.raises(SignatureRejected):
        channel.verify(RawRequest("POST", "/channels/email", fixture("plain")))


async def test_without_a_server_nothing_is_sent(tmp_path: Path) -> None:
    """A reply is refused for good, which puts it on the desk."""
    channel = email(tmp_path)
    (outgoing,) = channel.render(Reply("r", "Bonjour"), thread=None)  # type: ignore[arg-type]

    with pytest.raises(SendRefused, match="smtp"):
        await channel.send(Address("email", "k"), Outgoing(outgoing.payload))


def test_progress_is_kept_and_read() -> None:
    """As JSON by mailbox; rubbish is a beginning."""
    known = {OWN: Progress.fresh(7, 20).at(3).leaving(2).leaving(1).without(2)}

    assert loads(dumps(known)) == known == {OWN: Progress(7, 3, 19, (1,))}
    assert loads("rubbish") == loads("") == loads("[1]") == {}


async def test_what_is_not_needed_makes_nobody_unready() -> None:
    """A mailbox that cannot be read stands in /ready, and the gateway goes on taking requests."""

    async def database() -> Check:
        return Check(True, "answers")

    async def fetched() -> Check:
        return Check(False, f"{OWN}: wrong user or password", needed=False)

    checks = await Health({"database": database, "fetched": fetched}).ask()

    assert [(name, check.ok, check.needed) for name, check in checks.items()] == [
        ("database", True, True),
        ("fetched", False, False),
    ]

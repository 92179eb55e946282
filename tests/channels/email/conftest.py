"""A mail server, and the channel at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.email.mails import OWN
from tests.channels.email.reading import VOIRIE
from tests.mail_server import Dovecot, running_dovecot


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A server with two mailboxes."""
    with running_dovecot() as server:
        server.accounts(OWN, VOIRIE)
        yield server

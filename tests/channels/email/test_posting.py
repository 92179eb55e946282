"""A mail to somebody who has not written to us: a body to which a request is passed on."""

from __future__ import annotations

import pytest

from bot.errors import SendRefused
from tests.channels.email.mails import OWN
from tests.channels.email.sending import sender
from tests.smtp_server import running_smtp


async def test_a_request_that_is_passed_on_is_one_mail() -> None:
    """In the agent's name, word for word, with answers to the town's own mailbox; the same key is the same Message-ID."""
    async with running_smtp() as smtp:
        posting = sender(smtp.port)
        for _ in range(2):
            await posting.post(
                "caf@val.example", "Demande n° D-1\r\nBcc: x@y.example", "Anne demande le RSA.", "referral-1", "Claire"
            )

    first, second = (taken.mail for taken in smtp.taken)
    assert smtp.taken[0].recipients == ["caf@val.example"]
    assert first["To"] == "caf@val.example"
    assert OWN in first["From"]
    assert "Claire" in first["From"]
    assert first["Bcc"] is None
    assert first["Auto-Submitted"] is None
    assert first["Message-ID"] == second["Message-ID"]
    body = first.get_body(("plain",))
    assert body is not None
    assert "Anne demande le RSA." in body.get_content()


@pytest.mark.parametrize("to", ["", "no address", OWN, "a@b.example, c@d.example"])
async def test_what_is_no_address_of_others_is_refused(to: str) -> None:
    """Nothing is sent, least of all to ourselves."""
    async with running_smtp() as smtp:
        with pytest.raises(SendRefused):
            await sender(smtp.port).post(to, "Demande", "Texte", "referral-2", "Claire")

    assert smtp.taken == []

"""What pages carry: made by us, for one form, for a while."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import Address
from channels.form import tokens
from channels.form.tokens import Receipt
from tests.channels.form.door import NOON, SECRETS

OLD = ("a-newer-secret-that-only-tests-have-and-nobody", *SECRETS)
RECEIPT = Receipt("contact", Address("form", "abc-_"), "form-1", NOON, "distress")


def test_a_page_is_known_again() -> None:
    """A token says when its page was made, also while secrets are being changed."""
    token = tokens.open_page("contact", SECRETS, NOON)

    for secrets in (SECRETS, OLD):
        opened = tokens.read_page("contact", token, secrets, NOON + timedelta(hours=1))
        assert opened is not None
        assert opened.at == NOON


def test_no_two_pages_are_the_same() -> None:
    """Each page has a number of its own."""
    assert tokens.open_page("contact", SECRETS, NOON) != tokens.open_page("contact", SECRETS, NOON)


def test_another_forms_page_and_one_from_tomorrow_are_unknown() -> None:
    """A token is for one form, and for the past."""
    token = tokens.open_page("contact", SECRETS, NOON)

    assert tokens.read_page("other", token, SECRETS, NOON) is None
    assert tokens.read_page("contact", token, SECRETS, NOON - timedelta(hours=1)) is None
    assert tokens.read_page("contact", token, ("x" * 40,), NOON) is None


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "é.1.f", "\0", "x" * 100_000, "." * 500, "\ud800.1.2"])
def test_what_is_no_token_is_nothing(text: str) -> None:
    """Nothing that comes instead of a token makes the reader fail."""
    assert tokens.read_page("contact", text, SECRETS, NOON) is None
    assert tokens.read_receipt(text, SECRETS) is None


def test_a_changed_token_is_nothing() -> None:
    """Every single character of both kinds counts."""
    page, receipt = tokens.open_page("contact", SECRETS, NOON), tokens.receipt(RECEIPT, SECRETS)
    for at in range(len(page)):
        assert tokens.read_page("contact", _changed(page, at), SECRETS, NOON) is None
    for at in range(len(receipt)):
        assert tokens.read_receipt(_changed(receipt, at), SECRETS) is None


def test_a_receipt_is_read_as_it_was_made() -> None:
    """Its address, its message and its alert; a page's token is no receipt."""
    assert tokens.read_receipt(tokens.receipt(RECEIPT, SECRETS), OLD) == RECEIPT
    assert tokens.read_receipt(tokens.receipt(replace(RECEIPT, alert=""), SECRETS), SECRETS) == replace(
        RECEIPT, alert=""
    )
    assert tokens.read_receipt(tokens.open_page("contact", SECRETS, NOON), SECRETS) is None


def test_a_message_has_the_id_of_what_it_says() -> None:
    """The same answers from the same page are one message; another word, file or page makes another."""
    known = tokens.message_id("contact", "n", {"a": "b"}, [b"x"])
    others = [
        tokens.message_id("contact", "m", {"a": "b"}, [b"x"]),
        tokens.message_id("other", "n", {"a": "b"}, [b"x"]),
        tokens.message_id("contact", "n", {"a": "c"}, [b"x"]),
        tokens.message_id("contact", "n", {"ab": ""}, [b"x"]),
        tokens.message_id("contact", "n", {"a": "b"}, []),
    ]

    assert known == tokens.message_id("contact", "n", {"a": "b"}, [b"x"])
    assert len({known, *others}) == 6


def _changed(token: str, at: int) -> str:
    return token[:at] + ("0" if token[at] != "0" else "1") + token[at + 1 :]

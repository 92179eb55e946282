"""Tokens: what we put into our mail leads back to its conversation, and what others make up does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from channels.email import keys, tokens
from tests.channels.email.mails import OWN, SECRETS
from tests.channels.email.sending import CONVERSATION, OUTGOING_KEY

KEY = CONVERSATION.key
NEW, OLD = SECRETS


def changed(text: str) -> str:
    """The same with another last character."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def test_a_message_id_is_the_same_at_every_attempt() -> None:
    """It depends on the conversation, the message and the mailbox's domain alone."""
    made = [tokens.message_id(KEY, OUTGOING_KEY, OWN, SECRETS) for _ in range(2)]

    assert made[0] == made[1] == f"<{keys.token(KEY, SECRETS)}.{OUTGOING_KEY}@pontavel.example>"
    assert tokens.message_id(KEY, "f" * 40, OWN, SECRETS) != made[0]


@pytest.mark.parametrize("fold", [str, str.upper, str.lower, str.title])
def test_a_message_id_leads_back(fold: Callable[[str], str]) -> None:
    """To the conversation and the message, whatever a program makes of its capitals."""
    given = fold(tokens.message_id(KEY, OUTGOING_KEY, OWN, SECRETS))

    assert keys.conversation([given], SECRETS) == KEY
    assert tokens.outgoing_key(given, SECRETS) == OUTGOING_KEY


@pytest.mark.parametrize("fold", [str, str.upper, str.lower])
def test_an_address_leads_back(fold: Callable[[str], str]) -> None:
    """Also between names and other addresses."""
    given = fold(tokens.reply_to(OWN, KEY, SECRETS))

    assert given.lower().startswith("contact+g.")
    assert keys.conversation([f"Mairie <{given}>, autre@pontavel.example"], SECRETS) == KEY


def test_an_old_secret_counts_until_it_is_taken_away() -> None:
    """New mail carries the newest; answers to older mail arrive during a rotation, and not after it."""
    older = tokens.message_id(KEY, OUTGOING_KEY, OWN, (OLD,))

    assert tokens.outgoing_key(older, (NEW, OLD)) == OUTGOING_KEY
    assert tokens.outgoing_key(older, (NEW,)) == ""
    assert tokens.message_id(KEY, OUTGOING_KEY, OWN, (NEW, OLD)) == tokens.message_id(KEY, OUTGOING_KEY, OWN, (NEW,))


def test_what_is_not_ours_counts_as_nothing() -> None:
    """Forged, cut, of another conversation, or no Message-ID of ours at all."""
    genuine = tokens.message_id(KEY, OUTGOING_KEY, OWN, SECRETS)
    token = keys.token(KEY, SECRETS)
    other = keys.token(keys.key("<2@citoyen.example>", "b@citoyen.example"), SECRETS)
    forged = [
        genuine.replace(token, changed(token)),
        genuine.replace(token, token[:-1]),
        genuine.replace(token, ".".join([*other.split(".")[:2], token.split(".")[2]])),
        genuine.replace(token, "g..0"),
        "<1@citoyen.example>",
        "",
        "<g." + "a" * 100_000 + ">",
    ]

    assert [keys.conversation([one], SECRETS) for one in forged] == [""] * len(forged)
    assert [tokens.outgoing_key(one, SECRETS) for one in forged] == [""] * len(forged)


def test_other_keys_are_not_shown() -> None:
    """Whatever is no key of the outbox stands in a Message-ID as a digest: nothing of it can be read or break the line."""
    made = tokens.message_id(KEY, "clé\r\nBcc: x@y.example", OWN, SECRETS)

    assert made.isascii()
    assert made.isprintable()
    assert "Bcc" not in made


def test_a_long_mailbox_gets_no_token_in_its_address() -> None:
    """What stands before an @ has at most 64 characters: answers are then found by their references."""
    fits, long = "a" * 20 + "@pontavel.example", "a" * 21 + "@pontavel.example"

    assert keys.conversation([tokens.reply_to(fits, KEY, SECRETS)], SECRETS) == KEY
    assert tokens.reply_to(long, KEY, SECRETS) == long


@pytest.mark.parametrize("key", ["", "abc", "é" * 20, "a" * 24, KEY[:-1]])
def test_other_conversations_have_no_token(key: str) -> None:
    """A key that no mail made is refused."""
    with pytest.raises(ValueError):
        tokens.message_id(key, OUTGOING_KEY, OWN, SECRETS)

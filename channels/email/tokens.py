"""How a citizen's answer finds its conversation again: the token of `keys` in our Message-IDs and in Reply-To.

A Message-ID also says which message of ours it is: what a server reports of it needs no table, and it is the same at every
attempt, so that a mail that was handed over twice is one mail to most programs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from channels.email import keys
from channels.signatures import derive, sign

MAX_LOCAL_OCTETS = 64
"""Of what stands before an @ (RFC 5321, 4.5.3.1.1)."""
SEPARATOR = "+"
POSTED = "email to a third party"
NAME_CHARS = 40
_NAME = re.compile(rf"[0-9a-f]{{{NAME_CHARS}}}")
_MESSAGE_ID = re.compile(rf"(?i)<(g\.[a-z2-7]+\.[a-f0-9]+)\.([0-9a-f]{{{NAME_CHARS}}})@[^<>@\s]+>")


def message_id(conversation: str, outgoing_key: str, mailbox: str, secrets: Sequence[str]) -> str:
    """`<g.<key>.<mac>.<name of the message>@domain>`, the same for the same message.

    Raises:
        ValueError: it is no mail's conversation.
    """
    return f"<{keys.token(conversation, secrets)}.{_name(outgoing_key)}@{mailbox.rpartition('@')[2]}>"


def posted_id(key: str, mailbox: str, secrets: Sequence[str]) -> str:
    """The Message-ID of a mail that belongs to no mail's conversation, the same for the same key; nobody can guess it."""
    name = sign(derive(secrets[0], POSTED), key.encode())[:NAME_CHARS]
    return f"<p.{name}@{mailbox.rpartition('@')[2]}>"


def outgoing_key(text: str, secrets: Sequence[str]) -> str:
    """The key of the message of ours that has a Message-ID; "" if it is none of ours."""
    found = _MESSAGE_ID.fullmatch(text.strip())
    if found is None or not keys.conversation([found.group(1)], secrets):
        return ""
    return found.group(2).lower()


def reply_to(mailbox: str, conversation: str, secrets: Sequence[str]) -> str:
    """The mailbox's address for answers to one conversation; the mailbox itself where its name leaves no room for a token.

    Raises:
        ValueError: it is no mail's conversation.
    """
    local, _, domain = mailbox.rpartition("@")
    tagged = f"{local}{SEPARATOR}{keys.token(conversation, secrets)}"
    return f"{tagged}@{domain}" if len(tagged.encode()) <= MAX_LOCAL_OCTETS else mailbox


def _name(key: str) -> str:
    """The outbox makes keys that anybody may read; any other one is not shown."""
    return key if _NAME.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()[:NAME_CHARS]

"""Which conversation a mail belongs to: keys that follow from the mail itself, and tokens that nobody can make up."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32decode, b32encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence

from channels.signatures import derive, sign

PURPOSE = "email conversation"
KEY_BYTES, MAC_CHARS = 15, 16
"""Short: with the mailbox's own name before it, a token is at most 64 characters (RFC 5321, 4.5.3.1.1)."""
_TOKEN = re.compile(rf"(?i)\bg\.([a-z2-7]{{{KEY_BYTES * 8 // 5}}})\.([a-f0-9]{{{MAC_CHARS}}})(?![a-z0-9])")


def key(root: str, sender: str) -> str:
    """The key of a conversation: the same for the same first mail. 20 letters, digits, `_` and `-`.

    `root` is the Message-ID of that mail, `sender` its sender's address.
    """
    digest = hashlib.sha256(f"{root.strip('<> ')}\n{sender.lower()}".encode("utf-8", "replace")).digest()
    return urlsafe_b64encode(digest[:KEY_BYTES]).decode()


def token(conversation: str, secrets: Sequence[str]) -> str:
    """What our Message-IDs and Reply-To addresses carry: `g.<key>.<mac>`, the key in base32, as some servers lose capitals.

    Raises:
        ValueError: it is no key of `key`.
    """
    content = urlsafe_b64decode(conversation)
    if len(content) != KEY_BYTES:
        raise ValueError("no key of a mail's conversation")
    return f"g.{b32encode(content).decode().lower()}.{_mac(conversation, secrets[0])}"


def conversation(texts: Iterable[str], secrets: Sequence[str]) -> str:
    """The key in the first token of ours in some addresses or Message-IDs; "" if none is, or none is genuine."""
    for text in texts:
        for found in _TOKEN.finditer(text):
            known = urlsafe_b64encode(b32decode(found.group(1).upper())).decode()
            mac = found.group(2).lower()
            # Every secret is tried: the time taken says nothing about which one fits.
            fits = [hmac.compare_digest(_mac(known, secret), mac) for secret in secrets]
            if any(fits):
                return known
    return ""


def _mac(conversation: str, secret: str) -> str:
    return sign(derive(secret, PURPOSE), conversation.encode())[:MAC_CHARS]

"""Whether a request comes from whom it says: HMAC over raw bytes, in constant time, with two secrets during a rotation."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from bot.errors import SignatureRejected


def sign(secret: str, body: bytes) -> str:
    """HMAC-SHA256 as 64 hexadecimal digits."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def require(secrets: Sequence[str], body: bytes, given: str) -> None:
    """Believe a hexadecimal HMAC-SHA256 that one of the secrets made.

    Raises:
        SignatureRejected: none did.
    """
    # Every secret is tried: the time taken says nothing about which one fits.
    fits = [hmac.compare_digest(sign(secret, body).encode(), given.encode("utf-8", "replace")) for secret in secrets]
    if not any(fits):
        raise SignatureRejected("a signature that none of our secrets made")


def require_token(tokens: Sequence[str], given: str) -> None:
    """Believe a token that equals one of ours.

    Raises:
        SignatureRejected: it is none of them.
    """
    fits = [hmac.compare_digest(token.encode(), given.encode("utf-8", "replace")) for token in tokens]
    if not any(fits):
        raise SignatureRejected("a token that is not ours")


def derive(secret: str, purpose: str) -> str:
    """A token of our own for one purpose: 43 letters, digits, `_` and `-`, which providers take anywhere."""
    return sign(secret, purpose.encode())[:43]

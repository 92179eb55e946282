"""Whether a request comes from whom it says."""

from __future__ import annotations

import pytest

from bot.errors import SignatureRejected
from channels import signatures


def test_a_signature_is_hmac_sha256() -> None:
    """RFC 4231, test case 2."""
    assert signatures.sign("Jefe", b"what do ya want for nothing?") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )


@pytest.mark.parametrize("given", ["", "é", "0" * 64, "5bdcc146", "\x00"])
def test_what_no_secret_made_is_refused(given: str) -> None:
    """Empty, odd, truncated: never an exception of another kind."""
    with pytest.raises(SignatureRejected):
        signatures.require(["one", "two"], b"body", given)
    with pytest.raises(SignatureRejected):
        signatures.require_token(["one", "two"], given)


def test_without_a_secret_nothing_is_believed() -> None:
    """Not even a signature over nothing."""
    with pytest.raises(SignatureRejected):
        signatures.require([], b"", "")


def test_any_of_our_secrets_will_do() -> None:
    """During a rotation there are two."""
    signatures.require(["new", "old"], b"body", signatures.sign("old", b"body"))
    signatures.require_token(["new", "old"], "old")


def test_a_derived_token_is_of_one_purpose() -> None:
    """Providers take its letters anywhere, and it tells nothing about another one."""
    one, other = signatures.derive("secret", "one"), signatures.derive("secret", "other")

    assert one != other
    assert one.isalnum()
    assert len(one) == 43

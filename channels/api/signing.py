"""Signatures of the Standard Webhooks scheme, in both directions: pure functions of bytes.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, version 1.0.0, read 2026-11-27.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.errors import ConfigurationError, SignatureRejected

CLIENT_HEADER = "guichet-client"
ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
TOLERANCE = timedelta(minutes=5)
"""How far a request's timestamp may be from our clock, either way."""
NONCE_LIFE = 2 * TOLERANCE
"""How long a request may come again: one whose timestamp lies ahead of our clock is believed until it lies behind."""
SECRET_PREFIX = "whsec_"
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Of a request, a conversation or a message. Without dots, which separate what is signed."""
_SECONDS = re.compile(r"[0-9]{1,12}")


def key_of(secret: str) -> bytes:
    """The HMAC key of a secret: what `whsec_` and Base64 hold, or the characters of a secret that is written otherwise.

    Raises:
        ConfigurationError: it begins with `whsec_`, and no Base64 follows.
    """
    if not secret.startswith(SECRET_PREFIX):
        return secret.encode()
    try:
        key = base64.b64decode(secret[len(SECRET_PREFIX) :], validate=True)
    except binascii.Error as error:
        raise ConfigurationError(f"a secret of the API begins with {SECRET_PREFIX} and is not Base64") from error
    if not key:
        raise ConfigurationError(f"a secret of the API is nothing but {SECRET_PREFIX}")
    return key


def sign(key: bytes, given_id: str, seconds: str, content: bytes) -> str:
    """One signature as it stands in the header: `v1,` and Base64."""
    digest = hmac.new(key, f"{given_id}.{seconds}.".encode() + content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_headers(client: str, key: bytes, given_id: str, at: datetime, content: bytes) -> dict[str, str]:
    """The headers of a request that we sign."""
    given_id = header_id(given_id)
    seconds = str(int(at.timestamp()))
    return {
        CLIENT_HEADER: client,
        ID_HEADER: given_id,
        TIMESTAMP_HEADER: seconds,
        SIGNATURE_HEADER: sign(key, given_id, seconds, content),
    }


def header_id(text: str) -> str:
    """A key as `webhook-id`: itself, or its digest where it has dots or anything else that may not stand there."""
    return text if ID.fullmatch(text) else hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def believe(keys: Mapping[str, Sequence[bytes]], headers: Mapping[str, str], content: bytes, now: datetime) -> str:
    """The client that signed the content: a request's body, or the path and query of one that has none.

    Raises:
        SignatureRejected: an unknown client, no signature that one of its keys made, or a clock that is off.
    """
    client = headers.get(CLIENT_HEADER, "")
    known = keys.get(client, ())
    if not known:
        raise SignatureRejected("a client that we do not know")
    given_id = headers.get(ID_HEADER, "")
    seconds = headers.get(TIMESTAMP_HEADER, "")
    if not (ID.fullmatch(given_id) and _SECONDS.fullmatch(seconds)):
        raise SignatureRejected("no request id or no timestamp")
    if abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        raise SignatureRejected("a timestamp that is too far from our clock")
    given = [one.encode("utf-8", "replace") for one in headers.get(SIGNATURE_HEADER, "").split()]
    wanted = [sign(key, given_id, seconds, content).encode() for key in known]
    # Every pair is compared: the time taken says nothing about which one fits.
    fits = [hmac.compare_digest(one, other) for one in wanted for other in given]
    if not any(fits):
        raise SignatureRejected("a signature that none of the client's secrets made")
    return client

"""Session ids of the web chat: random keys that only we can sign.

A session id reads `<key>.<signature>`; the key is the address's key. A session id is all that is needed to read and
to erase its conversation, so keys carry 144 random bits and the signature is compared in constant time.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

KEY_BYTES = 18
SIGNATURE_BYTES = 18
MAX_SESSION_ID_CHARS = 64
_FORM = re.compile(r"([A-Za-z0-9_-]{24})\.([A-Za-z0-9_-]{24})")


class Sessions:
    """Makes and believes session ids; `signing_secrets` has the newest first, all of them are believed."""

    def __init__(self, signing_secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in signing_secrets]

    def new(self) -> str:
        """A session id nobody has."""
        key = secrets.token_urlsafe(KEY_BYTES)
        return f"{key}.{self._sign(key, self._secrets[0])}"

    def key(self, session_id: object) -> str | None:
        """The key in a session id of ours, None for anything else."""
        if not isinstance(session_id, str) or len(session_id) > MAX_SESSION_ID_CHARS:
            return None
        match = _FORM.fullmatch(session_id)
        if match is None:
            return None
        key, signature = match.groups()
        known = [hmac.compare_digest(signature, self._sign(key, secret)) for secret in self._secrets]
        return key if any(known) else None

    @staticmethod
    def _sign(key: str, secret: bytes) -> str:
        digest = hmac.new(secret, f"web-session:{key}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode()

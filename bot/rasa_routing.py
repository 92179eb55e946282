"""Which of several Rasa processes answers a conversation: the same one as long as it is there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def order(key: str, names: Iterable[str]) -> list[str]:
    """The names in the order in which they are asked for a key, the same in every gateway.

    A name that goes moves its own keys alone, to names that differ from key to key; when it comes back they do too.

    Source: D. G. Thaler, C. V. Ravishankar, "Using Name-Based Mappings to Increase Hit Rates", IEEE/ACM Transactions on
    Networking 6 (1998): the highest random weight.
    """
    return sorted(set(names), key=lambda name: (_weight(key, name), name), reverse=True)


def _weight(key: str, name: str) -> bytes:
    # Not `hash`: it differs from process to process.
    return hashlib.blake2b(f"{name}\0{key}".encode(), digest_size=8).digest()

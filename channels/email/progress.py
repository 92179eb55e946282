"""How far the mailboxes have been read, as `Cursor` keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

MAX_LEFT = 100
"""Mails of one mailbox that are tried again; of more the oldest are given up, and stay unseen on the server."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one mailbox."""

    validity: int = 0
    """The UIDVALIDITY under which the UIDs count (RFC 9051, 2.3.1.1); 0 before the first."""
    uid: int = 0
    """Everything up to it is read."""
    unseen_up_to: int = 0
    """Up to here only what nobody has seen is ours: it was there before we were."""
    left: tuple[int, ...] = ()
    """What could not be read, and waits on the server."""

    @classmethod
    def fresh(cls, validity: int, next_uid: int) -> Progress:
        """Where a mailbox begins that we know nothing of."""
        return cls(validity, 0, max(0, next_uid - 1))

    def at(self, uid: int) -> Progress:
        """The same, read up to a UID."""
        return replace(self, uid=max(uid, self.uid))

    def leaving(self, uid: int) -> Progress:
        """The same, with a mail that could not be read."""
        return replace(self, left=(*(one for one in self.left if one != uid), uid)[-MAX_LEFT:])

    def without(self, uid: int) -> Progress:
        """The same, with that mail read after all."""
        return replace(self, left=tuple(one for one in self.left if one != uid))


def loads(text: str) -> dict[str, Progress]:
    """Of all mailboxes by address; none of a text that is no such note."""
    try:
        return msgspec.json.decode(text.encode(), type=dict[str, Progress]) if text else {}
    except (msgspec.DecodeError, UnicodeError):
        return {}


def dumps(known: Mapping[str, Progress]) -> str:
    """As `loads` reads it."""
    return msgspec.json.encode(dict(known)).decode()

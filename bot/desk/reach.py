"""How far a channel lets us speak: how much at once, for how long after a citizen's last message, and what comes then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.messages import Address

TEMPLATE, HUMAN_AGENT, REFUSED = "template", "human_agent", "refused"
HUMAN_AGENT_FOR = timedelta(days=7)
"""So long after a citizen's last message a page takes what a person wrote; see docs/channels/messenger.md."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What the desk has to know of a channel."""

    text_chars: int
    window: timedelta | None = None
    """See `Limits.window`."""
    after_window: str = ""
    """What becomes of a reply later than that: TEMPLATE, HUMAN_AGENT or REFUSED; "" where there is no window."""
    idempotent: bool = False
    """Whether what is sent twice arrives once."""
    private_keys: str = ""
    """How the key of somebody begins who is only reached by one private message, such as the author of a comment."""

    def once(self, address: Address) -> bool:
        """Whether the first reply there goes out as a private message."""
        return bool(self.private_keys) and address.key.startswith(self.private_keys)

    def until(self, address: Address, last_heard_at: datetime) -> datetime | None:
        """When the window closes; None where there is none."""
        # Whoever wrote a comment is answered within another limit, whenever they were heard.
        return None if self.window is None or self.once(address) else last_heard_at + self.window

    def afterwards(self, last_heard_at: datetime, now: datetime) -> str:
        """What becomes of a reply after the window, as things stand now."""
        if self.after_window == HUMAN_AGENT and now - last_heard_at > HUMAN_AGENT_FOR:
            return REFUSED
        return self.after_window


Reaches = Mapping[str, Reach]
"""By the channel's name; channels that are switched off are not there."""

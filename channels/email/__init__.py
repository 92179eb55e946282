"""E-mail: the town's mailboxes, read by IMAP; what is answered goes out by SMTP."""

from __future__ import annotations

from channels.email.channel import Email
from channels.email.smtp import Bring, Correspondent, Sender, nobody

__all__ = ["Bring", "Correspondent", "Email", "Sender", "nobody"]

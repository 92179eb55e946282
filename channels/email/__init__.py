"""E-mail: the town's mailboxes, read by IMAP; what is answered goes out by SMTP."""

from __future__ import annotations

from channels.email.channel import Email, Sender

__all__ = ["Email", "Sender"]

"""Messenger, Instagram and WhatsApp, over the Graph API that they share."""

from __future__ import annotations

from channels.meta.instagram import Instagram
from channels.meta.messenger import Messenger
from channels.meta.whatsapp import WhatsApp

__all__ = ["Instagram", "Messenger", "WhatsApp"]

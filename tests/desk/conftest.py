"""A whole gateway, and agents who are signed in at it."""

from __future__ import annotations

from tests.gateway.conftest import actions, environ, rasa, running, settings, store

__all__ = ["actions", "environ", "rasa", "running", "settings", "store"]

"""The button that leads to a person."""

from __future__ import annotations

import json

from bot.cases import Cause
from bot.wire import WireButton


def person_button(cause: Cause) -> WireButton:
    """Leads to a person with what was asked last."""
    return WireButton(f"/handoff{json.dumps({'cause': cause.value})}", key="person_title")

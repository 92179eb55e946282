"""When a case that goes to another service is late there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.cases import Case
from bot.desk.hours import Hours
from bot.desk.queue import due
from bot.letters import CHANNELS as BY_LETTER
from bot.settings import Office

LetterDue = Callable[[str, datetime], "datetime | None"]
"""When a letter that came at a moment is to be answered by a service; see `bot.triage.delays.Delays.due`."""


class Promises:
    """What the services of a town promise."""

    def __init__(self, office: Office, hours: Hours, letters: LetterDue | None = None) -> None:
        self._office = office
        self._hours = hours
        self._letters = letters

    def of(self, case: Case, service: str) -> datetime | None:
        """When a case is due at a service, counted from when it was opened: so long has its citizen waited. None for never."""
        if self._letters is not None and case.address is not None and case.address.channel in BY_LETTER:
            return self._letters(service, case.opened_at)
        return due(case.kind, case.callback, self._hours, self._office, service, case.opened_at)

"""When a service answers, and what the law makes of its silence: the settings of its mail, counted on the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.desk.hours import DAY, Hours
from bot.readings import LetterKind
from bot.settings import GENERAL_SERVICE, Office, Service
from bot.settings_mail import Mail, Procedure, Silence
from bot.triage.phrases import held

MAX_DAYS = 800
"""The calendar is looked at so far ahead."""
ASKING = frozenset({LetterKind.REQUEST, LetterKind.COMPLAINT})
"""Letters that ask for a decision: a complaint is a request to the law (CRPA, article L110-1)."""


@dataclass(frozen=True, slots=True)
class Formal:
    """What of a service's settings counts for one letter."""

    name: str = ""
    """Of the procedure; "" where it is none in particular."""
    silence: Silence | None = None
    documents: tuple[str, ...] = ()


class Delays:
    """By the settings and the opening hours of a town."""

    def __init__(self, office: Office, hours: Hours) -> None:
        self._office = office
        self._hours = hours

    def due(self, service: str, opened_at: datetime) -> datetime | None:
        """When a case is due: the closing of the last working day that was promised, else by its `promise_hours`.

        Working days are those on which the town hall opens. None where it does not open for long.
        """
        days = self.mail(service).days
        if days is None:
            own = self.service(service).routing.promise_hours
            return self._hours.after_open(service, opened_at, 60 * (own or self._office.desk.case_due_hours))
        day = self._hours.day(opened_at)
        for _ in range(MAX_DAYS):
            day += DAY
            if slots := self._hours.slots(GENERAL_SERVICE, day):
                days -= 1
                if days == 0:
                    return slots[-1][1]
        return None

    def promised(self, service: str) -> bool:
        """Whether the service has set its delay."""
        return self.mail(service).days is not None

    def formal(self, service: str, kind: LetterKind, words: str) -> Formal:
        """What counts for a letter; `words` as `phrases.spread` gives them. Nothing for reports and thanks."""
        mail = self.mail(service)
        if kind not in ASKING:
            return Formal()
        procedure = self._procedure(mail, words)
        if procedure is not None:
            return Formal(procedure.name, procedure.silence, (*procedure.documents, *mail.documents))
        is_formal = mail.formal is True or (mail.formal is not False and bool(held(words, mail.formal)))
        documents = mail.documents if kind is LetterKind.REQUEST else ()
        return Formal("", mail.silence if is_formal else None, documents)

    def silent_until(self, silence: Silence, opened_at: datetime) -> date:
        """The day from which silence means what it means, counted from the day of receipt in the town."""
        return silence.after.end(self._hours.day(opened_at))

    def mail(self, service: str) -> Mail:
        """The settings of a service; those of the reception for a code that is not there."""
        return self.service(service).mail

    def service(self, code: str) -> Service:
        """A service, or the reception."""
        return self._office.services.get(code) or self._office.services[GENERAL_SERVICE]

    def _procedure(self, mail: Mail, words: str) -> Procedure | None:
        return next((one for one in mail.procedures if held(words, one.words)), None)

"""Which cases come before which, and which of them somebody waits for in the chat."""

from __future__ import annotations

from datetime import datetime, timezone

from sqlalchemy import ColumnElement, and_, func, literal, literal_column, or_

from bot.cases import Case, CaseKind, CaseState, Cause
from bot.store.columns import Moment
from bot.store.desk_tables import cases

NEVER = datetime(9999, 1, 1, tzinfo=timezone.utc)
"""What is promised for no time comes after all that is."""

DUE = func.coalesce(cases.c.due_at, literal(NEVER, Moment))
ORDER = (cases.c.urgent.desc(), DUE, cases.c.opened_at, cases.c.id)
"""Urgent ones first, then the nearest promise, then the oldest."""

CHATS = and_(
    cases.c.callback.is_(False),
    or_(
        cases.c.cause == Cause.DANGER.value,
        and_(
            cases.c.kind == CaseKind.QUESTION.value,
            cases.c.cause.not_in([Cause.FORM.value, Cause.MAIL.value, Cause.COMMENT.value]),
        ),
    ),
)
OPEN = cases.c.state != literal_column(f"'{CaseState.CLOSED.value}'")
"""As the index of the queue has it: what is asked every second must not go through all the cases of years."""
WAITING_CHATS: ColumnElement[bool] = and_(cases.c.state == CaseState.WAITING.value, OPEN, CHATS)
"""See `Case.waits_live`."""


def before(one: Case) -> ColumnElement[bool]:
    """The cases that come before one, by `ORDER`."""
    due = literal(one.due_at or NEVER, Moment)
    older = or_(cases.c.opened_at < one.opened_at, and_(cases.c.opened_at == one.opened_at, cases.c.id < one.id))
    return or_(
        cases.c.urgent & (not one.urgent),
        and_(cases.c.urgent == one.urgent, or_(due > DUE, and_(due == DUE, older))),
    )

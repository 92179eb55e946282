"""Letters that say the same: how many there are, and which of their cases are behind the most urgent."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, exists, or_, select

from bot.cases import CaseState, What
from bot.mailroom import Together
from bot.store.desk_tables import case_events, cases
from bot.store.letter_tables import letters

MOST = 500
"""Cases of a group that are brought up at once; the next letter brings up the rest."""

_IN_GROUP = or_(letters.c.id == bindparam("group_id"), letters.c.group_id == bindparam("group_id"))
_OPEN = (
    select(cases.c.id)
    .join(letters, letters.c.case_id == cases.c.id)
    .where(_IN_GROUP, cases.c.state != CaseState.CLOSED.value)
)
_URGENT = _OPEN.where(cases.c.urgent).limit(1)
_DECIDED = exists().where(
    case_events.c.case_id == cases.c.id,
    case_events.c.what == What.URGENT.value,
    case_events.c.agent_id.is_not(None),
)
"""An agent has said how urgent this one is, and that stands."""
_BEHIND = (
    _OPEN.with_only_columns(cases.c.conversation_id)
    .where(cases.c.urgent.is_(False), cases.c.conversation_id.is_not(None), ~_DECIDED)
    .distinct()
    .order_by(cases.c.conversation_id)
    .limit(MOST)
)


def urgency(connection: Connection, group: int, urgent: bool) -> Together:
    """See `bot.mailroom.Letters.together`."""
    known = {"group_id": group}
    if not urgent and connection.execute(_URGENT, known).first() is None:
        return Together(False)
    return Together(True, tuple(str(one) for one in connection.execute(_BEHIND, known).scalars()))

"""The cases of the town on one database; see `bot.cases.Cases`."""

from __future__ import annotations

from bot.store.agent_replies import AgentReplies
from bot.store.cases import CaseBook
from bot.store.casework import Casework


class SqlCases(CaseBook, Casework, AgentReplies):
    """See `bot.cases.Cases`."""

"""The table of what was passed on to somebody who is competent."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, UniqueConstraint, false

from bot.store.columns import Moment, Number, Words, metadata

referrals = Table(
    "referrals",
    metadata,
    Column("id", Number, primary_key=True),
    Column("case_id", Number, ForeignKey("cases.id"), nullable=False),
    Column("conversation_id", String, ForeignKey("conversations.id"), nullable=False),
    # The code of the body in the directory, such as caf or prefecture.
    Column("body", String, nullable=False),
    # As the citizen read it when they were asked, and where it is sent; "" where it is passed on by hand.
    Column("name", String, nullable=False, server_default=""),
    Column("email", String, nullable=False, server_default=""),
    # What the agent wrote to be passed on; the citizen reads it before saying yes.
    Column("text", Words, nullable=False),
    # asked, given, refused, withdrawn, lapsed, sent or failed.
    Column("state", String, nullable=False),
    # Whether the case is closed when it has been passed on.
    Column("closes", Boolean, nullable=False, server_default=false()),
    Column("agent_id", Number, ForeignKey("agents.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("sent_at", Moment),
    UniqueConstraint("case_id", "body"),
    Index("ix_referrals_conversation", "conversation_id"),
    sqlite_autoincrement=True,
)

"""The tables of what could not be answered, grouped by topic."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from bot.store.columns import Moment, Number, metadata

topics = Table(
    "topics",
    metadata,
    Column("id", Number, primary_key=True),
    # JSON: the topic's own words, the heaviest first, and the weights by which the next night knows it again.
    Column("words", Text, nullable=False),
    Column("weights", Text, nullable=False),
    Column("service", String, nullable=False),
    # JSON: ids of the articles that come nearest, with their nearness.
    Column("nearest", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    # new, growing, fading or steady.
    Column("course", String, nullable=False),
    # article, taught or not_ours; "" as long as nobody has decided.
    Column("decision", String, nullable=False),
    # The article or intent that it was decided for.
    Column("decided_for", String, nullable=False),
    Column("decided_at", Moment),
    Column("agent_id", Number, ForeignKey("agents.id")),
    # Questions a week before the decision, in thousandths: what the weeks behind it are compared with.
    Column("weekly_before", Integer),
    sqlite_autoincrement=True,
)

topic_days = Table(
    "topic_days",
    metadata,
    Column("topic_id", Number, ForeignKey("topics.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("topic_id", "day"),
)

# Which lines of the transcript are a topic's questions; their words stand there alone.
topic_lines = Table(
    "topic_lines",
    metadata,
    Column("conversation_id", String, ForeignKey("conversations.id"), nullable=False),
    Column("ref", String, nullable=False),
    Column("topic_id", Number, nullable=False),
    # lost, out_of_scope, unavailable or useless.
    Column("why", String, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("conversation_id", "ref"),
    Index("ix_topic_lines_topic", "topic_id", "at"),
)

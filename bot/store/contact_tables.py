"""The tables of what every contact was: the contacts, what happened in them, and both counted by day.

They are made from the transcript, the cases, the ratings and the letters, and can be made again from them. None of them
holds a word that anybody wrote.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from bot.store.columns import Moment, Number, metadata, where

contacts = Table(
    "contacts",
    metadata,
    Column("id", Number, primary_key=True),
    # Empty once the conversation is gone: what stays is one contact among others.
    Column("conversation_id", String, index=True),
    # The first line's position in the transcript: the contact's name within its conversation.
    Column("position", Number),
    # chat, mail, form or post: `bot.analytics.events.Way`.
    Column("way", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("language", String, nullable=False),
    # Codes and ids; "" where there is none.
    Column("service", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=False),
    # In the town's zone.
    Column("day", Date, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    # Why a person was needed, as `bot.cases.Cause`; "" if none was.
    Column("cause", String, nullable=False),
    # What the last rating of an answer in it said; empty if none was given.
    Column("helpful", Boolean),
    # Whether the citizen came back with the same matter within seven days.
    Column("returned", Boolean, nullable=False),
    UniqueConstraint("conversation_id", "position"),
    Index("ix_contacts_day", "day"),
    sqlite_autoincrement=True,
)

facts = Table(
    "facts",
    metadata,
    Column("id", Number, primary_key=True),
    # What happened to a case stands with the contact in which it was opened.
    Column("contact_id", Number, nullable=False, index=True),
    # `bot.analytics.events.What`; docs/insights.md is its catalogue.
    Column("what", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("day", Date, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("channel", String, nullable=False),
    Column("language", String, nullable=False),
    Column("service", String, nullable=False),
    Column("topic", String, nullable=False),
    # A code of the event's own: the status of an answer, the cause of a case, a kind of letter.
    Column("detail", String, nullable=False),
    # Seconds, or a rating from 1 to 3, as the catalogue says; empty where there is nothing to measure.
    Column("value", BigInteger),
    Index("ix_facts_day", "day", "what"),
    # What the order statistics read, and nothing else.
    Index("ix_facts_value", "what", "day", "value", **where("value IS NOT NULL")),
    sqlite_autoincrement=True,
)

daily = Table(
    "daily",
    metadata,
    Column("day", Date, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("what", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("language", String, nullable=False),
    Column("service", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("count", Integer, nullable=False),
    # Of `value`, over those that have one.
    Column("total", BigInteger, nullable=False),
    PrimaryKeyConstraint("what", "day", "hour", "channel", "language", "service", "topic", "detail"),
    Index("ix_daily_day", "day"),
)

# The counts of `daily` by one thing alone: what a page asks of a million contacts without leaving any out.
daily_sums = Table(
    "daily_sums",
    metadata,
    Column("what", String, nullable=False),
    # The column of `daily` that `key` is of; "" for the whole day.
    Column("by", String, nullable=False),
    Column("day", Date, nullable=False),
    # An hour in two digits.
    Column("key", String, nullable=False),
    Column("count", Integer, nullable=False),
    Column("total", BigInteger, nullable=False),
    PrimaryKeyConstraint("what", "by", "day", "key"),
    Index("ix_daily_sums_day", "day"),
)

# Days whose counts are older than what they count, and how far the sources have been read.
stale_days = Table("stale_days", metadata, Column("day", Date, primary_key=True))

read_marks = Table(
    "read_marks",
    metadata,
    Column("source", String, primary_key=True),
    Column("position", Number, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Number, primary_key=True),
    # `bot.analytics.findings.Sort`.
    Column("sort", String, nullable=False),
    # The service, channel or topic that it is about; "" for the whole town.
    Column("subject", String, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    # What was seen and what was to be expected, in the unit of its sort; how sure it is, in standard deviations.
    Column("seen", BigInteger, nullable=False),
    Column("expected", BigInteger, nullable=False),
    Column("strength", Integer, nullable=False),
    # A code of the sort's own: hours, a service, a number; "" where there is none.
    Column("detail", String, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("dismissed_at", Moment),
    UniqueConstraint("sort", "subject", "first_day"),
    Index("ix_findings_open", "last_day", **where("dismissed_at IS NULL")),
    sqlite_autoincrement=True,
)

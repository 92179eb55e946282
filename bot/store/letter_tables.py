"""The tables of mail and web forms: what was read in a letter, and how agents corrected it."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from bot.store.columns import Moment, Number, Words, metadata, where

letters = Table(
    "letters",
    metadata,
    Column("id", Number, primary_key=True),
    Column("conversation_id", String, ForeignKey("conversations.id"), nullable=False),
    Column("message_id", String, nullable=False),
    Column("case_id", Number, ForeignKey("cases.id"), index=True),
    # The service it was read to be for; where its case is now, `cases` says.
    Column("service", String, nullable=False),
    Column("sender", Words, nullable=False),
    # JSON: `bot.letters.Letter` and `bot.readings.Reading`.
    Column("letter", Text, nullable=False),
    Column("reading", Text, nullable=False),
    Column("suggested", Text, nullable=False),
    Column("gist", Text, nullable=False),
    # The first letter that says the same; no foreign key: it may have been erased.
    Column("group_id", Number, index=True),
    Column("acknowledged", String, nullable=False),
    Column("trusted", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("conversation_id", "message_id"),
    Index("ix_letters_recent", "service", "at"),
    Index("ix_letters_sender", "sender", "at"),
    Index("ix_letters_aside", "at", **where("case_id IS NULL")),
    Index("ix_letters_held", "at", **where("acknowledged = 'held'")),
    sqlite_autoincrement=True,
)

labels = Table(
    "labels",
    metadata,
    Column("id", Number, primary_key=True),
    # Empty once the conversation is gone: what was learnt from then has no citizen.
    Column("conversation_id", String, ForeignKey("conversations.id"), index=True),
    Column("letter_id", Number),
    Column("what", String, nullable=False),
    Column("was", String, nullable=False),
    Column("value", String, nullable=False),
    Column("edited", Boolean, nullable=False),
    Column("subject", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("agent_id", Number, ForeignKey("agents.id"), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    UniqueConstraint("letter_id", "what"),
    Index("ix_labels_what", "what", "at"),
    sqlite_autoincrement=True,
)

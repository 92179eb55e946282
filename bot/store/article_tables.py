"""The tables of the articles that are written at the desk; what citizens are answered from is `tables.articles`."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.columns import Moment, Number, metadata

written = Table(
    "written_articles",
    metadata,
    Column("id", String, primary_key=True),
    # The number of the newest edition: what an agent has read when they change it.
    Column("version", Integer, nullable=False),
    # The number of the edition that citizens are answered from.
    Column("published", Integer),
    Column("removed", Boolean, nullable=False),
    # A hash of where it comes from, so that one reply becomes one draft.
    Column("made_of", String, unique=True),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Number, primary_key=True),
    Column("article_id", String, ForeignKey("written_articles.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("did", String, nullable=False),
    Column("draft", Text, nullable=False),
    Column("at", Moment, nullable=False),
    # Empty once the account is gone.
    Column("agent_id", Number, ForeignKey("agents.id")),
    UniqueConstraint("article_id", "number"),
    sqlite_autoincrement=True,
)

uses = Table(
    "article_uses",
    metadata,
    Column("article_id", String, nullable=False),
    Column("day", Date, nullable=False),
    Column("answers", Integer, nullable=False),
    PrimaryKeyConstraint("article_id", "day"),
)

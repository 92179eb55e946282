"""The tables of the desk: accounts, sessions, cases and what belongs to them."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.columns import Moment, Number, Words, metadata, where


def _conversation() -> Column[str]:
    # Empty once the conversation is gone and its case stays as a number without a citizen.
    return Column("conversation_id", String, ForeignKey("conversations.id"))


def _case() -> Column[int]:
    return Column("case_id", Number, ForeignKey("cases.id"), nullable=False)


agents = Table(
    "agents",
    metadata,
    Column("id", Number, primary_key=True),
    Column("login", String, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("role", String, nullable=False),
    Column("services", Text, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("available", Boolean, nullable=False),
    # JSON: languages besides French, as BCP 47, and skills in the town's own words; both may be empty.
    Column("languages", Text, nullable=False, server_default="[]"),
    Column("skills", Text, nullable=False, server_default="[]"),
    # How many live conversations they have at a time; empty for what `office.yml` says.
    Column("capacity", Integer),
    # When a case was last offered to them: whose turn it is.
    Column("offered_at", Moment),
    Column("seen_at", Moment),
    # The case that is open on their page; no foreign key: it is only looked for, and may be gone.
    Column("watching", Number),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String, primary_key=True),
    Column("agent_id", Number, ForeignKey("agents.id"), nullable=False, index=True),
    Column("csrf", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
)

failures = Table(
    "failures",
    metadata,
    Column("id", Number, primary_key=True),
    Column("key", String, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index("ix_failures_key", "key", "at"),
    sqlite_autoincrement=True,
)

cases = Table(
    "cases",
    metadata,
    Column("id", Number, primary_key=True),
    Column("number", String, nullable=False, unique=True),
    _conversation(),
    Column("message_id", String),
    Column("effect", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("service", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("subject", Words),
    Column("details", Text),
    Column("contact", Words),
    Column("callback", Boolean, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("taken_at", Moment),
    Column("closed_at", Moment, index=True),
    Column("agent_id", Number, ForeignKey("agents.id")),
    Column("rating", Integer),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("version", Integer, nullable=False),
    # To whom a waiting case is offered, since when, and how often it went on because nobody took it. No foreign key: an
    # offer outlives nobody.
    Column("offered_to", Number),
    Column("offered_at", Moment),
    Column("passes", Integer, nullable=False, server_default="0"),
    # The service that it was opened for, wherever it is now; "" for what was opened before this was kept.
    Column("opened_for", String, nullable=False, server_default=""),
    UniqueConstraint("conversation_id", "message_id", "effect"),
    Index("ix_cases_queue", "service", "state", "opened_at", **where("state != 'closed'")),
    # What others waited at a service, the newest first.
    Index("ix_cases_taken", "service", "taken_at", **where("taken_at IS NOT NULL")),
    Index("ix_cases_agent", "agent_id", **where("state = 'taken'")),
    # A conversation belongs to one agent at most, for one case.
    Index("uq_cases_live", "conversation_id", unique=True, **where("live")),
    sqlite_autoincrement=True,
)

case_events = Table(
    "case_events",
    metadata,
    Column("position", Number, primary_key=True),
    _case(),
    _conversation(),
    Column("what", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("agent_id", Number, ForeignKey("agents.id")),
    Column("ref", String),
    Column("text", Words, nullable=False),
    UniqueConstraint("case_id", "ref"),
    Index("ix_case_events_case", "case_id", "position"),
    Index("ix_case_events_conversation", "conversation_id"),
    sqlite_autoincrement=True,
)

pending = Table(
    "pending",
    metadata,
    Column("id", Number, primary_key=True),
    Column("reply_id", String, nullable=False),
    _case(),
    _conversation(),
    Column("agent_id", Number, ForeignKey("agents.id"), nullable=False),
    Column("text", Words, nullable=False),
    Column("sources", Text, nullable=False),
    Column("leaves_at", Moment, nullable=False, index=True),
    UniqueConstraint("case_id", "reply_id"),
    Index("ix_pending_conversation", "conversation_id"),
    sqlite_autoincrement=True,
)

bookings = Table(
    "bookings",
    metadata,
    Column("id", Number, primary_key=True),
    _case(),
    _conversation(),
    Column("service", String, nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("place", Integer, nullable=False),
    Column("cancelled_at", Moment),
    Index("uq_bookings_place", "service", "starts_at", "place", unique=True, **where("cancelled_at IS NULL")),
    Index("ix_bookings_case", "case_id"),
    Index("ix_bookings_conversation", "conversation_id"),
    sqlite_autoincrement=True,
)

photos = Table(
    "photos",
    metadata,
    Column("id", String, primary_key=True),
    Column("case_id", Number, ForeignKey("cases.id"), index=True),
    Column("conversation_id", String, ForeignKey("conversations.id"), nullable=False, index=True),
    Column("media_type", String, nullable=False),
    # Of a document, as its citizen named it; empty for a photo.
    Column("name", Words),
    Column("content", LargeBinary, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("at", Moment, nullable=False),
)

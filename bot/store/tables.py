"""The tables, as both engines have them; `migrations` makes them, `bot.privacy.retention` says how long rows stay.

The indexes that a claim walks are partial (`WHERE settled_at IS NULL`): a million settled rows cost it nothing.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.store.columns import Moment, Number, Words, metadata, where


def _conversation() -> Column[str]:
    # No cascade: an erasure that forgot a table fails instead of leaving rows behind unseen or taking them uncounted.
    return Column("conversation_id", String, ForeignKey("conversations.id"), nullable=False)


conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("channel", String, nullable=False),
    Column("address_key", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("language", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_heard_at", Moment, nullable=False, index=True),
    # What was said behind this position of the transcript may have been said without the core; empty if nothing was.
    Column("untold_after", Number),
    # Where the last message hangs in its channel, as `Thread` in JSON.
    Column("thread", Text),
    # What the conversations of one citizen have in common who linked them.
    Column("person", String, index=True),
    UniqueConstraint("channel", "address_key"),
)

# AUTOINCREMENT on SQLite: a number freed by an erasure is never given again, so that nobody who still holds it
# settles somebody else's row, and no cursor jumps over a new one.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Number, primary_key=True),
    _conversation(),
    Column("channel", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("worker", String),
    Column("leased_until", Moment),
    Column("attempts", Integer, nullable=False),
    Column("error", Words),
    Column("settled_at", Moment),
    UniqueConstraint("channel", "message_id"),
    Index("ix_inbox_conversation", "conversation_id", "settled_at", "id"),
    Index("ix_inbox_unsettled", "due_at", "id", **where("settled_at IS NULL")),
    Index("ix_inbox_settled", "settled_at", **where("settled_at IS NOT NULL")),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True),
    _conversation(),
    Column("reply_id", String, nullable=False),
    Column("part", Integer, nullable=False),
    Column("outgoing", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("worker", String),
    Column("leased_until", Moment),
    Column("attempts", Integer, nullable=False),
    Column("error", Words),
    Column("settled_at", Moment),
    Column("given_up", Boolean, nullable=False),
    Column("provider_id", Words),
    # What providers are told, so that what is sent twice arrives once.
    Column("key", String, nullable=False),
    # An attempt ended without an answer: the provider may have it.
    Column("doubtful", Boolean, nullable=False),
    # What the provider told later: delivered or read.
    Column("fate", String),
    # When somebody saw that it was given up.
    Column("dismissed_at", Moment),
    UniqueConstraint("conversation_id", "reply_id", "part"),
    UniqueConstraint("key"),
    Index("ix_outbox_provider", "provider_id", **where("provider_id IS NOT NULL")),
    Index("ix_outbox_given_up", "settled_at", **where("given_up AND dismissed_at IS NULL")),
    Index("ix_outbox_conversation", "conversation_id", "settled_at", "id"),
    Index("ix_outbox_unsettled", "due_at", "id", **where("settled_at IS NULL")),
    Index("ix_outbox_settled", "settled_at", **where("settled_at IS NOT NULL")),
    sqlite_autoincrement=True,
)

transcript = Table(
    "transcript",
    metadata,
    Column("position", Number, primary_key=True),
    _conversation(),
    Column("ref", String, nullable=False),
    Column("author", String, nullable=False),
    Column("said", Text, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("conversation_id", "ref"),
    Index("ix_transcript_conversation", "conversation_id", "position"),
    sqlite_autoincrement=True,
)

offers = Table(
    "offers",
    metadata,
    Column("token", String, primary_key=True),
    _conversation(),
    Column("title", Words, nullable=False),
    Column("payload", Words, nullable=False),
    Column("offered_at", Moment, nullable=False),
    Index("ix_offers_conversation", "conversation_id"),
)

events = Table(
    "events",
    metadata,
    Column("sender_id", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("type", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("event", Text, nullable=False),
    PrimaryKeyConstraint("sender_id", "position"),
    Index("ix_events_session", "sender_id", "position", **where("type = 'session_started'")),
    Index("ix_events_first", "sender_id", **where("position = 0")),
)

tracker_heads = Table(
    "tracker_heads",
    metadata,
    Column("sender_id", String, primary_key=True),
    # Of the first event behind the head.
    Column("position", Integer, nullable=False),
    # JSON: events that lead to the state in which the session was there.
    Column("head", Text, nullable=False),
)

articles = Table(
    "articles",
    metadata,
    Column("id", String, primary_key=True),
    Column("origin", String, nullable=False, index=True),
    Column("article", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

fiches = Table(
    "fiches",
    metadata,
    Column("audience", String, nullable=False),
    Column("id", String, nullable=False),
    # Of the source's file: an import reads it without the fiche.
    Column("sum", String, nullable=False),
    # JSON, compressed: the words of four thousand pages.
    Column("fiche", LargeBinary, nullable=False),
    PrimaryKeyConstraint("audience", "id"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("audience", String, primary_key=True),
    Column("imported_at", Moment, nullable=False),
    # From an id that is gone to one that stands for it, as a JSON object.
    Column("redirections", Text, nullable=False),
    Column("stamp", Text, nullable=False),
)

ratings = Table(
    "ratings",
    metadata,
    Column("id", Number, primary_key=True),
    # Empty once the conversation is gone: what then stays says how an article was rated, and no longer by whom.
    Column("conversation_id", String),
    Column("message_id", String),
    Column("article_id", String, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    UniqueConstraint("conversation_id", "message_id"),
    sqlite_autoincrement=True,
)

links = Table(
    "links",
    metadata,
    # A hash: who reads the table cannot use a code.
    Column("code_hash", String, primary_key=True),
    _conversation(),
    # The other conversation, once a code was given there; the second code of the two then stands here.
    Column("answers", String),
    Column("at", Moment, nullable=False, index=True),
    Index("ix_links_conversation", "conversation_id"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("channel", String, primary_key=True),
    Column("value", Text, nullable=False),
    Column("holder", String),
    Column("held_until", Moment),
)

# Requests that were believed once: seen again, they are a replay.
nonces = Table(
    "nonces",
    metadata,
    Column("nonce", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

# Messages that were erased: seen again, they are a redelivery. A hash of channel and id, which says nothing by itself.
forgotten = Table(
    "forgotten",
    metadata,
    Column("name", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

receipts = Table(
    "receipts",
    metadata,
    Column("number", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("rows", Text, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
)

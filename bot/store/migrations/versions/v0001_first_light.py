"""First light: conversations, inbox, outbox, transcript, the core's events, the knowledge base, ratings, receipts.

Written out rather than taken from `bot.store.tables`, which will go on changing; a test compares the two.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
UNSETTLED = sa.text("settled_at IS NULL")
SETTLED = sa.text("settled_at IS NOT NULL")


def upgrade() -> None:
    """One step forward."""
    _conversations()
    _queues()
    _said()
    _core()
    _knowledge()
    _account()


def _owner(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=f"fk_{table}_conversation_id"),
    )


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_heard_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("channel", "address_key", name="uq_conversations_channel_address_key"),
    )
    op.create_index("ix_conversations_last_heard_at", "conversations", ["last_heard_at"])


def _queues() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", NUMBER, nullable=False),
        *_owner("inbox"),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("worker", sa.String()),
        sa.Column("leased_until", MOMENT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("settled_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("channel", "message_id", name="uq_inbox_channel_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, nullable=False),
        *_owner("outbox"),
        sa.Column("reply_id", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("outgoing", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("worker", sa.String()),
        sa.Column("leased_until", MOMENT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("settled_at", MOMENT),
        sa.Column("given_up", sa.Boolean(), nullable=False),
        sa.Column("provider_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("conversation_id", "reply_id", "part", name="uq_outbox_conversation_id_reply_id_part"),
        sqlite_autoincrement=True,
    )
    for table in ("inbox", "outbox"):
        op.create_index(f"ix_{table}_conversation", table, ["conversation_id", "settled_at", "id"])
        op.create_index(
            f"ix_{table}_unsettled", table, ["due_at", "id"], sqlite_where=UNSETTLED, postgresql_where=UNSETTLED
        )
        op.create_index(f"ix_{table}_settled", table, ["settled_at"], sqlite_where=SETTLED, postgresql_where=SETTLED)


def _said() -> None:
    op.create_table(
        "transcript",
        sa.Column("position", NUMBER, nullable=False),
        *_owner("transcript"),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_transcript"),
        sa.UniqueConstraint("conversation_id", "ref", name="uq_transcript_conversation_id_ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_transcript_conversation", "transcript", ["conversation_id", "position"])
    op.create_table(
        "offers",
        sa.Column("token", sa.String(), nullable=False),
        *_owner("offers"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("offered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token", name="pk_offers"),
    )
    op.create_index("ix_offers_conversation", "offers", ["conversation_id"])


def _core() -> None:
    op.create_table(
        "events",
        sa.Column("sender_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sender_id", "position", name="pk_events"),
    )
    session, first = sa.text("type = 'session_started'"), sa.text("position = 0")
    op.create_index(
        "ix_events_session", "events", ["sender_id", "position"], sqlite_where=session, postgresql_where=session
    )
    op.create_index("ix_events_first", "events", ["sender_id"], sqlite_where=first, postgresql_where=first)


def _knowledge() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_articles"),
    )
    op.create_index("ix_articles_origin", "articles", ["origin"])
    op.create_table(
        "versions",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_versions"),
    )


def _account() -> None:
    op.create_table(
        "ratings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", sa.String()),
        sa.Column("message_id", sa.String()),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ratings"),
        sa.UniqueConstraint("conversation_id", "message_id", name="uq_ratings_conversation_id_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ratings_at", "ratings", ["at"])
    op.create_table(
        "receipts",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_receipts"),
    )
    op.create_index("ix_receipts_at", "receipts", ["at"])

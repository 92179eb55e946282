"""What every contact was, what happened in it, and both counted by day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One step forward."""
    op.create_table(
        "contacts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("position", NUMBER, nullable=True),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=True),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("conversation_id", "position", name="uq_contacts_conversation_id_position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_contacts_conversation_id", "contacts", ["conversation_id"], unique=False)
    op.create_index("ix_contacts_day", "contacts", ["day"], unique=False)
    op.create_table(
        "daily",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "what", "day", "hour", "channel", "language", "service", "topic", "detail", name="pk_daily"
        ),
    )
    op.create_index("ix_daily_day", "daily", ["day"], unique=False)
    op.create_table(
        "daily_sums",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("what", "by", "day", "key", name="pk_daily_sums"),
    )
    op.create_index("ix_daily_sums_day", "daily_sums", ["day"], unique=False)
    op.create_table(
        "facts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("contact_id", NUMBER, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_facts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_facts_contact_id", "facts", ["contact_id"], unique=False)
    op.create_index("ix_facts_day", "facts", ["day", "what"], unique=False)
    op.create_index(
        "ix_facts_value",
        "facts",
        ["what", "day", "value"],
        unique=False,
        sqlite_where=sa.text("value IS NOT NULL"),
        postgresql_where=sa.text("value IS NOT NULL"),
    )
    op.create_table(
        "findings",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("strength", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("dismissed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.UniqueConstraint("sort", "subject", "first_day", name="uq_findings_sort_subject_first_day"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_findings_open",
        "findings",
        ["last_day"],
        unique=False,
        sqlite_where=sa.text("dismissed_at IS NULL"),
        postgresql_where=sa.text("dismissed_at IS NULL"),
    )
    op.create_table(
        "read_marks",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("position", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_read_marks"),
    )
    op.create_table(
        "stale_days", sa.Column("day", sa.Date(), nullable=False), sa.PrimaryKeyConstraint("day", name="pk_stale_days")
    )
    op.add_column("cases", sa.Column("opened_for", sa.String(), server_default="", nullable=False))

"""Mail and web forms: what was read in a letter, and how agents corrected it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One step forward."""
    op.create_table(
        "letters",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("case_id", NUMBER),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("suggested", sa.Text(), nullable=False),
        sa.Column("gist", sa.Text(), nullable=False),
        sa.Column("group_id", NUMBER),
        sa.Column("acknowledged", sa.String(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_letters_conversation_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_letters_case_id"),
        sa.UniqueConstraint("conversation_id", "message_id", name="uq_letters_conversation_id_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "labels",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", sa.String()),
        sa.Column("letter_id", NUMBER),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("was", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("agent_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_labels"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_labels_conversation_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_labels_agent_id"),
        sa.UniqueConstraint("letter_id", "what", name="uq_labels_letter_id_what"),
        sqlite_autoincrement=True,
    )
    for name, table, columns in (
        ("ix_letters_case_id", "letters", ["case_id"]),
        ("ix_letters_group_id", "letters", ["group_id"]),
        ("ix_letters_recent", "letters", ["service", "at"]),
        ("ix_letters_sender", "letters", ["sender", "at"]),
        ("ix_labels_conversation_id", "labels", ["conversation_id"]),
        ("ix_labels_at", "labels", ["at"]),
        ("ix_labels_what", "labels", ["what", "at"]),
    ):
        op.create_index(name, table, columns)
    alone = sa.text("case_id IS NULL")
    op.create_index("ix_letters_aside", "letters", ["at"], sqlite_where=alone, postgresql_where=alone)
    held = sa.text("acknowledged = 'held'")
    op.create_index("ix_letters_held", "letters", ["at"], sqlite_where=held, postgresql_where=held)

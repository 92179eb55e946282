"""What agents teach: messages that were judged, and samples of answers that were rated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One step forward."""
    op.create_table(
        "lessons",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("ref", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("meant", sa.String(), nullable=False, server_default=""),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("agent_id", NUMBER, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("exported_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_lessons_agent_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_lessons_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lessons"),
        sa.UniqueConstraint("conversation_id", "ref", name="uq_lessons_conversation_id_ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lessons_conversation_id", "lessons", ["conversation_id"], unique=False)
    op.create_index(
        "ix_lessons_decided",
        "lessons",
        ["decided_at"],
        unique=False,
        sqlite_where=sa.text("decision != ''"),
        postgresql_where=sa.text("decision != ''"),
    )
    op.create_index(
        "ix_lessons_open",
        "lessons",
        ["at"],
        unique=False,
        sqlite_where=sa.text("decision = ''"),
        postgresql_where=sa.text("decision = ''"),
    )
    op.create_table(
        "samples",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("question_ref", sa.String(), nullable=True),
        sa.Column("answer_ref", sa.String(), nullable=True),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False, server_default=""),
        sa.Column("stratum", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("drawn_at", MOMENT, nullable=False),
        sa.Column("rating", sa.String(), nullable=False),
        sa.Column("agent_id", NUMBER, nullable=True),
        sa.Column("rated_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_samples_agent_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_samples_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.UniqueConstraint("conversation_id", "answer_ref", name="uq_samples_conversation_id_answer_ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_samples_conversation_id", "samples", ["conversation_id"], unique=False)
    op.create_index("ix_samples_week", "samples", ["week"], unique=False)

"""Who speaks which language and takes how much, to whom a case is offered, and what was passed on to others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One step forward."""
    op.create_table(
        "referrals",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("case_id", NUMBER, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("email", sa.String(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("closes", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("agent_id", NUMBER, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_referrals_agent_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_referrals_case_id"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_referrals_conversation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_referrals"),
        sa.UniqueConstraint("case_id", "body", name="uq_referrals_case_id_body"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_referrals_conversation", "referrals", ["conversation_id"], unique=False)
    op.add_column("agents", sa.Column("languages", sa.Text(), server_default="[]", nullable=False))
    op.add_column("agents", sa.Column("skills", sa.Text(), server_default="[]", nullable=False))
    op.add_column("agents", sa.Column("capacity", sa.Integer(), nullable=True))
    op.add_column("agents", sa.Column("offered_at", MOMENT, nullable=True))
    op.add_column("cases", sa.Column("offered_to", NUMBER, nullable=True))
    op.add_column("cases", sa.Column("offered_at", MOMENT, nullable=True))
    op.add_column("cases", sa.Column("passes", sa.Integer(), server_default="0", nullable=False))
    taken = sa.text("taken_at IS NOT NULL")
    op.create_index("ix_cases_taken", "cases", ["service", "taken_at"], sqlite_where=taken, postgresql_where=taken)

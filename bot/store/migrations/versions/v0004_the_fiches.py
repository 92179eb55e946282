"""The State's fiches, and what is known of their feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step forward."""
    op.create_table(
        "fiches",
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("sum", sa.String(), nullable=False),
        sa.Column("fiche", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("audience", "id", name="pk_fiches"),
    )
    op.create_table(
        "feeds",
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redirections", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("audience", name="pk_feeds"),
    )

"""Articles written at the desk, their editions, and how often an article answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One step forward."""
    op.create_table(
        "written_articles",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer()),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("made_of", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_written_articles"),
        sa.UniqueConstraint("made_of", name="uq_written_articles_made_of"),
    )
    op.create_table(
        "editions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent_id", NUMBER),
        sa.PrimaryKeyConstraint("id", name="pk_editions"),
        sa.ForeignKeyConstraint(["article_id"], ["written_articles.id"], name="fk_editions_article_id"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_editions_agent_id"),
        sa.UniqueConstraint("article_id", "number", name="uq_editions_article_id_number"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "article_uses",
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "day", name="pk_article_uses"),
    )

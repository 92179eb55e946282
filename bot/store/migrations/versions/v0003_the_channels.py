"""The channels: where a message hangs, what became of what was sent, linked conversations, cursors, nonces, documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _partial(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """One step forward."""
    op.add_column("conversations", sa.Column("thread", sa.Text()))
    op.add_column("conversations", sa.Column("person", sa.String()))
    op.create_index("ix_conversations_person", "conversations", ["person"])
    op.add_column("photos", sa.Column("name", sa.Text()))
    _outbox()
    op.create_table(
        "links",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("answers", sa.String()),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name="pk_links"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="fk_links_conversation_id"),
    )
    op.create_index("ix_links_at", "links", ["at"])
    op.create_index("ix_links_conversation", "links", ["conversation_id"])
    op.create_table(
        "cursors",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("holder", sa.String()),
        sa.Column("held_until", MOMENT),
        sa.PrimaryKeyConstraint("channel", name="pk_cursors"),
    )
    op.create_table(
        "nonces",
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("nonce", name="pk_nonces"),
    )
    op.create_index("ix_nonces_at", "nonces", ["at"])
    op.create_table(
        "forgotten",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_forgotten"),
    )
    op.create_index("ix_forgotten_at", "forgotten", ["at"])


def _outbox() -> None:
    op.add_column("outbox", sa.Column("key", sa.String()))
    op.add_column("outbox", sa.Column("doubtful", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("outbox", sa.Column("fate", sa.String()))
    op.add_column("outbox", sa.Column("dismissed_at", MOMENT))
    op.execute(sa.text("UPDATE outbox SET key = 'old-' || CAST(id AS VARCHAR)"))
    # SQLite changes a column by copying its table.
    with op.batch_alter_table("outbox", table_kwargs={"sqlite_autoincrement": True}) as outbox:
        outbox.alter_column("key", existing_type=sa.String(), nullable=False)
        outbox.alter_column("doubtful", existing_type=sa.Boolean(), server_default=None)
        outbox.create_unique_constraint("uq_outbox_key", ["key"])
    op.create_index("ix_outbox_provider", "outbox", ["provider_id"], **_partial("provider_id IS NOT NULL"))
    op.create_index("ix_outbox_given_up", "outbox", ["settled_at"], **_partial("given_up AND dismissed_at IS NULL"))

"""The desk: accounts, sessions, failed sign-ins, cases with their history, replies to come, appointments, photos."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One step forward."""
    op.add_column("conversations", sa.Column("untold_after", NUMBER))
    _accounts()
    _cases()
    _history()
    _belongings()


def _partial(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _conversation(table: str, nullable: bool = True) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("conversation_id", sa.String(), nullable=nullable),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=f"fk_{table}_conversation_id"),
    )


def _case(table: str, nullable: bool = False) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column("case_id", NUMBER, nullable=nullable),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=f"fk_{table}_case_id"),
    )


def _agent(table: str, nullable: bool = True) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return (
        sa.Column("agent_id", NUMBER, nullable=nullable),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=f"fk_{table}_agent_id"),
    )


def _accounts() -> None:
    op.create_table(
        "agents",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("services", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("seen_at", MOMENT),
        sa.Column("watching", NUMBER),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
        sa.UniqueConstraint("login", name="uq_agents_login"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        *_agent("sessions", nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_agent_id", "sessions", ["agent_id"])
    op.create_index("ix_sessions_seen_at", "sessions", ["seen_at"])
    op.create_table(
        "failures",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failures"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_failures_key", "failures", ["key", "at"])
    op.create_index("ix_failures_at", "failures", ["at"])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        *_conversation("cases"),
        sa.Column("message_id", sa.String()),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("subject", sa.Text()),
        sa.Column("details", sa.Text()),
        sa.Column("contact", sa.Text()),
        sa.Column("callback", sa.Boolean(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("taken_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        *_agent("cases"),
        sa.Column("rating", sa.Integer()),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sa.UniqueConstraint("number", name="uq_cases_number"),
        sa.UniqueConstraint(
            "conversation_id", "message_id", "effect", name="uq_cases_conversation_id_message_id_effect"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cases_closed_at", "cases", ["closed_at"])
    op.create_index("ix_cases_queue", "cases", ["service", "state", "opened_at"], **_partial("state != 'closed'"))
    op.create_index("ix_cases_agent", "cases", ["agent_id"], **_partial("state = 'taken'"))
    op.create_index("uq_cases_live", "cases", ["conversation_id"], unique=True, **_partial("live"))


def _history() -> None:
    op.create_table(
        "case_events",
        sa.Column("position", NUMBER, nullable=False),
        *_case("case_events"),
        *_conversation("case_events"),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *_agent("case_events"),
        sa.Column("ref", sa.String()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_case_events"),
        sa.UniqueConstraint("case_id", "ref", name="uq_case_events_case_id_ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_events_case", "case_events", ["case_id", "position"])
    op.create_index("ix_case_events_conversation", "case_events", ["conversation_id"])
    op.create_table(
        "pending",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("reply_id", sa.String(), nullable=False),
        *_case("pending"),
        *_conversation("pending"),
        *_agent("pending", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("leaves_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pending"),
        sa.UniqueConstraint("case_id", "reply_id", name="uq_pending_case_id_reply_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pending_leaves_at", "pending", ["leaves_at"])
    op.create_index("ix_pending_conversation", "pending", ["conversation_id"])


def _belongings() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", NUMBER, nullable=False),
        *_case("bookings"),
        *_conversation("bookings"),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_bookings_place",
        "bookings",
        ["service", "starts_at", "place"],
        unique=True,
        **_partial("cancelled_at IS NULL"),
    )
    op.create_index("ix_bookings_case", "bookings", ["case_id"])
    op.create_index("ix_bookings_conversation", "bookings", ["conversation_id"])
    op.create_table(
        "photos",
        sa.Column("id", sa.String(), nullable=False),
        *_case("photos", nullable=True),
        *_conversation("photos", nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
    )
    op.create_index("ix_photos_case_id", "photos", ["case_id"])
    op.create_index("ix_photos_conversation_id", "photos", ["conversation_id"])

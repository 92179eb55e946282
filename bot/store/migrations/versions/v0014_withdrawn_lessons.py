"""What an export of lessons wrote for each, so that it can be taken out again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step forward. What was exported before is taken to stand there as it was decided."""
    for name in ("written_act", "written_page"):
        op.add_column("lessons", sa.Column(name, sa.String(), server_default="", nullable=False))
    exported = "exported_at IS NOT NULL"
    op.create_index(
        "ix_lessons_exported",
        "lessons",
        ["exported_at"],
        sqlite_where=sa.text(exported),
        postgresql_where=sa.text(exported),
    )
    columns = ("exported_at", "decision", "value", "intent", "article", "written_act", "written_page")
    lessons = sa.table("lessons", *map(sa.column, columns))
    of = lessons.c
    there = sa.update(lessons).where(of.exported_at.is_not(None))
    right = there.where(of.decision == "right")
    op.execute(there.where(of.decision == "intent").values(written_act=of.value))
    op.execute(there.where(of.decision == "article").values(written_act="ask_question", written_page=of.value))
    op.execute(right.where(of.article != "").values(written_act="ask_question", written_page=of.article))
    op.execute(right.where(of.article == "").values(written_act=of.intent))

"""In which language a citizen writes, where it is not the one that they are answered in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One step forward."""
    op.add_column("conversations", sa.Column("spoken", sa.String(), nullable=True))

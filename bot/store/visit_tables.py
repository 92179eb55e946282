"""The table of what comes of reading answers on the town's pages."""

from __future__ import annotations

from sqlalchemy import Column, Date, Integer, PrimaryKeyConstraint, String, Table

from bot.store.columns import metadata

visits = Table(
    "visits",
    metadata,
    Column("day", Date, nullable=False),
    Column("page", String, nullable=False),
    Column("outcome", String, nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("day", "page", "outcome"),
)

"""Run by Alembic inside `bot.store.schema`, on the connection and in the transaction that it is given."""

from __future__ import annotations

from alembic import context

from bot.store.columns import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    compare_type=True,
    # SQLite changes a table by copying it.
    render_as_batch=True,
)
context.run_migrations()

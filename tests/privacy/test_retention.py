"""The register of personal data against the tables, the settings and the documentation."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import msgspec

from bot.privacy.retention import REGISTER, STAFF, WITHOUT_PERSONAL_DATA, Link, ages
from bot.settings import Retention
from bot.store import sql as every_table  # noqa: F401 - imported for the tables that it registers
from bot.store.columns import metadata

DOCS = Path(__file__).parents[2] / "docs" / "privacy.md"
NAMES = {kept.table for kept in REGISTER}


def test_every_table_is_in_the_register_or_known_to_hold_no_personal_data() -> None:
    """A new table cannot be forgotten: it stands in exactly one of the three lists."""
    known = sorted([kept.table for kept in REGISTER] + [*STAFF, *WITHOUT_PERSONAL_DATA])

    assert known == sorted([*metadata.tables, "alembic_version"])


def test_the_register_names_columns_that_exist() -> None:
    """What erasure and purge read of a table is there."""
    for kept in REGISTER:
        table = metadata.tables[kept.table]
        since = "conversations" if kept.setting == "conversations" else kept.table
        assert kept.since in metadata.tables[since].columns
        assert {kept.owner, *kept.identifying} - {None} <= set(table.columns.keys())
        assert len(table.primary_key.columns) == 1 or kept.setting == "conversations"


def test_every_table_that_points_to_a_conversation_goes_before_it() -> None:
    """Rows are removed in the register's order, and whatever leads to a citizen has an owner."""
    order = [kept.table for kept in REGISTER]
    for kept in REGISTER:
        keys = [key for key in metadata.tables[kept.table].foreign_keys if key.column.table.name not in STAFF]
        assert all(order.index(kept.table) < order.index(key.column.table.name) for key in keys)
        assert (kept.owner is None) == (kept.link is Link.NONE)
        assert bool(kept.identifying) == (kept.link in {Link.CUT, Link.COUNTED})


def test_every_setting_of_retention_is_used() -> None:
    """What a town sets in `office.yml` decides about at least one table, in days."""
    settings = {field.name for field in msgspec.structs.fields(Retention)}

    assert {kept.setting for kept in REGISTER} == settings
    assert ages(Retention(conversations=7)) == {
        "cases": timedelta(days=365),
        "conversations": timedelta(days=7),
        "delivered": timedelta(days=30),
        "figures": timedelta(days=1825),
        "ratings": timedelta(days=365),
        "receipts": timedelta(days=1825),
        "sign_ins": timedelta(days=30),
    }


def test_the_documentation_says_what_the_register_says() -> None:
    """`docs/privacy.md` lists every table with its data and its default time, and no other."""
    text = DOCS.read_text(encoding="utf-8")
    default = Retention()
    expected = [
        f"| `{kept.table}` | {kept.data} | `retention.{kept.setting}`: {getattr(default, kept.setting)} days |"
        for kept in REGISTER
    ]

    assert [line for line in text.splitlines() if line.startswith("| `") and "retention." in line] == expected
    for table in (*STAFF, *WITHOUT_PERSONAL_DATA):
        assert f"`{table}`" in text


def test_the_register_is_written_in_full() -> None:
    """No entry is without words for the privacy notice."""
    for kept in REGISTER:
        assert all(getattr(kept, field.name) for field in fields(kept) if field.name in {"table", "data", "since"})

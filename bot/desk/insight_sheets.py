"""The tables of the page of figures as files for spreadsheets, in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from bot.desk.words import Words
from bot.text.clean import clean

ROWS = ("key", "name", "count", "before", "share")
SHEETS: Mapping[str, tuple[str, ...]] = {
    "cards": ("key", "value", "unit", "before", "change"),
    "days": ("day", "contacts", "contained", "cases", "mails"),
    "hours": ("weekday", "hour", "contacts"),
    "channels": ROWS,
    "services": ROWS,
    "topics": ROWS,
    "languages": ROWS,
    "causes": ROWS,
    "statuses": ROWS,
    "times": ("name", "count", "median", "ninetieth", "before"),
    "mails": ("service", "name", "open", "late", "oldest_hours", "received", "before"),
    "unclaimed": ("service", "name", "relayed", "relayed_before", "untaken", "untaken_before"),
}
"""Every table that can be asked for, with its columns in the names of the JSON."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet reads a formula or another cell behind; the full-width ones are the same to some of them."""


def sheet(table: str, figures: Mapping[str, Any], words: Words) -> bytes:
    """One of `SHEETS` as CSV: UTF-8 with a mark for spreadsheets, `;` between cells, decimal commas, CRLF.

    Texts are cells of text whatever they begin with (OWASP's rule against CSV injection); numbers are numbers.
    """
    columns = SHEETS[table]
    page = io.StringIO()
    writer = csv.writer(page, delimiter=";", lineterminator="\r\n")
    writer.writerow([words.name("sheet", column) for column in columns])
    for row in _rows(table, figures, words):
        writer.writerow([cell(row.get(column)) for column in columns])
    return page.getvalue().encode("utf-8-sig")


def cell(value: object) -> str:
    """A value as a French spreadsheet reads it; "" for None."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", ",")
    if isinstance(value, int):
        return str(value)
    text = clean(str(value)).replace("\n", " ")
    return f"'{text}" if str(value).startswith(FORMULA) or text.startswith(FORMULA) else text


def _rows(table: str, figures: Mapping[str, Any], words: Words) -> Iterable[Mapping[str, Any]]:
    if table == "cards":
        return [{**row, "key": words.name("sheet", row["key"])} for row in figures["cards"]]
    if table == "hours":
        named = ((row, words.name("weekday", str(row["weekday"]))) for row in figures["series"]["hours"])
        return [{**row, "weekday": name} for row, name in named]
    if table == "days":
        days: list[Mapping[str, Any]] = figures["series"]["days"]
        return days
    if table == "times":
        return [{"name": words.name("sheet", key), **row} for key, row in figures["times"].items()]
    rows: list[Mapping[str, Any]] = figures[table] if table in {"mails", "unclaimed"} else figures["tables"][table]
    return rows

"""Tables as lines: one for each row, its first column and then each value with the name of its column."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.etree import _Element

from bot.fiches import Link, Text
from bot.knowledge.importers.service_public.inline import children, links, name, words

MAX_SPAN = 100
"""No table has more columns; a number beyond it is a mistake or an attack on memory."""


@dataclass(frozen=True, slots=True)
class _Cell:
    words: str
    links: tuple[Link, ...]
    first: int
    """Its first column, from 0."""
    columns: int


def lines(table: _Element, box: str = "") -> list[Text]:
    """A table's title and rows.

    The header's cells name the columns, joined where a header has several rows. What the header says over the first
    column stands with the title, for it names what the lines begin with.
    """
    headers: list[list[_Cell]] = []
    names: dict[int, str] = {}
    rows: list[Text] = []
    corner = ""
    for header, cells in _grid(table):
        if header and not rows:
            headers.append(cells)
            names = _names(headers)
            corner = names.get(0, "")
            continue
        if header:
            # A header within the table names the columns from here on, unless it is one line over all of them; its
            # first cell heads the rows below it.
            if len(cells) > 1:
                names = {**_names([cells]), 0: corner}
            cells = [cell for cell in cells if cell.first == 0]
        line = _line(cells, names)
        if line:
            found = tuple(dict.fromkeys(link for cell in cells for link in cell.links))
            rows.append(Text(line, line=True, box=box, links=found))
    title = words(table.find("Titre"))
    if corner:
        title = f"{title} ({corner})" if title else corner
    heading = [Text(f"{title.rstrip(' :.')} :", box=box, links=_linked(headers))] if title else []
    return heading + (rows or _only_header(headers, box))


def _grid(table: _Element) -> list[tuple[bool, list[_Cell]]]:
    """Rows with cells in their columns; a cell that goes on downwards stands in every row that it covers."""
    spanned: dict[int, tuple[int, _Cell]] = {}
    grid: list[tuple[bool, list[_Cell]]] = []
    for row in children(table):
        if name(row) != "Rangée":
            continue
        cells: list[_Cell] = []
        column = 0
        pending = dict(spanned)
        for element in children(row):
            while column in pending:
                column = _covered(column, pending, spanned, cells)
            columns = _span(element.get("fusionHorizontale"))
            cell = _Cell(_said(element), links(element), column, columns)
            cells.append(cell)
            down = _span(element.get("fusionVerticale"))
            if down > 1:
                spanned[column] = (down - 1, cell)
            column += columns
        for column in sorted(pending):
            if column in pending:
                _covered(column, pending, spanned, cells)
        grid.append((row.get("type") == "header", sorted(cells, key=lambda cell: cell.first)))
    return grid


def _covered(
    column: int, pending: dict[int, tuple[int, _Cell]], spanned: dict[int, tuple[int, _Cell]], cells: list[_Cell]
) -> int:
    """Put the cell that comes down from above into this row; the next free column."""
    left, cell = pending.pop(column)
    cells.append(cell)
    if left > 1:
        spanned[column] = (left - 1, cell)
    else:
        del spanned[column]
    return column + cell.columns


def _span(given: str | None) -> int:
    return max(1, min(int(given), MAX_SPAN)) if given and given.isascii() and given.isdigit() else 1


def _said(cell: _Element) -> str:
    """A cell's words: its paragraphs, and a list's items with commas between them."""
    said = []
    for block in children(cell):
        if name(block) == "Liste":
            said.append(", ".join(words(item) for item in children(block) if words(item)))
        else:
            said.append(words(block))
    return " ".join(filter(None, said)) or words(cell)


def _names(headers: list[list[_Cell]]) -> dict[int, str]:
    parts: dict[int, list[str]] = {}
    for cells in headers:
        for cell in cells:
            for column in range(cell.first, cell.first + cell.columns):
                said = parts.setdefault(column, [])
                if cell.words and cell.words not in said:
                    said.append(cell.words)
    return {column: ", ".join(said) for column, said in parts.items()}


def _line(cells: list[_Cell], names: dict[int, str]) -> str:
    first = next((cell.words for cell in cells if cell.first == 0), "")
    values = []
    for cell in cells:
        if cell.first == 0 or not cell.words:
            continue
        over = list(dict.fromkeys(filter(None, (names.get(cell.first + more) for more in range(cell.columns)))))
        values.append(f"{' / '.join(over)} : {cell.words}" if over else cell.words)
    said = " ; ".join(values)
    # A colon after each column's name, and so a dash after the row's.
    return f"{first} – {said}" if first and said else first or said


def _linked(headers: list[list[_Cell]]) -> tuple[Link, ...]:
    return tuple(dict.fromkeys(link for cells in headers for cell in cells for link in cell.links))


def _only_header(headers: list[list[_Cell]], box: str) -> list[Text]:
    """A table of header rows alone is shown as it stands."""
    lines = [_line(cells, {}) for cells in headers]
    return [Text(line, line=True, box=box) for line in lines if line]

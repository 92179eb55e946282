"""A table of questions and answers, as a town keeps them in a spreadsheet.

Every row is judged alone: a mistake costs its own article and no other. Rows are counted as a spreadsheet shows them,
the header being row 1.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from bot.errors import ConfigurationError
from bot.knowledge.articles import passages
from bot.knowledge.importers import Problem, Reading
from bot.knowledge.importers.markdown import (
    FICHE,
    ID,
    MAX_ID_CHARS,
    MAX_KEYWORD_CHARS,
    MAX_KEYWORDS,
    MAX_SOURCE_CHARS,
    MAX_TITLE_CHARS,
    SOURCE,
)
from bot.store.base import Article
from bot.text.clean import clean
from bot.text.french import fold, tokens
from bot.text.normalise import normalise

ORIGIN = "csv"
MAX_FILE_BYTES = 20_000_000
MAX_ROWS = 5000
MAX_ANSWER_CHARS = 50_000

REQUIRED = ("question", "answer", "service")
COLUMNS: Mapping[str, str] = {
    "question": "question",
    "questions": "question",
    "answer": "answer",
    "reponse": "answer",
    "reponses": "answer",
    "service": "service",
    "keywords": "keywords",
    "mots cles": "keywords",
    "valid until": "valid_until",
    "valable jusqu au": "valid_until",
    "source": "source",
    "fiche": "fiche",
    "id": "id",
    "identifiant": "id",
}
"""What a column may be called, without accents, capitals and signs."""

_DELIMITERS = ";,\t"
_PREFIX = "faq-"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_FORMULA = re.compile(r"[=@]|[+-]\s*[A-Za-z_.]+\(")
_FORMULA_ERROR = re.compile(r"#(REF!|N/A|NOM\?|NAME\?|VALEUR!|VALUE!|DIV/0!|NUL!|NULL!|NOMBRE!|NUM!)|Err:\d{3}")
_BULLET = re.compile(r"^[ \t]*[•◦▪●‣][ \t]*", re.MULTILINE)
_SEPARATORS = re.compile(r"[,;|\n]")
_MAGIC = {
    b"PK\x03\x04": "a spreadsheet (xlsx or ods)",
    b"\xd0\xcf\x11\xe0": "an old Excel spreadsheet (xls)",
    b"%PDF": "a PDF",
}


class _Unusable(Exception):
    """Says in a sentence why a row is not an article."""


def read(path: Path, services: Collection[str], step: Callable[[int], None] = lambda _: None) -> Reading:
    """Every row of a table with the columns question, answer and service.

    `step` is told the number of every row before it is read. Without an id of its own an article has one made of its
    question, so that the same question stays the same article.

    Raises:
        ConfigurationError: the file cannot be read, is no such table, or lacks a column.
    """
    text, problems = _text(path)
    header, rows = _table(path, text)
    articles: dict[str, Article] = {}
    places: dict[str, int] = {}
    for number, cells in rows:
        step(number)
        if number > MAX_ROWS + 1:
            raise ConfigurationError(f"{path}: more than {MAX_ROWS} rows")
        place, article_id = f"{path.name}, row {number}", ""
        try:
            if isinstance(cells, str):
                raise _Unusable(cells)
            if not any(cell.strip() for cell in cells):
                continue
            values = _values(header, cells)
            article_id = _id(values)
            if article_id in places:
                raise _Unusable(f"asks the same as row {places[article_id]}; join the two, or give each an id")
            places[article_id] = number
            articles[article_id] = _article(article_id, values, services)
        except _Unusable as error:
            problems.append(Problem(place, str(error), article_id))
    return Reading(tuple(articles.values()), tuple(problems))


def _text(path: Path) -> tuple[str, list[Problem]]:
    """The file's text, and what had to be guessed about it."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise ConfigurationError(f"{path}: is too big: {size} bytes, at most {MAX_FILE_BYTES}")
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from error
    for magic, what in _MAGIC.items():
        if raw.startswith(magic):
            raise ConfigurationError(f"{path}: is {what}; save it as CSV UTF-8 first")
    problems: list[Problem] = []
    try:
        # « Texte Unicode » of Excel is UTF-16 with a mark.
        marked = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = raw.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            text = raw.decode("cp1252")
        except UnicodeDecodeError:
            raise ConfigurationError(f"{path}: is not text in UTF-8 (byte {error.start})") from error
        sentence = "is not in UTF-8 and was read as Windows-1252; look at the accents, and save it as CSV UTF-8"
        problems.append(Problem(path.name, sentence))
    if "\x00" in text:
        raise ConfigurationError(f"{path}: is not text: it holds a null character")
    return text, problems


def _table(path: Path, text: str) -> tuple[list[str], Iterator[tuple[int, list[str] | str]]]:
    """The columns by our names ("" for others), and the numbered rows below; a row that cannot be cut is a sentence."""
    # The limit is the process's; it is only ever raised, and to what one file may hold at most.
    if csv.field_size_limit() < MAX_FILE_BYTES:
        csv.field_size_limit(MAX_FILE_BYTES)
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r"sep=(.)\r?", first)
    if told:
        text = rest
    best: tuple[list[str], str] = ([], "")
    for delimiter in told.group(1) if told else _DELIMITERS:
        _, cells = next(_rows(text, delimiter), (0, []))
        names = [COLUMNS.get(" ".join(tokens(cell)), "") for cell in cells] if isinstance(cells, list) else []
        if len(set(names)) > len(set(best[0])):
            best = (names, delimiter)
    header, delimiter = best
    if missing := [name for name in REQUIRED if name not in header]:
        raise ConfigurationError(
            f"{path}: row 1 has no column {', '.join(missing)}; a table has question, answer and service"
        )
    if doubled := [name for name in dict.fromkeys(header) if name and header.count(name) > 1]:
        raise ConfigurationError(f"{path}: row 1 has two columns {doubled[0]}")
    rows = _rows(text, delimiter)
    next(rows)
    return header, rows


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    # Line ends of old Macs and of Windows, outside and inside of cells.
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, "has a quotation mark that is not closed, or one in the middle of a cell"
            continue
        yield number, cells


def _values(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells by column, cleaned."""
    if extra := [cell for cell in cells[len(header) :] if cell.strip()]:
        raise _Unusable(f"has {len(extra)} cells too many; put a cell that holds the separator in quotation marks")
    values: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=False):
        if not name:
            continue
        bound = MAX_ANSWER_CHARS if name == "answer" else MAX_SOURCE_CHARS * 20
        if len(cell) > bound:
            raise _Unusable(f"{name}: is too long: {len(cell)} characters, at most {bound}")
        value = clean(cell)
        if _FORMULA.match(value) or _FORMULA_ERROR.fullmatch(value):
            raise _Unusable(f"{name}: is a formula ({value[:20]}); write its words")
        values[name] = value
    for name in REQUIRED:
        if not values.get(name):
            raise _Unusable(f"{name}: is missing")
    return values


def _id(values: Mapping[str, str]) -> str:
    if given := values.get("id"):
        if not ID.fullmatch(given):
            raise _Unusable(f"id: {given[:MAX_ID_CHARS]!r} is not usable: small letters, digits, - and _, at most 80")
        return given
    whole = _PREFIX + ("-".join(tokens(values["question"])) or "question")
    if len(whole) <= MAX_ID_CHARS and tokens(values["question"]):
        return whole
    # Cut short, or in letters that leave no slug: told apart by a sum of the whole.
    mark = hashlib.sha256(fold(normalise(values["question"])).encode()).hexdigest()[:8]
    return f"{whole[: MAX_ID_CHARS - 9].rstrip('-')}-{mark}"


def _article(article_id: str, values: Mapping[str, str], services: Collection[str]) -> Article:
    title = normalise(values["question"])
    if len(title) > MAX_TITLE_CHARS:
        raise _Unusable(f"question: is too long: {len(title)} characters, at most {MAX_TITLE_CHARS}")
    service = values["service"]
    if service not in services:
        raise _Unusable(f"service: there is no service {service[:MAX_TITLE_CHARS]!r} in office.yml")
    source = values.get("source", "")
    if len(source) > MAX_SOURCE_CHARS or not SOURCE.fullmatch(source):
        raise _Unusable("source: is neither a URL (https://…) nor a path on the town's site (/…)")
    fiche = values.get("fiche", "")
    if fiche and not FICHE.fullmatch(fiche):
        raise _Unusable("fiche: is no id of a national fiche, such as F1341")
    article = Article(
        id=article_id,
        title=title,
        service=service,
        body=_BULLET.sub("- ", values["answer"]) + "\n",
        valid_until=_date(values.get("valid_until", "")),
        source=source,
        keywords=_keywords(values.get("keywords", "")),
        origin=ORIGIN,
        fiche=fiche,
    )
    if not passages(article):
        raise _Unusable("answer: has no text")
    return article


def _date(text: str) -> date | None:
    """A day as 2027-12-31 or, as a French spreadsheet writes it, 31/12/2027."""
    if not text:
        return None
    iso, french = _ISO.fullmatch(text), _FRENCH.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
    except ValueError as error:
        raise _Unusable(f"valid_until: there is no day {text}") from error
    raise _Unusable("valid_until: is not a date; write it as 2027-12-31 or 31/12/2027")


def _keywords(text: str) -> tuple[str, ...]:
    words = dict.fromkeys(word for part in _SEPARATORS.split(text) if (word := normalise(part)))
    if len(words) > MAX_KEYWORDS:
        raise _Unusable(f"keywords: {len(words)} of them, at most {MAX_KEYWORDS}")
    if long := next((word for word in words if len(word) > MAX_KEYWORD_CHARS), ""):
        raise _Unusable(f"keywords: one of {len(long)} characters, at most {MAX_KEYWORD_CHARS}")
    return tuple(words)

"""A folder of Markdown files with a front matter: how a town writes its own articles.

Every file is judged alone: a mistake costs its own article and no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml
from msgspec import Meta, Struct

from bot.errors import ConfigurationError
from bot.knowledge.articles import passages
from bot.knowledge.importers import Problem, Reading
from bot.store.base import Article
from bot.text.normalise import normalise

ORIGIN = "markdown"
MAX_FILE_BYTES = 200_000
"""Some thirty thousand words: a mistake, or not one article."""
MAX_HEAD_CHARS = 20_000
MAX_TITLE_CHARS = 200
MAX_KEYWORDS = 100
MAX_KEYWORD_CHARS = 100
MAX_SOURCE_CHARS = 500
MAX_ID_CHARS = 80

_FENCE = "---"
ID = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{MAX_ID_CHARS - 1}}}")
FICHE = re.compile(r"F[0-9]{1,7}")
"""An id of the State's fiches."""
SOURCE = re.compile(r"(https?://[^\s/]+\S*|/[^/\s]\S*|/)?")


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """The front matter of a file."""

    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE_CHARS)]
    service: str
    audience: Annotated[str, Meta(max_length=50)] = "particuliers"
    valid_until: date | None = None
    source: Annotated[str, Meta(max_length=MAX_SOURCE_CHARS)] = ""
    more: Annotated[str, Meta(max_length=MAX_SOURCE_CHARS)] = ""
    keywords: list[Annotated[str, Meta(max_length=MAX_KEYWORD_CHARS)]] | str | None = None
    updated: date | None = None
    fiche: str = ""


class Unusable(Exception):
    """Says in a sentence why a file is not an article."""


def read(folder: Path, services: Collection[str], step: Callable[[Path], None] = lambda _: None) -> Reading:
    """Every `*.md` below a folder, except README.md and what begins with "_" or ".".

    The file's name is the article's id. `step` is told of every file before it is read.

    Raises:
        ConfigurationError: there is no such folder.
    """
    articles: dict[str, Article] = {}
    places: dict[str, str] = {}
    problems: list[Problem] = []
    for path in files(folder):
        step(path)
        place = path.relative_to(folder).as_posix()
        article_id = path.stem
        try:
            found = article(article_id, text_of(path), services)
            if article_id in places:
                raise Unusable(f"has the same name as {places[article_id]}; a name is an article's id, rename one")
        except Unusable as error:
            problems.append(Problem(place, str(error), article_id))
            continue
        articles[article_id] = found
        places[article_id] = place
    return Reading(tuple(articles.values()), tuple(problems))


def files(folder: Path) -> list[Path]:
    """The files that an import of this folder reads, in a fixed order.

    Raises:
        ConfigurationError: there is no such folder.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: is not a folder; articles are imported from a folder of Markdown files")
    return sorted(
        path
        for path in folder.rglob("*.md")
        if path.name.lower() != "readme.md"
        and not any(part.startswith(("_", ".")) for part in path.relative_to(folder).parts)
    )


def article(article_id: str, text: str, services: Collection[str]) -> Article:
    """What a file of that name says.

    Raises:
        Unusable: it is no article.
    """
    if not ID.fullmatch(article_id):
        raise Unusable(
            "is not a usable name: small letters, digits, - and _, at most 80, for instance carte-identite.md"
        )
    front, body = _parts(text.replace("\r\n", "\n").replace("\r", "\n"))
    head = _head(front)
    title = normalise(head.title, MAX_TITLE_CHARS)
    if not title:
        raise Unusable("title: is empty")
    if head.service not in services:
        raise Unusable(f"service: there is no service {head.service!r} in office.yml")
    for field, address in (("source", head.source), ("more", head.more)):
        if not SOURCE.fullmatch(address):
            raise Unusable(f"{field}: is neither a URL (https://…) nor a path on the town's site (/…)")
    if head.fiche and not FICHE.fullmatch(head.fiche):
        raise Unusable("fiche: is no id of a national fiche, such as F1341")
    found = Article(
        id=article_id,
        title=title,
        service=head.service,
        body=body.strip() + "\n",
        audience=normalise(head.audience),
        valid_until=head.valid_until,
        source=head.source,
        keywords=_keywords(head.keywords),
        origin=ORIGIN,
        updated=head.updated,
        more=head.more,
        fiche=head.fiche,
    )
    if not passages(found):
        raise Unusable("has no text below its front matter")
    return found


def text_of(path: Path) -> str:
    """What stands in a file, its line breaks as they are.

    Raises:
        Unusable: it cannot be read, is too big, or is no text.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise Unusable(f"is too big: {size} bytes, at most {MAX_FILE_BYTES}")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(f"is not text in UTF-8 (byte {error.start})") from error
    except OSError as error:
        raise Unusable(f"cannot be read ({error.strerror})") from error
    if "\x00" in text:
        raise Unusable("is not text: it holds a null character")
    return text


def _parts(text: str) -> tuple[str, str]:
    lines = text.lstrip("\n").split("\n")
    if lines[0].rstrip() != _FENCE:
        raise Unusable("has no front matter: the first line must be ---")
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == _FENCE:
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
    raise Unusable("has a front matter that does not end: a second line --- is missing")


def _head(front: str) -> Head:
    if len(front) > MAX_HEAD_CHARS:
        raise Unusable(f"has a front matter that is too long: at most {MAX_HEAD_CHARS} characters")
    try:
        raw: Any = yaml.safe_load(front)
    except yaml.MarkedYAMLError as error:
        # The fence is the file's first line, so a mark counts from the second one.
        line = f" (line {error.problem_mark.line + 2})" if error.problem_mark else ""
        raise Unusable(f"has a front matter that is not YAML{line}: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unusable(f"has a front matter that is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(raw, dict):
        raise Unusable("has a front matter without fields; it needs at least title and service")
    try:
        return msgspec.convert(raw, Head)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Unusable(_explained(str(error), raw)) from error


def _explained(error: str, raw: dict[Any, Any]) -> str:
    """A validation error in the words of someone who writes articles."""
    for name in ("title", "service"):
        if raw.get(name) in (None, ""):
            return f"{name}: is missing"
    message, _, path = error.partition(" - at ")
    field = path.strip("`$.")
    if field in {"valid_until", "updated"}:
        return f"{field}: is not a date; write it as 2027-12-31"
    return f"{field}: {message}" if field else message


def _keywords(given: list[str] | str | None) -> tuple[str, ...]:
    words = given.split(",") if isinstance(given, str) else given or []
    if len(words) > MAX_KEYWORDS:
        raise Unusable(f"keywords: {len(words)} of them, at most {MAX_KEYWORDS}")
    return tuple(dict.fromkeys(word for word in (normalise(word) for word in words) if word))

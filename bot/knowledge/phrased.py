"""The town's own articles as files: phrasings put into their front matter as a change that somebody reads first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from bot.errors import ConfigurationError
from bot.knowledge.importers import keywords, markdown
from bot.store.base import Article
from bot.text.normalise import normalise
from bot.understanding.learnt import Refusal
from bot.understanding.written import is_fiche


class Pages:
    """The files of a town's articles, changed in memory until they are written.

    A file in `target` wins over the same one in `source`, and changes are written to `target` alone: the folder of a copy
    of the town, or the town's own.
    """

    def __init__(self, articles: Mapping[str, Article], source: Path, target: Path, services: Collection[str]) -> None:
        """`articles` are those in place, by id."""
        self._articles, self._services, self._target = articles, services, target
        self._files: dict[str, tuple[Path, Path]] = {}
        for folder in (source, target):
            for file in markdown.files(folder) if folder.is_dir() else ():
                self._files[file.stem] = (file, file.relative_to(folder))
        self._texts: dict[str, str] = {}

    def takes(self, article_id: str, text: str) -> Refusal | None:
        """Put a phrasing among an article's keywords; why it cannot be. Fiches, and articles without files, take any."""
        if is_fiche(article_id):
            return None
        article = self._articles.get(article_id)
        if article is None:
            return Refusal.NO_PAGE
        if len(text) > markdown.MAX_KEYWORD_CHARS:
            return Refusal.FORM
        if article.origin != markdown.ORIGIN:
            return None
        try:
            before = self._text(article_id)
            if before is None:
                return Refusal.NO_FILE
            there = self._read(article_id, before)
            if replace(there, keywords=()) != replace(article, keywords=()):
                return Refusal.FILE_CHANGED
            after = keywords.added(before, [text])
            if len(there.keywords) >= markdown.MAX_KEYWORDS:
                return Refusal.FILE_FORM
            wanted = (*there.keywords, normalise(text))
            # What the edit made is read as an import will: its words alone are new, or it is not made.
            if self._read(article_id, after) != replace(there, keywords=tuple(dict.fromkeys(wanted))):
                return Refusal.FILE_FORM
        except markdown.Unusable:
            return Refusal.FILE_CHANGED
        except keywords.HeadUnfit:
            return Refusal.FILE_FORM
        self._texts[article_id] = after
        return None

    def gives_up(self, article_id: str, text: str) -> bool:
        """Take a phrasing out of an article's keywords again; False if its file does not let it go."""
        try:
            before = self._text(article_id)
            if before is not None:
                self._texts[article_id] = keywords.removed(before, text)
        except (keywords.HeadUnfit, markdown.Unusable):
            return False
        return True

    def words(self, article_id: str) -> tuple[str, ...]:
        """The keywords of an article, those of its file too; a file that is none has none."""
        article = self._articles[article_id]
        try:
            text = self._text(article_id) if article.origin == markdown.ORIGIN else None
            there = self._read(article_id, text).keywords if text is not None else ()
        except markdown.Unusable:
            there = ()
        return tuple(dict.fromkeys((*article.keywords, *there)))

    def is_file(self, article_id: str) -> bool:
        """Whether its phrasings are written into a file."""
        article = self._articles.get(article_id)
        return article is not None and article.origin == markdown.ORIGIN

    def file(self, article_id: str) -> Path:
        """The file that an article stands in."""
        return self._files[article_id][0]

    def write(self) -> list[Path]:
        """Write what is changed; which files.

        Raises:
            ConfigurationError: a file cannot be written.
        """
        changed = []
        for article_id, text in sorted(self._texts.items()):
            source, inside = self._files[article_id]
            file, content = self._target / inside, text.encode()
            if source.read_bytes() == content:
                continue
            _put(source, file, content)
            changed.append(file)
        return changed

    def _read(self, article_id: str, text: str) -> Article:
        return markdown.article(article_id, text.removeprefix("\ufeff"), self._services)

    def _text(self, article_id: str) -> str | None:
        if article_id not in self._files:
            return None
        if article_id not in self._texts:
            # `utf-8-sig` would lose the mark: every byte is kept.
            file, _ = self._files[article_id]
            markdown.text_of(file)
            self._texts[article_id] = file.read_bytes().decode("utf-8")
        return self._texts[article_id]


def _put(source: Path, file: Path, content: bytes) -> None:
    """Write a whole file or none, with the rights of the one that it was."""
    beside = file.with_name(f".{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        shutil.copymode(source, beside)
        os.replace(beside, file)
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be written: {error.strerror}") from error

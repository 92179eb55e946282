"""Lines that an export wrote, taken out of its files again; whatever else stands there stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from bot.errors import ConfigurationError
from bot.understanding.learnt import page_of
from bot.understanding.written import INTENTS, PHRASINGS, PREFIX

_ACT = re.compile(r"-\s+intent:\s*(\S+)\s*")
_PAGE = re.compile(r"([A-Z]\w*):\s*")
_ITEM = re.compile(r"\s+-\s+(.*?)\s*")


def example(text: str, act: str, folder: Path) -> list[Path]:
    """Take an act's example out of the files of exports below a folder; the files that are changed or gone.

    Raises:
        ConfigurationError: a file cannot be read or written.
    """
    return _everywhere(folder / INTENTS, lambda content: _without(content, _ACT, act, lambda said: said == text))


def phrasing(text: str, article_id: str, folder: Path) -> list[Path]:
    """Take a fiche's phrasing out of them. Raises: see `example`."""
    spelt = {text, json.dumps(text, ensure_ascii=False)}
    return _everywhere(
        folder / PHRASINGS, lambda content: _without(content, _PAGE, page_of(article_id), lambda said: said in spelt)
    )


def stands(text: str, folder: Path) -> Path | None:
    """The file of an export below a folder that has these words in a line; None if there is none.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    spelt = {text, json.dumps(text, ensure_ascii=False)}
    for inside in (INTENTS, PHRASINGS):
        for file in sorted((folder / inside).glob(f"{PREFIX}*.yml")):
            lines = (_ITEM.fullmatch(line) for line in _read(file).splitlines())
            if any(found and found[1] in spelt for found in lines):
                return file
    return None


def _everywhere(folder: Path, change: Callable[[str], str]) -> list[Path]:
    changed = []
    for file in sorted(folder.glob(f"{PREFIX}*.yml")):
        before = _read(file)
        after = change(before)
        if after == before:
            continue
        try:
            if after:
                file.write_bytes(after.encode())
            else:
                file.unlink()
        except OSError as error:
            raise ConfigurationError(f"{file}: cannot be written: {error.strerror}") from error
        changed.append(file)
    return changed


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: cannot be read: {error}") from error


def _without(content: str, heads: re.Pattern[str], name: str, is_it: Callable[[str], bool]) -> str:
    """A file without the items of one of its groups that are meant; a group without items goes, and a file without groups."""
    groups: list[tuple[str, list[str]]] = [("", [])]
    for line in content.splitlines(keepends=True):
        head = heads.fullmatch(line)
        if head:
            groups.append((head[1], []))
        groups[-1][1].append(line)
    (_, opening), *rest = groups
    kept = []
    taken = False
    for group, lines in rest:
        items = [line for line in lines if not _is_item(line, is_it)] if group == name else lines
        taken |= len(items) < len(lines)
        if len(items) == len(lines) or any(_ITEM.fullmatch(line) for line in items):
            kept += items
    if not taken:
        return content
    return "".join([*opening, *kept]) if kept else ""


def _is_item(line: str, is_it: Callable[[str], bool]) -> bool:
    found = _ITEM.fullmatch(line)
    return found is not None and is_it(found[1])

"""A fiche as lines of text, as its page reads from top to bottom: all of it, or what holds in some cases."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from bot.fiches import Choice, Contact, Fiche, Fork, Online, Option, Part, Section, Text

INDENT = "  "


@dataclass(slots=True)
class ReadingOut:
    """Writes a fiche down. `cases` are words of the titles of the cases that are the reader's."""

    cases: Collection[str] = ()
    met: set[str] = field(default_factory=set)
    """Which of `cases` stand in the page."""
    _lines: list[str] = field(default_factory=list)

    def lines(self, fiche: Fiche) -> list[str]:
        """The fiche without its tail; of a choice in which one of the cases is the reader's, only that one."""
        self._lines = [fiche.title, fiche.url]
        if fiche.notice:
            self._add(f"[out of date] {fiche.notice.title}", 0)
            self._add(fiche.notice.text, 0)
        self._parts(fiche.parts, 0)
        if fiche.guide:
            self._fork(fiche.guide, 0)
        return self._lines

    def _add(self, words: str, depth: int) -> None:
        for line in words.split("\n"):
            if line:
                self._lines.append(INDENT * depth + line)

    def _parts(self, parts: tuple[Part, ...], depth: int) -> None:
        for part in parts:
            if isinstance(part, Text):
                box = f"[{part.box}] " if part.box else ""
                self._add(f"- {part.words}" if part.line else box + part.words, depth)
            elif isinstance(part, Online):
                self._add(f"→ {part.title}{f' ({part.kind})' if part.kind else ''} {part.url}", depth)
            elif isinstance(part, Contact):
                self._contact(part, depth)
            elif isinstance(part, Section):
                self._add(f"## {part.title}", depth)
                self._parts(part.parts, depth + 1)
            else:
                self._choice(part, depth)

    def _contact(self, contact: Contact, depth: int) -> None:
        pivots = f" [{', '.join(contact.pivots)}]" if contact.pivots else ""
        self._add(f"☎ {contact.title}{pivots} {contact.url}".rstrip(), depth)
        self._add(contact.text, depth + 1)

    def _choice(self, choice: Choice, depth: int) -> None:
        mine = [option for option in choice.options if self._is_mine(option)] if len(choice.options) > 1 else []
        for option in mine or choice.options:
            self._add(f"? {option.title}", depth)
            self._parts(option.parts, depth + 1)

    def _is_mine(self, option: Option) -> bool:
        title = option.title.casefold()
        found = {case for case in self.cases if case.casefold() in title}
        self.met |= found
        return bool(found)

    def _fork(self, fork: Fork, depth: int) -> None:
        if fork.title:
            self._add(f"? {fork.title}", depth)
        inner = depth + 1 if fork.title else depth
        self._add(fork.help, inner)
        self._add(fork.question, inner)
        for link in fork.links:
            self._add(f"→ {link.words} ({link.fiche or link.url})", inner)
        for child in fork.forks:
            self._fork(child, inner)


def cases(parts: tuple[Part, ...]) -> Iterator[str]:
    """The titles of all cases of a page between which there is a choice."""
    for part in parts:
        if isinstance(part, Section):
            yield from cases(part.parts)
        elif isinstance(part, Choice):
            for option in part.options:
                if len(part.options) > 1:
                    yield option.title
                yield from cases(option.parts)

"""A fiche as its page shows it: blocks with headings of the right level, and places that a link can lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby, takewhile

from bot.fiches import Choice, Contact, Fiche, Fork, Link, Online, Part, Section, Text
from bot.gateway.pages import DEEPEST
from bot.settings import Office

LinkTo = Callable[[Link], str]
"""The address of what a text links to."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words, and where they lead; "" for words alone."""

    text: str
    href: str = ""

    @property
    def is_outward(self) -> bool:
        """Whether the link leaves the site."""
        return not self.href.startswith("/")


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a choice; `place` is the id of what stands in it, by which a browser opens it."""

    title: str
    place: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Competent:
    """Whom to turn to: the town's own where its directory has the code, else what the source says."""

    title: str
    name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    url: str = ""
    hours: str = ""
    text: str = ""
    is_help: bool = False
    is_local: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """What is shown as one thing; `kind` says which of the other fields it has.

    "paragraph" and "box" (with `frame`): `lines` of one; "list": `lines`; "online"; "contact"; "cases"; "chapter":
    `title`, `place`, `blocks`.
    """

    kind: str
    level: int = 0
    """Of its heading, 2 to 6; 0 without one."""
    lines: tuple[tuple[Span, ...], ...] = ()
    frame: str = ""
    online: Online | None = None
    contact: Competent | None = None
    cases: tuple[Case, ...] = ()
    title: str = ""
    place: str = ""
    blocks: tuple[Block, ...] = ()


@dataclass(slots=True)
class _Setter:
    """Numbers choices as `bot.knowledge.leaves` does: a search leads to the case that it found."""

    office: Office
    link_to: LinkTo
    choices: int = 0
    chapters: int = 0
    seen: set[str] = field(default_factory=set)

    def blocks(self, parts: Iterable[Part], level: int) -> tuple[Block, ...]:
        found: list[Block] = []
        for (kind, frame), group in groupby(parts, _group):
            if kind == "list":
                lines = tuple(self.spans(part) for part in group if isinstance(part, Text))
                found.append(Block("box" if frame else "list", lines=lines, frame=frame))
            else:
                found += [self.block(part, level) for part in group]
        return tuple(found)

    def block(self, part: Part, level: int) -> Block:
        match part:
            case Text():
                return Block("box" if part.box else "paragraph", lines=(self.spans(part),), frame=part.box)
            case Online():
                return Block("online", online=part)
            case Contact():
                return Block("contact", contact=competent(self.office, part))
            case Section():
                self.chapters += 1
                place = f"chapitre-{self.chapters}"
                return Block(
                    "chapter", level, title=part.title, place=place, blocks=self.blocks(part.parts, _below(level))
                )
            case Choice():
                return self.choice(part, level)

    def choice(self, choice: Choice, level: int) -> Block:
        if len(choice.options) == 1:
            only = choice.options[0]
            return Block("chapter", level, title=only.title, blocks=self.blocks(only.parts, _below(level)))
        number = self.choices
        self.choices += 1
        cases = tuple(
            Case(option.title, f"cas-{number}-{place}", self.blocks(option.parts, _below(level)))
            for place, option in enumerate(choice.options)
        )
        return Block("cases", level, cases=cases, frame="situations" if choice.situations else "")

    def spans(self, text: Text) -> tuple[Span, ...]:
        """The words of a text with its links where they stand; a link whose words are not there comes last."""
        spans: list[Span] = []
        at = 0
        for link in text.links:
            href = self.link_to(link)
            found = text.words.find(link.words, at) if link.words else -1
            if found < 0 or not href:
                continue
            spans += [Span(text.words[at:found]), Span(link.words, href)]
            at = found + len(link.words)
        return tuple(span for span in (*spans, Span(text.words[at:])) if span.text)


def blocks(fiche: Fiche, office: Office, link_to: LinkTo) -> tuple[Block, ...]:
    """The text of a fiche below its title."""
    return _Setter(office, link_to).blocks(fiche.parts, 2)


def intro(fiche: Fiche) -> str:
    """What stands above the text; "" where the text begins with the same words, and for a guided search, whose
    description is its editors' name for it.
    """
    beginning = "".join(_letters(one.words) for one in takewhile(_is_text, fiche.parts) if isinstance(one, Text))
    return "" if fiche.guide is not None or _letters(fiche.description) in beginning else fiche.description


def competent(office: Office, contact: Contact) -> Competent:
    """Whom the citizens of this town turn to."""
    for pivot in contact.pivots:
        entry = office.directory.get(pivot)
        if entry is None:
            continue
        service = office.services.get(entry.service)
        town = office.town
        own = service is not None
        return Competent(
            title=contact.title,
            name=entry.name or (service.name if service else ""),
            address=entry.address or (town.counter if own else ""),
            phone=entry.phone or (service.phone if service else "") or (town.phone if own else ""),
            email=entry.email or (service.email if service else ""),
            url=entry.url,
            hours=entry.hours or (service.hours if service else "") or (town.hours if own else ""),
            is_help=contact.help,
            is_local=True,
        )
    return Competent(contact.title, url=contact.url, text=contact.text, is_help=contact.help)


def step(guide: Fork, way: tuple[int, ...]) -> Fork | None:
    """A step of a guided search by the answers that lead there, counted from 0; None if there is none."""
    fork = guide
    for number in way:
        if number >= len(fork.forks):
            return None
        fork = fork.forks[number]
    return fork


def _is_text(part: Part) -> bool:
    return isinstance(part, Text)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _below(level: int) -> int:
    return min(level + 1, DEEPEST)


def _group(part: Part) -> tuple[str, str]:
    is_line = isinstance(part, Text) and part.line
    return ("list", part.box) if isinstance(part, Text) and is_line else ("one", "")

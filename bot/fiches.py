"""The State's fiches as values: a tree of text that knows which parts are for whom.

A fiche is read once, by its importer, and stored as these structs in JSON; search, dialogue, pages and checks all read
the same tree. The order of `parts` is the order of the page. Text is plain: what is inline in the source (amounts,
emphasis, links) is part of the words, and links are listed beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import Enum

from msgspec import Struct

PART, PRO = "part", "pro"
"""The two audiences: individuals and associations, and professionals."""
AUDIENCES = (PART, PRO)


class FicheKind(str, Enum):
    """What a fiche is."""

    INFORMATION = "information"
    QUESTION = "question"
    """Its title is a question and its text the answer."""
    EVENT = "event"
    """« Comment faire si … »: the steps of something that happens in a life."""
    GUIDED = "guided"
    """« Recherche guidée »: questions that lead to fiches; see `Fiche.guide`."""
    LINKS = "links"
    """Leads to pages elsewhere and has little text of its own."""
    FOLDER = "folder"
    """A navigation page (N…): `related` are what it lists. Links may lead here; a search does not."""


class Link(Struct, frozen=True, omit_defaults=True):
    """A link in a text; exactly one of `fiche` and `url` is set."""

    words: str
    fiche: str = ""
    """The id of a fiche or of a page of the source: "F1341", "N358", "R50821"."""
    url: str = ""


class Text(Struct, frozen=True, omit_defaults=True, tag="text"):
    """A paragraph, or one line of a list or table (`line`)."""

    words: str
    line: bool = False
    """Shown with "- " before it, glued to what stands before."""
    box: str = ""
    """What the source frames it as: "attention", "note", "know", "recall", "example"; "" is running text."""
    links: tuple[Link, ...] = ()


class Online(Struct, frozen=True, omit_defaults=True, tag="online"):
    """Something to do on the web: an online service, a form, a letter, a simulator, a search."""

    title: str
    url: str
    kind: str = ""
    """In the source's words: « Téléservice », « Formulaire »."""
    id: str = ""
    """"R45668"; "" where the source gives none."""
    provider: str = ""
    """Who runs it."""
    form: str = ""
    """The form's official number, such as "12345*06"."""


class Contact(Struct, frozen=True, omit_defaults=True, tag="contact"):
    """Who is competent: where to ask."""

    title: str
    pivots: tuple[str, ...] = ()
    """Codes of the official directory (`PivotLocal`), such as "mairie"; a town maps them to its own contacts."""
    url: str = ""
    text: str = ""
    """What the source says itself: a national number and its hours."""
    id: str = ""
    help: bool = False
    """Who can help with it, and not who decides it (`QuiPeutMAider`)."""


class Option(Struct, frozen=True):
    """One case of a choice."""

    title: str
    parts: tuple[Part, ...]


class Choice(Struct, frozen=True, omit_defaults=True, tag="choice"):
    """Cases of which one is the citizen's: what is right in one is wrong in another."""

    options: tuple[Option, ...]
    situations: bool = False
    """Whether they are the page's situations and not cases inside its text."""


class Section(Struct, frozen=True, tag="section"):
    """A chapter: its text is for everybody who got so far."""

    title: str
    parts: tuple[Part, ...]


Part = Text | Online | Contact | Choice | Section


class Fork(Struct, frozen=True, omit_defaults=True):
    """One step of a guided search: a question with answers, or the fiches that it ends at, or both."""

    title: str = ""
    """The answer that leads here; "" at the root."""
    question: str = ""
    """What is asked next; "" where nothing is, or where the answers speak for themselves."""
    help: str = ""
    forks: tuple[Fork, ...] = ()
    links: tuple[Link, ...] = ()
    """Fiches and pages that this answer ends at."""


class Notice(Struct, frozen=True):
    """« Avertissement »: the page is out of date for now, and why. Always shown with it."""

    title: str
    text: str
    on: date | None = None


class Related(Struct, frozen=True, omit_defaults=True):
    """A fiche that another one names outside its text: linked questions, « voir aussi », events, guided searches."""

    id: str
    title: str
    audience: str = ""


class Fiche(Struct, frozen=True, omit_defaults=True):
    """One page of the State's open data. Its key is (audience, id): 377 ids of the source are in both audiences."""

    audience: str
    id: str
    kind: FicheKind
    title: str
    description: str = ""
    url: str = ""
    """Its public page."""
    modified: date | None = None
    important: date | None = None
    """The last change of substance."""
    themes: tuple[str, ...] = ()
    """From the general to the particular: theme, sub-theme, file, part of the file; no doubles."""
    publics: tuple[str, ...] = ()
    """For whom, in the source's words: « Particuliers », « Associations »."""
    parts: tuple[Part, ...] = ()
    """Introduction and text; its services and contacts that stand beside the text come last."""
    guide: Fork | None = None
    notice: Notice | None = None
    questions: tuple[Related, ...] = ()
    related: tuple[Related, ...] = ()
    forms: tuple[Online, ...] = ()
    """Online services and forms whose own page (R…) names this one; not where they stand in its text."""
    definitions: tuple[tuple[str, str], ...] = ()
    """Words that the page explains, and how."""
    abbreviations: tuple[tuple[str, str], ...] = ()
    """Short form and long form."""
    references: tuple[tuple[str, str], ...] = ()
    """Laws that it rests on: title and URL."""

    @property
    def key(self) -> str:
        """How it is named everywhere: "part:F1341"."""
        return f"{self.audience}:{self.id}"


class Head(Struct, frozen=True, omit_defaults=True):
    """What names a fiche in a list: the fields of `Fiche` that need not the rest read."""

    audience: str
    id: str
    kind: FicheKind
    title: str
    url: str = ""


def walk(parts: tuple[Part, ...]) -> Iterator[Part]:
    """Every part of a tree, in the order of the page, whatever its case."""
    for part in parts:
        yield part
        if isinstance(part, Section):
            yield from walk(part.parts)
        elif isinstance(part, Choice):
            for option in part.options:
                yield from walk(option.parts)

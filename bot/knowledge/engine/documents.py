"""Fiches as documents of the search: one for each text, with its words by kind.

A page that both audiences have with the same text is one document; an id whose two texts differ is two. Folders are
not documents: one looks for an answer and not for a list of pages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.fiches import Contact, Fiche, FicheKind, Fork, Link, Online, Text, walk
from bot.knowledge.leaves import Outline, outline
from bot.text.french import words

COPY = 0.6
"""From this likeness on, other words for a page are its title again."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Words of another page that lead here."""

    words: str
    source: str
    """The id of the page that they stand in."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A leaf as the search sees it."""

    headings: tuple[str, ...]
    text: str
    leaf: int
    """The first leaf that says it: a page may say the same in many of its cases."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a search may find, as texts by kind."""

    id: str
    keys: tuple[str, ...]
    """Its fiches: one for each audience that has this text."""
    kind: FicheKind
    title: str
    description: str
    passages: tuple[Passage, ...]
    """In the order of the page, each text once; never empty."""
    services: tuple[str, ...]
    forms: tuple[str, ...]
    questions: tuple[str, ...]
    themes: tuple[str, ...]
    anchors: tuple[Anchor, ...] = ()
    phrasings: tuple[str, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """Every heading once, in the order of the page."""
        return tuple(dict.fromkeys(heading for passage in self.passages for heading in passage.headings))


def documents(
    fiches: Iterable[Fiche], redirections: Mapping[str, str], phrasings: Mapping[str, Sequence[str]]
) -> list[Document]:
    """The documents of a base, by id and audience.

    `redirections` lead from a key that is gone to one that stands for it; `phrasings` are by bare id.
    """
    found = sorted(fiches, key=lambda fiche: (fiche.id, fiche.audience))
    anchors = _anchors(found, {old.partition(":")[2]: new.partition(":")[2] for old, new in redirections.items()})
    made: dict[str, list[Document]] = defaultdict(list)
    for fiche in found:
        if fiche.kind is FicheKind.FOLDER:
            continue
        document = _document(fiche, anchors.get(fiche.id, ()), tuple(phrasings.get(fiche.id, ())))
        same = next((place for place, other in enumerate(made[fiche.id]) if _same(other, document)), None)
        if same is None:
            made[fiche.id].append(document)
        else:
            twin = made[fiche.id][same]
            made[fiche.id][same] = replace(twin, keys=(*twin.keys, fiche.key))
    return [document for group in made.values() for document in group]


def abbreviations(fiches: Iterable[Fiche]) -> dict[str, str]:
    """Long forms by folded short form, where the short form is one word; the first fiche's where they differ."""
    found: dict[str, str] = {}
    for fiche in sorted(fiches, key=lambda fiche: fiche.key):
        for short, long in fiche.abbreviations:
            read = words(short)
            if len(read) == 1:
                found.setdefault(read[0], long)
    return found


def without_titles(found: Sequence[Document], hidden: Collection[str]) -> list[Document]:
    """The same documents without some ids' titles: the description stands in, and no other page's words say them."""
    titles = {document.id: frozenset(words(document.title)) for document in found if document.id in hidden}
    holders: dict[str, list[frozenset[str]]] = defaultdict(list)
    for title in titles.values():
        for word in title:
            holders[word].append(title)

    def copies(text: str) -> bool:
        said = frozenset(words(text))
        return any(likeness(said, title) >= COPY for word in said for title in holders.get(word, ()))

    made = []
    for document in found:
        questions = tuple(question for question in document.questions if not copies(question))
        if document.id not in titles:
            made.append(replace(document, questions=questions))
            continue
        own = titles[document.id]
        made.append(
            replace(
                document,
                title="",
                questions=questions,
                anchors=tuple(a for a in document.anchors if likeness(frozenset(words(a.words)), own) < COPY),
                forms=tuple(form for form in document.forms if likeness(frozenset(words(form)), own) < COPY),
            )
        )
    return made


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's: the share of all words that both have, in [0, 1]."""
    return len(one & other) / max(1, len(one | other))


def _document(fiche: Fiche, anchors: Sequence[Anchor], phrasings: tuple[str, ...]) -> Document:
    parts = list(walk(fiche.parts))
    services = [part.title for part in parts if isinstance(part, (Contact, Online))]
    return Document(
        id=fiche.id,
        keys=(fiche.key,),
        kind=fiche.kind,
        title=fiche.title,
        description=fiche.description,
        passages=passages(fiche, outline(fiche)),
        services=tuple(dict.fromkeys(services)),
        forms=tuple(dict.fromkeys(form.title for form in fiche.forms)),
        questions=tuple(dict.fromkeys(question.title for question in fiche.questions)),
        themes=fiche.themes,
        anchors=tuple(anchor for anchor in anchors if anchor.source != fiche.id),
        phrasings=phrasings,
    )


def passages(fiche: Fiche, cut: Outline) -> tuple[Passage, ...]:
    """A fiche's leaves, each text once; its guided search, or else its description, where it has none."""
    found: dict[str, Passage] = {}
    for leaf in cut.leaves:
        if leaf.text:
            found.setdefault(leaf.text, Passage(leaf.headings, leaf.text, leaf.number))
    if found:
        return tuple(found.values())
    said = [text for fork in _forks(fiche.guide) for text in (fork.title, fork.question, fork.help)]
    links = [link.words for fork in _forks(fiche.guide) for link in fork.links]
    return (Passage((), "\n".join(text for text in [*said, *links] if text) or fiche.description, 0),)


def _same(one: Document, other: Document) -> bool:
    return (one.title, one.description, one.passages) == (other.title, other.description, other.passages)


def _anchors(fiches: Iterable[Fiche], redirected: Mapping[str, str]) -> dict[str, list[Anchor]]:
    """The words of links by the id that they lead to, once for each page that has them."""
    found: dict[str, dict[Anchor, None]] = defaultdict(dict)
    for fiche in fiches:
        for link in _links(fiche):
            if link.fiche and link.words.strip():
                target = redirected.get(link.fiche, link.fiche)
                found[target][Anchor(link.words.strip(), fiche.id)] = None
    return {target: list(anchors) for target, anchors in found.items()}


def _links(fiche: Fiche) -> Iterator[Link]:
    for part in walk(fiche.parts):
        if isinstance(part, Text):
            yield from part.links
    for fork in _forks(fiche.guide):
        yield from fork.links


def _forks(root: Fork | None) -> Iterator[Fork]:
    if root is not None:
        yield root
        for fork in root.forks:
            yield from _forks(fork)

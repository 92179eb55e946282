"""A fiche as leaves: pieces of its text that can be shown alone, each with the cases in which it is true.

A fiche's choices are numbered in the order of the page, from 0; an option is numbered within its choice. A leaf is
shown only to a citizen of whom every (choice, option) pair of its `path` is known: a paragraph of another case is a
wrong answer, not a less likely one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from bot.fiches import Choice, Contact, Fiche, Online, Part, Section, Text

WORDS_SHOWN = 60
"""About what is read without effort in a chat."""
WORDS_AT_MOST = 80
"""A short rest is not worth a press of « Voir plus »."""

LABELS = {"know": "À savoir", "note": "À noter", "attention": "Attention", "recall": "Rappel", "example": "Exemple"}
"""What the State's pages write over their boxes, by `Text.box`."""

Path = tuple[tuple[int, int], ...]
"""(choice, option) pairs, the outermost first."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A piece of a fiche, as plain text: paragraphs by blank line, list lines by "- "."""

    number: int
    """Its place in the fiche, from 0."""
    path: Path
    """In which cases it is true; empty for everybody."""
    headings: tuple[str, ...]
    """Chapters and cases that it stands under, the outermost first."""
    text: str
    online: tuple[Online, ...] = ()
    """What can be done on the web at this place of the page."""
    contacts: tuple[Contact, ...] = ()
    """Who is competent at this place of the page."""
    links: tuple[str, ...] = ()
    """Ids of the fiches that its text links to."""
    shown: str = ""
    """The text as a citizen reads it alone: what is set in a box says so, as on the page (« À savoir »)."""
    aside: bool = False
    """Whether all of it is set in boxes, beside what its section says."""


@dataclass(frozen=True, slots=True)
class Question:
    """A choice of a fiche, as a question to the citizen."""

    number: int
    """Of the choice."""
    path: Path
    """In which cases it is asked at all."""
    headings: tuple[str, ...]
    options: tuple[str, ...]
    """The cases' titles."""
    situations: bool
    """Whether these are the page's situations."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A fiche cut up."""

    leaves: tuple[Leaf, ...]
    questions: tuple[Question, ...]
    """By number."""


@dataclass(slots=True)
class _Cutter:
    leaves: list[Leaf] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    def cut(self, parts: tuple[Part, ...], path: Path, headings: tuple[str, ...]) -> None:
        """Text and what stands beside it becomes leaves; chapters and cases are gone into."""
        gathered: list[Text | Online | Contact] = []
        for part in parts:
            if isinstance(part, (Section, Choice)):
                self._leaf(gathered, path, headings)
                gathered = []
            if isinstance(part, Section):
                self.cut(part.parts, path, _under(headings, part.title))
            elif isinstance(part, Choice):
                self._choice(part, path, headings)
            else:
                gathered.append(part)
        self._leaf(gathered, path, headings)

    def _choice(self, choice: Choice, path: Path, headings: tuple[str, ...]) -> None:
        if len(choice.options) == 1:
            # A single case is a heading: there is nothing to choose.
            only = choice.options[0]
            self.cut(only.parts, path, _under(headings, only.title))
            return
        number = len(self.questions)
        titles = tuple(option.title for option in choice.options)
        self.questions.append(Question(number, path, headings, titles, choice.situations))
        for place, option in enumerate(choice.options):
            self.cut(option.parts, (*path, (number, place)), _under(headings, option.title))

    def _leaf(self, parts: list[Text | Online | Contact], path: Path, headings: tuple[str, ...]) -> None:
        for piece in _pieces(parts):
            texts = [part for part in piece if isinstance(part, Text)]
            leaf = Leaf(
                number=len(self.leaves),
                path=path,
                headings=headings,
                text=_joined(texts),
                online=tuple(part for part in piece if isinstance(part, Online)),
                contacts=tuple(part for part in piece if isinstance(part, Contact)),
                links=tuple(dict.fromkeys(link.fiche for text in texts for link in text.links if link.fiche)),
                shown=_joined(_labelled(texts)),
                aside=bool(texts) and all(text.box for text in texts),
            )
            self.leaves.append(leaf)


def outline(fiche: Fiche) -> Outline:
    """The leaves and questions of a fiche, in the order of the page; no leaf for a guided search."""
    cutter = _Cutter()
    cutter.cut(fiche.parts, (), ())
    return Outline(tuple(cutter.leaves), tuple(cutter.questions))


def _under(headings: tuple[str, ...], title: str) -> tuple[str, ...]:
    return (*headings, title) if title else headings


def _pieces(parts: list[Text | Online | Contact]) -> list[list[Text | Online | Contact]]:
    """Cut where enough words are gathered; a list line stays with what introduces it, a service with its sentence."""
    pieces: list[list[Text | Online | Contact]] = []
    count = 0
    for part in parts:
        words = len(part.words.split()) if isinstance(part, Text) else 0
        last = pieces[-1][-1] if pieces else None
        introduced = isinstance(part, Text) and part.line and isinstance(last, Text) and last.words.endswith(":")
        if pieces and (not words or introduced or count + words <= WORDS_SHOWN):
            pieces[-1].append(part)
            count += words
        else:
            pieces.append([part])
            count = words
    if len(pieces) > 1 and _words(pieces[-1]) + _words(pieces[-2]) <= WORDS_AT_MOST:
        rest = pieces.pop()
        pieces[-1].extend(rest)
    return pieces


def _words(piece: list[Text | Online | Contact]) -> int:
    return sum(len(part.words.split()) for part in piece if isinstance(part, Text))


def _labelled(texts: list[Text]) -> list[Text]:
    """The texts with the words that stand over a box of the page before its first one; without, it is half a sentence."""
    labelled: list[Text] = []
    box = ""
    for text in texts:
        label = LABELS.get(text.box, "") if text.box != box else ""
        box = text.box
        own = text.line or text.words.endswith(":") or not label
        labelled.append(text if own else msgspec.structs.replace(text, words=f"{label} : {text.words}"))
    return labelled


def _joined(texts: list[Text]) -> str:
    joined = ""
    for text in texts:
        words = f"- {text.words}" if text.line else text.words
        joined += ("\n" if text.line else "\n\n") + words if joined else words
    return joined

"""The body of a page: chapters, cases, paragraphs, lists, tables and boxes as the parts of a fiche."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml.etree import _Element

from bot.fiches import Choice, Option, Part, Section, Text
from bot.knowledge.importers.service_public import tables
from bot.knowledge.importers.service_public.errors import Unusable
from bot.knowledge.importers.service_public.inline import children, links, name, web, words
from bot.knowledge.importers.service_public.profiles import Profile, Profiles, required
from bot.knowledge.importers.service_public.services import contact, online

MAX_DEPTH = 40
"""Blocks within blocks; the source's deepest page has 14. Beyond it the file is no page."""

BOXES = {"ASavoir": "know", "ANoter": "note", "Attention": "attention", "Rappel": "recall", "Exemple": "example"}
_SAID_BY_BOX = frozenset({"à savoir", "à noter", "attention", "rappel", "exemple", ""})
_SECTIONS = frozenset({"Chapitre", "SousChapitre"})
_CASES = frozenset({"Cas", "Situation"})
_FOR_SOME = frozenset({"FragmentConditionne", "Chapitre", "SousChapitre"})
_LEFT_OUT = frozenset(
    {
        "Titre",  # read by whoever reads the block
        "TitreAlternatif",  # the same title for another profile
        "Condition",
        "Questionnaire",
        "Image",
        "Illustration",
        "Video",
        "Resume",  # of a table, for screen readers: says what the rows say
    }
)
_WRAPPERS = frozenset({"Texte", "Introduction", "Contenu", "ContenuIllustre", "Consigne", "FragmentConditionne"})
"""Blocks without a meaning of their own: what is in them stands where they stand."""


@dataclass(slots=True)
class Body:
    """Reads the blocks of one page."""

    audience: str
    profiles: Profiles
    _depth: int = field(default=0, init=False)

    def parts(self, element: _Element, known: frozenset[str] = frozenset(), box: str = "") -> tuple[Part, ...]:
        """What stands in a block; `known` are the conditions that hold here anyway.

        Raises:
            Unusable: it is nested too deeply.
        """
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unusable(f"is nested too deeply: more than {MAX_DEPTH} blocks within one another")
        try:
            return self._parts(element, known, box)
        finally:
            self._depth -= 1

    def _parts(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        whole = _Gathering()
        run: list[tuple[Profile, _Element]] = []
        for child in children(element):
            kind = name(child)
            profile = self._profile(child, known) if kind in _FOR_SOME else None
            if profile:
                if run and run[0][0].question != profile.question:
                    self._cases(run, known, whole)
                    run = []
                run.append((profile, child))
                continue
            self._cases(run, known, whole)
            run = []
            if kind == "TitreFlottant":
                whole.heading(words(child))
            else:
                whole.add(self.block(child, kind, known, box), kind in _SECTIONS)
        self._cases(run, known, whole)
        return whole.parts() or self._pictured(element, known, box)

    def _pictured(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        """What a picture shows, in the source's words for those who do not see it.

        Beside a text it says again what the text says, or how a poster looks. Where the picture is all there is, such as
        the calendar of the school holidays, these words are the answer.
        """
        described = (text for picture in element.iterfind("Image") for text in picture.iterfind("Description"))
        return tuple(part for text in described for part in self.parts(text, known, box))

    def _profile(self, element: _Element, known: frozenset[str]) -> Profile | None:
        return None if required(element) in known else self.profiles.of(element)

    def _cases(self, run: list[tuple[Profile, _Element]], known: frozenset[str], whole: _Gathering) -> None:
        """Neighbours that answer one question in different ways are a choice; what stands alone has a heading."""
        if not run:
            return
        cases: dict[str, list[Part]] = {}
        for profile, element in run:
            now = known | {required(element)}
            cases.setdefault(profile.answer, []).extend(self._titled(self.block(element, name(element), now), profile))
        chapters = name(run[0][1]) in _SECTIONS
        if len(cases) > 1:
            whole.add((Choice(tuple(Option(answer, tuple(parts)) for answer, parts in cases.items())),), chapters)
            return
        ((answer, parts),) = cases.items()
        # A chapter's own title says for whom it is.
        own = chapters and any(isinstance(part, Section) for part in parts)
        whole.add(tuple(parts) if own else (Section(answer, tuple(parts)),), chapters)

    @staticmethod
    def _titled(parts: tuple[Part, ...], profile: Profile) -> tuple[Part, ...]:
        """Without a chapter's title that says the same as the case."""
        if len(parts) == 1 and isinstance(parts[0], Section) and parts[0].title == profile.answer:
            return parts[0].parts
        return parts

    def block(
        self, element: _Element, kind: str, known: frozenset[str] = frozenset(), box: str = ""
    ) -> tuple[Part, ...]:
        """One block; `kind` is its name."""
        if kind in _LEFT_OUT:
            return ()
        read = _READERS.get(kind)
        if read:
            return read(self, element, known, box)
        if kind in _WRAPPERS:
            return self.parts(element, known, box)
        return self._unknown(element, known, box)

    def _paragraph(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        said = words(element)
        return (Text(said, box=box, links=links(element)),) if said else ()

    def _list(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        lines: list[Part] = []
        for item in children(element):
            line = [child for child in children(item) if name(child) == "Paragraphe"]
            said = " ".join(filter(None, map(words, line))) or ("" if children(item) else words(item))
            if said:
                found = tuple(dict.fromkeys(link for part in line for link in links(part)))
                lines.append(Text(said, line=True, box=box, links=found))
            for child in children(item):
                if name(child) != "Paragraphe":
                    lines.extend(self._nested(child, known, box))
        return tuple(lines)

    def _nested(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        """A list or a service within a list's item."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unusable(f"is nested too deeply: more than {MAX_DEPTH} blocks within one another")
        try:
            return self.block(element, name(element), known, box)
        finally:
            self._depth -= 1

    def _table(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        return tuple(tables.lines(element, box))

    def _box(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        kind = BOXES[name(element)]
        title = words(element.find("Titre"))
        heading: tuple[Part, ...] = ()
        if title.rstrip(" :").lower() not in _SAID_BY_BOX:
            heading = (Text(f"{title.rstrip(' :')} :", box=kind),)
        return heading + self.parts(element, known, kind)

    def _section(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        title, parts = words(element.find("Titre")), self.parts(element, known, box)
        return (Section(title, parts),) if title else parts

    def _choice(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        options: list[Option] = []
        around: list[Part] = []
        for child in children(element):
            kind = name(child)
            if kind in _CASES:
                parts = self.parts(child, known | {required(child)} - {""})
                options.append(Option(words(child.find("Titre")), parts))
            elif kind == "Titre":
                around.extend(self._paragraph(child, known, box))
            else:
                around.extend(self.block(child, kind, known, box))
        if options:
            around.append(Choice(tuple(options), situations=name(element) == "ListeSituations"))
        return tuple(around)

    def _online(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        service = online(element, self.audience)
        about = (block for block in children(element) if name(block) in {"Introduction", "Texte"})
        said = [part for block in about for part in self.parts(block, known, box)]
        notice = element.find("Avertissement")
        if notice is not None:
            title = words(notice.find("Titre"))
            said.extend([Text(f"{title} :", box="attention")] if title else [])
            said.extend(self.parts(notice, known, "attention"))
        # What the source says of a service stands before it: a reader sees its button last.
        return (*said, *((service,) if service else ()))

    def _contact(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        found = contact(element)
        return (found,) if found else ()

    def _help(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        """What a case's title means, for who has to choose it."""
        return self.parts(element, known, "know")

    def _commented(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        said = " : ".join(filter(None, (words(element.find("LienExterne")), words(element.find("Commentaire")))))
        return (Text(said, line=True, box=box, links=links(element)),) if said else ()

    def _unknown(self, element: _Element, known: frozenset[str], box: str) -> tuple[Part, ...]:
        """An element of a later schema: a block keeps its cases, blocks and title, anything else its words."""
        if any(name(child) in _CASES for child in children(element)):
            return self._choice(element, known, box)
        if any(name(inside) in _BLOCKS for inside in element.iterdescendants()):
            return self._section(element, known, box)
        if web(element.get("URL")) and (service := online(element, self.audience)):
            return (service,)
        said = words(element)
        return (Text(said, box=box, links=links(element)),) if said else ()


@dataclass(slots=True)
class _Gathering:
    """Parts in the order of the page. A floating title heads what follows it, until the next one or the next chapter."""

    _done: list[Part] = field(default_factory=list)
    _title: str = ""
    _under: list[Part] = field(default_factory=list)

    def add(self, parts: tuple[Part, ...], chapter: bool) -> None:
        if chapter:
            self.heading("")
        (self._under if self._title else self._done).extend(parts)

    def heading(self, title: str) -> None:
        if self._title:
            # A title over nothing is read as a line: its words are not lost.
            self._done.append(Section(self._title, tuple(self._under)) if self._under else Text(self._title))
        self._title, self._under = title, []

    def parts(self) -> tuple[Part, ...]:
        self.heading("")
        return tuple(self._done)


_Reader = Callable[[Body, _Element, frozenset[str], str], tuple[Part, ...]]
_READERS: dict[str, _Reader] = {
    "Paragraphe": Body._paragraph,
    "Liste": Body._list,
    "Tableau": Body._table,
    **dict.fromkeys(BOXES, Body._box),
    "Chapitre": Body._section,
    "SousChapitre": Body._section,
    "Complement": Body._section,
    "BlocCas": Body._choice,
    "ListeSituations": Body._choice,
    "ServiceEnLigne": Body._online,
    "PourEnSavoirPlus": Body._online,
    "OuSAdresser": Body._contact,
    "Aide": Body._help,
    "LienExterneCommente": Body._commented,
}
_BLOCKS = frozenset(_READERS) | _WRAPPERS | _CASES

"""What a fiche gets from the other files of its feed: forms that name it, addresses and titles of what it links to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from bot.fiches import Choice, Fiche, Fork, Link, Online, Option, Part, Section, Text, walk
from bot.knowledge.importers.service_public.resources import Resource


@dataclass(slots=True)
class Finishing:
    """All files of one audience were read; see `finished`."""

    resources: Sequence[Resource]
    titles: Mapping[str, str]
    important: Mapping[str, date]
    _addresses: dict[str, str] = field(init=False)
    _forms: dict[str, dict[str, Online]] = field(init=False)

    def __post_init__(self) -> None:
        self._addresses = {resource.online.id: resource.online.url for resource in self.resources}
        self._forms = {}
        for resource in self.resources:
            for page in resource.fiches:
                self._forms.setdefault(page, {})[resource.online.id] = resource.online

    def finished(self, fiche: Fiche) -> Fiche:
        """The fiche as it is stored."""
        said = {part.id for part in walk(fiche.parts) if isinstance(part, Online)}
        forms = self._forms.get(fiche.id, {})
        return msgspec.structs.replace(
            fiche,
            parts=self._parts(fiche.parts) if self._led(fiche.parts) else fiche.parts,
            guide=self._fork(fiche.guide) if fiche.guide else None,
            forms=tuple(forms[page] for page in sorted(forms) if page not in said),
            important=max(filter(None, (fiche.important, self.important.get(fiche.id))), default=None),
        )

    def _led(self, parts: tuple[Part, ...]) -> bool:
        """Whether a text links to a page of a service, which is no fiche."""
        return any(
            link.fiche in self._addresses for part in walk(parts) if isinstance(part, Text) for link in part.links
        )

    def _parts(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(self._part(part) for part in parts)

    def _part(self, part: Part) -> Part:
        if isinstance(part, Text):
            return msgspec.structs.replace(part, links=self._links(part.links)) if part.links else part
        if isinstance(part, Section):
            return Section(part.title, self._parts(part.parts))
        if isinstance(part, Choice):
            options = tuple(Option(option.title, self._parts(option.parts)) for option in part.options)
            return Choice(options, part.situations)
        return part

    def _links(self, links: tuple[Link, ...]) -> tuple[Link, ...]:
        return tuple(
            Link(link.words, url=self._addresses[link.fiche]) if link.fiche in self._addresses else link
            for link in links
        )

    def _fork(self, fork: Fork) -> Fork:
        led = msgspec.structs.replace(fork, links=self._links(fork.links), forks=())
        forks = tuple(self._fork(child) for child in fork.forks)
        return msgspec.structs.replace(named(led, self.titles), forks=forks)


def named(fork: Fork, titles: Mapping[str, str]) -> Fork:
    """A guided search ends at fiches that it does not name: their titles are its words."""
    links = tuple(
        link if link.words or not link.fiche else Link(titles.get(link.fiche, ""), link.fiche) for link in fork.links
    )
    return msgspec.structs.replace(fork, links=links, forks=tuple(named(child, titles) for child in fork.forks))

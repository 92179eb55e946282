"""One zip of the source as everything that its audience is to become, or each of them where it has a folder for each."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from lxml.etree import _Element

from bot.fiches import Fiche
from bot.knowledge.importers import Problem
from bot.knowledge.importers.service_public import parse, tail
from bot.knowledge.importers.service_public.archive import Archive
from bot.knowledge.importers.service_public.errors import FeedRefused, Unusable
from bot.knowledge.importers.service_public.finishing import Finishing
from bot.knowledge.importers.service_public.resources import AUDIENCE_NAMES, Resource

READER = 1
"""Grows when the same file would be read differently: an import then reads what it has read before."""
MAX_BAD_SHARE = 0.05
"""From here on it is the feed that is broken, and not a file."""

_NAMED = re.compile(r"([FNR][0-9]{1,9})\.xml", re.IGNORECASE)
Step = Callable[[str, int], None]
"""Hears the name of each file, and how many its zip has; of a place that is gone to next, and 0."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a zip says."""

    place: str
    audience: str
    fiches: tuple[Fiche, ...]
    """By id, as they are to be stored."""
    sums: dict[str, str]
    """A checksum of each fiche by its id."""
    redirections: dict[str, str] | None
    """From ids that are gone; None if the zip does not say, so that the former ones stay."""
    problems: tuple[Problem, ...] = ()
    """`article_id` is the id of a fiche that cannot be read, "" if it is no fiche's file."""


@dataclass(slots=True)
class _Gathered:
    """Files that were read, of whatever audience."""

    fiches: list[tuple[str, Fiche]] = field(default_factory=list)
    resources: list[tuple[str, Resource]] = field(default_factory=list)
    redirections: list[_Element] = field(default_factory=list)
    important: dict[str, str] = field(default_factory=dict)
    schemas: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    bad: int = 0
    """Problems with what should be a page."""


def read(path: Path, place: str, force: bool = False, step: Step = lambda name, files: None) -> list[Parsed]:
    """Read a zip; `step` is told of each file.

    A folder is for the audience of most of its pages; folders of one audience are one feed, and what stands beside the
    pages in a folder without any is for all of them. A file that cannot be read is a problem and costs no other. `force` takes a feed of another schema and one with many
    broken files.

    Raises:
        FeedRefused: it is not a zip, holds no fiche, is of a schema that is not known, or too much of it is broken.
    """
    folders: dict[str, _Gathered] = {}
    with Archive(path) as archive:
        for member, data in archive.members():
            folder, _, name = member.rpartition("/")
            found = folders.setdefault(folder, _Gathered())
            step(name, len(archive))
            try:
                if isinstance(data, Unusable):
                    raise data
                _take(parse.document(data), name, found)
            except Unusable as error:
                page = _NAMED.fullmatch(name)
                found.bad += page is not None
                found.problems.append(Problem(name, str(error), page[1].upper() if page else ""))
    _judge(_joined(folders.values()), place, force)
    feeds: dict[str, list[_Gathered]] = {}
    for found in folders.values():
        if found.fiches:
            ((audience, _),) = Counter(fiche.audience for _, fiche in found.fiches).most_common(1)
            feeds.setdefault(audience, []).append(found)
    beside = _joined(found for found in folders.values() if not found.fiches)
    parsed = []
    for audience, mine in sorted(feeds.items()):
        parsed.append(_parsed(_joined([*mine, beside]), audience, place))
        # Told once.
        beside.problems.clear()
    return parsed


def checksum(fiche: Fiche) -> str:
    """Tells a fiche from any other state of it."""
    return hashlib.sha256(msgspec.json.encode(fiche)).hexdigest()[:32]


def _joined(several: Iterable[_Gathered]) -> _Gathered:
    whole = _Gathered()
    for found in several:
        whole.fiches += found.fiches
        whole.resources += found.resources
        whole.redirections += found.redirections
        whole.important.update(found.important)
        whole.schemas.update(found.schemas)
        whole.problems += found.problems
        whole.bad += found.bad
    return whole


def _take(root: _Element, name: str, found: _Gathered) -> None:
    if root.tag == "Redirections":
        found.redirections.append(root)
        return
    if root.tag == "DatesModImp":
        found.important.update(
            (item.get("ID", ""), item.get("dateDerniereModificationImportante", "")) for item in root.iter("Item")
        )
        return
    page = parse.page(root)
    if page is not None:
        found.schemas[parse.schema(root)] += 1
    if isinstance(page, Fiche):
        found.fiches.append((name, page))
    elif isinstance(page, Resource):
        found.resources.append((name, page))


def _judge(found: _Gathered, place: str, force: bool) -> None:
    """Whether this is a feed at all.

    Raises:
        FeedRefused: it is not.
    """
    good = len(found.fiches) + len(found.resources)
    if not force and found.bad > MAX_BAD_SHARE * (good + found.bad):
        first = next(problem for problem in found.problems if problem.article_id)
        raise FeedRefused(
            f"{place}: {found.bad} of {good + found.bad} pages cannot be read, more than {MAX_BAD_SHARE:.0%}; "
            f"the first is {first.place}, which {first.sentence}; --force takes the others"
        )
    if not found.fiches:
        why = f"; {found.problems[0].place} {found.problems[0].sentence}" if found.problems else ""
        raise FeedRefused(f"{place}: holds no fiche of service-public.fr (Publication with an ID such as F1341){why}")
    unknown = [version for version, _ in found.schemas.most_common() if version not in parse.SCHEMAS]
    if unknown and not force:
        named = unknown[0] or "without a version"
        raise FeedRefused(
            f"{place}: is of schema {named}, and {' and '.join(parse.SCHEMAS)} are known; "
            "--force reads it as if it were, look at a few fiches then"
        )


def _parsed(found: _Gathered, audience: str, place: str) -> Parsed:
    problems = list(found.problems)
    mine: dict[str, tuple[str, Fiche]] = {}
    for name, fiche in found.fiches:
        if fiche.audience != audience:
            problems.append(Problem(name, f"is for the audience {fiche.audience} in a feed for {audience}"))
        elif fiche.id in mine:
            problems.append(Problem(name, f"has the ID {fiche.id} of {mine[fiche.id][0]}, which is taken"))
        else:
            mine[fiche.id] = (name, fiche)
    finishing = Finishing(
        [resource for _, resource in found.resources if resource.audience == audience],
        {page: fiche.title for page, (_, fiche) in mine.items()},
        {page: day for page, said in found.important.items() if (day := tail.day(said))},
    )
    fiches = tuple(finishing.finished(mine[page][1]) for page in sorted(mine))
    sums = {fiche.id: checksum(fiche) for fiche in fiches}
    return Parsed(place, audience, fiches, sums, _redirected(found, audience, mine), tuple(problems))


def _redirected(found: _Gathered, audience: str, stored: dict[str, tuple[str, Fiche]]) -> dict[str, str] | None:
    """An id that is there leads nowhere else, whatever the list says: it has come back."""
    if not found.redirections:
        return None
    leads: dict[str, str] = {}
    for root in found.redirections:
        for entry in root.iter("Redirection"):
            gone, stands = (entry.get("from") or "").strip(), (entry.get("to") or "").strip()
            whose = AUDIENCE_NAMES.get((entry.get("audience") or "").strip().lower(), audience)
            if gone and stands and gone != stands and whose == audience and gone not in stored:
                leads[gone] = stands
    return leads

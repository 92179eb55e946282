"""What stands around a page's text: where it belongs, what it names, the words that it explains."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from lxml.etree import _Element

from bot.fiches import Notice, Online, Part, Related, walk
from bot.knowledge.importers.service_public.guide import plain_title
from bot.knowledge.importers.service_public.inline import children, name, web, words
from bot.knowledge.importers.service_public.resources import AUDIENCE_NAMES
from bot.knowledge.importers.service_public.services import contact, online

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PAGES = frozenset({"Fiche", "Dossier", "QuestionReponse", "CommentFaireSi", "RechercheGuidee", "RechercheGuideePere"})
_NESTED = frozenset({"SousTheme", "SousDossier", "Groupe", "VoirAussi"})


def day(said: str) -> date | None:
    """The first day in « modified 2024-03-06 » or « 2021-07-08T00:00:00 »; None if there is none."""
    found = _DAY.search(said)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def distinct(said: Iterable[str]) -> tuple[str, ...]:
    """What is not empty, each once, in order."""
    return tuple(dict.fromkeys(filter(None, said)))


def themes(root: _Element, page_id: str) -> tuple[str, ...]:
    """Where a page belongs, from the general to the particular."""
    crumbs = [words(crumb) for crumb in root.findall("FilDAriane/Niveau")[1:] if crumb.get("ID") != page_id]
    files = [words(title) for title in root.iterfind("DossierPere/Titre")]
    own = [words(part) for part in root.iterfind("SousDossierPere")]
    above = [words(theme) for theme in root.iterfind("SousThemePere")]
    return distinct([*crumbs[:1], *above, *crumbs[1:], *files, *own])


def beside(root: _Element, audience: str, text: tuple[Part, ...]) -> Iterator[Part]:
    """Services and contacts that stand beside the text, those that can help last.

    What the text names at its place is not said twice: there it stands in its case.
    """
    said = {part.id for part in walk(text) if isinstance(part, Online)}
    for element in root.iterfind("ServiceEnLigne"):
        service = online(element, audience)
        if service and service.id not in said:
            yield service
    for element in root.iterfind("OuSAdresser"):
        found = contact(element)
        if found:
            yield found
    for element in root.iterfind("QuiPeutMAider"):
        found = contact(element, helps=True)
        if found:
            yield found


def notice(root: _Element) -> Notice | None:
    """« Avertissement »."""
    element = root.find("Avertissement")
    if element is None:
        return None
    text = element.find("Texte")
    said = (words(block) for block in (children(text) if text is not None else ()))
    return Notice(words(element.find("Titre")), "\n\n".join(filter(None, said)), day(element.get("date") or ""))


def named(root: _Element, *kinds: str) -> tuple[Related, ...]:
    """The pages that a page names under elements of these names."""
    return _once(page for element in children(root) if name(element) in kinds for page in _pages(element))


def related(root: _Element) -> tuple[Related, ...]:
    """What a fiche names beside its linked questions."""
    return named(root, "VoirAussi", "CommentFaireSi", "RechercheGuidee", "RechercheGuideePere")


def listed(root: _Element) -> tuple[Related, ...]:
    """What a navigation page lists, in its order."""
    return named(root, "SousTheme", "Dossier", "SousDossier", "Fiche", "Groupe", "VoirAussi", "CommentFaireSi")


def explained(root: _Element, kind: str) -> tuple[tuple[str, str], ...]:
    """`Definition` or `Abreviation`: the word, and what it means."""
    found: dict[str, str] = {}
    for element in root.iter(kind):
        word, meaning = words(element.find("Titre")), words(element.find("Texte"))
        if word and meaning:
            found.setdefault(word, meaning)
    return tuple(found.items())


def references(root: _Element) -> tuple[tuple[str, str], ...]:
    """Laws, with what of them matters; those of a definition are the definition's."""
    found = []
    for element in root.iterfind("Reference"):
        url = web(element.get("URL"))
        title = " : ".join(filter(None, (words(element.find("Titre")), words(element.find("Complement")))))
        if url and title:
            found.append((title, url))
    return tuple(dict.fromkeys(found))


def _pages(element: _Element) -> Iterator[Related]:
    if name(element) in _PAGES and element.get("ID"):
        title = element.find("Titre")
        said = words(title if title is not None else element)
        audience = AUDIENCE_NAMES.get((element.get("audience") or "").strip().lower(), "")
        yield Related(element.get("ID", "").strip(), plain_title(said), audience)
    elif name(element) in _NESTED:
        for child in children(element):
            yield from _flat(child)


def _flat(element: _Element) -> Iterator[Related]:
    """Pages within a group; groups within groups no deeper than the schema has them."""
    if name(element) in _NESTED:
        for child in children(element):
            if name(child) in _PAGES:
                yield from _pages(child)
    else:
        yield from _pages(element)


def _once(pages: Iterable[Related]) -> tuple[Related, ...]:
    found: dict[tuple[str, str], Related] = {}
    for page in pages:
        found.setdefault((page.audience, page.id), page)
    return tuple(found.values())

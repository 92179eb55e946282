"""The bytes of one file of the source as a fiche; pure, and safe on whatever the bytes are."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element

from bot.fiches import Fiche, FicheKind
from bot.knowledge.importers.service_public import tail
from bot.knowledge.importers.service_public.blocks import Body
from bot.knowledge.importers.service_public.errors import Unusable
from bot.knowledge.importers.service_public.guide import guide, plain_title
from bot.knowledge.importers.service_public.inline import children, name, web, words
from bot.knowledge.importers.service_public.profiles import Profiles
from bot.knowledge.importers.service_public.resources import AUDIENCE_NAMES, Resource, resource
from bot.knowledge.importers.service_public.services import public_page

SCHEMAS = ("3.4", "3.5")
"""The versions that live at the time of writing; the source keeps two at once."""

_DC = "{http://purl.org/dc/elements/1.1/}"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
_VERSION = re.compile(r"(?:^|/)(\d+\.\d+)/")
_PAGE = re.compile(r"[FN][0-9]{1,9}")
_RESOURCE = re.compile(r"R[0-9]{1,9}")
_RAISED = re.compile(r"\^(?=\w)")
"""« 1^er »: raised letters in a description, which has no elements."""
_KINDS = (
    ("recherche guidée", FicheKind.GUIDED),
    ("question-réponse", FicheKind.QUESTION),
    ("comment faire si", FicheKind.EVENT),
    ("liens externes", FicheKind.LINKS),
)
_TEXT = frozenset({"Texte", "ListeSituations", "LienExterneCommente"})


def document(data: bytes) -> _Element:
    """The root of an XML file.

    Raises:
        Unusable: it is not XML in a known encoding, or it declares a DOCTYPE: the schema has none, and entities are a
            way to make a small file huge or to read other files.
    """
    # One parser a file: a parser is not for several threads, and a file that broke one must not hurt the next.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        reason = " ".join(str(error).split())[:200] or "it is empty"
        raise Unusable(f"is not well-formed XML: {reason}") from error
    if root.getroottree().docinfo.doctype:
        raise Unusable("declares a DOCTYPE, which the source never does; it is not read")
    return root


def read(data: bytes) -> Fiche | Resource | None:
    """A file as a fiche or a resource; None for what is neither, such as a menu.

    Raises:
        Unusable: it should be one and cannot be read.
    """
    return page(document(data))


def schema(root: _Element) -> str:
    """The version of the schema that a file names, such as "3.4"; "" if it names none."""
    found = _VERSION.search(root.get(_SCHEMA) or "")
    return found[1] if found else ""


def page(root: _Element) -> Fiche | Resource | None:
    """As `read`, of a document's root.

    Raises:
        Unusable: see `read`.
    """
    page_id = (root.get("ID") or "").strip()
    if root.tag == "Publication" and _PAGE.fullmatch(page_id):
        return _fiche(root, page_id)
    if root.tag == "ServiceComplementaire" and _RESOURCE.fullmatch(page_id):
        return resource(root, audience(root), page_id, words(root.find(f"{_DC}title")))
    if root.tag in {"Publication", "ServiceComplementaire"} and not page_id:
        raise Unusable("has no ID")
    return None


def audience(root: _Element) -> str:
    """The audience that a page is for, by its own words.

    Raises:
        Unusable: it does not say.
    """
    crumb = root.find("FilDAriane/Niveau")
    named = [crumb.get("ID") or ""] if crumb is not None else []
    named += [words(element) for element in root.iterfind("Audience")]
    for said in named:
        found = AUDIENCE_NAMES.get(said.strip().lower())
        if found:
            return found
    raise Unusable("does not say for whom it is: neither Particuliers nor Professionnels")


def _fiche(root: _Element, page_id: str) -> Fiche:
    for_whom = audience(root)
    title = plain_title(words(root.find(f"{_DC}title")))
    if not title:
        raise Unusable("has no title")
    kind = _kind(root, page_id)
    body = Body(for_whom, Profiles(root))
    text = [part for block in root.iterfind("Introduction") for part in body.parts(block)]
    for block in children(root):
        if name(block) in _TEXT:
            text.extend(body.block(block, name(block)))
    return Fiche(
        audience=for_whom,
        id=page_id,
        kind=kind,
        title=title,
        description=_RAISED.sub("", words(root.find(f"{_DC}description"))),
        url=web(root.get("spUrl")) or public_page(for_whom, page_id),
        modified=tail.day(words(root.find(f"{_DC}date"))),
        important=tail.day(root.get("dateDerniereModificationImportante") or ""),
        themes=tail.themes(root, page_id),
        publics=tail.distinct(words(element) for element in root.iterfind("Audience")),
        parts=(*text, *tail.beside(root, for_whom, tuple(text))),
        guide=guide(root) if kind is FicheKind.GUIDED else None,
        notice=tail.notice(root),
        questions=tail.named(root, "QuestionReponse"),
        related=tail.listed(root) if kind is FicheKind.FOLDER else tail.related(root),
        definitions=tail.explained(root, "Definition"),
        abbreviations=tail.explained(root, "Abreviation"),
        references=tail.references(root),
    )


def _kind(root: _Element, page_id: str) -> FicheKind:
    if page_id.startswith("N"):
        return FicheKind.FOLDER
    said = (root.get("type") or "").lower()
    return next((kind for words_of_it, kind in _KINDS if words_of_it in said), FicheKind.INFORMATION)

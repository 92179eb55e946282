"""Nothing of a page's text is lost on the way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml.etree import _Element

from bot.fiches import Choice, Contact, Fiche, Online, Part, Section, Text
from bot.knowledge.importers.service_public.parse import document, page
from tests.knowledge.service_public.pages import FIXTURES

UNSAID = {
    "TitreAlternatif",
    "Condition",
    "Questionnaire",
    "Image",
    "Illustration",
    "Video",
    "Resume",
    "Source",
    "NoticeLiee",
    "ServiceEnLigneAnnexe",
}
BOXES = {"ASavoir", "ANoter", "Attention", "Rappel"}
INLINE = {"MiseEnEvidence", "Valeur", "LienInterne", "LienIntra", "Exposant", "Indice", "Soulignement"}
BODY = {"Introduction", "Texte", "ListeSituations", "LienExterneCommente"}
PAGES = sorted(path for path in FIXTURES.glob("*/[FN]*.xml"))


def source_words(element: _Element) -> Iterator[str]:
    """The text of the body as it stands in the file, whatever the elements mean."""
    parent = element.getparent()
    if element.tag in UNSAID or (element.tag == "Titre" and parent is not None and parent.tag in BOXES):
        return
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from source_words(child)
        yield child.tail or ""
    if element.tag not in INLINE:
        yield " "


def tree_words(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Text):
            yield part.words
        elif isinstance(part, Online):
            yield part.title
        elif isinstance(part, Contact):
            yield from (part.title, *part.pivots, part.text)
        elif isinstance(part, Section):
            yield part.title
            yield from tree_words(part.parts)
        elif isinstance(part, Choice):
            for option in part.options:
                yield option.title
                yield from tree_words(option.parts)


def counted(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_word_of_the_body_is_in_the_tree(path: Path) -> None:
    """Read in two ways, no word of the text is missing."""
    root = document(path.read_bytes())
    found = page(root)
    assert isinstance(found, Fiche)
    blocks = [child for child in root if child.tag in BODY]
    written = counted("".join(word for block in blocks for word in source_words(block)))

    assert written - counted(" ".join(tree_words(found.parts))) == Counter()

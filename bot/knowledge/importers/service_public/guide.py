"""« Recherche guidée »: a tree of answers that ends at fiches."""

from __future__ import annotations

import re

from lxml.etree import _Element

from bot.fiches import Fork
from bot.knowledge.importers.service_public.blocks import MAX_DEPTH
from bot.knowledge.importers.service_public.errors import Unusable
from bot.knowledge.importers.service_public.inline import children, links, name, words

_DRAFT = re.compile(r"^\[\s*RG\s*[-–:]?\s*(?:\]\s*)?|\]\s*$", re.IGNORECASE)
"""« [RG - Plan d'épargne retraite] », « [RG] Piratage messagerie »: a mark of the source's editors."""


def plain_title(title: str) -> str:
    """A guided search's title without the mark of its editors."""
    return _DRAFT.sub("", title).strip() if title.lstrip().upper().startswith("[RG") else title


def guide(root: _Element) -> Fork | None:
    """The tree of a guided search; None if the page has none.

    Raises:
        Unusable: it is nested too deeply.
    """
    forks: list[Fork] = []
    said: list[str] = []
    for tree in root.iterfind("Problematiques"):
        said.extend(filter(None, (words(tree.find("Accueil")),)))
        forks.extend(_fork(branch, 1) for branch in children(tree) if name(branch) in _BRANCHES)
    return Fork(help="\n".join(said), forks=tuple(forks)) if forks else None


_BRANCHES = frozenset({"Problematique", "Branche"})


def _fork(branch: _Element, depth: int) -> Fork:
    if depth > MAX_DEPTH:
        raise Unusable(f"is nested too deeply: more than {MAX_DEPTH} branches within one another")
    # Titre is what is offered; TitreChoix is what the source shows of it once it is chosen.
    return Fork(
        title=words(branch.find("Titre")) or words(branch.find("TitreChoix")),
        question=words(branch.find("Question")),
        help="\n".join(filter(None, (words(block) for aid in branch.iterfind("Aide") for block in children(aid)))),
        forks=tuple(_fork(child, depth + 1) for child in children(branch) if name(child) in _BRANCHES),
        links=tuple(
            dict.fromkeys(link for end in branch if name(end) in {"LienInterne", "LienExterne"} for link in links(end))
        ),
    )

"""For whom a fiche is: near ties of one subject that differ by public are asked and not guessed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.fiches import PRO, Fiche
from bot.knowledge.engine.found import Found
from bot.text.french import fold, words

PRIVATE, AGENT, EMPLOYER, PERSON, ASSOCIATION, PROFESSIONAL = (
    *("private_employee", "public_agent", "employer"),
    *("person", "association", "professional"),
)
PUBLICS = (PRIVATE, AGENT, EMPLOYER, PERSON, ASSOCIATION, PROFESSIONAL)
FAMILIES = ({PRIVATE, AGENT, EMPLOYER}, {PERSON, ASSOCIATION, PROFESSIONAL})
"""Only publics of one family are told apart: a page for everybody is no rival of one for employees."""
NEAR = 0.8
"""A tie has at least so much of the best one's score."""
SAME = 0.5
"""So many words of the shorter title are shared by fiches on one subject."""
LOOKED_AT = 5

_NAMED = (
    (AGENT, re.compile(r"fonction publique|agents? publics?|agente publique|fonctionnaire|secteur public")),
    (PRIVATE, re.compile(r"secteur prive|\bsalarie")),
    (EMPLOYER, re.compile(r"\bemployeur")),
    (ASSOCIATION, re.compile(r"\bassociation")),
)
_OF_WORK = re.compile(r"ressources humaines|salarie|contrat de travail")
_SAID = {
    AGENT: re.compile(r"fonctionnaire|fonction publique|agente? publi|secteur public|public (?:agent|sector|servant)"),
    PRIVATE: re.compile(r"\bsalarie|\bprive\b|secteur prive|private"),
    EMPLOYER: re.compile(r"\bemployeu|mon salarie|mes salarie|employer"),
    ASSOCIATION: re.compile(r"\bassociation"),
    PROFESSIONAL: re.compile(r"\bprofessionnel|entreprise|auto-?entrepreneu|micro-?entrepr|business|company"),
    PERSON: re.compile(r"\bparticulier|a titre (?:prive|personnel)|individual|\bpour moi\b"),
}
_OF_PUBLICS = frozenset(
    words(
        "salarié salariés salariée salariées secteur privé public agent agents fonction publique fonctionnaire fonctionnaires employeur"
        " employeurs association associations entreprise entreprises particulier particuliers professionnel"
    )
)


def public(fiche: Fiche) -> str:
    """One of `PUBLICS`: what its title says, else its audience."""
    title = fold(fiche.title)
    for name, pattern in _NAMED:
        if pattern.search(title):
            return name
    if fiche.audience == PRO:
        return EMPLOYER if any(_OF_WORK.search(fold(theme)) for theme in fiche.themes) else PROFESSIONAL
    named = [fold(one) for one in fiche.publics]
    if named and all(one.startswith("association") for one in named):
        return ASSOCIATION
    return PERSON


def without(title: str) -> str:
    """The words of a title that name no public."""
    return " ".join(word for word in words(title) if word not in _OF_PUBLICS)


def said(question: str, offered: Sequence[str] = PUBLICS) -> str:
    """The one public that words name; "" if they name none, or several."""
    folded = fold(question)
    having = [name for name in offered if _SAID[name].search(folded)]
    return having[0] if len(having) == 1 else ""


def tied(hits: Sequence[Found], fiches: Sequence[Fiche | None]) -> list[str]:
    """The publics of the hits that are nearly as good as the best and on its subject, the best one's first."""
    found: dict[str, None] = {}
    for hit, fiche in list(zip(hits, fiches, strict=True))[:LOOKED_AT]:
        if fiche is not None and hit.score >= NEAR * hits[0].score and alike(hits[0].title, fiche.title):
            found.setdefault(public(fiche))
    best = next(iter(found), "")
    family = next((family for family in FAMILIES if best in family), set())
    return [name for name in found if name in family]


def preferred(hits: Sequence[Found], fiches: Sequence[Fiche | None], wanted: str) -> list[Found]:
    """The hits in their order, but those on the best one's subject that are for another public behind all others."""
    if not wanted or not hits:
        return list(hits)
    pairs = list(zip(hits, fiches, strict=True))
    fitting = any(fiche and public(fiche) == wanted and alike(hits[0].title, fiche.title) for _, fiche in pairs)
    if not fitting:
        return list(hits)
    others = [hit for hit, fiche in pairs if fiche and public(fiche) != wanted and alike(hits[0].title, fiche.title)]
    return [*(hit for hit in hits if hit not in others), *others]


def alike(first: str, second: str) -> bool:
    """Whether two titles are on one subject, whoever they are for."""
    one, other = ({word for word in words(title) if word not in _OF_PUBLICS} for title in (first, second))
    shorter = min(len(one), len(other))
    return bool(shorter) and len(one & other) / shorter >= SAME

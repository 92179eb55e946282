"""What side of a subject a question is about: its price, its papers, its hours.

« Combien ça coûte ? » names no subject. These words choose among the passages of an article, and tell that a short
question goes on about the article that was just answered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.text.french import fold, listed, words


@dataclass(frozen=True, slots=True)
class Aspect:
    """One side: how a question names it, and how a passage shows it. Patterns are for folded text."""

    name: str
    asked: re.Pattern[str]
    heading: re.Pattern[str]
    body: re.Pattern[str]


def _aspect(name: str, asked: str, heading: str, body: str) -> Aspect:
    return Aspect(name, *(re.compile(rf"\b(?:{pattern})") for pattern in (asked, heading, body)))


ASPECTS = (
    _aspect(
        "price",
        r"combien\b(?!\s+de\s+(temps|jours|semaines|mois))|cout|prix\b|tarif|pay(er|e|ant|ante|ants)\b|gratui|cher\b|chere\b|euros?\b|montant",
        r"cout|combien\s+ca|prix\b|tarif|gratui|montant|payer\b",
        r"cout|prix\b|tarif|gratui|montant|euros?\b|\d+\s*€",
    ),
    _aspect(
        "delay",
        r"delai|combien\s+de\s+(temps|jours|semaines|mois)|attente\b|attendre\b|duree|long\b|longtemps\b|recevoir\b|quand\s+(aurai|vais|est-ce)",
        r"delai|duree|attente|validite|combien\s+de\s+temps|quand\b",
        r"delai|duree|attente|semaines?\b|jours\s+ouvres|\d+\s+(jours|mois)\b",
    ),
    _aspect(
        "papers",
        r"papiers?\b|documents?\b|pieces?\b|justificatifs?\b|fournir\b|apporter\b|amener\b|dossier\b|formulaire|cerfa",
        r"papiers?\b|documents?\b|pieces?\b|justificatifs?\b|dossier\b|fournir\b|apporter\b",
        r"papiers?\b|documents?\b|pieces?\b|justificatifs?\b|fournir\b|apportez\b|formulaire",
    ),
    _aspect(
        "hours",
        r"horaires?\b|heures?\b|ouver|ouvr|ferme|quand\b|quel\s+jour|quels\s+jours|samedi|dimanche|week",
        r"horaires?\b|ouver|ouvr|ferme|jours?\b(?!\s+feries)|quand\b|dates?\b",
        r"horaires?\b|ouver|ouvr|ferme|\d+\s*h\b|lundi|samedi",
    ),
    _aspect(
        "place",
        r"adresse|lieu\b|endroit|ou\s+(est|se|sont|puis|peut|peux|faut|aller|trouver|ca|dois|deposer)\b|c\s*est\s+ou\b|situe|guichet|adresser\b",
        r"adresse|lieu|ou\b|acces|s\W+adresser",
        r"adresse|\d+\s+(rue|place|quai|avenue|impasse|chemin|allee|boulevard)\b",
    ),
    _aspect(
        "contact",
        r"telephone|numero|appeler\b|joindre\b|contact|mail\b|courriel|e-mail",
        r"contact|telephone|s\W+adresser|joindre",
        r"telephone|appelez|ecrivez|0\d(\s\d\d){4}",
    ),
    _aspect(
        "way",
        r"demarche|procedure|etapes?\b|en\s+ligne|internet|rendez-vous|rdv\b",
        r"comment|demarche|etapes?\b|en\s+ligne|rendez-vous|demande",
        r"en\s+ligne|rendez-vous|formulaire",
    ),
)

BARE = listed(
    """
    combien cout coute coutent couter couts prix tarif tarifs payer paye payant payante gratuit gratuite gratuits cher
    chere euro euros montant delai delais temps attente attendre duree long longtemps recevoir jour jours semaine
    semaines mois papier papiers document documents piece pieces justificatif justificatifs fournir apporter amener
    dossier formulaire cerfa horaire horaires heure heures ouvert ouverte ouverts ouvre ouverture ferme fermee
    fermeture samedi dimanche week weekend end adresse lieu endroit trouve trouver situe guichet adresser aller
    telephone numero appeler joindre contacter contact mail courriel demarche demarches procedure etape etapes ligne
    internet rendez rdv prendre faire quand ou comment mineur mineure mineurs majeur majeure enfant enfants bebe ado
    age etranger etrangere etrangers urgent urgence renouveler renouvellement perdu perte vole vol condition
    conditions valable validite
    """
)
"""Words that name a side of a subject, or whom it is for, but no subject; folded."""


def asked(question: str) -> tuple[Aspect, ...]:
    """The sides that a question names."""
    folded = fold(question)
    return tuple(aspect for aspect in ASPECTS if aspect.asked.search(folded))


def fit(aspects: tuple[Aspect, ...], headings: tuple[str, ...], text: str) -> float:
    """How well a passage shows the sides that are asked, in [0, 1]; a heading says it for sure, a text perhaps."""
    if not aspects:
        return 0.0
    heading, body = fold(" ".join(headings)), fold(text)
    shown = (1.0 if aspect.heading.search(heading) else 0.4 if aspect.body.search(body) else 0.0 for aspect in aspects)
    return sum(shown) / len(aspects)


def bare(question: str) -> bool:
    """Whether a question names sides only, and no subject."""
    return all(word in BARE for word in words(question))

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
        r"horaires?\b|heures?\b|ouver|ouvr|ferme|quand\b|quel\s+jour|quels\s+jours|matin\b|midi\b|soir\b|week"
        r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
        r"horaires?\b|ouver|ouvr|ferme|jours?\b(?!\s+feries)|quand\b|dates?\b",
        r"horaires?\b|ouver|ouvr|ferme|\d+\s*h\b|lundi|samedi",
    ),
    _aspect(
        "place",
        r"adresse|lieu\b|endroit|ou\s+(est|etes|se|sont|puis|peut|peux|faut|aller|trouver|ca|dois|deposer)\b"
        r"|(est|etes\s+vous|etes)\s+ou\b|situe|guichet|adresser\b",
        # « perdu ou volé » is no place: where it is one, no word but « et » stands before it.
        r"adresse|lieu|(?<!\w\W)ou\b|et\s+ou\b|acces|s\W+adresser",
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

STANDING = {"hours": "horaires", "place": "adresse", "contact": "téléphone"}
"""Sides that the office has too, so that one may ask for them with no subject, and how its page names them."""

IN_PASSING = frozenset({"hours", "way"})
"""Sides that a page may mention in passing (« le samedi », « sur rendez-vous ») without saying what is asked."""

BARE = listed(
    """
    combien cout coute coutent couter couts prix tarif tarifs payer paye payant payante gratuit gratuite gratuits cher
    chere euro euros montant cheque especes
    delai delais temps attente attendre duree dure durer long longue longtemps recevoir recois met mettre prend prends
    prendra arriver arrive
    jour jours semaine semaines mois an ans annee annees date dates limite partir avant apres ensuite
    papier papiers document documents piece pieces justificatif justificatifs fournir apporter apporte amener amene
    dossier formulaire cerfa exemplaire exemplaires original originaux photocopie photocopies copie copies
    horaire horaires heure heures ouvert ouverte ouverts ouvertes ouvre ouvrez ouvrent ouvrir ouverture ferme fermez
    ferment fermee fermes fermer fermeture matin midi soir nuit lundi mardi mercredi jeudi vendredi samedi dimanche
    week weekend end
    adresse lieu endroit trouve trouver trouvez situe situes guichet adresser aller venir exactement
    telephone numero appeler appelle appelez joindre contacter contact mail courriel courrier
    demarche demarches procedure etape etapes ligne internet rendez rdv prendre faire remplir envoyer deposer depose
    depot retirer retrait signer demande demandes reponse repondre refus refuse annuler modifier changer
    quand ou comment
    mineur mineure mineurs majeur majeure enfant enfants fille filles fils bebe ado adulte adultes mari femme conjoint
    parents personne personnes age etranger etrangere etrangers urgent urgence
    renouveler renouvellement renouvelle perdu perdue perdus perte vole volee vol
    condition conditions valable validite obligatoire necessaire autorise autorisee interdit droit
    """
)
"""Words that name a side of a subject, a step, or whom it is for, but no subject; folded."""

_BACK = re.compile(
    # « je l'ai perdu », « on le dépose », « il m'en faut »; not « il y en a ».
    r"\b(?:je|j|tu|on|nous|vous|me|m)\W(?:l|le|la|les)\b|\b(?:je|j|m|on)\W(?:en)\b"
    # « passent-ils ? »; « y a-t-il », « faut-il » speak of nothing.
    r"|\w-(?:ils|elles|elle)\b"
)
_MOVING = re.compile(r"\bchang\w*\s+(?:d\W|de\s|l\W|mon\s|ma\s|notre\s)adresse|\b(?:nouvelle|ancienne)\s+adresse")
"""Whoever changes an address does not ask for one: they move."""
_ARRIVING = re.compile(r"\b(?:(?:viens|vient|venons)\s+d(?:e\s+|\W))?(?:emmenag|demenag)\w*")
_OFFICE = re.compile(
    r"\b(?:etes-vous|vous\s+(?:etes|ouvrez|fermez)|vous\s+(?:trouve[rz]|joindre|appeler|contacter)|(?:vos|votre)\b)"
)


def asked(question: str) -> tuple[Aspect, ...]:
    """The sides that a question names."""
    folded = _MOVING.sub("", fold(question))
    return tuple(aspect for aspect in ASPECTS if aspect.asked.search(folded))


def moving(question: str) -> str:
    """A question, folded, with « déménagement » for all that means it: « j'emménage », « je change d'adresse »."""
    return _ARRIVING.sub("demenagement", _MOVING.sub("demenagement", fold(question)))


def fit(aspects: tuple[Aspect, ...], headings: tuple[str, ...], text: str) -> float:
    """How well a passage shows the sides that are asked, in [0, 1]; a heading says it for sure, a text perhaps."""
    if not aspects:
        return 0.0
    heading, body = fold(" ; ".join(headings)), fold(text)
    shown = (1.0 if aspect.heading.search(heading) else 0.4 if aspect.body.search(body) else 0.0 for aspect in aspects)
    return sum(shown) / len(aspects)


def bare(question: str) -> bool:
    """Whether a question names sides only, and no subject."""
    return all(beside(word) for word in words(question))


def beside(word: str) -> bool:
    """Whether a folded word names a side or a circumstance, and no subject."""
    return word in BARE or word.isdecimal()


def refers_back(question: str) -> bool:
    """Whether a pronoun stands for what was spoken of before: « je l'ai perdu », « quand passent-ils »."""
    return _BACK.search(fold(question).replace("’", "'")) is not None


def of_office(question: str) -> bool:
    """Whether a question is put to the office about itself: « vos horaires », « où êtes-vous »."""
    return _OFFICE.search(fold(question)) is not None


def standing(aspects: tuple[Aspect, ...]) -> bool:
    """Whether only sides are asked that the office has too."""
    return bool(aspects) and all(aspect.name in STANDING for aspect in aspects)


def only_standing(question: str) -> bool:
    """Whether every word of a question names a side that the office has too: « horaires », « ouvert le samedi »."""
    named = [aspect.asked for aspect in ASPECTS if aspect.name in STANDING]
    found = words(question)
    return bool(found) and all(any(asked.match(word) for asked in named) for word in found)


def in_passing(aspects: tuple[Aspect, ...]) -> bool:
    """Whether only sides are asked that pages mention in passing."""
    return bool(aspects) and all(aspect.name in IN_PASSING for aspect in aspects)


def stands_alone(aspects: tuple[Aspect, ...]) -> bool:
    """Whether sides are asked that mean something with no subject; a price or a delay is always one of something."""
    return bool(aspects) and all(aspect.name in STANDING or aspect.name in IN_PASSING for aspect in aspects)

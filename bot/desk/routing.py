"""Which service of the town a matter is for: by the pages that fit it, and by the names and tasks of the services."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.knowledge.index import Index, Query
from bot.knowledge.search import fused
from bot.settings import GENERAL_SERVICE, Office, Service
from bot.text.french import listed, tokens, words
from bot.text.normalise import normalise
from bot.text.spelling import Speller
from bot.text.town_lists import names

CHOICES = 3
"""So many services are offered where nothing is sure."""
NEXT_PAGE = 0.3
"""What a second page of the same service adds, as a share of its strength: several pages on a matter make it theirs."""
OWN_WORDS = 0.6
"""What the service's own name and tasks count beside its pages, where they hold all of the matter."""
LAST = 0.15
"""What is added for the service of the page that was answered last."""
SURE = 0.75
"""From here on the best service is right without asking, if it leads."""
LEAD = 1.35
"""How many times stronger than the next one."""
FAINT = 0.3
"""Below, nothing is known of whom a matter is for."""
ALIKE = 0.25
"""A service of less than this share of the best one's strength is not offered beside it."""

MIN_SPELT = 6
"""Shorter words of a wish are not looked for misspelt: « mairie » and « marche » are too near to others."""
TOLD = 0.6
"""From this share of its weight on, a wish for a person also tells the matter."""

WANTING_A_PERSON = listed(
    """
    parler parle parlez discuter dialoguer echanger entretenir contacter contact joindre appeler appelez appelle appel
    rappeler rappelez rappelle rappel telephone telephoner tel numero fil voix rdv voir recevoir recu recue rencontrer
    avoir mettre mettez mets passer passez passe transferer transferez transfere repondre reponse venir relation affaire
    conversation entretien guichet physique physiquement bout vive aide aider
    humain humaine humains agent agente agents conseiller conseillere conseillers operateur operatrice
    employe employee fonctionnaire secretaire secretariat standard standardiste accueil interlocuteur correspondant
    responsable collegue collegues etre vivant chair os competent competente
    vrai vraie personne personnes gens quelqu quelqun qqn qqun qq1 monsieur madame robot robots bot machine ordinateur chat
    tchat internet direct ligne
    mairie municipal municipale commune hotel ville service services bureau maintenant vite urgent urgence
    complique compliquee cas probleme problemes situation demande aise ecrire expliquer comprend comprends comprendre sert
    prefere preferais simple plusieurs marre assez mur faut faire parce trop
    human person people real live actual someone somebody anyone agent operator representative speak talk call back phone
    callback contact help i an want would like need please can could to with the of from my about your me you get town
    hall city just let not is there in on have
    """
)
"""Words with which one asks for somebody, and which say nothing about the matter; folded."""
_ABOUT = re.compile(r"\b(?:pour|pr|au sujet|a propos|concernant|about|regarding)\b(.+)")
"""What comes after these words is the matter, whether or not a page has it for its title."""
_SPELLER = Speller(dict.fromkeys(WANTING_A_PERSON, 1))


@dataclass(frozen=True, slots=True)
class Routed:
    """Whom a matter is for, as far as words tell."""

    services: tuple[str, ...] = ()
    """Codes, the likeliest first, at most three; empty where nothing is known."""
    sure: bool = False
    """Whether the first is right without asking."""


def route(text: str, index: Index, office: Office, last: str = "") -> Routed:
    """The services that a matter may be for; `last` is the service of the page that was answered just before."""
    named = naming(text, office)
    if len(named) == 1:
        return Routed(named, sure=True)
    strengths = weighed(text, index, office)
    if not strengths or max(strengths.values()) < FAINT:
        return Routed(named[:CHOICES])
    leaning = [last] if strengths.get(last, 0.0) >= ALIKE * max(strengths.values()) else []
    for code in (*named, *leaning):
        strengths[code] = strengths.get(code, 0.0) + LAST
    ranked = sorted(strengths, key=lambda code: -strengths[code])
    best, after = strengths[ranked[0]], strengths[ranked[1]] if len(ranked) > 1 else 0.0
    alike = [code for code in ranked[:CHOICES] if strengths[code] >= ALIKE * best]
    return Routed(tuple(alike), best >= SURE and best >= LEAD * after)


def told_with(wish: str, index: Index, office: Office, last: str = "") -> Routed | None:
    """Whom the matter is for that a wish for a person tells along with it; None if it is only a wish.

    « Parler à quelqu'un de la cantine pour ma facture » tells one; « parler à quelqu'un, c'est urgent » does not.
    """
    if naming(wish, office):
        return route(wish, index, office, last)
    told = matter(wish)
    read = index.read(told)
    # Words that no page has, and slips of the finger, neither tell a matter nor hide one.
    query = Query(tuple(term for term in read.terms if term.known == 1), read.shape)
    titled = [index.coverage(query, place)[1] for place in range(len(index.articles))]
    own = [share_held(query, index.read(f"{one.name} {one.about}")) for one in office.services.values()]
    announced = _ABOUT.search(" ".join(tokens(normalise(wish))))
    is_said = announced is not None and any(term.known == 1 for term in index.read(matter(announced[1])).terms)
    return route(told, index, office, last) if query.terms and (is_said or max((*titled, *own)) >= TOLD) else None


def names_only(wish: str, services: Iterable[Service], index: Index) -> bool:
    """Whether a wish for a person tells whom of the town's it is for, and nothing of the matter.

    « Parler à quelqu'un de l'état civil » has still to be asked what it is about.
    """
    called = {term.stem for service in services for term in index.read(service.name).terms}
    return all(term.stem in called for term in index.read(matter(wish)).terms if term.known)


def matter(text: str) -> str:
    """What is left of a text without the words of a wish for a person, misspelt or not; "" if it was nothing else."""
    return " ".join(
        word
        for word in words(normalise(text))
        if word not in WANTING_A_PERSON
        and not word.isdecimal()
        and (len(word) < MIN_SPELT or _SPELLER.correct(word) is None)
    )


def naming(text: str, office: Office) -> tuple[str, ...]:
    """The services whose name stands in a text as a whole, or its letters (CCAS), in the order of `office.yml`."""
    said = f" {' '.join(tokens(normalise(text)))} "
    return tuple(
        code
        for code, service in office.services.items()
        if code != GENERAL_SERVICE and any(f" {name} " in said for name in names(service))
    )


def weighed(text: str, index: Index, office: Office) -> dict[str, float]:
    """How strongly each service has to do with a matter, about [0, 2]: by its pages and by its own words."""
    query = index.read(text)
    if not any(term.known for term in query.terms):
        return {}
    pages: dict[str, list[float]] = {}
    for article, strength in zip(index.articles, fused(index, query), strict=True):
        if strength > 0:
            pages.setdefault(article.service, []).append(strength)
    found: dict[str, float] = {}
    for code, service in office.services.items():
        best = sorted(pages.get(code, ()), reverse=True)[:2]
        by_pages = sum(strength * share for strength, share in zip(best, (1.0, NEXT_PAGE), strict=False))
        own = share_held(query, index.read(f"{service.name} {service.about}"))
        if by_pages or own:
            found[code] = by_pages + OWN_WORDS * own
    return found


def share_held(query: Query, other: Query) -> float:
    """Which share of the mass of a query's words another text has, in [0, 1]."""
    having = {term.stem for term in other.terms}
    return sum(term.weight * term.known for term in query.terms if term.stem in having) / (query.mass or 1.0)

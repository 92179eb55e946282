"""Whom a matter is for, on the example town's own services and articles."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.desk.routing import Routed, matter, names_only, naming, route, told_with
from bot.knowledge.base import build
from bot.knowledge.importers import markdown
from bot.knowledge.index import Index
from bot.settings import GENERAL_SERVICE, read_office

ROOT = Path(__file__).resolve().parents[2]
OFFICE = read_office(ROOT / "office.yml")
LABELLED: list[list[str]] = yaml.safe_load((Path(__file__).parent / "routed.yml").read_text("utf-8"))
FIRST, AMONG = 0.8, 0.92
"""Floors: how often the best service is right, and how often one of the three that are offered."""


@pytest.fixture(scope="module")
def index() -> Index:
    return build(markdown.read(ROOT / OFFICE.knowledge.folder, OFFICE.services).articles, OFFICE)


def found(text: str, index: Index) -> tuple[str, ...]:
    """What a citizen is offered: where nothing is known, the general service."""
    return route(text, index, OFFICE).services or (GENERAL_SERVICE,)


def test_every_service_is_in_the_table() -> None:
    """The table has at least two matters for each of the town's services, and sixty in all."""
    first = [labels[0] for _, *labels in LABELLED]

    assert {code for code in OFFICE.services if first.count(code) < 2} == set()
    assert len(LABELLED) >= 60


def test_most_matters_come_to_the_right_service(index: Index) -> None:
    """Floors below what was measured: 87 of 88 at once, all among three."""
    first = [found(text, index)[0] in labels for text, *labels in LABELLED]
    among = [bool({*found(text, index)} & {*labels}) for text, *labels in LABELLED]

    assert sum(first) / len(first) >= FIRST
    assert sum(among) / len(among) >= AMONG


def test_who_is_sure_is_right(index: Index) -> None:
    """Where nobody is asked, hardly any matter goes astray."""
    sure = [(route(text, index, OFFICE), labels) for text, *labels in LABELLED]
    right = [routed.services[0] in labels for routed, labels in sure if routed.sure]

    assert sum(right) / len(right) >= 0.95


@pytest.mark.parametrize("text", ["", "blabla", "xyzzy", "?"])
def test_what_says_nothing_is_for_nobody_in_particular(index: Index, text: str) -> None:
    """No word that any page or service has."""
    assert route(text, index, OFFICE) == Routed()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("service urbanisme", "urbanisme"),
        ("quelqu'un du CCAS svp", "action_sociale_ccas"),
        ("l'ÉTAT CIVIL", "etat_civil"),
        ("éclairage public", "eclairage_public"),
    ],
)
def test_a_service_by_its_name(index: Index, text: str, code: str) -> None:
    """Its name settles it, by its letters too."""
    assert naming(text, OFFICE) == (code,)
    assert route(text, index, OFFICE) == Routed((code,), sure=True)


def test_what_was_answered_last_breaks_a_tie(index: Index) -> None:
    """« La facture » after a page on the canteen leans that way."""
    alone = route("une facture de cantine", index, OFFICE)
    after = route("une facture de cantine", index, OFFICE, "restauration_scolaire")

    assert "restauration_scolaire" in alone.services
    assert after.services[0] == "restauration_scolaire"


WISHES = [
    "parler à quelqu'un",
    "je veux parler à un agent de la mairie",
    "passez-moi le standard",
    "I want to talk to a human",
    "un conseiller par téléphone",
    "parler à madame Dupont",
    "parler a un aggent",
    "j'ai besoin de quelqu'un pour m'aider",
    "un agent pour mon problème svp",
    "passez-moi quelqu'un pour que je comprenne",
]


@pytest.mark.parametrize("wish", WISHES)
def test_a_mere_wish_for_a_person_tells_no_matter(index: Index, wish: str) -> None:
    """It has still to be asked what it is about."""
    assert told_with(wish, index, OFFICE) is None


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ("je veux un humain pour mon passeport perdu", "etat_civil"),
        ("parler à quelqu'un pour la crèche", "petite_enfance"),
        ("passez-moi le service des sports", "sports"),
        ("je veux joindre le ccas", "action_sociale_ccas"),
        ("je voudrais parler à quelqu'un pour une facture d'eau trop élevée", "eau_assainissement"),
        ("rappelez-moi à propos du portage de repas de ma mère", "personnes_agees_handicap"),
    ],
)
def test_a_wish_may_tell_its_matter(index: Index, wish: str, code: str) -> None:
    """It need not be asked again."""
    told = told_with(wish, index, OFFICE)

    assert told is not None
    assert told.services[0] == code


@pytest.mark.parametrize(
    ("wish", "code", "is_bare"),
    [
        ("je voudrais parler à quelqu'un de l'état civil", "etat_civil", True),
        ("parler a qqn de letat civil", "etat_civil", True),
        ("passez-moi le service des sports", "sports", True),
        ("je veux joindre le CCAS", "action_sociale_ccas", True),
        ("parler à l'urbanisme pour mon permis de construire", "urbanisme", False),
        ("un agent de la voirie au sujet d'un trou", "voirie", False),
    ],
)
def test_a_service_is_no_matter(index: Index, wish: str, code: str, is_bare: bool) -> None:
    """Who says only whom they want has not said why."""
    assert names_only(wish, [OFFICE.services[code]], index) is is_bare


def test_the_wish_is_no_part_of_the_matter() -> None:
    """Its words, misspelt ones and figures are left out."""
    assert matter("Bonjour, je voudrais parlé à 1 conseillé pour la cantine") == "cantine"


def test_the_table_is_of_this_town() -> None:
    """Every label is a service."""
    assert {label for _, *labels in LABELLED for label in labels} <= OFFICE.services.keys()

"""Names of people in what citizens type: found where words announce them, and what a town calls after people stays."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.privacy.redact import redact
from bot.text.names import names
from tests.test_imports import ROOT

ANNOUNCED = (
    "je m'appelle |karim benali| et je voudrais un rendez-vous",
    "JE M'APPELLE |KEVIN DUPONT|",
    "je m’appelle |Jean-Marc Le Goff| et je déménage",
    "bonjour je me nomme |anouk|, j'ai perdu ma carte",
    "mon nom est |dupont|",
    "mon prénom est |Thuy|",
    "Mon fils |Kevin| est absent demain",
    "mon fils |Kevin| et ma fille |Léa| ne mangent pas",
    "mes enfants |Paul, Marie et Zoé| mangent à la cantine",
    "ma fille qui s'appelle |inès| a cinq ans",
    "ma voisine, |Marcelle|, ne sort plus",
    "je dois voir M. |Dupont| demain",
    "M. et Mme |Dupont| habitent là",
    "Bonjour Monsieur |Le Goff|",
    "j'ai rendez-vous avec mme |martin| à 10 h",
    "c'est pour monsieur |dupont|, il est sourd",
    "le chien de Mme |De La Tour| aboie",
    "chez le docteur |Morel| on attend",
    "la famille |Garnier| fait du bruit",
    "je suis née |Martin|",
    "un acte au nom de |Dupont|",
    "je viens de la part de |Lucie Garnier|",
    "acte de naissance de |Lucie Garnier|",
    "la tombe de |Jean Martin| au cimetière",
    "je suis |Kevin Dupont| de la rue des Lilas",
    "moi c'est |Kevin Dupont|",
    "|Kevin Dupont| à l'appareil",
    "Je ne trouve pas la page. |Kevin Dupont|",
    "merci d'avance |Kevin Dupont|",
    "la dame nommée |Sylvie| au guichet",
)
STAYS = (
    "je m'appelle comment sur la carte ?",
    "mon nom est mal écrit sur ma carte",
    "mon nom est enregistré ?",
    "mon nom de famille est ridicule je veux en changer",
    "mon mari handicapé peut-il voter",
    "ma voisine bruyante",
    "mon fils a une AESH, mon fils AESH",
    "bonjour monsieur pouvez-vous m'aider",
    "voir avec madame le maire",
    "Monsieur le Maire, Madame la Directrice",
    "Monsieur Le Maire",
    "la place Victor Hugo et l'école Jean Jaurès",
    "rue du Docteur Roux",
    "l'école Monsieur Vincent est fermée",
    "le groupe scolaire Simone Veil",
    "médiathèque Mme de Sévigné",
    "le collège Madame de Staël",
    "le stade Pierre de Coubertin",
    "Où est la salle ? Salle Jean Moulin",
    "inscription à Jean Jaurès",
    "acte de naissance de Saint Denis",
    "je suis Français",
    "au nom de la République",
    "le père Noël passe quand",
    "la carte Famille Nombreuse",
    "Merci Madame",
    "un dossier de Logement Social",
    "né le 3 mars à Paris",
)


@pytest.mark.parametrize("marked", ANNOUNCED)
def test_a_name_that_words_announce_is_masked(marked: str) -> None:
    """Civilities, introductions, kin, papers, signatures, with capitals or without; the words around it stay."""
    parts = marked.split("|")
    expected = "".join("[nom]" if place % 2 else part for place, part in enumerate(parts))

    assert redact("".join(parts)).text == expected


@pytest.mark.parametrize("text", STAYS)
def test_what_is_no_persons_name_stays(text: str) -> None:
    """Streets, schools and halls called after people, offices, and words that only stand where names may."""
    assert redact(text).text == text


def test_the_example_town_has_no_name_in_its_pages() -> None:
    """Nothing of its articles is taken for one; of the thirty thousand phrasings five at most, which is one of six thousand."""
    lines = [line for file in (ROOT / "knowledge").glob("*.md") for line in file.read_text("utf-8").splitlines()]
    phrasings = [text for file in (ROOT / "knowledge" / "phrasings").glob("*.yml") for text in _phrasings(file)]

    assert [line for line in lines if list(names(line))] == []
    assert len(phrasings) > 30_000
    assert len([text for text in phrasings if list(names(text))]) <= 5


def _phrasings(file: Path) -> list[str]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [text for texts in yaml.load(file.read_text("utf-8"), loader).values() for text in texts]


def test_hostile_texts_are_read_in_time() -> None:
    """Thousands of announcements, and capitals without end, are no more than text."""
    for text in (
        "mon fils Kevin " * 3000,
        "Aa " * 9000,
        "A'" * 9000,
        "monsieur " * 5000,
        "mon nom est " * 4000,
        "x" * 40_000,
    ):
        redact(text)

"""Guided searches: one question at a time, back and forth, down to the fiches."""

from __future__ import annotations

import pytest

from bot.knowledge.library import Library
from bot.knowledge.narrowing import picked
from bot.knowledge.talk import Talk
from bot.knowledge.telling import back, guide, take
from bot.messages import AnswerStatus
from tests.knowledge.test_dialogue import Citizen, library, texts


@pytest.fixture(scope="module")
def shelf() -> Library:
    return library()


@pytest.fixture
def citizen(shelf: Library) -> Citizen:
    return Citizen(shelf)


def test_a_guided_search_goes_down_and_back(shelf: Library) -> None:
    """One question at a time; a step back asks the one before again, and the end is a fiche."""
    root = guide(shelf, "part:R1", (), Talk())
    meter = take(shelf, "part:R1", (), 0, root.talk or Talk())
    again = back(shelf, "part:R1", (0,), meter.talk or Talk())
    end = take(shelf, "part:R1", (0,), 1, meter.talk or Talk())

    assert (root.status, root.options) == (AnswerStatus.GUIDED, ("Un compteur", "Un véhicule", "Autre chose"))
    assert meter.beside is not None
    assert (meter.beside.title, meter.beside.help) == ("De quel fluide ?", "Le fluide est écrit sur la facture.")
    assert again.options == root.options
    assert end.passages[0].article_id == "part:F8"


def test_a_guided_search_by_typed_words(citizen: Citizen) -> None:
    """Words of an answer, « retour » and « recommencer » do what the buttons do; another question just leaves."""
    started = citizen.say("que faire quand on déménage")
    down = citizen.say("un compteur")
    up = citizen.say("retour")
    citizen.say("1")
    start = citizen.say("recommencer")
    left = citizen.say("location de vacances")

    assert [one.status for one in (started, down, up, start)] == [AnswerStatus.GUIDED] * 4
    assert (down.options, up.options) == (("Eau", "Gaz"), started.options)
    assert (left.passages[0].article_id, citizen.talk.waiting) == ("part:F3", "")


def test_a_guided_search_ends_at_several_fiches_or_elsewhere(shelf: Library) -> None:
    """Several are titles to choose from; a page that is no fiche is named with its address."""
    several = take(shelf, "part:R1", (), 1, Talk())
    elsewhere = take(shelf, "part:R1", (), 2, Talk())

    assert [passage.article_id for passage in several.passages] == ["part:F1", "part:F2"]
    assert "https://exemple.fr/depart" in texts(elsewhere)[0]


def test_one_word_of_one_answer_is_enough(citizen: Citizen) -> None:
    """« Véhicule » is « Un véhicule »."""
    citizen.say("que faire quand on déménage")

    assert [one.article_id for one in citizen.say("véhicule").passages] == ["part:F1", "part:F2"]


def test_one_word_of_a_long_answer_is_enough() -> None:
    """« Achat » names the one answer that has it; a word that two have names none."""
    options = ("Achat ou vente d'un bien ou d'un service", "Location d'un bien", "Carte bancaire : données utilisées")

    assert [picked(options, text) for text in ("achat", "carte", "bien")] == [0, 2, None]

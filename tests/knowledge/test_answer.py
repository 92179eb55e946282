from dataclasses import replace
from datetime import date

import pytest

from bot.knowledge.answer import Answer, about, answer
from bot.knowledge.index import Index
from bot.messages import AnswerStatus, Source
from tests.knowledge import small

INDEX = small.index()
PASSPORT = "passeport-adulte"


def ask(question: str, previous: str | None = None, today: date = small.TODAY) -> Answer:
    return answer(INDEX, small.OFFICE, question, today, previous)


def told(found: Answer) -> tuple[str, int] | str:
    """(article, passage) of an answer, else its status."""
    if found.status is AnswerStatus.ANSWERED:
        return found.passages[0].article_id, found.passages[0].number
    return found.status.value


def test_an_answer_quotes_and_names_its_source() -> None:
    """The passage that answers comes first and the others in the order of the page, then its source and service."""
    found = ask("Combien coûte un passeport ?")

    assert found.status is AnswerStatus.ANSWERED
    assert [passage.number for passage in found.passages] == [1, 2, 3, 0]
    assert found.sources == (
        Source(
            "Obtenir un passeport",
            "https://www.service-public.fr/particuliers/vosdroits/N360",
            "service-public.fr",
            "2026-03-02",
        ),
    )
    assert (found.services, found.question) == (("etat_civil",), "Combien coûte un passeport ?")


@pytest.mark.parametrize(
    ("question", "url"),
    [
        ("inscription cantine", "/enfance/cantine"),
        ("horaires piscine", "/articles/piscine"),
    ],
)
def test_a_source_on_the_towns_own_site(question: str, url: str) -> None:
    """A path is on the town's site, and an article without a source is its own page there."""
    assert [(source.url, source.publisher) for source in ask(question).sources] == [(url, "Mairie de Rivemont")]


def test_two_articles_that_fit_are_offered() -> None:
    """« Horaires » alone may be the swimming pool's or the library's: both titles, and no third that is far off."""
    found = ask("horaires")

    assert found.status is AnswerStatus.CHOOSE
    assert {passage.article_id for passage in found.passages} == {"piscine", "mediatheque"}
    assert [source.title for source in found.sources] == ["Horaires de la piscine", "Horaires de la médiathèque"]


@pytest.mark.parametrize("question", ["", "bonjour", "quelle est la capitale du Japon", "\u200b", "blabla"])
def test_nothing_that_fits(question: str) -> None:
    """No subject, or none that the town writes about, is an honest no."""
    assert ask(question) == Answer(AnswerStatus.LOST, question=question.replace("\u200b", ""))


def test_an_expired_article_is_not_quoted() -> None:
    """It only points to its service; until its last day it was an answer."""
    over, valid = (ask("à quelle heure le feu d'artifice", today=day) for day in (date(2026, 9, 1), date(2026, 8, 31)))

    assert (over.status, over.passages, over.services) == (AnswerStatus.EXPIRED, (), ("accueil_general",))
    assert over.sources[0].title == "Fête de l'été 2026"
    assert valid.status is AnswerStatus.ANSWERED


def test_an_expired_article_is_no_choice() -> None:
    """A title that could not be quoted is not offered."""
    office = small.OFFICE
    articles = [
        replace(found, valid_until=date(2026, 1, 1)) if found.id == "piscine" else found for found in small.articles()
    ]
    found = answer(Index(articles, office.services, [office.town.name]), office, "horaires", small.TODAY)

    assert "piscine" not in {passage.article_id for passage in found.passages}


def test_an_empty_base_cannot_be_asked() -> None:
    """Without any article the honest word is that we cannot search, not that nothing fits."""
    assert (
        answer(Index([], small.OFFICE.services), small.OFFICE, "passeport", small.TODAY).status
        is AnswerStatus.UNAVAILABLE
    )


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("combien ça coûte ?", (PASSPORT, 1)),
        ("et le prix ?", (PASSPORT, 1)),
        ("quels papiers ?", (PASSPORT, 2)),
        ("et pour un mineur ?", (PASSPORT, 3)),
        ("et pour un enfant", (PASSPORT, 3)),
        ("c'est ouvert quand ?", (PASSPORT, 0)),
        ("et avec un ancien passeport ?", (PASSPORT, 2)),
        ("une photo récente ?", (PASSPORT, 2)),
    ],
)
def test_a_question_that_goes_on(question: str, answered: tuple[str, int]) -> None:
    """A question without a subject of its own, or with a word of the article, is about what was just answered."""
    assert told(ask(question, PASSPORT)) == answered


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("et la cantine ?", ("cantine", 0)),
        ("et l'inscription à la cantine ?", ("cantine", 0)),
        ("encombrants", ("encombrants", 0)),
        ("et le Japon ?", "lost"),
        ("merci", "lost"),
        ("et ?", "lost"),
    ],
)
def test_a_question_that_leaves(question: str, answered: object) -> None:
    """A subject of its own leaves the article that was answered; politeness and nothing at all do not stay either."""
    assert told(ask(question, PASSPORT)) == answered


def test_nothing_to_go_on_about() -> None:
    """Without an answer before it, or with one that is gone from the base, such a question is lost."""
    assert [told(ask("combien ça coûte ?", previous)) for previous in (None, "parti")] == ["lost", "lost"]


def test_going_on_about_an_article_that_expired() -> None:
    """It is not quoted for a follow-up either."""
    assert ask("et à quelle heure ?", "fete-ete").status is AnswerStatus.EXPIRED


def test_a_chosen_article() -> None:
    """A pressed title is answered with the passage for the question that led to it; an unknown one is lost."""
    chosen, gone = (
        about(INDEX, small.OFFICE, name, "horaires pendant les vacances", small.TODAY) for name in ("piscine", "x")
    )

    assert (told(chosen), told(gone)) == (("piscine", 2), "lost")

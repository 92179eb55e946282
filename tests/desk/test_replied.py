"""What becomes of an agent's reply in a draft: a title that asks, Markdown that reads as the reply did."""

from __future__ import annotations

from datetime import date

import pytest

from bot.desk.replied import proposed, slug
from bot.messages import Author, Reply, Source
from bot.store.base import CITIZEN, Entry
from tests.store.words import START


def said(position: int, author: str, text: str, sources: tuple[Source, ...] = ()) -> Entry:
    reply = None if author == CITIZEN else Reply(f"r{position}", text, author=Author(author), sources=sources)
    return Entry(position, f"r{position}", author, text, START, reply)


def draft(reply: str, *questions: str, subject: str = "") -> tuple[str, str]:
    """The title and the text of what is made of a conversation."""
    lines = [said(at, CITIZEN, text) for at, text in enumerate(questions, start=1)]
    answer = said(99, "agent", reply)
    found = proposed([*lines, answer, said(100, CITIZEN, "Et pour la piscine alors ?")], answer, subject, "voirie", (), date(2027, 1, 5))  # fmt: skip
    return found.draft.title, found.draft.body


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("bonjour, comment louer une salle ?", "Comment louer une salle ?"),
        ("Bonjour Madame, je suis perdu. Où jeter des gravats ? Merci d'avance", "Où jeter des gravats ?"),
        ("je m'appelle Anne Le Goff et je veux un acte", "Je m'appelle [nom] et je veux un acte"),
        ("mot " * 40, "Mot" + " mot" * 24 + "…"),
    ],
)
def test_the_title_is_the_citizens_question(question: str, title: str) -> None:
    """The sentence that asks, without greeting and names, at most a hundred characters."""
    assert draft("Voici.", question)[0] == title


def test_the_question_is_the_last_one_that_says_something() -> None:
    """« Merci beaucoup » asks nothing; without any question the case's subject is the title; without that there is one too."""
    assert draft("Voici.", "Où est la mairie ?", "ok merci")[0] == "Où est la mairie ?"
    assert draft("Voici.", "merci", subject="Un trou")[0] == "Un trou"
    assert draft("Voici.", "merci")[0] == "Nouvel article"


def test_lines_of_a_reply_stay_lines() -> None:
    """Bullets of any kind become lists, other lines stay apart, greeting and signature go."""
    reply = "Bonjour,\nnos horaires :\nlundi 9 h\nmardi 10 h\n\nApportez :\n• une photo\n- un titre\n\nBien cordialement\nClaire M.\nMairie"

    assert draft(reply, "x")[1] == "Nos horaires :\n\nlundi 9 h\n\nmardi 10 h\n\nApportez :\n- une photo\n- un titre\n"


def test_a_short_question_is_a_keyword_unless_something_was_masked() -> None:
    """Citizens' own words find the article; what was personal in them does not go into the index."""
    plain = said(1, CITIZEN, "comment louer une salle ?")
    masked = said(1, CITIZEN, "je suis joignable au 06 12 34 56 78 demain")
    answer = said(2, "agent", "Voici.", (Source("A", "javascript:x"), Source("B", "https://b.example/x")))
    made = [proposed([one, answer], answer, "", "voirie", (), date(2027, 1, 5)) for one in (plain, masked)]

    assert [one.draft.keywords for one in made] == [("comment louer une salle",), ()]
    assert [one.masked for one in made] == [0, 1]
    assert made[0].draft.more == "https://b.example/x"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Où est l’école ?", "ou-est-l-ecole"),
        ("?!", "article"),
        ("x" * 90, "x" * 60),
        ("mot " * 30, "mot-" * 14 + "mot"),
    ],
)
def test_an_article_is_called_after_its_title(title: str, name: str) -> None:
    """Small letters, digits and hyphens, cut between words."""
    assert slug(title) == name

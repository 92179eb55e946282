"""What the replies of the running bot amount to, question by question and in shares."""

from __future__ import annotations

from typing import Any

from bot.commands.evaluate import Outcome, count, names, outcome
from bot.knowledge.evaluate import Question
from tests.knowledge import small
from tests.knowledge.fiches import FICHES

KNOWN = names(small.articles(), FICHES, ("Parler à une personne",))


def reply(status: str | None, *sources: str, buttons: tuple[str, ...] = ()) -> dict[str, Any]:
    """A reply as the web chat gives it."""
    return {
        "text": "…",
        "status": status,
        "sources": [{"title": "T", "url": url} for url in sources],
        "buttons": [{"title": title, "token": "t"} for title in buttons],
    }


def test_a_fiche_is_known_by_the_address_of_its_source() -> None:
    """By its bare id and by its key; a page of the town by its path."""
    fiche = outcome([reply("answered", "https://www.service-public.fr/vosdroits/F1")], KNOWN)
    town = outcome([reply("answered", "/articles/piscine")], KNOWN)

    assert fiche.answered == {"F1", "part:F1"}
    assert town.answered == {"piscine"}


def test_titles_that_are_offered_are_known_by_their_words() -> None:
    """As they are set on buttons."""
    found = outcome([reply("choose", buttons=("Carte d’identité perdue", "Aucune de ces réponses"))], KNOWN)

    assert (found.offered, found.answered) == ({"F1", "part:F1"}, frozenset())


def test_refused_and_handed_off() -> None:
    """Out of scope is refused and offers a person; an act of conversation is neither."""
    refused = outcome([reply("out_of_scope", buttons=("Parler à une personne",))], KNOWN)
    greeted = outcome([reply(None)], KNOWN)

    assert refused == Outcome(refused=True, handed_off=True)
    assert greeted == Outcome()


def test_shares() -> None:
    """Each measure over its own questions."""
    questions = [Question("a", ("F1",)), Question("b", ("part:F2",)), Question("c", ("F3",)), Question("d", ())]
    outcomes = [
        Outcome(answered=frozenset({"F1", "part:F1"}), narrowed=True),
        Outcome(offered=frozenset({"F2", "part:F2"})),
        Outcome(answered=frozenset({"F1"})),
        Outcome(refused=True, handed_off=True),
    ]

    assert count(questions, outcomes) == {
        "answered_right": 1 / 3,
        "offered_in_three": 1 / 3,
        "answered_wrong": 1 / 3,
        "narrowed": 1 / 3,
        "false_accept": 0.0,
        "refused": 0.25,
        "handed_off": 0.25,
        "n": 4,
    }

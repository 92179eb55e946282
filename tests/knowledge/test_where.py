"""Where a town is, and which of a page's cases of places is its own."""

from __future__ import annotations

import msgspec
import pytest

from bot.fiches import Choice, Text
from bot.knowledge.dialogue import answer
from bot.knowledge.index import Index
from bot.knowledge.library import Library
from bot.knowledge.talk import Talk
from bot.knowledge.where import department, local
from bot.messages import AnswerStatus
from bot.settings import Town
from tests.knowledge import small
from tests.knowledge.fiches import FICHES, WordSearcher, case, fiche

BEES = fiche(
    "F30",
    "Déclarer une ruche",
    Text("Une ruche se déclare chaque année, même si elle est vide."),
    Choice(
        (
            case("Cas général", Text("La ruche se déclare en septembre.")),
            case("En Guyane", Text("La ruche se déclare en mars.")),
            case("À Mayotte", Text("La ruche se déclare en mai.")),
        ),
        situations=True,
    ),
)


def town(address: str, name: str = "Rivemont") -> Town:
    return msgspec.structs.replace(small.OFFICE.town, address=address, name=name)


def shelf(address: str) -> Library:
    office = msgspec.structs.replace(small.OFFICE, town=town(address))
    return Library.of(Index(small.articles(), office.services, []), WordSearcher((*FICHES, BEES)), office, small.TODAY)


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("1 place de la Halle, 44990 Pontavel", "44"),
        ("12000 rue du Port, 97600 Mamoudzou", "976"),
        ("place du Pont, 20000 Ajaccio", "20"),
        ("1 place du Pont", ""),
        ("1 place du Pont, 00100 Nulle-Part", ""),
    ],
)
def test_a_postcode_says_the_department(address: str, number: str) -> None:
    """Two digits on the mainland, three overseas; without a postcode nobody knows."""
    assert department(town(address)) == number


@pytest.mark.parametrize(
    ("options", "nantes", "mayotte", "corsica"),
    [
        (("Cas général", "En Guyane", "À Mayotte"), 0, 2, 0),
        (("France métropolitaine", "Corse", "Martinique, Guadeloupe, La Réunion"), 0, None, 1),
        (("Métropole", "Outre-mer"), 0, 1, 0),
        (("Cas général", "Alsace-Moselle", "Isère (38)"), 0, 0, 0),
        (("Cas général", "À Marseille"), 0, 0, 0),
        (("Métropole", "Outre-mer", "À l'étranger"), None, None, None),
        (("Cas général", "Sur le territoire de Plaine commune"), None, None, None),
        (("Vous êtes majeur", "Vous êtes mineur"), None, None, None),
    ],
)
def test_the_towns_own_case(
    options: tuple[str, ...], nantes: int | None, mayotte: int | None, corsica: int | None
) -> None:
    """The narrowest case that has the town, else the general one; what is told apart by more than places is asked."""
    towns = (town("44000 Nantes"), town("97600 Mamoudzou"), town("20000 Ajaccio"))

    assert [local(options, one) for one in towns] == [nantes, mayotte, corsica]


def test_a_city_is_known_by_its_name() -> None:
    """« À Marseille » is the case of one town of its department."""
    options = ("Cas général", "À Marseille")

    assert [local(options, town("13000 Ici", name)) for name in ("Marseille", "Aubagne")] == [1, 0]


def test_a_town_that_says_where_it_is_is_not_asked() -> None:
    """The page says what holds for everybody, then what holds here; Mayotte's is said to who asks for it."""
    told = answer(shelf("1 place du Pont, 44990 Rivemont"), "déclarer une ruche", None, Talk())
    assert told.talk is not None
    other = answer(shelf("1 place du Pont, 44990 Rivemont"), "et à Mayotte ?", "part:F30", told.talk)

    assert told.status is AnswerStatus.ANSWERED
    assert "La ruche se déclare en septembre." in [one.text for one in told.passages]
    assert not {"La ruche se déclare en mai.", "La ruche se déclare en mars."} & {one.text for one in told.passages}
    assert other.passages[0].text == "La ruche se déclare en mai."


def test_a_town_without_a_postcode_asks() -> None:
    """Where nothing says where the town is, the case is the citizen's to say."""
    told = answer(shelf("1 place du Pont"), "déclarer une ruche", None, Talk())

    assert told.status is AnswerStatus.NARROWED
    assert told.options == ("Cas général", "En Guyane", "À Mayotte")

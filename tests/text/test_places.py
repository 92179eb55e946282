import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.addresses import outside, read_address
from bot.text.places import part_of, read_place

ADDRESSES = {
    "12 rue des Lilas": "12 rue des Lilas",
    "au 12 rue des Lilas svp": "12 rue des Lilas",
    "12, rue des Lilas": "12 rue des Lilas",
    "12 bis rue des Lilas": "12 bis rue des Lilas",
    "12bis rue des Lilas": "12 bis rue des Lilas",
    "12ter chemin des Prés-Hauts": "12 ter chemin des Prés-Hauts",
    "12 B rue des Lilas": "12 B rue des Lilas",
    "3 av. du Général de Gaulle": "3 avenue du Général de Gaulle",
    "3 av foch": "3 avenue foch",
    "av Foch": "avenue Foch",
    "3 bd Voltaire": "3 boulevard Voltaire",
    "45 imp des roses": "45 impasse des roses",
    "7 all. des Tilleuls": "7 allée des Tilleuls",
    "8 allée d'Orgemont": "8 allée d'Orgemont",
    "2 chem de la Fontaine": "2 chemin de la Fontaine",
    "chemin des pres": "chemin des pres",
    "rue de la Côte": "rue de la Côte",
    "5 pl de la Halle": "5 place de la Halle",
    "5 r. Pasteur": "5 rue Pasteur",
    "12, r. de la Paix": "12 rue de la Paix",
    "place de la halle": "place de la halle",
    "rue Pierre et Marie Curie": "rue Pierre et Marie Curie",
    "rue du Gal. Leclerc": "rue du Gal. Leclerc",
    "12 rue du 8 mai 1945": "12 rue du 8 mai 1945",
    "12 rue de l’Église": "12 rue de l'Église",
    "12 RUE DES LILAS DEVANT L'ECOLE": "12 rue DES LILAS",
    "rond-point de la Liberté": "rond-point de la Liberté",
    "résidence les Tilleuls": "résidence les Tilleuls",
    "lieu-dit La Noë": "lieu-dit La Noë",
    "ZA de la Forêt": "zone artisanale de la Forêt",
    "il y a un trou devant le 12 rue des lilas devant l'école": "12 rue des lilas",
    "rue Jean Jaurès près du gymnase": "rue Jean Jaurès",
    "rue de la Mairie en face de la poste": "rue de la Mairie",
    "12 rue des Lilas à côté du parc": "12 rue des Lilas",
    "rue des Lilas à réparer": "rue des Lilas",
    "la rue des lilas a disparu": "rue des lilas",
    "14 rue Pasteur depuis 3 jours": "14 rue Pasteur",
    "rue de Paris 2 lampadaires cassés": "rue de Paris",
    "12 rue des Lilas. Appelez le 06 12 34 56 78": "12 rue des Lilas",
    "12 rue des Lilas, merci": "12 rue des Lilas",
    "12 rue des Lilas, Bâtiment B": "12 rue des Lilas",
    "12 rue des Lilas, Madame Dupont": "12 rue des Lilas",
    "12 rue des Lilas, 44990 Pontavel": "12 rue des Lilas, 44990 Pontavel",
    "12 rue des Lilas 44 990 Pontavel": "12 rue des Lilas, 44990 Pontavel",
    "12 rue des Lilas (44990 Pontavel)": "12 rue des Lilas, 44990 Pontavel",
    "12 rue des Lilas\n44990 Pontavel": "12 rue des Lilas, 44990 Pontavel",
    "12 rue des lilas, appartement 3, 44990 pontavel": "12 rue des lilas, 44990 pontavel",
    "12 rue du 8 mai 1945 44990 Pontavel": "12 rue du 8 mai 1945, 44990 Pontavel",
    "12 rue des Lilas 44000 NANTES CEDEX 1": "12 rue des Lilas, 44000 NANTES",
    "quai de la Loire, 44000": "quai de la Loire, 44000",
    "2 rue du stade à Pontavel près de l'école": "2 rue du stade, Pontavel",
    "12 rue des lilas à nantes": "12 rue des lilas, nantes",
    "12 rue des Lilas à La Baule": "12 rue des Lilas, La Baule",
    "12, avenue Foch, Saint-Herblain": "12 avenue Foch, Saint-Herblain",
}
NO_ADDRESSES = (
    *(
        "",
        "oui",
        "la rue",
        "rue",
        "rue de la",
        "dans ma rue",
        "une place en crèche",
        "une place de parking",
        "en route",
    ),
    *(
        "mon mail c'est jean",
        "cours de français",
        "je suis en cours de route",
        "mon lot de cartes",
        "12 enfants",
        "r u sure",
    ),
    *("devant l'école Jules Ferry", "44990 Pontavel", "12 rue 北"),
)
PLACES = {
    "devant l'école Jules Ferry": "devant l'école Jules Ferry",
    "Devant l’école Jules Ferry !": "Devant l'école Jules Ferry",
    "c'est devant l'école Jules Ferry svp": "devant l'école Jules Ferry",
    "place de la Halle": "place de la Halle",
    "sur le parking du gymnase": "sur le parking du gymnase",
    "C'est à côté de la boulangerie, merci": "à côté de la boulangerie",
    "Alors c'est au rond-point de Leclerc.": "au rond-point de Leclerc",
    "Bonjour, c'est dans le bourg": "dans le bourg",
    "je ne sais pas, devant la gare je crois": "devant la gare",
    "il y a un trou sur la place de la Halle": "sur la place de la Halle",
    "l'adresse est 12 rue des Lilas à Pontavel": "12 rue des Lilas à Pontavel",
    "en face du 12 rue des Lilas": "en face du 12 rue des Lilas",
    "entre la poste et la mairie": "entre la poste et la mairie",
    "au bout du chemin": "au bout du chemin",
    "à l'entrée du cimetière": "à l'entrée du cimetière",
    "derrière chez moi": "derrière chez moi",
    "sous le pont": "sous le pont",
    "centre-ville": "centre-ville",
    "chez Leclerc": "chez Leclerc",
    "vers Kerbrat": "vers Kerbrat",
    "Les Tilleuls": "Les Tilleuls",
    "la Croix Blanche": "la Croix Blanche",
    "le lampadaire devant chez moi": "le lampadaire devant chez moi",
    "near the station": "near the station",
    "in front of the town hall please": "in front of the town hall please",
}
NO_PLACES = (
    *(
        "",
        "   ",
        "???",
        "…",
        "🙂",
        "oui",
        "Oui",
        "non merci",
        "ok",
        "je sais pas",
        "je ne sais pas trop",
        "aucune idée",
        "jsp",
    ),
    *(
        "ici",
        "là",
        "partout",
        "n'importe où",
        "nulle part",
        "bonjour",
        "Merci",
        "44990",
        "123",
        "pourquoi ?",
        "c'est où ?",
    ),
    *("combien ça coûte ?", "i don't know", "un lampadaire cassé", "ça fait 3 jours", "C'est nul", "je suis pas sûr"),
    *("je n'en sais rien du tout", "annuler", "va te faire voir"),
)


@pytest.mark.parametrize(("text", "line"), ADDRESSES.items())
def test_a_street_address_in_a_sentence(text: str, line: str) -> None:
    """Number, kind of way in full, name up to what is said next, postcode and town as far as they were given."""
    address = read_address(text)

    assert address
    assert address.line == line


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_no_address(text: str) -> None:
    """« une place en crèche » and « en route » name no street."""
    assert read_address(text) is None


def test_the_parts_of_an_address() -> None:
    """Each part is given by itself, and where the whole stands."""
    text = "Bonjour, 12bis av. Foch, 44990 Pontavel, merci"
    address = read_address(text)

    assert address
    assert (address.number, address.way, address.name) == ("12 bis", "avenue", "Foch")
    assert (address.postcode, address.town) == ("44990", "Pontavel")
    assert text[slice(*address.span)] == "12bis av. Foch, 44990 Pontavel"


@pytest.mark.parametrize(
    ("text", "is_outside"),
    [
        ("12 rue des Lilas", False),
        ("12 rue des Lilas, 44990 Pontavel", False),
        ("12 rue des Lilas 44990", False),
        ("12 rue des Lilas à pontavel", False),
        ("12 rue de la Loire, Pontavl", False),
        ("12 rue de la Loire à Pontavel centre", False),
        ("12 rue des Lilas 44995 Pontavel Cedex", False),
        ("12 rue des Lilas 44000 Nantes", True),
        ("12 rue des Lilas 44990 Nantes", True),
        ("12 rue des Lilas, 44000", True),
        ("12 rue des Lilas à Nantes", True),
        ("12 rue des Lilas, Saint-Herblain", True),
        ("rue de Nantes", False),
    ],
)
def test_an_address_outside_the_town(text: str, is_outside: bool) -> None:
    """Another town's name is outside, whatever the postcode; a slip in our own name is not."""
    address = read_address(text)

    assert address
    assert outside(address, "44990", "Pontavel") is is_outside


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("2 rue Foch 44800 St Herblain", "Saint-Herblain"),
        ("2 rue Foch à saint herblain", "Saint-Herblain"),
        ("2 rue Foch 44800 ST-HERBLAIN CEDEX", "Saint-Herblain"),
        ("2 rue Foch à Sainte Luce s/ Loire", "Sainte-Luce-sur-Loire"),
    ],
)
def test_a_town_is_written_in_many_ways(text: str, town: str) -> None:
    """« St », hyphens, capitals and Cedex change nothing."""
    address = read_address(text)

    assert address
    assert not outside(address, "44800", town)


@pytest.mark.parametrize(("text", "words"), PLACES.items())
def test_a_place_in_the_citizens_words(text: str, words: str) -> None:
    """Landmarks are places too; greetings, « c'est » and thanks are left out."""
    place = read_place(text)

    assert place
    assert place.text == words


@pytest.mark.parametrize("text", NO_PLACES)
def test_what_does_not_say_where(text: str) -> None:
    """« je sais pas », « ??? » and « oui » are no answers."""
    assert read_place(text) is None


def test_a_place_holds_its_address() -> None:
    """The address in a place is for checking, its words are for the agent."""
    place = read_place("C'est en face du 12 rue des Lilas à Nantes")

    assert place
    assert place.address
    assert (place.text, place.address.town) == ("en face du 12 rue des Lilas à Nantes", "Nantes")


PARTS = [
    *(
        "12",
        "bis",
        "rue",
        "des",
        "Lilas",
        "à",
        "a",
        ",",
        ".",
        "44990",
        "Pontavel",
        "devant",
        "l'",
        "école",
        "av.",
        "place",
    ),
    *(
        "de",
        "la",
        "c'est",
        "il y a",
        "sur",
        "St",
        "je",
        "sais",
        "pas",
        "no",
        "on",
        "n",
        "\n",
        "(",
        "d'",
        "8",
        "mai",
        "Œ",
        "ß",
    ),
]


@given(st.text() | st.lists(st.sampled_from(PARTS), max_size=40).map(" ".join))
def test_any_text_is_read(text: str) -> None:
    """Nothing raises; an address stands where its span says; a place has words."""
    address, place = read_address(text), read_place(text)

    if address:
        assert 0 <= address.span[0] < address.span[1] <= len(text)
        assert address.name in text.replace("’", "'") or "'" in address.name
        assert outside(address, "44990", "Pontavel") in {True, False}
    if place:
        assert place.text.strip()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("un lampadaire est cassé devant l'école", "devant l'école"),
        ("un tag sur le mur de la mairie", "sur le mur de la mairie"),
        ("un trou au 12 rue des Lilas, il est profond", "12 rue des Lilas"),
        ("parc de la mairie", ""),
        ("a broken street light", ""),
    ],
)
def test_the_part_that_says_where(text: str, part: str) -> None:
    """Out of a whole sentence: the address, or from the word that says where; a landmark alone may be what is broken."""
    place = read_place(text)

    assert place is not None
    assert part_of(place) == part

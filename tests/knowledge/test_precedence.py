"""Which goes first, the town's page or the State's; what a follow-up that only one of them knows finds."""

from __future__ import annotations

import pytest

from bot.fiches import Choice, Section, Text
from bot.knowledge import answer as town
from bot.knowledge import aspects, circumstances, precedence
from bot.knowledge.dialogue import answer
from bot.knowledge.engine.found import Found
from bot.knowledge.index import Index
from bot.knowledge.leaves import outline
from bot.knowledge.library import Library
from bot.knowledge.talk import Talk
from bot.knowledge.telling import case, tell
from bot.messages import AnswerStatus
from bot.store.base import Article
from tests.knowledge import small
from tests.knowledge.fiches import FICHES, GUIDE, WordSearcher, fiche
from tests.knowledge.fiches import case as option

SPLIT = fiche("F20", "Divorce devant le juge", Text("Le divorce se demande au tribunal, avec un avocat pour chacun."))
TRIP = fiche(
    "F21",
    "Passeport : renouvellement",
    Text("Le passeport se renouvelle quand il n'est plus valable, ou sur demande."),
    Choice(
        (
            option("En France", Text("En France, le passeport se demande à la mairie.")),
            option("À l'étranger", Text("Le passeport se demande alors au consulat.")),
        ),
        situations=True,
    ),
)
TABLET = fiche("F22", "Médiathèque : tablettes", Text("Une tablette se prête à la médiathèque."))
NOTICE = fiche(
    "F23",
    "Quitter un poste de jardinier",
    Text("Le poste de jardinier se quitte par une lettre, remise au chef."),
    Section(
        "Durée du préavis",
        (
            Text("La durée du préavis est différente selon l'ancienneté."),
            Choice(
                (
                    option("Moins d'un an", Text("Le préavis dure deux semaines.")),
                    option("Un an et plus", Text("Le préavis dure deux mois.")),
                )
            ),
            Text("la durée se compte de date à date, sans regarder le mois.", box="know"),
        ),
    ),
)
MOVING = fiche("F24", "Je déménage", Text("Qui change de logement prévient les services publics."))
AGED = (
    fiche(
        "F25",
        "Prime de plongée et allocation",
        Text("La prime de plongée se cumule avec l'allocation."),
        Choice(
            (option("Vous êtes majeur", Text("En entier.")), option("Vous êtes mineur", Text("Pour moitié."))),
        ),
    ),
    fiche("F26", "Prime de plongée : demandeur de 25 ans et plus", Text("La prime de plongée est versée par mois.")),
    fiche(
        "F27",
        "Prime de plongée du jeune actif",
        Text("La prime de plongée est versée par an."),
        description="Un jeune de 18 à 24 ans, de toute nationalité, qui plonge depuis une durée d'un an, sans bouteille.",
    ),
)
VAN = Article(
    "camion",
    "Réserver des places pour un déménagement",
    "accueil_general",
    "Le camion se gare sur deux places, réservées dix jours avant.",
    keywords=("déménagement", "emménagement", "camion", "places"),
)
RECORD = Article(
    "livret",
    "Obtenir le livret de famille",
    "etat_civil",
    "Le livret de famille est remis au mariage.\n\n## Mettre à jour\n\nAprès un divorce, déposez le jugement.",
    keywords=("livret", "divorce"),
)


def library() -> Library:
    office = small.OFFICE
    index = Index([*small.articles(), RECORD, VAN], office.services, [office.town.name])
    fiches = [one for one in FICHES if one is not GUIDE]
    return Library.of(index, WordSearcher((*fiches, SPLIT, TRIP, TABLET, NOTICE, MOVING, *AGED)), office, small.TODAY)


def test_one_keyword_does_not_hide_the_page_on_the_subject() -> None:
    """« Je veux divorcer » is answered by the page on divorce, though the town's on the record book has the word."""
    told = answer(library(), "je veux divorcer", None, Talk())

    assert [one.article_id for one in told.passages][:1] == ["part:F20"]


@pytest.mark.parametrize(
    "question",
    ["je déménage", "je vais déménager"],
)
def test_the_page_that_bears_the_question_as_its_title_is_offered_first(question: str) -> None:
    """« Je déménage » is more than parking for the van: the State's page of that name goes first, the town's beside it."""
    told = answer(library(), question, None, Talk())

    assert told.status is AnswerStatus.CHOOSE
    assert [one.article_id for one in told.passages][:2] == ["part:F24", "camion"]


@pytest.mark.parametrize("question", ["j'emménage", "je viens d'emménager", "changement d'adresse", "nouvelle adresse"])
def test_moving_has_several_names(question: str) -> None:
    """Whoever moves in, or has another address, is told of moving; nobody asks for the town hall's address with that."""
    told = [Found("part:F9", "Tremplin associatif", 0.6, 1.0, 0), Found("part:F24", "Je déménage", 0.1, 0.5, 0)]

    found = precedence.bearing(told, question)

    assert found is not None
    assert found.key == "part:F24"
    assert not aspects.standing(aspects.asked(question))
    assert aspects.standing(aspects.asked("quelle est votre adresse ?"))


def test_where_to_park_the_van_is_asked_of_the_town() -> None:
    """A question with more in it than the title of the State's page is the town's own."""
    told = answer(library(), "réserver des places pour mon déménagement", None, Talk())

    assert [one.article_id for one in told.passages][:1] == ["camion"]


def test_an_age_picks_the_page_that_is_for_it() -> None:
    """« J'ai 22 ans » after titles is the page whose first words name that age, not one that only knows adults."""
    shelf = library()
    young, older = (
        answer(shelf, age, None, Talk(question="prime de plongée")) for age in ("j'ai 22 ans", "j'ai 40 ans")
    )

    assert [one.passages[0].article_id for one in (young, older)] == ["part:F27", "part:F26"]
    assert [one.status for one in (young, older)] == [AnswerStatus.ANSWERED] * 2


def test_an_age_after_a_page_that_is_not_for_it() -> None:
    """The page for the young stays for the young, and leads who is older to the one for them."""
    shelf = library()
    first = tell(shelf, "part:F27", "prime de plongée", Talk())
    assert first.talk is not None
    told = [answer(shelf, age, "part:F27", first.talk) for age in ("j'ai 22 ans", "j'ai 40 ans")]

    assert [one.passages[0].article_id for one in told] == ["part:F27", "part:F26"]


def test_the_age_of_a_paper_is_nobodys_age() -> None:
    """« Il a 16 ans » says nothing of how long a passport has been out of date."""
    options = ("La date d'expiration remonte à moins de 5 ans", "La date d'expiration remonte à plus de 5 ans")

    assert circumstances.matched(options, "il a 16 ans") is None
    assert circumstances.matched(("Moins de 12 ans", "De 12 à 17 ans"), "il a 16 ans") == 1


def test_of_two_pages_on_one_subject_the_towns_answers() -> None:
    """Two titles that say the same are no choice for a citizen."""
    told = answer(library(), "emprunter une tablette à la médiathèque", None, Talk())

    assert told.status is AnswerStatus.ANSWERED
    assert told.passages[0].article_id == "mediatheque"


def test_a_word_of_one_family_is_in_the_title() -> None:
    """« Mariage » is what « Se marier à la mairie » is about: no page of the State with the very word goes before it."""
    record = fiche("F26", "Acte de mariage", Text("L'acte de mariage se demande à la mairie du mariage."))
    index = Index(small.articles(), small.OFFICE.services, [])
    shelf = Library.of(index, WordSearcher((*FICHES, record)), small.OFFICE, small.TODAY)

    assert answer(shelf, "mariage", None, Talk()).passages[0].article_id == "mariage"


def test_one_word_that_several_pages_of_the_town_have_is_not_answered_by_a_fiche() -> None:
    """« Mariage » is half a question: the town's pages are offered, with the fiche beside them."""
    record = fiche("F26", "Acte de mariage", Text("L'acte de mariage se demande à la mairie du mariage."))
    pages = [
        Article(f"mariage-{at}", title, "etat_civil", f"{title} : le service répond.", keywords=("mariage",))
        for at, title in enumerate(("Salle pour un mariage", "Fleurs pour un mariage"))
    ]
    index = Index(pages, small.OFFICE.services, [])
    shelf = Library.of(index, WordSearcher((*FICHES, record)), small.OFFICE, small.TODAY)
    told = answer(shelf, "mariage", None, Talk())

    assert told.status is AnswerStatus.CHOOSE
    assert {one.article_id for one in told.passages} == {"mariage-0", "mariage-1", "part:F26"}


def test_the_towns_page_begins_in_the_case_that_was_named() -> None:
    """« Passeport pour mon bébé » is answered under « Enfants » and not with what an adult does."""
    shelf = library()
    own = town.about(shelf.index, shelf.office, "passeport-adulte", "passeport pour mon bébé", small.TODAY)
    told = precedence.in_case(own, "passeport pour mon bébé")

    assert own.passages[0].headings == ()
    assert told.passages[0].headings == ("Enfants",)


def test_a_circumstance_that_the_towns_page_lacks_is_looked_up_in_the_fiches() -> None:
    """« Et si je suis à l'étranger ? » after the town's page on passports is answered by the fiche's case."""
    shelf = library()
    first = answer(shelf, "obtenir un passeport", None, Talk())
    told = answer(shelf, "et si je suis à l'étranger ?", first.passages[0].article_id, first.talk or Talk())

    assert first.passages[0].article_id == "passeport-adulte"
    assert told.passages[0].text == "Le passeport se demande alors au consulat."
    assert told.beside is not None
    assert told.beside.cases == ("À l'étranger",)


def test_a_circumstance_that_the_towns_page_has_stays_there() -> None:
    """« Et pour un mineur ? » is answered under the page's own heading."""
    shelf = library()
    first = answer(shelf, "obtenir un passeport", None, Talk())
    told = answer(shelf, "et pour un mineur ?", first.passages[0].article_id, first.talk or Talk())

    assert told.passages[0].article_id == "passeport-adulte"


def test_nobody_is_taken_for_a_jobseeker_unasked() -> None:
    """A page for a circumstance that was not named stands behind its rivals, and before them where it was."""
    hits = [
        Found("pro:F1", "Boulangerie d'un demandeur d'emploi", 0.6, 1.0, 0),
        Found("pro:F2", "Ouvrir une boulangerie", 0.3, 0.9, 0),
        Found("pro:F3", "Fermer une épicerie", 0.2, 0.8, 0),
    ]
    keys = [hit.key for hit in precedence.unsaid_last(hits, "ouvrir une boulangerie", Talk())]
    said = [hit.key for hit in precedence.unsaid_last(hits, "au chômage, ouvrir une boulangerie", Talk())]

    assert keys == ["pro:F2", "pro:F1", "pro:F3"]
    assert said == ["pro:F1", "pro:F2", "pro:F3"]


def test_a_piece_that_leads_to_a_choice_is_said_with_its_question() -> None:
    """« Différente selon l'ancienneté » is half an answer; which it is, is asked at once."""
    shelf = library()
    told = tell(shelf, "part:F23", "quelle durée pour le préavis", Talk())
    assert told.talk is not None
    settled = case(shelf, "part:F23", {0: 1}, told.talk.mark, told.question, told.talk)

    assert told.status is AnswerStatus.NARROWED
    assert [one.text for one in told.passages] == ["La durée du préavis est différente selon l'ancienneté."]
    assert told.options == ("Moins d'un an", "Un an et plus")
    assert settled.passages[0].text == "Le préavis dure deux mois."


def test_a_box_says_that_it_is_one() -> None:
    """Beside its section it would read as half a sentence; the search goes on with the words alone."""
    boxed = outline(NOTICE).leaves[-1]

    assert boxed.aside
    assert boxed.shown.startswith("À savoir : la durée")
    assert boxed.text.startswith("la durée")


def test_a_list_is_told_from_its_beginning() -> None:
    """A question's word in the second half of a list shows the list with what introduces it."""
    lines = tuple(
        Text(f"le papier numéro {number} que la personne apporte au guichet du service le matin même", line=True)
        for number in range(9)
    )
    rows = fiche(
        "F24",
        "Marché aux fleurs",
        Section("À apporter", (Text("Apportez ces pièces :"), *lines, Text("Puis le tampon.", line=True))),
    )
    shelf = Library.of(
        Index(small.articles(), small.OFFICE.services, []), WordSearcher((rows,)), small.OFFICE, small.TODAY
    )
    told = tell(shelf, "part:F24", "le tampon", Talk())

    assert len(outline(rows).leaves) == 3
    assert told.passages[0].text.startswith("Apportez ces pièces :")


def test_a_side_is_told_from_the_first_words_under_its_heading() -> None:
    """« Combien de jours » begins with what the section says first, though a later exception has more of the words."""
    rule = Text(
        "La durée est de dix jours ouvrés pour chaque habitant de la commune, sans condition de revenu ni d'âge."
    )
    aside = " ".join(["Dans certains cas, un prêt de jardin peut gagner quelques jours"] * 6)
    garden = fiche(
        "F25",
        "Jardin partagé",
        Text("Un jardin partagé se prête aux habitants de la commune qui en font la demande."),
        Section("Durée", (rule, Text(f"{aside}."))),
    )
    shelf = Library.of(
        Index(small.articles(), small.OFFICE.services, []), WordSearcher((garden,)), small.OFFICE, small.TODAY
    )
    told = tell(shelf, "part:F25", "durée du prêt en jours", Talk())

    assert told.passages[0].text == rule.words

"""What a citizen is told from the fiches: the right page, in their case, with what belongs to it."""

from __future__ import annotations

import msgspec
import pytest

from bot.knowledge import answer as town
from bot.knowledge.answer import Answer
from bot.knowledge.dialogue import answer
from bot.knowledge.index import Index
from bot.knowledge.library import PUBLISHER, Library
from bot.knowledge.talk import Talk
from bot.knowledge.telling import ask, case, guide, read_on, take, tell
from bot.messages import AnswerStatus
from bot.settings import Office
from bot.settings_directory import Entry
from bot.store.base import Article
from tests.knowledge import small
from tests.knowledge.fiches import FICHES, WordSearcher

OFFICE = msgspec.structs.replace(
    small.OFFICE, directory={"mairie": Entry(service="etat_civil", address="1 place du Pont")}
)
LOCAL = Article("carte-ici", "Carte d'identité à Rivemont", "etat_civil", "Le guichet ferme le jeudi.", fiche="F1")


def library(*articles: Article, office: Office = OFFICE) -> Library:
    index = Index([*small.articles(), *articles], office.services, [office.town.name])
    return Library.of(index, WordSearcher(), office, small.TODAY)


@pytest.fixture(scope="module")
def shelf() -> Library:
    return library()


class Citizen:
    """A conversation as the actions hold it: what was answered last, and what is remembered."""

    def __init__(self, shelf: Library) -> None:
        self.shelf = shelf
        self.talk = Talk()
        self.previous: str | None = None

    def say(self, words: str) -> Answer:
        return self.hear(answer(self.shelf, words, self.previous, self.talk))

    def press(self, option: int) -> Answer:
        """The case at a place among those that were asked."""
        talk = self.talk
        known = {**dict(talk.known), talk.choice: option}
        return self.hear(case(self.shelf, talk.fiche, known, talk.mark, talk.question, talk))

    def hear(self, told: Answer) -> Answer:
        assert told.talk is not None
        self.talk = told.talk
        if told.status is AnswerStatus.ANSWERED:
            self.previous = told.passages[0].article_id
        elif told.status is AnswerStatus.NARROWED:
            self.previous = told.talk.fiche
        return told


@pytest.fixture
def citizen(shelf: Library) -> Citizen:
    return Citizen(shelf)


def texts(told: Answer) -> list[str]:
    return [passage.text for passage in told.passages]


def test_the_page_says_what_holds_for_all_and_asks_the_situation(citizen: Citizen) -> None:
    """The introduction is for everybody; which situation it is comes as the fiche's own options."""
    told = citizen.say("carte d'identité perdue")

    assert told.status is AnswerStatus.NARROWED
    assert texts(told)[0].startswith("Après la perte")
    assert told.options == ("En France", "À l'étranger")


def test_one_choice_at_a_time_the_outermost_first(citizen: Citizen) -> None:
    """A price stands in a case of a case: both are asked, then it is said with both."""
    first = citizen.say("combien coûte une carte d'identité perdue")
    second = citizen.press(0)
    told = citizen.press(1)

    assert (first.status, first.passages, first.options) == (AnswerStatus.NARROWED, (), ("En France", "À l'étranger"))
    assert second.options == ("Vous êtes majeur", "Vous êtes mineur")
    assert texts(told)[0] == "Le timbre d'un enfant vaut 20 €."
    assert told.beside is not None
    assert told.beside.cases == ("En France", "Vous êtes mineur")


@pytest.mark.parametrize(
    ("words", "options"),
    [("2", 1), ("le premier", 0), ("à l'étranger", 1), ("je vis à l'étranger", 1), ("en france svp", 0)],
)
def test_a_typed_answer_is_understood(citizen: Citizen, words: str, options: int) -> None:
    """A number, a place, or words of one option choose it like its button."""
    citizen.say("combien coûte une carte d'identité perdue")
    citizen.say(words)

    assert dict(citizen.talk.known)[0] == options


def test_what_was_said_already_is_not_asked(citizen: Citizen) -> None:
    """« Ma fille de 12 ans » is a minor, « à l'étranger » is the other situation."""
    abroad = citizen.say("combien coûte une carte d'identité perdue à l'étranger")
    child = Citizen(citizen.shelf).say("prix de la demande de permis de chasse pour ma fille de 12 ans")

    assert texts(abroad)[0] == "Le consulat demande 32 €."
    assert texts(child)[0] == "Le permis de chasse d'un enfant coûte 17 €."
    assert child.beside is not None
    assert child.beside.read


def test_the_same_question_in_another_case(citizen: Citizen) -> None:
    """« Et pour un mineur ? », « et si je suis à l'étranger ? » change the case and keep the question."""
    citizen.say("combien coûte une carte d'identité perdue en France pour un majeur")
    minor = citizen.say("et pour un mineur ?")
    abroad = citizen.say("et si je suis à l'étranger ?")

    assert texts(minor)[0] == "Le timbre d'un enfant vaut 20 €."
    assert texts(abroad)[0] == "Le consulat demande 32 €."


def test_another_side_in_the_same_case(citizen: Citizen) -> None:
    """« Combien ça coûte ? » is answered in the case that is known."""
    citizen.say("carte d'identité perdue")
    citizen.press(0)
    citizen.press(1)
    told = citizen.say("combien ça coûte ?")

    assert texts(told)[0] == "Le timbre d'un enfant vaut 20 €."


def test_a_side_that_holds_for_all_asks_nothing(citizen: Citizen) -> None:
    """A delay that is the same everywhere needs no case."""
    told = citizen.say("délai pour une carte d'identité perdue")

    assert (told.status, texts(told)[0]) == (
        AnswerStatus.ANSWERED,
        "La nouvelle carte arrive en trois semaines, où que vous soyez.",
    )


def test_a_case_is_carried_to_another_fiche(citizen: Citizen) -> None:
    """Who was a minor for the card is one for the pass, which has an option of the same title."""
    citizen.say("combien coûte une carte d'identité perdue")
    citizen.press(0)
    citizen.press(1)
    told = citizen.say("combien coûte une demande de permis de chasse")

    assert texts(told)[0] == "Le permis de chasse d'un enfant coûte 17 €."


def test_a_question_whose_answer_changes_nothing_is_not_asked(citizen: Citizen) -> None:
    """House or flat, the words are the same."""
    told = citizen.say("ouvrir un compteur de gaz")

    assert (told.status, texts(told)) == (AnswerStatus.ANSWERED, ["Appelez le réseau."])
    assert told.beside is not None
    assert told.beside.cases == ()


def test_more_is_of_the_same_case_only(citizen: Citizen) -> None:
    """« Voir plus » goes round what a minor in France may read, and ends."""
    citizen.say("combien coûte une carte d'identité perdue")
    citizen.press(0)
    told = citizen.press(1)
    talk = citizen.talk
    shown = [
        read_on(citizen.shelf, talk.fiche, dict(talk.known), talk.mark, told.passages[0].number, further, talk)
        for further in range(len(told.passages) + 1)
    ]
    said = [texts(one)[0] for one in shown if one.passages]

    assert said == texts(told)
    assert not any("adulte" in text or "consulat" in text for text in said)
    assert shown[-1].passages == ()


def test_what_belongs_to_the_place(citizen: Citizen) -> None:
    """The service of the adult's declaration, the town's own contact for the code; abroad the fiche's own words."""
    adult = citizen.say("déclaration d'une carte d'identité perdue en France par un majeur")
    abroad = citizen.say("et à l'étranger ?")
    assert adult.beside is not None
    assert abroad.beside is not None

    assert [one.url for one in adult.beside.online] == ["https://exemple.fr/perte-adulte"]
    assert [one.line for one in adult.beside.competent] == [
        "État civil : 01 00 00 00 01 (de 9 h à 17 h), 1 place du Pont"
    ]
    assert abroad.beside.online == ()
    assert [one.line for one in abroad.beside.competent] == ["Consulat de France : +33 1 00 00 00 99"]


def test_the_source_is_named_with_its_date(citizen: Citizen) -> None:
    """The licence asks for publisher and date; every answer of a fiche has them, a question for the case too."""
    told = [citizen.say("carte d'identité perdue"), citizen.press(1)]

    assert {(one.sources[0].publisher, one.sources[0].updated) for one in told} == {(PUBLISHER, "2026-10-05")}


def test_a_notice_is_always_shown(citizen: Citizen) -> None:
    """What the source says is out of date stands with every answer of that page."""
    told = citizen.say("location de vacances")

    assert told.beside is not None
    assert told.beside.notice is not None
    assert told.beside.notice.title == "Page en cours de mise à jour"


def test_publics_are_asked_once(citizen: Citizen) -> None:
    """Near ties of one subject for different people: which is asked, and kept for the rest of the conversation."""
    asked = citizen.say("congé de bienvenue")
    told = citizen.say("agent public")
    again = citizen.say("mon congé de bienvenue")

    assert (asked.status, asked.options) == (
        AnswerStatus.CHOOSE,
        ("private_employee", "public_agent", "employer"),
    )
    assert told.passages[0].article_id == again.passages[0].article_id == "part:F5"


def test_a_public_that_is_named_is_not_asked(citizen: Citizen) -> None:
    """« Je suis fonctionnaire » says it."""
    told = citizen.say("congé de bienvenue, je suis fonctionnaire")

    assert told.passages[0].article_id == "part:F5"


def test_many_options_come_by_page_and_can_be_typed(citizen: Citizen) -> None:
    """What no button shows yet is chosen by its words all the same."""
    asked = citizen.say("ouvrir un compteur d'eau")
    rest = ask(citizen.shelf, "part:F7", citizen.talk, citizen.talk.question, page=1)
    told = citizen.say("Secteur M")
    assert asked.beside is not None
    assert rest.talk is not None

    assert (len(asked.options), asked.beside.pages, rest.talk.page) == (14, 2, 1)
    assert texts(told)[0] == "Le secteur M se raccorde ainsi."


def test_pages_without_words_of_their_own(shelf: Library) -> None:
    """A page of links says what it is about; a folder offers what it lists."""
    links = tell(shelf, "part:F9", "tremplin", Talk())
    folder = tell(shelf, "part:N1", "papiers", Talk())
    forms = tell(shelf, "part:F11", "concours", Talk())
    assert links.beside is not None
    assert forms.beside is not None

    assert (texts(links), links.beside.online[0].title) == (["Le tremplin aide les clubs à démarrer."], "Tremplin")
    assert (folder.status, len(folder.passages)) == (AnswerStatus.CHOOSE, 2)
    assert forms.beside.online[0].form == "99999*01"


def test_the_town_goes_first_when_it_is_sure(citizen: Citizen) -> None:
    """Its own page answers before the State's on the same subject."""
    told = citizen.say("combien coûte un passeport pour un adulte")

    assert told.passages[0].article_id == "passeport-adulte"


def test_the_town_adds_to_a_fiche() -> None:
    """Its text stands before the national one, whichever of the two is found."""
    shelf = library(LOCAL)
    told = tell(shelf, "part:F1", "délai", Talk())
    found = answer(shelf, "carte d'identité à Rivemont, le guichet ferme le jeudi ?", None, Talk())
    assert told.beside is not None
    assert found.beside is not None

    assert told.beside.local == found.beside.local == "Le guichet ferme le jeudi."


def test_out_of_scope_is_told_from_not_understood(citizen: Citizen) -> None:
    """Words that are known, on nothing that is: said plainly. No word at all: asked again."""
    outside = citizen.say("quel temps fait-il sur la lune, la nouvelle carte des étoiles")
    nothing = citizen.say("xqzw")

    assert (outside.status, nothing.status) == (AnswerStatus.OUT_OF_SCOPE, AnswerStatus.LOST)


def test_unsure_offers_titles_of_both() -> None:
    """Neither is sure: titles of the town and of the State, the likeliest first, three at most."""
    office = msgspec.structs.replace(
        OFFICE,
        knowledge=msgspec.structs.replace(
            OFFICE.knowledge, answer_threshold=1.0, choose_threshold=0.05, fiche_threshold=1.0, scope_threshold=0.2
        ),
    )
    told = answer(library(office=office), "demande de permis de chasse pour la piscine", None, Talk())
    ids = [passage.article_id for passage in told.passages]

    assert told.status is AnswerStatus.CHOOSE
    assert 2 <= len(ids) <= 3
    assert any(":" in one for one in ids)
    assert any(":" not in one for one in ids)


def test_numbers_of_another_state_of_a_page_are_not_believed(shelf: Library) -> None:
    """After an import the second case may be another one: it is asked again."""
    told = case(shelf, "part:F1", {0: 1}, 12345, "combien ça coûte", Talk())

    assert (told.status, told.talk and told.talk.known) == (AnswerStatus.NARROWED, ())


def test_fiches_that_are_gone(shelf: Library) -> None:
    """Old buttons lead nowhere, and say so."""
    gone = [
        tell(shelf, "part:F99", "x", Talk()),
        case(shelf, "part:F99", {}, 0, "x", Talk()),
        guide(shelf, "part:F1", (), Talk()),
        guide(shelf, "part:R1", (7, 7), Talk()),
        take(shelf, "part:R1", (), 9, Talk()),
        ask(shelf, "part:F3", Talk(), "x"),
        read_on(shelf, "part:F99", {}, 0, 0, 1, Talk()),
    ]

    assert {one.status for one in gone} == {AnswerStatus.LOST}


def test_all_of_it_is_for_those_with_fiches() -> None:
    """The town's own answers know nothing of a talk."""
    index = small.index()

    assert town.answer(index, small.OFFICE, "horaires de la piscine", small.TODAY).talk is None
    assert len(FICHES) == 12

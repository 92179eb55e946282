"""The right door: whose matter it is that is not the town's."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
import yaml

from bot.errors import ConfigurationError
from bot.knowledge import competences
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.competences import Competences, told_of
from bot.knowledge.importers import markdown
from bot.messages import AnswerStatus
from bot.settings import read_office
from bot.settings_directory import Entry
from tests.fakes.town import FewArticles

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OFFICE = read_office(ROOT / "office.yml")
RIGHT, SENT_AWAY = 0.85, 0.02
"""The bar: what is measured stands in docs/bonne-porte.md."""


@pytest.fixture(scope="module")
def doors() -> Competences:
    return Competences(OFFICE)


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    reading = markdown.read(ROOT / OFFICE.knowledge.folder, OFFICE.services)
    return KnowledgeBase(FewArticles(*reading.articles), OFFICE)


def told() -> list[tuple[str, str]]:
    written = yaml.safe_load((HERE / "doors.yml").read_text(encoding="utf-8"))
    return [(code, said) for code, given in written.items() for said in given]


def test_every_body_has_enough_to_be_known_by() -> None:
    """Twelve phrasings to build with and six of another style to measure; none stands on both sides or twice."""
    file, measured = competences.read(), told()
    built = [said for one in file.bodies.values() for said in one.says]

    assert all(len(one.says) >= 12 for one in file.bodies.values())
    assert len({said.lower() for said in built}) == len(built)
    assert not {said.lower() for said in built} & {said.lower() for _, said in measured}
    for code, one in file.bodies.items():
        assert one.local or sum(said_of == code for said_of, _ in measured) >= 6, code


def test_the_right_body_is_recognised(doors: Competences) -> None:
    """Of phrasings that were never used to build or to choose the thresholds."""
    found = [(code, doors.find(said)) for code, said in told()]

    assert sum(door is not None and door.code == code for code, door in found) / len(found) >= RIGHT


async def test_what_the_town_does_is_sent_nowhere(base: KnowledgeBase) -> None:
    """A question whose answer the town's own pages have is not answered with somebody else's address alone."""
    asked = [json.loads(line)["query"] for line in (HERE / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    answers = [await base.ask(question) for question in asked]

    assert sum(one.door is not None and one.status is AnswerStatus.OUT_OF_SCOPE for one in answers) / len(asked) <= (
        SENT_AWAY
    )


async def test_what_nobody_here_knows_has_its_door(base: KnowledgeBase) -> None:
    """No article speaks of naturalisation: the préfecture of the directory is named, with its own address."""
    answer = await base.ask("je voudrais la nationalité française")

    assert answer.status is AnswerStatus.OUT_OF_SCOPE
    assert answer.door is not None
    assert answer.door.code == "prefecture"
    assert answer.door.body.name == "Préfecture de la Loire-Atlantique"
    assert "https://www.loire-atlantique.gouv.fr" in answer.door.body.line


async def test_the_towns_article_wins_and_says_it_once(base: KnowledgeBase) -> None:
    """The town's page on the RSA names the Caf's number itself: nothing is added to it."""
    answer = await base.ask("comment demander le rsa")

    assert (answer.status, answer.passages[0].article_id, answer.door) == (AnswerStatus.ANSWERED, "rsa-apl", None)


async def test_both_are_said_where_the_page_names_nobody(base: KnowledgeBase) -> None:
    """The town helps with a disability file and the MDPH decides: its contact stands beside the town's answer."""
    answer = await base.ask("dossier mdph")

    assert answer.status is AnswerStatus.ANSWERED
    assert answer.door is not None
    assert answer.door.code == "mdph"


async def test_a_question_out_of_the_world_has_no_door(base: KnowledgeBase) -> None:
    """The weather is nobody's."""
    assert (await base.ask("quel temps fera-t-il demain")).door is None
    assert (await base.ask("😀")).door is None
    assert (await base.ask("")).door is None


def test_a_body_that_is_only_local_needs_the_directory() -> None:
    """Water is the town's own here; where office.yml names a company for it, that one is said."""
    question = "l'eau est trouble au robinet"
    entry = Entry(name="Eaux du Val", phone="02 00 00 00 00")
    elsewhere = msgspec.structs.replace(OFFICE, directory={**OFFICE.directory, "service_eau": entry})

    assert Competences(OFFICE).find(question) is None
    found = Competences(elsewhere).find(question)
    assert found is not None
    assert found.body.line == "Eaux du Val : 02 00 00 00 00"


def test_a_service_of_the_town_is_no_other_body() -> None:
    """A town whose own service is competent for what a département mostly does sends nobody away."""
    own = msgspec.structs.replace(OFFICE, directory={"mdph": Entry(service="personnes_agees_handicap")})

    assert Competences(own).find("demande d'AAH") is None


def test_a_letter_is_read_sentence_by_sentence(doors: Competences) -> None:
    """Politeness hides nothing, and a matter of the town beside it wins."""
    said = "Madame, Monsieur.\nMon titre de séjour arrive à échéance.\nJe vous remercie de votre aide."
    found = doors.of_letter("Demande", said)

    assert found is not None
    assert found.code == "prefecture"
    assert doors.of_letter("Cantine et garderie", "La facture de cantine de mon fils est fausse. Cordialement") is None
    assert doors.of_letter("", "") is None


def test_what_is_told_is_seen(doors: Competences) -> None:
    """A telephone number or a site is enough, with or without https."""
    caf = doors.doors["caf"]

    assert told_of(caf, ["Appelez le 3230."])
    assert told_of(caf, ["Voyez CAF.fr"])
    assert not told_of(caf, ["Voyez ameli.fr"])


def test_a_wrong_file_names_its_place(tmp_path: Path) -> None:
    """It is read when the first question comes, and says what is wrong with it."""
    path = tmp_path / "competences.yml"
    path.write_text("bodies: {caf: {name: 3}}\ntown: []\n", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"competences\.yml: .*bodies"):
        competences.read(path)
    with pytest.raises(ConfigurationError, match=r"absent\.yml"):
        competences.read(tmp_path / "absent.yml")


@pytest.mark.parametrize("text", ["x" * 100_000, "\x00\ud800", "'; drop table", "🙂" * 500, "rsa " * 5000])
def test_any_text_is_read(doors: Competences, text: str) -> None:
    """It comes from anybody."""
    door = doors.find(text)

    assert door is None or door.code == "caf"

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.knowledge.engine import Engine, Findings
from tests.knowledge.engine import base


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The made-up fiches, ready."""
    return base.built(tmp_path_factory.mktemp("engine"))


def first(findings: Findings) -> str:
    return findings.hits[0].key


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("Comment avoir un brevet de pêche ?", "part:F10"),
        ("brevet de peche", "part:F10"),
        ("brevé de pèche fluvialle", "part:F10"),
        ("vhéicule ancien", "part:F11"),
        ("ma vieille bagnole", "part:F11"),
        ("le bpf c'est combien", "part:F10"),
        ("permis de rivière", "part:F10"),
        ("demander une collection", "part:F11"),
        ("le clebs m'a attaqué", "part:F12"),
        ("ruche dans un verger", "part:F17"),
        ("salledes fêtes", "part:F40"),
        ("baignade étang", "part:F19"),
    ],
)
def test_a_fiche_is_found_however_it_is_said(engine: Engine, question: str, key: str) -> None:
    """By its words, misspelt ones, synonyms, abbreviations, links' words, services, phrasings, guided choices."""
    assert first(engine.search(question)) == key


def test_a_building_block_of_the_source_is_no_page(engine: Engine) -> None:
    """« [Passeport - 3 situations] » stands in other pages; a citizen is never offered it."""
    found = [hit.key for hit in engine.search("brevet de pêche fluviale deux situations").hits]

    assert found[0] == "part:F10"
    assert "part:F9" not in found


def test_a_page_of_both_audiences_is_found_once(engine: Engine) -> None:
    """Whether its texts are one or two; each audience finds its own."""
    mills = [hit.key for hit in engine.search("registre des moulins").hits]
    gardens = [hit.key for hit in engine.search("location jardin partagé").hits]

    assert [key for key in mills if key.endswith(":F15")] == ["part:F15"]
    assert len([key for key in gardens if key.endswith(":F13")]) == 1
    assert first(engine.search("registre des moulins", audience="pro")) == "pro:F15"
    assert first(engine.search("location jardin partagé", audience="part")) == "part:F13"
    assert first(engine.search("location jardin partagé", audience="pro")) == "pro:F13"


def test_an_audience_finds_only_its_own(engine: Engine) -> None:
    """What is for others is not among the hits, and an unknown audience finds nothing."""
    assert {hit.key.partition(":")[0] for hit in engine.search("taxe pêche moulin", 20, "part").hits} == {"part"}
    assert {hit.key.partition(":")[0] for hit in engine.search("taxe pêche moulin", 20, "pro").hits} == {"pro"}
    assert engine.search("taxe", audience="martian").hits == ()


def test_folders_are_not_found(engine: Engine) -> None:
    """A navigation page answers nothing; a link may still show it."""
    assert "part:N16" not in [hit.key for hit in engine.search("rivières et pêche", 30).hits]
    assert (folder := engine.fiche("part:N16"))
    assert folder.title == "Rivières et pêche"


def test_scores_fall_with_the_rank(engine: Engine) -> None:
    """They are likelinesses, and no lower rank is likelier."""
    for question in ("brevet de pêche", "taxe", "règle mairie", "vente de bois en mairie"):
        scores = [hit.score for hit in engine.search(question, 10).hits]

        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_limits(engine: Engine) -> None:
    """As many hits as are asked for at most, the same ones in front."""
    two, ten = engine.search("règle en mairie", 2), engine.search("règle en mairie", 10)

    assert len(two.hits) == 2
    assert [hit.key for hit in ten.hits[:2]] == [hit.key for hit in two.hits]


@pytest.mark.parametrize("question", ["", "   ", "?!…", "le la les", "\x00\u200b", "🙂🙂", "xqzw vlkj"])
def test_what_has_no_known_word_finds_nothing(engine: Engine, question: str) -> None:
    """And is out of scope."""
    assert engine.search(question) == Findings((), 0.0)


def test_ten_thousand_characters(engine: Engine) -> None:
    """A question of any length is answered from its beginning."""
    assert first(engine.search("brevet de pêche " + "a" * 10_000)) == "part:F10"
    assert first(engine.search("brevet de pêche fluviale " * 400)) == "part:F10"
    assert engine.search("é" * 10_000).hits == ()


def test_what_is_about_something_else_scores_lower(engine: Engine) -> None:
    """The gate puts the base's own subjects above strange ones that share a word with it."""
    own = engine.search("coût du brevet de pêche fluviale").in_scope
    strange = engine.search("qui a peint la pêche à la baleine de Nantucket au musée").in_scope

    assert 0 <= strange < own <= 1


def test_the_leaf_that_fits_the_question(engine: Engine) -> None:
    """By its heading, its words, and the side of the subject that is asked."""
    cut = engine.outline("part:F10")
    assert cut is not None

    def best(question: str) -> str:
        scores = engine.leaf_scores("part:F10", question)
        assert len(scores) == len(cut.leaves)
        return " ".join(cut.leaves[max(range(len(scores)), key=lambda leaf: scores[leaf])].headings)

    assert best("combien coûte le brevet de pêche") == "Coût"
    assert best("quel délai pour le recevoir") == "Délai"
    assert best("quels papiers apporter") == "Pièces à fournir"


def test_the_best_leaf_of_a_hit(engine: Engine) -> None:
    """Its number is that of the fiche's outline; a fiche without text has leaf 0."""
    hit = engine.search("baignade interdite en hiver").hits[0]
    cut = engine.outline(hit.key)

    assert cut is not None
    assert "interdite" in cut.leaves[hit.leaf].text
    assert engine.search("ruche dans un verger").hits[0].leaf == 0


def test_redirections_are_followed(engine: Engine) -> None:
    """From an id that is gone, over several steps; an unknown one is nothing."""
    found = engine.fiche("part:F901")

    assert found is not None
    assert found.id == "F10"
    assert engine.fiche("part:F404") is None
    assert engine.outline("part:F404") is None
    assert list(engine.leaf_scores("part:F404", "pêche")) == []


def test_redirections_in_a_circle_end(tmp_path: Path) -> None:
    """A source that leads from one lost page to another and back costs an answer and nothing else."""
    from bot.knowledge import engine as package

    circle = {"part:F1": "part:F2", "part:F2": "part:F1"}
    made = package.load(package.build(base.FICHES, circle, tmp_path / "base", base.RESOURCES))

    assert made.fiche("part:F1") is None


def test_many_threads_find_the_same(engine: Engine) -> None:
    """Sixteen threads get what one gets."""
    questions = ["brevet de pêche", "vehicule ancien", "taxe enseigne", "ruche abandonnée", "mordu"] * 16
    alone = [engine.search(question) for question in questions]

    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(engine.search, questions))

    assert together == alone


def test_an_empty_base(tmp_path: Path) -> None:
    """No fiche at all is a base that finds nothing."""
    empty = base.built(tmp_path, ())

    assert empty.search("brevet de pêche") == Findings((), 0.0)
    assert empty.keys() == []

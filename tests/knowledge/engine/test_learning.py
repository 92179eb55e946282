from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.errors import ConfigurationError
from bot.knowledge.engine import Engine, Resources, matter
from bot.knowledge.engine.documents import documents, without_titles
from bot.knowledge.engine.grams import grams
from bot.knowledge.engine.manner import form, learnt
from bot.knowledge.engine.pairs import Origin, lesson, typo
from bot.knowledge.engine.resources import outside, read_phrasings, resources
from bot.knowledge.engine.sayings import runs
from bot.knowledge.engine.shapes import shapes
from bot.knowledge.engine.together import together
from tests.knowledge.engine import base

PROJECT = Path(__file__).resolve().parents[3]
MANY = base.many(600)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """A base that is large enough to learn from."""
    return base.built(tmp_path_factory.mktemp("many"), MANY, Resources(outside=outside()))


def test_a_large_base_learns_a_ranking(engine: Engine) -> None:
    """Its manifest says how good it is on its own questions held back; a small one goes without."""
    assert (engine.folder / "ranker.txt").stat().st_size > 0
    assert engine.about["pairs"]["title n"] >= 10
    assert 0 <= engine.about["pairs"]["false_accept"] <= 1


def test_a_small_base_goes_without(tmp_path: Path) -> None:
    """Two dozen fiches teach nothing: the plain sum ranks."""
    assert (base.built(tmp_path).folder / "ranker.txt").stat().st_size == 0


def test_a_learnt_base_finds_and_refuses(engine: Engine) -> None:
    """Its own subjects pass the gate, strange ones do not."""
    hits = engine.search("vente d'une grange rurale").hits

    assert "grange" in hits[0].title.lower()
    assert "vente" in hits[0].title.lower()
    assert engine.search("vente d'une grange rurale").in_scope > 0.5
    assert engine.search("quelle est la capitale de la mongolie").in_scope < 0.5


def test_a_learnt_base_is_the_same_twice(engine: Engine, tmp_path: Path) -> None:
    """The reranker and the gate too."""
    again = base.built(tmp_path, MANY, Resources(outside=outside())).folder

    assert [p.name for p in again.iterdir() if p.read_bytes() != (engine.folder / p.name).read_bytes()] == []


def test_what_is_asked_is_taken_out() -> None:
    """A title is not in the base that it is asked of, nor its copies elsewhere, nor the words of the links."""
    found = documents(MANY, {}, {"F1000": tuple(f"façon numéro {number} de dire" for number in range(30))})
    asked = lesson(found)

    kinds = {pair.origin for pair in asked.pairs}
    assert kinds == set(Origin)
    for pair in asked.pairs:
        for place in pair.gold:
            reduced = asked.documents[place]
            if pair.origin is Origin.TITLE:
                assert reduced.title == ""
            if pair.origin is Origin.PHRASING:
                assert pair.question not in reduced.phrasings
    silenced = {anchor for whole in found for anchor in whole.anchors} - {
        anchor for reduced in asked.documents for anchor in reduced.anchors
    }
    assert silenced
    assert {anchor.source for anchor in silenced} & {a.source for d in asked.documents for a in d.anchors} == set()


def test_a_hidden_title_is_nowhere() -> None:
    """Neither in the page nor, as the same words, in links and questions; its phrasings stay."""
    title = "Brevet de pêche fluviale"
    fiches = (
        *base.FICHES,
        base.fiche("F60", "Autre page", base.Text("Lisez.", links=(base.Link("le brevet de pêche fluviale", "F10"),))),
    )
    whole = documents(fiches, {}, {"F10": ("pêcher au bord de l'eau",)})
    hidden = {document.id: document for document in without_titles(whole, {"F10"})}

    assert hidden["F10"].title == ""
    assert hidden["F10"].phrasings == ("pêcher au bord de l'eau",)
    assert [anchor.words for anchor in hidden["F10"].anchors] == ["permis de rivière"]
    assert {d.id: d for d in whole}["F10"].title == title


def test_typos_are_one_mistake_in_the_longest_word() -> None:
    """Never its first letter; short texts stay."""
    for seed in range(40):
        made = typo("refaire son passeport", seed)
        assert made.split()[:2] == ["refaire", "son"]
        assert made.split()[2][0] == "p"
    assert typo("un", 1) == "un"
    assert typo("", 1) == ""


def test_shapes_are_cosines() -> None:
    """A text is nearest to itself; what shares no shape is 0; nothing at all is no error."""
    made = grams([shapes(["passeport", "biometrique"]), shapes(["passeports"]), shapes(["poubelle", "biometrie"])])

    scores = made.scores(shapes(["passeport", "biometrique"]), 3)
    assert int(scores.argmax()) == 0
    assert 0 < scores[1] < scores[0]
    assert made.scores(shapes(["xylophone"]), 3).max() == 0
    assert grams([]).scores(shapes(["passeport"]), 0).shape == (0,)


def test_sayings_know_words_of_grammar() -> None:
    """« pas de quoi » is found by its turn of phrase, and the order of words counts."""
    said = ["j ai pas de quoi payer", "payer de quoi", "qui doit payer"]
    made = grams([runs(text.split()) for text in said], least=1)

    assert made.scores(runs(["pas", "de", "quoi", "manger"]), 3).argmax() == 0
    one, other = made.scores(runs(["payer", "de", "quoi"]), 3)[1], made.scores(runs(["quoi", "de", "payer"]), 3)[1]
    assert other < one <= 1.001
    assert made.scores(runs([]), 3).max() == 0


def test_matter_tells_strangers_by_their_words() -> None:
    """What was never asked of the base in these words is told apart; it is the same again from its file."""
    ours = [f"comment {verb} {thing}".split() for verb in ("declarer", "renouveler") for thing in ("ruche", "moulin")]
    theirs = [f"recette de {cake}".split() for cake in ("crepes", "gaufres", "tarte")]
    made = matter.learnt([matter.pieces(said) for said in ours] * 5, [matter.pieces(said) for said in theirs] * 5)

    assert made.logit(["renouveler", "mon", "moulin"]) > 0 > made.logit(["une", "recette", "de", "tarte"])
    assert matter.unpacked(made.packed()).logit(["ruche"]) == pytest.approx(made.logit(["ruche"]), abs=1e-4)
    assert made.logit([]) == 0.0
    assert matter.unpacked(matter.nothing().packed()).logit(["ruche"]) == 0.0
    assert matter.learnt([matter.pieces(said) for said in ours], []).logit(["ruche"]) == 0.0
    with pytest.raises(ValueError, match="8 bytes"):
        matter.unpacked(b"12345678")


def test_neighbours_are_pairs() -> None:
    """A pair counts in its order, anywhere or in short texts; an unknown word breaks it; a text of one word has none."""
    leave, parent, night = 1, 2, 3
    ids = [np.array(text, np.int32) for text in ([leave, parent], [parent, leave], [leave, parent, night], [night])]
    made = together([[ids[0]], [ids[1]], [ids[3]]], [[ids[3]], [ids[1]], [ids[2]]])

    scores = made.scores(np.array([leave, parent], np.int32), 3)
    assert [row.tolist() for row in scores > 0] == [[True, True], [False, False], [True, False]]
    assert made.scores(np.array([night], np.int32), 3).max() == 0
    assert together([], []).scores(ids[0], 0).shape == (0, 2)


def test_manner_sees_no_subject() -> None:
    """Words of substance are masked: another subject in the same words has the same manner."""
    assert form("Combien coûte un passeport ?") == form("Combien pèse un éléphant ?")
    forms = [form("qui a peint la joconde")] * 30 + [form("demande de carte")] * 30
    manner = learnt(forms, np.arange(60) >= 30)

    assert manner.logit(form("qui a bâti la tour")) < 0 < manner.logit(form("retrait de plainte"))


def test_strange_questions_ship_with_the_search() -> None:
    """At least three hundred, each once."""
    assert len(outside()) >= 300
    assert len(set(outside())) == len(outside())


def test_phrasings_are_read(tmp_path: Path) -> None:
    """From every file of the folder."""
    folder = tmp_path / "knowledge" / "phrasings"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text("F1: [cni perdue]\nF2:\n  - 115\n", "utf-8")
    (folder / "b.yml").write_text("F1: [carte volée, cni perdue]\n", "utf-8")
    (folder / "empty.yml").write_text("", "utf-8")

    assert read_phrasings(folder) == {"F1": ("cni perdue", "carte volée"), "F2": ("115",)}


def test_a_town_adds_to_what_ships(tmp_path: Path) -> None:
    """Its folder may be anywhere: its phrasings and synonyms stand beside the project's and never instead of them."""
    shipped = resources(PROJECT)
    folder = tmp_path / "knowledge" / "phrasings"
    folder.mkdir(parents=True)
    page, said = next(iter(shipped.phrasings.items()))
    (folder / "local.yml").write_text(f"{page}: [à la Bernoche]\nF999999: [mon lac]\n", "utf-8")
    (folder.parent / "synonyms_local.yml").write_text(
        f"- {{say: [bernoche], means: [mairie]}}\n- {{say: [{shipped.groups[0].say[0]}], means: []}}\n", "utf-8"
    )
    town = resources(tmp_path)

    assert resources(tmp_path / "elsewhere") == shipped
    assert town.phrasings == {**shipped.phrasings, page: ("à la Bernoche", *said), "F999999": ("mon lac",)}
    assert town.groups[-1].say == ("bernoche",)
    assert shipped.groups[0].say[0] not in {phrase for group in town.groups for phrase in group.say}
    assert set(shipped.groups[1:]) < set(town.groups)


@pytest.mark.parametrize(
    "content",
    ["- F1", "F1: texte", "F1: [[a]]", 'F1: [""]', "1: [a]", "F1: [a", "F1: &x [*x]", "[" * 50_000, "F1: 2001-99-99"],
)
def test_wrong_phrasings_are_named(tmp_path: Path, content: str) -> None:
    """One sentence with the file."""
    (tmp_path / "a.yml").write_text(content, "utf-8")

    with pytest.raises(ConfigurationError, match=r"a\.yml"):
        read_phrasings(tmp_path)

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from bot.fiches import Fiche
from bot.knowledge import engine
from bot.knowledge.engine import Resources, meaning
from bot.knowledge.engine.keeping import taught_from
from bot.knowledge.engine.meaning import Meaning
from bot.knowledge.engine.postings import counted, stacked
from tests.knowledge.engine import base

MANY = base.many(200)
"""Of which three are less than 2 %, and four are not."""
LEARNT = ("model.json", "ranker.txt", "matter.bin", "taught.json")
NEW = base.fiche("F5000", "Dressage d'un perroquet", "Le perroquet apprend à parler chez un oiselier agréé.")
RESOURCES = Resources()


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A shelf with the base of many fiches."""
    engine.build(MANY, {}, tmp_path / "first", RESOURCES)
    return tmp_path


def changed(fiches: tuple[Fiche, ...], first: int, last: int) -> tuple[Fiche, ...]:
    """The same with other words on some of them."""
    return tuple(
        base.fiche(one.id, one.title, f"Désormais, un télégramme suffit pour {one.id}.") if first <= at < last else one
        for at, one in enumerate(fiches)
    )


def same(one: Path, other: Path) -> bool:
    """Whether two bases have learnt the same."""
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in LEARNT)


def taught(folder: Path) -> dict[str, str]:
    """What a base was taught from."""
    fiches: dict[str, str] = json.loads((folder / "taught.json").read_text("utf-8"))["fiches"]
    return fiches


def test_what_was_learnt_is_kept_while_little_changes(shelf: Path) -> None:
    """One new fiche, one changed, one gone: what they say counts at once, and nothing is learnt anew."""
    folder = engine.build([*changed(MANY, 0, 1)[:-1], NEW], {}, shelf / "second", RESOURCES)
    found = engine.load(folder)

    assert same(folder, shelf / "first")
    assert found.search("dresser un perroquet").hits[0].key == "part:F5000"
    assert found.search("par télégramme").hits[0].key == "part:F1000"
    assert found.fiche(MANY[-1].key) is None
    assert MANY[-1].key not in [hit.key for hit in found.search(MANY[-1].title).hits]
    assert MANY[-1].key in [hit.key for hit in engine.load(shelf / "first").search(MANY[-1].title).hits]


def test_a_fiche_is_the_same_however_it_comes() -> None:
    """As it was read, with an empty list, and as the database gives it back, with a tuple."""
    fresh = base.fiche("F1", "Pêche", "Permise.", forms=[])
    stored = msgspec.json.decode(msgspec.json.encode(fresh), type=Fiche)

    assert msgspec.json.encode(fresh) != msgspec.json.encode(stored)
    assert taught_from([fresh], RESOURCES) == taught_from([stored], RESOURCES)
    assert taught_from([fresh], RESOURCES) != taught_from([base.fiche("F1", "Pêche", "Interdite.")], RESOURCES)


def test_unchanged_fiches_are_found_as_before(shelf: Path) -> None:
    """With one fiche more, the best hits of other questions are those of a base that learns anew, as sure as before."""
    kept = engine.load(engine.build([*MANY, NEW], {}, shelf / "second", RESOURCES))
    anew = engine.load(engine.build([*MANY, NEW], {}, shelf / "elsewhere" / "second", RESOURCES))

    for fiche in MANY[::20]:
        one, other = kept.search(fiche.title), anew.search(fiche.title)
        assert one.hits[0].key == other.hits[0].key
        assert one.in_scope == pytest.approx(other.in_scope, abs=0.1)


def test_words_keep_their_meaning(shelf: Path) -> None:
    """A stem has its former direction under its new number; a new stem has none."""
    former = engine.load(shelf / "first")
    following = engine.load(engine.build([NEW, *MANY], {}, shelf / "second", RESOURCES))
    meant = [np.load(one.folder / "meaning.terms.npy") for one in (former, following)]
    stems = [json.loads((one.folder / "words.json").read_text("utf-8"))["stems"] for one in (former, following)]
    before = dict(zip(stems[0], meant[0], strict=True))

    assert set(stems[1]) > set(stems[0])
    for stem, direction in zip(stems[1], meant[1], strict=True):
        assert np.array_equal(direction, before.get(stem, np.zeros(meant[0].shape[1])))


def test_small_changes_add_up(shelf: Path) -> None:
    """Three fiches a day are few; the second day it is six since the base was taught, and it is taught again."""
    second = engine.build(changed(MANY, 0, 3), {}, shelf / "second", RESOURCES)
    assert taught(second) == taught(shelf / "first")

    third = engine.build(changed(MANY, 0, 6), {}, shelf / "third", RESOURCES)
    assert taught(third) != taught(shelf / "first")
    assert taught(third)["part:F1005"] != taught(second)["part:F1005"]


def test_two_in_a_hundred_are_not_few(shelf: Path) -> None:
    """Four of two hundred changed: the base is taught again."""
    assert taught(engine.build(changed(MANY, 0, 4), {}, shelf / "second", RESOURCES)) != taught(shelf / "first")


def test_other_words_of_people_teach_again(shelf: Path) -> None:
    """What ships with the search is part of what was learnt."""
    said = Resources(phrasings={"F1000": ("où poser ma barque",)})
    folder = engine.build(MANY, {}, shelf / "second", said)

    assert json.loads((folder / "taught.json").read_text("utf-8"))["resources"] == said.checksum


@pytest.mark.parametrize("name", ["model.json", "words.json", "taught.json", "manifest.json", "meaning.terms.npy"])
def test_a_damaged_base_hands_nothing_on(shelf: Path, name: str) -> None:
    """It is taught again as if there were none before."""
    alone = engine.build([*MANY, NEW], {}, shelf / "elsewhere" / "second", RESOURCES)
    path = shelf / "first" / name
    path.write_bytes(b"x" * path.stat().st_size)
    folder = engine.build([*MANY, NEW], {}, shelf / "second", RESOURCES)

    assert same(folder, alone)
    assert "part:F5000" in taught(folder)


def test_other_libraries_teach_again(shelf: Path) -> None:
    """A new version of what learns may learn otherwise."""
    path = shelf / "first" / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**manifest, "libraries": {**manifest["libraries"], "lightgbm": "0.1"}}), "utf-8")

    assert "part:F5000" in taught(engine.build([*MANY, NEW], {}, shelf / "second", RESOURCES))


def test_a_base_for_measuring_keeps_and_hands_on_nothing(shelf: Path) -> None:
    """With titles hidden everything is learnt without them, and never used for a base that has them."""
    hidden = engine.build([*MANY, NEW], {}, shelf / "hidden", RESOURCES, None, {"F1001"})

    assert not (hidden / "taught.json").exists()
    assert same(engine.build([*MANY, NEW], {}, shelf / "second", RESOURCES), shelf / "first")


def test_many_questions_score_as_each_alone() -> None:
    """To the last bit, questions without a word among them; one question is the case of a search."""
    rows = [np.array(row, np.int32) for row in ([0, 1, 1], [2], [0, 2, 3], [], [3, 3, 1])]
    postings = stacked([counted(rows, 4) * np.float32(0.3)])
    asked = [
        (np.array(terms, np.int32), np.array(weights, np.float32))
        for terms, weights in (([3, 0], [0.7, 0.1]), ([], []), ([1], [1.0]), ([2, 1, 0], [0.2, 0.9, 0.4]))
    ]

    together = postings.many(asked, len(rows))
    assert np.array_equal(together, np.stack([postings.scores(*one, len(rows)) for one in asked]))
    assert np.array_equal(postings.many(asked[:1], len(rows)), together[:1])


def test_fields_stand_term_by_term() -> None:
    """Two fields of the same rows: each term's rows in order, row by row and field by field; a value of 0 stays."""
    words = [[0, 2], [], [2, 1]], [[1], [2], []]
    first, second = (counted([np.array(row, np.int32) for row in rows], 4) for rows in words)
    second.data[0] = 0
    found = stacked([first, second])

    assert found.starts.tolist() == [0, 1, 3, 6, 6]
    assert found.rows.tolist() == [0, 1, 4, 0, 3, 4]
    assert found.values.tolist() == [1, 0, 1, 1, 1, 1]
    assert stacked([counted([], 4)]).starts.tolist() == [0, 0, 0, 0, 0]


def test_vectors_are_the_same_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some rows at a time, the last time fewer; a row without words has none."""
    drawn = np.random.default_rng(20)
    learnt = Meaning(drawn.normal(size=(4, 3)).astype(np.float16))
    counts = counted([np.array(row, np.int32) for row in ([0, 0, 2], [], [3], [1, 2], [0])], 4)
    whole = learnt.of_rows(counts)
    monkeypatch.setattr(meaning, "ROWS_AT_ONCE", 2)

    assert np.array_equal(learnt.of_rows(counts), whole)
    assert np.allclose(np.linalg.norm(whole, axis=1), [1, 0, 1, 1, 1], atol=1e-6)
    assert np.array_equal(meaning.packed(whole)[3], np.round(whole[3] / np.abs(whole[3]).max() * 127))

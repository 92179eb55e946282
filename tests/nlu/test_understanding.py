"""Text to ranked intents and a verdict: trained with scikit-learn, evaluated by numpy alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nlu.components.classifier import Recipe
from nlu.components.features import Sample
from nlu.components.understanding import (
    ARRAYS_FILE,
    NAMES_FILE,
    Tier,
    Understanding,
    calibration_error,
    load,
    train,
)

EXAMPLES = {
    "greet": ["bonjour", "bonsoir", "salut", "bonjour madame", "hello", "bonsoir monsieur", "coucou"],
    "thank": ["merci", "merci beaucoup", "grand merci", "mille mercis", "je vous remercie", "merci madame"],
    "ask": [
        "la piscine ouvre quand",
        "refaire ma carte",
        "un passeport pour mon fils",
        "la cantine",
        "les encombrants",
    ],
}
RECIPE = Recipe(seed=7)
THINGS = ["piscine", "mairie", "cantine", "ecole", "poubelle", "carte", "permis", "parking", "jardin", "velo"]
FRAMES = (
    "quand ouvre {}|a quelle heure {}|ou trouver {}|horaires {} svp|dites moi {}|info {} merci|{} demain|je cherche {}"
)


def sample(text: str) -> Sample:
    return Sample(tuple(text.split()), text)


def examples(*labels: str) -> tuple[list[Sample], list[str]]:
    pairs = [(sample(text), label) for label in labels for text in EXAMPLES[label]]
    return [one for one, _ in pairs], [label for _, label in pairs]


@pytest.fixture(scope="module")
def model() -> Understanding:
    return train(*examples(*EXAMPLES), recipe=RECIPE)


@pytest.fixture(scope="module")
def gated() -> Understanding:
    """Ten subjects asked about in eight ways, and no example from outside."""
    pairs = [(sample(frame.format(thing)), thing) for thing in THINGS for frame in FRAMES.split("|")]
    return train([one for one, _ in pairs], [thing for _, thing in pairs], recipe=RECIPE)


def test_it_knows_what_it_was_taught(model: Understanding) -> None:
    """Each example is its own class, also with a slip of the pen."""
    samples, labels = examples(*EXAMPLES)

    assert [model.rank(one)[0][0] for one in samples] == labels
    assert model.rank(sample("mercii bcp"))[0][0] == "thank"


def test_confidences_are_a_distribution(model: Understanding) -> None:
    """All classes, the surest first, one in all."""
    ranking = model.rank(sample("bonjour la piscine"))
    confidences = [confidence for _, confidence in ranking]

    assert sorted(name for name, _ in ranking) == sorted(EXAMPLES)
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1)


@pytest.mark.parametrize("unknown", ["", "😀", "7", "?"])
def test_what_holds_nothing_known_is_nothing(model: Understanding, unknown: str) -> None:
    """Rather no answer than the class with the largest bias."""
    verdict = model.gate(sample(unknown))

    assert model.rank(sample(unknown)) == []
    assert (verdict.intent, verdict.confidence, verdict.inside, verdict.tier) == (None, 0.0, 0.0, Tier.OUTSIDE)


def test_a_plain_text_will_do() -> None:
    """Words and lemmas are found as the bot finds them."""
    texts = [text for label in ("greet", "thank") for text in EXAMPLES[label]]
    labels = [label for label in ("greet", "thank") for _ in EXAMPLES[label]]
    read = train(texts, labels, recipe=RECIPE)

    assert read.rank("Merci beaucoup, Madame")[0][0] == read.gate("Merci beaucoup, Madame").intent == "thank"


def test_outsiders_are_told_without_having_seen_one(gated: Understanding) -> None:
    """Hidden classes taught what an outsider looks like."""
    inside = [gated.gate(sample(f"quand ouvre {thing} svp")) for thing in THINGS]
    outside = [gated.gate(sample(text)) for text in ("le prix du gaz", "raconte une blague", "il pleut a lyon merci")]

    assert [verdict.intent for verdict in inside] == THINGS
    assert min(verdict.inside for verdict in inside) > max(verdict.inside for verdict in outside)
    assert {verdict.tier for verdict in outside} == {Tier.OUTSIDE}
    assert {verdict.tier for verdict in inside} == {Tier.SURE}


def test_what_is_not_sure_is_unsure(gated: Understanding) -> None:
    """The bound of confidence is the caller's."""
    asked = sample("quand ouvre piscine")

    assert gated.gate(asked, sure_from=1.0).tier is Tier.UNSURE
    assert gated.gate(asked, sure_from=0.0).tier is Tier.SURE


def test_examples_from_outside_teach(gated: Understanding) -> None:
    """What was given as outside looks less inside than without."""
    pairs = [(sample(frame.format(thing)), thing) for thing in THINGS for frame in FRAMES.split("|")]
    strange = [sample(f"{frame.format(word)}") for word in ("zeppelin", "quasar") for frame in FRAMES.split("|")]
    taught = train([one for one, _ in pairs], [thing for _, thing in pairs], strange, RECIPE)
    asked = sample("quand ouvre fjord")

    assert taught.admission != gated.admission
    assert taught.gate(asked).tier is Tier.OUTSIDE


def test_the_threshold_can_be_set_by_own_texts(gated: Understanding) -> None:
    """It then keeps the share of them that was asked for."""
    own = [sample(f"bonjour {thing} vers midi") for thing in THINGS]
    kept = gated.keeping(own, 0.5)

    assert sum(kept.gate(one).inside >= kept.admission.threshold for one in own) == 5
    for share, texts in ((0.0, own), (1.0, own), (0.5, [])):
        with pytest.raises(ValueError):
            gated.keeping(texts, share)


@pytest.mark.parametrize("text", ["merci " * 660, "m" * 4000, "quand ouvre " + "z " * 2000, "\x00\n quand"])
def test_strange_texts_get_finite_verdicts(gated: Understanding, text: str) -> None:
    """Long, repeated, with control characters."""
    verdict = gated.gate(sample(text))

    assert 0 <= verdict.inside <= 1
    assert 0 <= verdict.confidence <= 1


def test_training_is_repeatable(tmp_path: Path) -> None:
    """The same examples give the same bytes, so that a model changes only with its sources."""
    files = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        train(*examples(*EXAMPLES), recipe=RECIPE).save(tmp_path / name)
        with np.load(tmp_path / name / ARRAYS_FILE) as arrays:
            files.append(
                [(key, arrays[key].tobytes()) for key in arrays] + [(tmp_path / name / NAMES_FILE).read_text()]
            )

    assert files[0] == files[1]


def test_a_saved_model_says_the_same(gated: Understanding, tmp_path: Path) -> None:
    """To the last bit, the gate included."""
    gated.save(tmp_path)
    loaded = load(tmp_path)
    asked = sample("bonjour, quand ouvre la piscine")

    assert loaded.judged(asked) == gated.judged(asked)
    assert (loaded.admission, loaded.rehearsed_error) == (gated.admission, gated.rehearsed_error)


def test_two_classes_are_enough() -> None:
    """scikit-learn keeps one plane for two classes; we keep two."""
    two = train(*examples("greet", "thank"), recipe=RECIPE)

    assert (two.rank(sample("bonjour"))[0][0], two.rank(sample("merci"))[0][0]) == ("greet", "thank")


def test_one_class_is_not() -> None:
    """There is nothing to tell apart; nor is there without labels."""
    with pytest.raises(ValueError, match="two classes"):
        train(*examples("greet"), recipe=RECIPE)
    with pytest.raises(ValueError, match="labels"):
        train(["bonjour", "merci"], ["greet"])
    with pytest.raises(ValueError, match="two classes"):
        train([], [])


def test_a_class_with_one_example_is_learnt() -> None:
    """It cannot be rehearsed: a round has seen it or is asked for it."""
    samples, labels = examples("greet", "thank")
    trained = train([*samples, sample("au revoir")], [*labels, "goodbye"], recipe=RECIPE)

    assert trained.rank(sample("au revoir"))[0][0] == "goodbye"


def test_the_calibration_error_is_the_gap_between_sure_and_right() -> None:
    """Half right at 0.9 is 0.4 off; weighted by how many say so."""
    half = [(0.9, True), (0.9, False)]

    assert calibration_error(half) == pytest.approx(0.4)
    assert calibration_error([*half, (1.0, True), (1.0, True)]) == pytest.approx(0.2)
    assert calibration_error([]) == 0


@pytest.mark.parametrize("wrong", [{"regularisation": 0}, {"seed": -1}, {"kept": 1.0}, {"misspelt": 1.1}])
def test_a_wrong_recipe_is_refused(wrong: dict[str, float]) -> None:
    """Before anything is trained."""
    with pytest.raises(ValueError, match="regularisation"):
        Recipe(**wrong)  # type: ignore[arg-type]


def test_damaged_files_are_refused(model: Understanding, tmp_path: Path) -> None:
    """Cut, of another format, or not fitting together: one error."""
    model.save(tmp_path)
    names, arrays = (tmp_path / NAMES_FILE), (tmp_path / ARRAYS_FILE)
    good = json.loads(names.read_text("utf-8"))
    broken: list[object] = [
        {**good, "format": 1},
        {**good, "words": []},
        {**good, "classes": ["one", "other"]},
        {**good, "temperature": None},
        {**good, "gate": {**good["gate"], "weights": [1.0]}},
        {**good, "gate": {**good["gate"], "threshold": 7}},
        {**good, "gate": []},
        {},
        [],
    ]
    for wrong in broken:
        names.write_text(json.dumps(wrong), "utf-8")
        with pytest.raises(ValueError, match=r"classifier|format|shape|gate"):
            load(tmp_path)
    names.write_text("{", "utf-8")
    with pytest.raises(ValueError, match="Expecting"):
        load(tmp_path)
    names.write_text(json.dumps(good), "utf-8")
    for wrong_bytes in (b"", b"PK\x03\x04", arrays.read_bytes()[:1000]):
        arrays.write_bytes(wrong_bytes)
        with pytest.raises(ValueError):
            load(tmp_path)

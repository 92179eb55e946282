"""The classifier: trained by scikit-learn, evaluated by numpy alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nlu.components.linear import (
    ARRAYS_FILE,
    NAMES_FILE,
    LinearModel,
    Sample,
    char_features,
    train,
    word_features,
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


def sample(text: str) -> Sample:
    return Sample(tuple(text.split()), text)


def examples(*labels: str) -> tuple[list[Sample], list[str]]:
    pairs = [(sample(text), label) for label in labels for text in EXAMPLES[label]]
    return [one for one, _ in pairs], [label for _, label in pairs]


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return train(*examples(*EXAMPLES), regularisation=1.0, seed=7)


def test_words_know_where_a_text_begins_and_ends() -> None:
    """« oui » alone has a feature that « oui » in a sentence has not."""
    alone, inside = set(word_features(sample("oui"))), set(word_features(sample("mais oui madame")))

    assert alone - inside == {"\x02 oui", "oui \x03"}
    assert word_features(Sample((), "")) == []


def test_pieces_stay_within_words() -> None:
    """Two to five characters with the blanks around; a short word is one last piece of its own."""
    assert char_features(sample("à la")) == [" à", "à ", " à ", " l", "la", "a ", " la", "la ", " la "]


def test_it_knows_what_it_was_taught(model: LinearModel) -> None:
    """Each example is its own class, also with a slip of the pen."""
    samples, labels = examples(*EXAMPLES)

    assert [model.rank(one)[0][0] for one in samples] == labels
    assert model.rank(sample("mercii bcp"))[0][0] == "thank"


def test_confidences_are_a_distribution(model: LinearModel) -> None:
    """All classes, the surest first, one in all."""
    ranking = model.rank(sample("bonjour la piscine"))
    confidences = [confidence for _, confidence in ranking]

    assert sorted(name for name, _ in ranking) == sorted(EXAMPLES)
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1)


@pytest.mark.parametrize("unknown", ["", "😀", "7", "?"])
def test_what_holds_nothing_known_is_nothing(model: LinearModel, unknown: str) -> None:
    """Rather no answer than the class with the largest bias."""
    assert model.rank(sample(unknown)) == []


def test_numpy_says_what_scikit_learn_says() -> None:
    """The weights are gathered as scikit-learn multiplies them."""
    import scipy.sparse
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    samples, labels = examples(*EXAMPLES)
    vectorizers = [
        TfidfVectorizer(analyzer=word_features, sublinear_tf=True),
        TfidfVectorizer(analyzer=char_features, sublinear_tf=True, min_df=2),
    ]
    matrix = scipy.sparse.hstack([vectorizer.fit_transform(samples) for vectorizer in vectorizers])
    svm = LinearSVC(class_weight="balanced", random_state=7, max_iter=5000).fit(matrix, labels)
    asked = [sample("merci merci pour la carte"), sample("bonsoir la cantine"), sample("piscine")]
    expected = svm.decision_function(scipy.sparse.hstack([vectorizer.transform(asked) for vectorizer in vectorizers]))

    trained = train(samples, labels, regularisation=1.0, seed=7)
    for one, distances in zip(asked, expected, strict=True):
        logits = dict(zip(svm.classes_, distances / trained.temperature, strict=True))
        ranking = trained.rank(one)
        relative = [np.log(confidence) - np.log(ranking[0][1]) for _, confidence in ranking]

        assert relative == pytest.approx([logits[name] - logits[ranking[0][0]] for name, _ in ranking], abs=1e-3)


def test_training_is_repeatable(tmp_path: Path) -> None:
    """The same examples give the same bytes, so that a model changes only with its sources."""
    files = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        train(*examples(*EXAMPLES), regularisation=1.0, seed=7).save(tmp_path / name)
        with np.load(tmp_path / name / ARRAYS_FILE) as arrays:
            files.append(
                [(key, arrays[key].tobytes()) for key in arrays] + [(tmp_path / name / NAMES_FILE).read_text()]
            )

    assert files[0] == files[1]


def test_a_saved_model_says_the_same(model: LinearModel, tmp_path: Path) -> None:
    """To the last bit."""
    model.save(tmp_path)
    loaded = LinearModel.load(tmp_path)
    asked = sample("bonjour, merci pour la carte")

    assert loaded.rank(asked) == model.rank(asked)


def test_two_classes_are_enough() -> None:
    """scikit-learn keeps one plane for two classes; we keep two."""
    two = train(*examples("greet", "thank"), regularisation=1.0, seed=7)

    assert (two.rank(sample("bonjour"))[0][0], two.rank(sample("merci"))[0][0]) == ("greet", "thank")


def test_one_class_is_not() -> None:
    """There is nothing to tell apart."""
    with pytest.raises(ValueError, match="two classes"):
        train(*examples("greet"), regularisation=1.0, seed=7)


def test_a_class_with_one_example_is_learnt() -> None:
    """It cannot be folded, so confidences are not calibrated then."""
    samples, labels = examples("greet", "thank")
    trained = train([*samples, sample("au revoir")], [*labels, "goodbye"], regularisation=1.0, seed=7)

    assert (trained.rank(sample("au revoir"))[0][0], trained.temperature) == ("goodbye", 1.0)


def test_damaged_files_are_refused(model: LinearModel, tmp_path: Path) -> None:
    """Cut, of another format, or not fitting together: one error."""
    model.save(tmp_path)
    names, arrays = (tmp_path / NAMES_FILE), (tmp_path / ARRAYS_FILE)
    good = json.loads(names.read_text("utf-8"))
    broken: list[object] = [{**good, "format": 99}, {**good, "words": []}, {**good, "temperature": None}, {}, []]
    for wrong in broken:
        names.write_text(json.dumps(wrong), "utf-8")
        with pytest.raises(ValueError, match=r"classifier|format|shape"):
            LinearModel.load(tmp_path)
    names.write_text("{", "utf-8")
    with pytest.raises(ValueError, match="Expecting"):
        LinearModel.load(tmp_path)
    names.write_text(json.dumps(good), "utf-8")
    for wrong_bytes in (b"", b"PK\x03\x04", arrays.read_bytes()[:1000]):
        arrays.write_bytes(wrong_bytes)
        with pytest.raises(ValueError):
            LinearModel.load(tmp_path)

"""The classifier in Rasa's graph: trained, stored, loaded, fed with anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.french import FrenchTokenizer
from nlu.components.intents import LinearIntentClassifier
from nlu.components.understanding import ARRAYS_FILE

pytestmark = pytest.mark.rasa

EXAMPLES = {
    "greet": ["bonjour", "bonsoir", "salut", "bonjour madame", "hello"],
    "thank": ["merci", "merci beaucoup", "grand merci", "je vous remercie", "mille mercis"],
    "choose": ["/choose", '/choose{"article": "bonjour"}'],
}
CONFIG = {**LinearIntentClassifier.get_default_config(), "seed": 7}
RESOURCE = Resource("classifier")
CONTEXT = ExecutionContext(GraphSchema({}), node_name="classifier")


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
    """What `rasa train` leaves of the examples."""
    folder = tmp_path_factory.mktemp("storage")
    made = LocalModelStorage.create(folder)
    tokenized = tokenizer().process_training_data(
        TrainingData([Message({TEXT: text, INTENT: name}) for name, texts in EXAMPLES.items() for text in texts])
    )
    LinearIntentClassifier.create(CONFIG, made, RESOURCE, CONTEXT).train(tokenized)
    return made


@pytest.fixture(scope="module")
def classifier(storage: LocalModelStorage) -> LinearIntentClassifier:
    return LinearIntentClassifier.load(CONFIG, storage, RESOURCE, CONTEXT)


def tokenizer() -> FrenchTokenizer:
    return FrenchTokenizer(FrenchTokenizer.get_default_config())


def recognised(classifier: LinearIntentClassifier, text: str | None) -> Message:
    (message,) = classifier.process(tokenizer().process([Message({TEXT: text})]))
    return message


def test_a_loaded_component_recognises(classifier: LinearIntentClassifier) -> None:
    """Intent and ranking are set as Rasa wants them, and shown to its callers."""
    message = recognised(classifier, "Merci bcp !")
    shown = message.as_dict(only_output_properties=True)

    assert shown["intent"]["name"] == "thank"
    assert 0.5 < shown["intent"]["confidence"] <= 1
    assert [one["name"] for one in shown["intent_ranking"]] == ["thank", "greet"]


def test_payloads_are_not_learnt(classifier: LinearIntentClassifier) -> None:
    """Their intents are no choice, and their words are not their intent's."""
    names = {one["name"] for one in recognised(classifier, "bonjour choose article").get(INTENT_RANKING_KEY)}

    assert names == {"greet", "thank"}


@pytest.mark.parametrize("text", [None, "", "   ", "😀😀", "\u200b", "42", "漢字", "(" * 4000])
def test_nothing_known_is_no_intent(classifier: LinearIntentClassifier, text: str | None) -> None:
    """The fallback takes it then."""
    message = recognised(classifier, text)

    assert message.get(INTENT) == {"name": None, "confidence": 0.0}
    assert message.get(INTENT_RANKING_KEY) == []


@pytest.mark.parametrize("text", ["merci " * 660, "m" * 4000, "<script>alert('merci')</script>", "MERCI\x00\n\n"])
def test_anything_typed_gets_a_finite_answer(classifier: LinearIntentClassifier, text: str) -> None:
    """Long, shouted, marked up, with control characters."""
    intent = recognised(classifier, text).get(INTENT)

    assert intent["name"] in {None, "greet", "thank"}
    assert 0 <= intent["confidence"] <= 1


def test_an_untrained_component_recognises_nothing(storage: LocalModelStorage) -> None:
    """Rasa builds one before training."""
    untrained = LinearIntentClassifier.create(CONFIG, storage, RESOURCE, CONTEXT)

    assert recognised(untrained, "bonjour").get(INTENT)["name"] is None


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    """Rasa then starts without a model and says so, rather than answering at random."""
    storage = LocalModelStorage.create(tmp_path)
    with storage.write_to(RESOURCE) as folder:
        (folder / ARRAYS_FILE).write_bytes(b"damaged")
    with pytest.raises((ValueError, OSError)):
        LinearIntentClassifier.load(CONFIG, storage, RESOURCE, CONTEXT)

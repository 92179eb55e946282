"""The safety net: what is danger, what is distress, and what only sounds like it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import safety
from bot.errors import ConfigurationError
from bot.safety import Alert

NET = safety.load()
ACTS = Path(__file__).parent / "nlu" / "acts.jsonl"


@pytest.mark.parametrize(
    "text",
    [
        "il y a le feu dans mon immeuble",
        "Y A LE FEU !!!",
        "au secours",
        "mon mari me frappe",
        "quelqu'un est entré chez moi, j'ai peur",
        "ca sent le gaz chez la voisine",
        "il ne respire plus",
        "un\u200b incendie s'est déclaré rue du Lavoir",
        "accident grave devant l’école, il y a des blessés",
    ],
)
def test_danger_is_seen(text: str) -> None:
    """As people say it: capitals, no accents, typographic or invisible characters."""
    assert NET.check(text) is Alert.DANGER


@pytest.mark.parametrize("text", ["je veux mourir", "J’ai envie de me suicider", "jveux en finir avec la vie"])
def test_distress_is_seen(text: str) -> None:
    """Said plainly or in short."""
    assert NET.check(text) is Alert.DISTRESS


@pytest.mark.parametrize(
    "text",
    [
        "le feu tricolore de la place est en panne",
        "à quelle heure est le feu d'artifice ?",
        "ma mère est morte, que dois-je faire à la mairie ?",
        "acte de décès",
        "je suis mort de fatigue avec vos démarches",
        "comment signaler un dépôt sauvage",
        "une fuite d'eau sur ma facture",
        "comment devenir pompier volontaire",
        "",
        "?",
    ],
)
def test_what_only_sounds_like_it_is_not(text: str) -> None:
    """A town hall's everyday words raise no alarm."""
    assert NET.check(text) is None


def test_danger_at_the_end_of_a_long_message_is_seen() -> None:
    """However much is said before."""
    assert NET.check("bla " * 5000 + "il y a le feu") is Alert.DANGER


def test_danger_beside_harmless_words_is_seen() -> None:
    """« Feu d'artifice » does not hide a fire."""
    assert NET.check("le feu d'artifice est tombé sur le toit, il y a le feu chez moi") is Alert.DANGER


def test_a_megabyte_is_checked_in_moments() -> None:
    """No pattern takes exponential time."""
    for text in ("a" * 1_000_000, "il y a " * 150_000, "je veux " * 125_000):
        assert NET.check(text) is None


def test_questions_written_by_another_hand_raise_almost_no_alarm() -> None:
    """On the evaluation set of acts, at most one question in a hundred gets the emergency numbers."""
    rows = [json.loads(line) for line in ACTS.read_text(encoding="utf-8").splitlines()]
    harmless = [row["text"] for row in rows if row["intent"] not in {"emergency", "self_harm_distress"}]
    alarmed = [text for text in harmless if NET.check(text)]

    assert len(alarmed) <= len(harmless) / 100, alarmed


@pytest.mark.parametrize(
    "content", ["", "danger: [", "danger: {fire: ['(']}\ndistress: [a]\nnot_danger: [b]\nnot_distress: [c]\n"]
)
def test_a_broken_lexicon_stops_the_start(tmp_path: Path, content: str) -> None:
    """Without it nothing is served."""
    path = tmp_path / "lexicon.yml"
    path.write_text(content)

    with pytest.raises(ConfigurationError):
        safety.load(path)


def test_no_example_of_a_harmless_intent_raises_an_alarm() -> None:
    """What teaches the model everyday talk is not danger."""
    alarmed = []
    for path in sorted((Path(__file__).parents[1] / "nlu" / "intents").glob("*.yml")):
        if path.stem not in {"emergency", "self_harm_distress"}:
            lines = path.read_text(encoding="utf-8").splitlines()
            alarmed += [line for line in lines if line.strip().startswith("- ") and NET.check(line.strip()[2:])]

    assert alarmed == []

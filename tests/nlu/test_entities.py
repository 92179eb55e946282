"""Entities as Rasa gets them."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.errors import ConfigurationError
from bot.text.entities import EntityKind
from bot.text.lists import Lists
from nlu.components.entities import LISTS, TownEntities

pytestmark = pytest.mark.rasa

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_list_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(LISTS, raising=False)


def made(folder: Path, **config: str) -> TownEntities:
    """As Rasa builds it when it loads a model."""
    own = {**TownEntities.get_default_config(), **config}
    context = ExecutionContext(GraphSchema({}))
    return TownEntities.create(own, LocalModelStorage(folder), Resource("entities"), context)


def found(component: TownEntities, text: str) -> list[dict[str, Any]]:
    (message,) = component.process([Message({TEXT: text})])
    entities: list[dict[str, Any]] = message.get(ENTITIES, [])
    return entities


def test_entities_stand_in_the_message(tmp_path: Path) -> None:
    """Kind, place, value and who found them; the names of services come by the file that the supervisor names."""
    Lists({"etat_civil": ("etat civil",)}).write(tmp_path / "lists.json")
    text = "passeport à l'État civil, 06 12 34 56 78"
    entities = found(made(tmp_path, lists=str(tmp_path / "lists.json")), text)

    assert [(one["entity"], one["value"], text[one["start"] : one["end"]]) for one in entities] == [
        ("document", "passeport", "passeport"),
        ("service", "etat_civil", "État civil"),
        ("phone", "+33612345678", "06 12 34 56 78"),
    ]
    assert {one["extractor"] for one in entities} == {"TownEntities"}


def test_without_a_list_documents_are_known(tmp_path: Path) -> None:
    """As when a model is trained: no settings are read."""
    entities = found(made(tmp_path), "ma cni à l'état civil")

    assert [(one["entity"], one["value"]) for one in entities] == [("document", "carte_identite")]


def test_the_variable_names_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GUICHET_LISTS, as `guichet serve rasa` sets it; a broken file is named."""
    path = tmp_path / "lists.json"
    Lists({"sports": ("sports",)}).write(path)
    monkeypatch.setenv(LISTS, str(path))
    entities = found(made(tmp_path), "le service des sports")
    path.write_text("{")

    assert [one["value"] for one in entities] == ["sports"]
    with pytest.raises(ConfigurationError, match=r"lists\.json"):
        made(tmp_path)


def test_a_doubtful_moment_says_what_else_it_may_be(tmp_path: Path) -> None:
    """« à 3h » in the night or in the afternoon."""
    (entity,) = found(made(tmp_path), "à 3h")

    assert (entity["value"], entity["alternatives"]) == ("T03:00", ["T15:00"])


def test_moments_count_from_now(tmp_path: Path) -> None:
    """« dans 15 jours » is two weeks from today."""
    (entity,) = found(made(tmp_path), "dans 15 jours")

    ahead = datetime.fromisoformat(entity["value"]).date() - datetime.now(timezone.utc).date()
    assert 13 <= ahead.days <= 15


@pytest.mark.parametrize("text", ["", '/inform{"appointment_day": "2026-12-01"}', "/choose"])
def test_what_buttons_send_is_left(tmp_path: Path, text: str) -> None:
    """It says itself what is in it."""
    assert found(made(tmp_path), text) == []


def test_no_rule_looks_at_them() -> None:
    """Each kind stands in the domain, so that Rasa does not warn, and none of them is part of a state."""
    domain = Domain.load(str(ROOT / "domain.yml"))
    featured = {name for one in domain.intent_properties.values() for name in one["used_entities"]}

    assert {kind.value for kind in EntityKind} <= set(domain.entities)
    assert featured & {kind.value for kind in EntityKind} == set()

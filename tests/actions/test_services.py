"""What actions do when something breaks, and how a process gets its services."""

import asyncio
import re
from pathlib import Path

import msgspec
import pytest
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor

import actions
from actions.base import GuichetAction
from actions.services import Services, Shared, shared
from bot.errors import ConfigurationError, StoreError
from bot.messages import AnswerStatus
from bot.settings import Service
from bot.store.sql import Store, migrate
from bot.text import wording
from bot.wire import Say
from tests.actions.talk import Talk, services_on
from tests.knowledge import small

pytestmark = pytest.mark.rasa

OFFICE = Path(__file__).resolve().parents[2] / "office.yml"


@pytest.mark.parametrize("error", [StoreError("SELECT secret"), asyncio.TimeoutError()])
@pytest.mark.parametrize("intent", ["ask_question", "more", "affirm"])
async def test_what_breaks_is_said(error: Exception, intent: str) -> None:
    """The database away at first use: one honest line, whatever was asked, and nothing is remembered of it."""

    async def broken() -> Services:
        raise error

    talk = Talk(broken)
    talk.slots = {"answered_article": "piscine", "answered_passage": 0.0}

    assert await talk.ask("horaires de la piscine", intent) == Say("unavailable", status=AnswerStatus.UNAVAILABLE)
    assert talk.answered == ("piscine", 0.0)


async def test_an_empty_base_says_so(store: Store) -> None:
    """Before the first import nothing can be searched."""
    await store.articles.replace("markdown", [], small.NOON)

    async def given() -> Services:
        return services_on(store)

    assert (await Talk(given).ask("passeport")).status is AnswerStatus.UNAVAILABLE


async def test_a_mistake_in_the_settings_is_not_eaten() -> None:
    """A configuration error reaches the log of the action server; a citizen is not told that we cannot now for ever."""

    async def wrong() -> Services:
        raise ConfigurationError("office.yml: town.phone")

    with pytest.raises(ConfigurationError):
        await Talk(wrong).ask("passeport")


async def test_no_words_in_the_log(talk: Talk, capsys: pytest.CaptureFixture[str]) -> None:
    """A line an action, with its durations, and nothing of what was said."""
    await talk.ask("Combien coûte un passeport secret ?")
    logged = "".join(capsys.readouterr())

    assert "action.done" in logged
    assert "secret" not in logged
    # The answer's price; hashes, times and durations may hold any digits.
    assert not re.search(r"(?<![\w.=:-])86(?![\w.:-])", logged)


def test_rasa_registers_the_three_actions_and_no_base() -> None:
    """The action server finds them by itself, builds them without arguments, and connects to nothing by it."""
    executor = ActionExecutor()
    executor.register_package(actions)

    assert {"action_answer", "action_affirm", "action_deny"} <= executor.actions.keys()
    assert issubclass(GuichetAction, Action)
    assert GuichetAction not in {type(run.__self__) for run in executor.actions.values()}
    assert not shared.begun


@pytest.mark.parametrize(
    ("service", "phone"),
    [
        (Service(name="Sports", about=""), small.OFFICE.town.phone),
        (Service(name="Sports", about="", phone="01 00 00 00 07"), "01 00 00 00 07"),
        (Service(name="Sports", about="", phone="01 00 00 00 07", hours="le lundi"), "01 00 00 00 07 (le lundi)"),
    ],
)
def test_how_a_service_is_reached(service: Service, phone: str) -> None:
    """By its own number and hours; the lines themselves name the town hall's hours, as the town hall's."""
    office = msgspec.structs.replace(small.OFFICE, services={**small.OFFICE.services, "sports": service})

    assert office.reach("sports") == {"service": "Sports", "service_phone": phone}
    for key in ("reach_person", "expired", "rated_useless"):
        said = wording.load(office).say(key, title="x", **office.reach("sports"))
        assert f"Sports, {phone}, ou à l’accueil de la mairie, {office.town.hours}." in said


async def test_services_of_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are opened at the first question, once, and again after a failure."""
    monkeypatch.setenv("GUICHET_OFFICE", str(OFFICE))
    monkeypatch.setenv("GUICHET_DATA", str(tmp_path))
    monkeypatch.delenv("GUICHET_DATABASE_URL", raising=False)
    opened = Shared()
    with pytest.raises((ConfigurationError, StoreError)):
        await opened()
    migrate(f"sqlite+aiosqlite:///{tmp_path / 'guichet.db'}")
    first, second = await asyncio.gather(opened(), opened())

    assert first is second
    await first.close()

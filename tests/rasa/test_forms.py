"""The forms with the model that the repository trains, `rasa run` and the real action server: left, resumed, finished."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timezone
from pathlib import Path

import aiohttp
import pytest
import yaml

from bot import settings
from bot.cases import CaseKind, Cause
from bot.messages import Address, Author, Reply
from bot.rasa import Rasa
from bot.store.base import CITIZEN, Conversation, Entry
from bot.store.sql import Store, migrate, open_store
from bot.text import wording
from tests.knowledge import small
from tests.rasa.conftest import NOW, ROOT, START_PATIENCE_SECONDS, TOKEN, Project, environ, message, served
from tests.servers import free_port

pytestmark = [pytest.mark.rasa, pytest.mark.timeout(600)]

OFFICE = settings.read_office(ROOT / "office.yml")
ASKED_DAY = "Quel jour et à quelle heure"
ASKED_CONTACT = "Un numéro de téléphone ou une adresse e-mail"
ASKED_PHOTO = "Avez-vous une photo"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = f"sqlite:///{tmp_path_factory.mktemp('database') / 'guichet.db'}"
    migrate(made)
    return made


@pytest.fixture(scope="module")
def actions(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`guichet serve actions` on that database; its address."""
    folder, port = tmp_path_factory.mktemp("actions"), free_port()
    variables = environ(
        GUICHET_DATABASE_URL=url,
        GUICHET_OFFICE=str(ROOT / "office.yml"),
        GUICHET_DATA=str(folder),
        GUICHET_ACTIONS_PORT=str(port),
    )
    log = folder / "actions.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", "actions"], cwd=ROOT, env=variables, stdout=output, stderr=output
        )
    try:
        _wait_until_well(f"http://127.0.0.1:{port}", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_well(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2) as response:
                if response.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"the action server did not come up:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture(scope="module")
def server(
    project: Project, model: Path, url: str, actions: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    endpoints = yaml.safe_load((project.folder / "endpoints.yml").read_text("utf-8"))
    endpoints["action_endpoint"]["url"] = f"{actions}/webhook"
    path = folder / "endpoints.yml"
    path.write_text(yaml.safe_dump(endpoints), "utf-8")
    with served(project, model, path, folder, url) as address:
        yield address


@pytest.fixture
async def database(url: str) -> AsyncIterator[Store]:
    opened = await open_store(url)
    await opened.articles.replace("markdown", small.articles(), NOW)
    yield opened
    await opened.close()


class Citizen:
    """Somebody who talks with the bot, as the gateway passes it on."""

    def __init__(self, rasa: Rasa, store: Store, conversation: Conversation) -> None:
        self.rasa = rasa
        self.store = store
        self.conversation = conversation
        self.turns = 0

    async def say(self, text: str, payload: str | None = None) -> list[Reply]:
        """The replies to words or to a button."""
        self.turns += 1
        said = message(f"{self.conversation.id}-{self.turns}", text)
        return list((await self.rasa.talk(self.conversation, said, payload)).replies)

    async def says(self, *texts: str) -> list[str]:
        """The texts of the replies to the last of several messages."""
        replies: list[Reply] = []
        for text in texts:
            replies = await self.say(text)
        return [reply.text for reply in replies]

    async def told(self, payload: str) -> list[str]:
        """What the bot says to something that the gateway tells it."""
        return [reply.text for reply in await self.say("", payload)]

    async def with_agent(self, *texts: str) -> None:
        """Words that were said without the bot, the citizen's and the agent's in turn."""
        # Rasa begins a new session after an hour, and forgets what was open.
        authors, now = (CITIZEN, Author.AGENT.value), datetime.now(timezone.utc)
        entries = [
            Entry(at, f"{self.conversation.id}-agent-{at}", authors[at % 2], text, now) for at, text in enumerate(texts)
        ]
        await self.rasa.remember(self.conversation.id, entries)


@pytest.fixture
async def citizen(server: str, database: Store, request: pytest.FixtureRequest) -> AsyncIterator[Citizen]:
    address = Address("web", request.node.name)
    conversation = await database.conversations.open(address, "fr", NOW)
    async with aiohttp.ClientSession() as http:
        yield Citizen(Rasa(http, server, TOKEN, wording.load(OFFICE), OFFICE), database, conversation)


async def test_an_appointment_is_booked(citizen: Citizen) -> None:
    """Interrupted by a greeting, corrected in words, confirmed: one case, whose number is said."""
    (asked,) = await citizen.says("je voudrais un rdv à l'état civil pour mon passeport")
    greeted = await citizen.says("bonjour")
    (button, *_) = (await citizen.say("dimanche"))[0].buttons
    (contact,) = [reply.text for reply in await citizen.say(button.title, button.payload)]
    (recap,) = await citizen.says("camille@example.org")
    (booked,) = await citizen.says("oui")
    (case,) = await citizen.store.cases.find(citizen.conversation.id)

    assert asked.startswith(ASKED_DAY)
    assert [text.split(".")[0] for text in greeted] == ["Bonjour", asked.split(".")[0]]
    assert contact.startswith(ASKED_CONTACT)
    assert "pour : mon passeport" in recap
    assert (case.kind, case.number in booked) == (CaseKind.APPOINTMENT, True)


async def test_a_report_is_sent(citizen: Citizen) -> None:
    """Without a photo and without a contact: one case of the service that looks after lamps."""
    (photo,) = await citizen.says("je veux signaler un lampadaire en panne devant l'école")
    (recap,) = await citizen.says("sans photo", "non")
    (sent,) = await citizen.says("oui")
    (case,) = await citizen.store.cases.find(citizen.conversation.id)

    assert ASKED_PHOTO in photo
    assert "où : devant l’école" in recap
    assert (case.kind, case.service, case.number in sent) == (CaseKind.STREET_ISSUE, "eclairage_public", True)


async def test_a_question_and_an_insult_are_answered_then_it_is_asked_again(citizen: Citizen) -> None:
    """Two replies, the second of which is the form's."""
    await citizen.says("rdv état civil pour mon passeport")
    question = await citizen.says("comment avoir un passeport ?")
    insult = await citizen.says("espèce de connard")

    assert [len(question), len(insult)] == [2, 2]
    assert question[1].startswith(ASKED_DAY)
    assert insult[1].startswith(ASKED_DAY)


async def test_words_in_another_language_fill_the_form(citizen: Citizen) -> None:
    """« No, es para cancelar … » neither denies nor leaves what is asked: it is the subject, as it was written."""
    spanish = "no, es para cancelar la cita de mi hijo"
    await citizen.say("Hablar con una persona", '/handoff{"cause": "asked"}')
    await citizen.says(spanish)
    events, _ = await citizen.store.tracker_events.read(citizen.conversation.id, current_session=False)
    heard = [event for event in events if event["event"] == "user"][-1]
    given = [event["value"] for event in events if event["event"] == "slot" and event["name"] == "handoff_subject"]

    assert heard["parse_data"]["intent"]["name"] == "nlu_fallback"
    assert spanish in given


async def test_left_and_resumed(citizen: Citizen) -> None:
    """« Laisse tomber », something else, « reprendre »: what was said before is still known."""
    await citizen.says("rdv état civil pour mon passeport")
    (left,) = await citizen.says("laisse tomber")
    await citizen.says("merci")
    (resumed,) = await citizen.says("reprendre")

    assert left.startswith("D’accord")
    assert resumed.startswith(ASKED_DAY)


async def test_an_agent_in_the_middle_of_a_form(citizen: Citizen) -> None:
    """Their words and the citizen's are no answers; the bot comes back, offers the form, and goes on where it was."""
    await citizen.says("rdv état civil pour mon passeport")
    await citizen.with_agent("mardi prochain à 14h30", "Je regarde.", "06 12 34 56 78", "C'est noté.")
    returned = await citizen.told("/returned")
    (resumed,) = await citizen.says("reprendre")
    (contact,) = await citizen.says("la 1")
    (recap,) = await citizen.says("non")

    assert returned[-1].startswith("Vous aviez commencé à prendre un rendez-vous")
    assert resumed.startswith(ASKED_DAY)
    assert contact.startswith(ASKED_CONTACT)
    assert "contact : aucun" in recap


async def test_after_an_agent_a_message_is_no_answer_to_the_form(citizen: Citizen) -> None:
    """The form is suspended, not open: a time is not booked by accident."""
    await citizen.says("rdv état civil pour mon passeport")
    await citizen.with_agent("bonjour", "Bonjour, je vous écoute.")
    said = await citizen.says("merci")

    assert not any(text.startswith(ASKED_DAY) for text in said)


async def test_an_alarm_in_the_middle_of_a_form(citizen: Citizen) -> None:
    """The form becomes one urgent case; nothing is added to the numbers; it can be resumed."""
    await citizen.says("je veux signaler un lampadaire en panne devant l'école")
    await citizen.with_agent("il y a le feu")
    silent = await citizen.told("/alarmed")
    (case,) = await citizen.store.cases.find(citizen.conversation.id)
    (resumed,) = await citizen.says("reprendre")

    assert silent == [] or silent == [""]
    assert (case.kind, case.cause, case.urgent) == (CaseKind.STREET_ISSUE, Cause.DANGER, True)
    assert ASKED_PHOTO in resumed


async def test_another_form_comes_first(citizen: Citizen) -> None:
    """A report in the middle of an appointment; when it is sent, the appointment is offered again."""
    await citizen.says("rdv état civil pour mon passeport")
    (photo,) = await citizen.says("je veux signaler un lampadaire en panne devant l'école")
    sent = await citizen.says("sans photo", "non", "oui")
    (resumed,) = await citizen.says("oui")

    assert ASKED_PHOTO in photo
    assert [text.split(" ")[0] for text in sent] == ["Votre", "Vous"]
    assert resumed.startswith(ASKED_DAY)

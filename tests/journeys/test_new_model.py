"""A new model while citizens talk: each message is answered, answered once, and nobody reads an apology."""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
import tarfile
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.store import codec
from tests.journeys.citizen import Citizen
from tests.journeys.town import ROOT, Town

pytestmark = [pytest.mark.journey, pytest.mark.rasa, pytest.mark.timeout(300)]

CITIZENS = 8
QUESTIONS = ("bonjour", "comment refaire ma carte d'identité ?", "les horaires de la piscine svp", "merci beaucoup")
PAUSE_SECONDS = 0.7
WITHIN_SECONDS = 150
NAMES = ("rasa-1", "rasa-2")
Change = Callable[[str, bytes], bytes]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's model, at a place of its own."""
    return tmp_path_factory.mktemp("models") / "served.tar.gz"


@pytest.fixture(scope="module")
def duo(tmp_path_factory: pytest.TempPathFactory, served: Path) -> Iterator[Town]:
    """A town with two Rasa processes."""
    built = Town(tmp_path_factory.mktemp("duo") / "var", GUICHET_RASA_PROCESSES="2", GUICHET_RASA_MODEL=str(served))
    trained = built.run("train")
    assert trained.returncode == 0, trained.stderr
    served.write_bytes((ROOT / "models" / "guichet.tar.gz").read_bytes())
    built.start()
    yield built
    built.stop()


def put(served: Path, change: Change) -> None:
    """Another model in the place of the one that serves, as `guichet train` does it: aside, then renamed."""
    aside = served.with_name("aside.tar.gz")
    with tarfile.open(served) as old, tarfile.open(aside, "w:gz") as new:
        for member in old:
            file = old.extractfile(member)
            if file is None:
                new.addfile(member)
                continue
            data = change(member.name, file.read())
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    aside.replace(served)


def renamed(model_id: str) -> Change:
    """The same model under another id."""

    def change(name: str, data: bytes) -> bytes:
        if name.rsplit("/", 1)[-1] != "metadata.json":
            return data
        return json.dumps({**json.loads(data), "model_id": model_id}).encode()

    return change


def gutted(name: str, data: bytes) -> bytes:
    """A whole archive of the right version, of which no component can be read."""
    return data if name.rsplit("/", 1)[-1] == "metadata.json" else b"{"


def serving(town: Town, name: str) -> str:
    """The id of the model that a process answers with, by its own account."""
    state = json.loads((town.data / "run" / "processes.json").read_text(encoding="utf-8"))
    url = f"http://127.0.0.1:{town.port_of(name)}/status?token={state['environ']['GUICHET_RASA_TOKEN']}"
    with urllib.request.urlopen(url, timeout=10) as response:
        found: dict[str, Any] = json.load(response)
    return str(found["model_id"])


def said(town: Town, words: str) -> bool:
    return words in (town.data.parent / "serve.log").read_text(encoding="utf-8")


async def wait_until(happened: Callable[[], bool], town: Town) -> None:
    for _ in range(WITHIN_SECONDS * 5):
        if happened():
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"it did not happen: {town.logs()}")


async def converse(citizen: Citizen, over: asyncio.Event) -> None:
    """Ask one question after the other, in the rhythm of somebody who types, until it is over."""
    while not over.is_set():
        for question in QUESTIONS:
            await citizen.say(question)
            await asyncio.sleep(PAUSE_SECONDS)


async def all_answered(citizens: list[Citizen]) -> bool:
    for citizen in citizens:
        await citizen.stay()
    return all(citizen.answers(given) for citizen in citizens for given in citizen.sent)


async def test_a_new_model_costs_no_answer(duo: Town, served: Path) -> None:
    """Both processes are replaced while eight citizens talk: one answer a message, no apology, the new model answers."""
    await wait_until(lambda: all(duo.pid(name) for name in NAMES) and said(duo, "rasa-2: up"), duo)
    before = [duo.pid(name) for name in NAMES]
    citizens = [Citizen(duo.address) for _ in range(CITIZENS)]
    over = asyncio.Event()
    talking = [asyncio.create_task(converse(citizen, over)) for citizen in citizens]
    await wait_until(lambda: all(len(citizen.sent) > 1 for citizen in citizens), duo)
    put(served, renamed("the-new-one"))
    await wait_until(lambda: said(duo, "the new model serves"), duo)
    over.set()
    await asyncio.gather(*talking)
    for _ in range(WITHIN_SECONDS):
        if await all_answered(citizens):
            break
        await asyncio.sleep(1)
    answers = Counter(len(citizen.answers(given)) for citizen in citizens for given in citizen.sent)
    shown = [entry["id"] for citizen in citizens for entry in citizen.shown.values()]
    for citizen in citizens:
        await citizen.leave()
    with sqlite3.connect(duo.data / "guichet.db") as database:
        heard = database.execute("SELECT event FROM events WHERE type = 'user'").fetchall()
    times = Counter(codec.event(event)["metadata"].get("message_id") for (event,) in heard)

    assert answers == {1: sum(len(citizen.sent) for citizen in citizens)}
    assert [one for one in shown if str(one).endswith(".broken")] == []
    assert [given for given, count in times.items() if given and count > 1] == []
    assert [serving(duo, name) for name in NAMES] == ["the-new-one"] * 2
    assert not set(before) & {duo.pid(name) for name in NAMES}
    assert sorted(json.loads((duo.data / "run" / "processes.json").read_text())["processes"]) == sorted(
        ("gateway", "actions", *NAMES)
    )


async def test_a_model_that_does_not_load_changes_nothing(duo: Town, served: Path) -> None:
    """It is told, the old processes go on, and one that is killed starts again with the model of before."""
    model_id, pids = serving(duo, "rasa-1"), [duo.pid(name) for name in NAMES]
    put(served, gutted)
    await wait_until(lambda: said(duo, "rasa-1: the new model does not serve: Rasa cannot load it"), duo)
    same = [duo.pid(name) for name in NAMES]
    await asyncio.to_thread(duo.kill, "rasa-1")
    citizen = Citizen(duo.address)
    given = await citizen.say("les horaires de la piscine svp")
    for _ in range(WITHIN_SECONDS):
        if await all_answered([citizen]):
            break
        await asyncio.sleep(0.5)
    answers = len(citizen.answers(given))
    await citizen.leave()
    await wait_until(lambda: duo.pid("rasa-1") not in (None, pids[0]), duo)
    await wait_until(lambda: (duo.data.parent / "serve.log").read_text("utf-8").count("rasa-1: up") == 2, duo)

    assert same == pids
    assert answers == 1
    assert serving(duo, "rasa-1") == model_id

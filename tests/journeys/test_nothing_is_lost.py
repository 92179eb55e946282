"""Twenty conversations while every process is killed in turn: each message is answered, and answered once."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from bot.store import codec
from tests.journeys.citizen import Citizen
from tests.journeys.town import ROOT, Town

pytestmark = [pytest.mark.journey, pytest.mark.rasa, pytest.mark.timeout(600)]

CITIZENS = 20
QUESTIONS = (
    "bonjour",
    "comment refaire ma carte d'identité ?",
    "les horaires de la piscine svp",
    "la cantine combien ça coûte",
    "qui êtes-vous ?",
    "merci beaucoup",
)
KILLED = ("gateway", "rasa", "actions", "gateway", "rasa")
OUTLAST_SECONDS = 150
LEASE_SECONDS = 60
"""Twice what a claim of the gateway lasts."""


async def converse(citizen: Citizen, pause: float) -> None:
    for question in QUESTIONS:
        await citizen.say(question)
        await asyncio.sleep(pause)


async def kill_in_turn(town: Town) -> Counter[str]:
    killed: Counter[str] = Counter()
    for name in KILLED:
        await asyncio.sleep(1.5)
        await asyncio.to_thread(town.kill_when_up, name)
        killed[name] += 1
        if name != "actions":
            # The next blow falls on a town that has got up again.
            await asyncio.to_thread(town.wait_until_ready)
    return killed


async def all_answered(citizens: list[Citizen]) -> None:
    for _ in range(OUTLAST_SECONDS * 2):
        for citizen in citizens:
            await citizen.stay()
        if all(citizen.answers(given) for citizen in citizens for given in citizen.sent):
            return
        await asyncio.sleep(0.5)


async def test_every_message_is_answered_once_through_every_kill(town: Town) -> None:
    """`kill -9` of gateway, Rasa and action server in turn: counts match exactly."""
    citizens = [Citizen(town.address) for _ in range(CITIZENS)]
    _, killed = await asyncio.gather(
        asyncio.gather(*(converse(citizen, 2.0) for citizen in citizens)), kill_in_turn(town)
    )
    await all_answered(citizens)
    for citizen in citizens:
        await citizen.leave()

    answers = {given: len(citizen.answers(given)) for citizen in citizens for given in citizen.sent}
    changed = [pair for citizen in citizens for pair in citizen.changed]
    assert killed == {"gateway": 2, "rasa": 2, "actions": 1}
    assert Counter(answers.values()) == {1: CITIZENS * len(QUESTIONS)}
    assert changed == []


def test_the_database_tells_the_same(town: Town) -> None:
    """Beside what pages showed: each inbox row settled, each reply sent, each message in Rasa's tracker once."""
    with sqlite3.connect(town.data / "guichet.db") as database:
        open_rows, unsent = settled_within(database, LEASE_SECONDS)
        messages = database.execute("SELECT count(*), count(DISTINCT message_id) FROM inbox").fetchone()
        heard = database.execute("SELECT event FROM events WHERE type = 'user'").fetchall()

    assert (open_rows, unsent) == (0, 0)
    assert messages == (CITIZENS * len(QUESTIONS),) * 2
    times = Counter(codec.event(event)["metadata"].get("message_id") for (event,) in heard)
    assert [given for given, count in times.items() if given and count > 1] == []
    assert len(times) >= CITIZENS * len(QUESTIONS)


def settled_within(database: sqlite3.Connection, seconds: float) -> tuple[int, int]:
    """What is left open of inbox and outbox, the sooner the better.

    A page shows from the history what a killed gateway had claimed and not noted: that waits for the claim to end.
    """
    end = time.monotonic() + seconds
    while True:
        left = [
            database.execute(f"SELECT count(*) FROM {table} WHERE settled_at IS NULL").fetchone()[0]
            for table in ("inbox", "outbox")
        ]
        if left == [0, 0] or time.monotonic() > end:
            return left[0], left[1]
        time.sleep(0.5)


@pytest.mark.parametrize("name", ["rasa", "actions"])
async def test_a_process_that_hangs_is_replaced(town: Town, name: str) -> None:
    """Stopped and not dead: the citizen gets an apology, /ready says so, the supervisor starts another, the answer comes."""
    await asyncio.to_thread(town.wait_until_calm)
    hanging = town.pid(name)
    assert hanging is not None
    os.kill(hanging, signal.SIGSTOP)
    citizen = Citizen(town.address)
    given = await citizen.say("les horaires de la piscine svp")
    seen_unready = False
    for _ in range(OUTLAST_SECONDS * 2):
        seen_unready = seen_unready or not town.ready().get("ready")
        await citizen.stay()
        if citizen.answers(given):
            break
        await asyncio.sleep(0.5)
    await citizen.leave()

    assert len(citizen.answers(given)) == 1
    assert citizen.answers(given)[0]["status"] == "answered"
    assert f"{given}.broken" in citizen.shown
    assert seen_unready
    assert town.pid(name) not in {None, hanging}


def test_a_question_is_answered_with_its_source(town: Town) -> None:
    """`guichet ask` goes the whole way: reply, status, source."""
    town.wait_until_calm()
    asked = town.run("ask", "comment refaire ma carte d'identité ?", "--json")
    found = json.loads(asked.stdout)

    assert (asked.returncode, found["status"]) == (0, "answered")
    assert "identité" in found["sources"][0]["title"]
    assert found["sources"][0]["url"]
    assert "Oui" in found["buttons"]


def test_what_was_erased_is_in_no_file(town: Town) -> None:
    """« Supprimer mes données »: no database file holds the words any more, Rasa's tracker included."""
    word = "Zéphirinette-Quatrevingtdix"
    citizen = Citizen(town.address)

    async def speak() -> str:
        given = await citizen.say(f"bonjour, je suis {word}, la piscine est ouverte ?")
        for _ in range(100):
            await citizen.stay()
            if citizen.answers(given):
                break
            await asyncio.sleep(0.2)
        await citizen.leave()
        assert citizen.session_id is not None
        return citizen.session_id.partition(".")[0]

    key = asyncio.run(speak())
    assert holding(word, town.data)
    erased = town.run("privacy", "erase", f"web:{key}", "--json")

    assert erased.returncode == 0, erased.stderr
    assert json.loads(erased.stdout)["receipt"]
    assert holding(word, town.data) == []


def holding(word: str, folder: Path) -> list[str]:
    """The files that hold a word, as it is or escaped as JSON does."""
    wanted = {word.encode(), json.dumps(word).strip('"').encode()}
    return [
        path.name for path in folder.rglob("*") if path.is_file() and any(form in path.read_bytes() for form in wanted)
    ]


def test_a_second_start_trains_nothing_and_ctrl_c_stops_everything(town: Town, tmp_path: Path) -> None:
    """The model stays the one that the first start trained; Ctrl-C ends with status 0 and leaves no process."""
    trained = model_files()
    second = Town(tmp_path / "var")
    second.start()
    pids = [second.pid(name) for name in ("gateway", "rasa", "actions")]

    assert second.stop() == 0
    assert [pid for pid in pids if pid is not None and Path(f"/proc/{pid}").exists()] == []
    assert model_files() == trained


def model_files() -> dict[str, float]:
    return {path.name: path.stat().st_mtime for path in (ROOT / "models").iterdir()}

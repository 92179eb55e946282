"""`guichet parse`, `ask` and `chat` as a person at a terminal meets them, with a whole gateway and a fake Rasa."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from bot.app import Gateway, gateway
from bot.cli import app
from bot.settings import Settings
from bot.supervisor import ports
from tests.fakes.rasa import FakeRasa
from tests.gateway.conftest import ROOT

Guichet = Callable[..., Awaitable[Any]]

PAPERS = {"text": "Laquelle ?", "buttons": [{"title": "Passeport", "payload": '/choose{"article": "passeport"}'}]}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """The gateway of a test shares the output of the command; in life it is another process."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture
def guichet(environ: dict[str, str], rasa: FakeRasa) -> Guichet:
    """Runs a command in a thread, beside the servers that it speaks with."""

    async def run(*arguments: str, typed: str = "", **more: str) -> Any:
        around = {**environ, "GUICHET_RASA_URL": rasa.url, "COLUMNS": "200", **more}
        return await asyncio.to_thread(CliRunner().invoke, app, list(arguments), input=typed, env=around)

    return run


async def test_parse_shows_what_is_understood(guichet: Guichet, rasa: FakeRasa) -> None:
    """Intents with their confidences, the surest first, then the entities."""
    rasa.parsed = {
        "intent": {"name": "ask_hours", "confidence": 0.875},
        "intent_ranking": [{"name": "ask_hours", "confidence": 0.875}, {"name": "greet", "confidence": 0.061}],
        "entities": [{"entity": "service", "value": "piscine"}],
    }
    done = await guichet("parse", "la piscine est ouverte ?")

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        " 87.5%  ask_hours",
        "  6.1%  greet",
        "entity  {'entity': 'service', 'value': 'piscine'}",
    ]


async def test_danger_is_told_once(guichet: Guichet, running: Gateway) -> None:
    """The numbers come at once and again when they are stored: a person reads them once."""
    done = await guichet("ask", "il y a le feu chez moi", PORT=str(running.port))

    assert done.stdout.count("112") == 1


async def test_possible_danger_and_its_answer(guichet: Guichet, running: Gateway, rasa: FakeRasa) -> None:
    """Both are printed, the numbers first."""
    rasa.answer("Le don du sang a lieu vendredi.")
    done = await guichet("ask", "que faire, mon sang", PORT=str(running.port))

    assert 0 < done.stdout.index("112") < done.stdout.index("vendredi")


async def test_parse_for_programs(guichet: Guichet) -> None:
    """`--json` prints one object, accents as they are."""
    done = await guichet("parse", "où est la piscine ?", "--json")

    assert "où" in done.stdout
    assert json.loads(done.stdout) == {
        "text": "où est la piscine ?",
        "intent": "ask_question",
        "confidence": 0.9,
        "ranking": [["ask_question", 0.9]],
        "entities": [],
    }


@pytest.mark.parametrize("fault", ["closing", "failing", "garbled"])
async def test_parse_without_a_rasa(guichet: Guichet, rasa: FakeRasa, fault: str) -> None:
    """Where no Rasa answers as it should, that is one sentence with its address."""
    rasa.fault = fault
    done = await guichet("parse", "bonjour")

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"guichet: no Rasa answers on {rasa.url}; is `make run` running?\n"


async def test_ask_prints_the_reply(running: Gateway, guichet: Guichet, rasa: FakeRasa) -> None:
    """One question, one answer, found through PORT alone."""
    rasa.answer("Oui, le mardi.")
    done = await guichet("ask", "la piscine est ouverte ?", PORT=str(running.port))

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "Oui, le mardi."


async def test_ask_for_programs(running: Gateway, guichet: Guichet, rasa: FakeRasa) -> None:
    """`--json` gives the reply, its status, sources and choices."""
    rasa.answer(PAPERS)
    done = await guichet("ask", "papiers", "--json", PORT=str(running.port))
    found = json.loads(done.stdout)

    assert set(found) == {"reply", "status", "sources", "buttons"}
    assert (found["reply"], found["sources"], found["buttons"]) == ("Laquelle ?", [], ["Passeport"])


async def test_chat_until_an_empty_line(running: Gateway, guichet: Guichet, rasa: FakeRasa) -> None:
    """Line by line; a number presses the choice of the last answer, and any other number is a text."""
    rasa.answer(lambda heard: PAPERS if heard["message"] == "papiers" else f"Voici, {len(rasa.heard)}.")
    typed = "papiers\n1\n1\n\nnever said\n"
    done = await guichet("chat", "--server", f"http://127.0.0.1:{running.port}", typed=typed)

    assert (done.exit_code, done.stderr) == (0, "")
    assert [heard["message"] for heard in rasa.heard] == ["papiers", '/choose{"article": "passeport"}', "1"]
    assert done.stdout.splitlines() == ["> Laquelle ?", "  1. Passeport", "> Voici, 2.", "> Voici, 3.", "> "]


async def test_choices_of_several_replies_have_a_number_each(
    running: Gateway, guichet: Guichet, rasa: FakeRasa
) -> None:
    """Choices are numbered on over all that was answered, and stay when a plain text comes after them."""
    hours = {"text": "Ou :", "buttons": [{"title": "Horaires", "payload": "/ask_hours"}]}
    rasa.answer(lambda heard: [PAPERS, hours, "Choisissez."] if heard["message"] == "papiers" else "Voici.")
    done = await guichet("chat", typed="papiers\n2\n\n", PORT=str(running.port))

    assert "  1. Passeport" in done.stdout.splitlines()
    assert "  2. Horaires" in done.stdout.splitlines()
    assert rasa.heard[-1]["message"] == "/ask_hours"


async def test_chat_until_the_end_of_the_input(running: Gateway, guichet: Guichet, rasa: FakeRasa) -> None:
    """Ctrl-D, or the end of a file that is talked from, ends it as an empty line does."""
    rasa.answer("Oui.")
    done = await guichet("chat", typed="bonjour\n", PORT=str(running.port))

    assert (done.exit_code, done.stderr) == (0, "")
    assert "Oui." in done.stdout


@pytest.mark.parametrize(("command", "typed"), [(("ask", "bonjour"), ""), (("chat",), "bonjour\n")])
async def test_nobody_there(guichet: Guichet, command: tuple[str, ...], typed: str) -> None:
    """Without a running gateway both are one sentence with the address that was tried."""
    port = str(ports.choose(set()))
    done = await guichet(*command, typed=typed, PORT=port)

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"guichet: no Guichet answers on http://127.0.0.1:{port}; is `make run` running?\n"


async def test_a_gateway_that_goes_away(environ: dict[str, str], settings: Settings, rasa: FakeRasa) -> None:
    """When the gateway ends in the middle of a conversation, the next line says so in one sentence."""
    rasa.answer("Oui.")
    async with gateway(settings) as built:
        chat = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "chat"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            cwd=ROOT,
            env={**os.environ, **environ, "PORT": str(built.port)},
        )
        assert chat.stdin
        assert chat.stdout
        chat.stdin.write(b"bonjour\n")
        answered = await chat.stdout.readline()
    said, told = await chat.communicate(b"encore\n")

    assert (answered, said, chat.returncode) == (b"> Oui.\n", b"> ", 1)
    assert told.decode() == "guichet: Guichet has gone away; is `make run` still running?\n"

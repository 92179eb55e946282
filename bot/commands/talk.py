"""`guichet parse`, `ask` and `chat`: speak to the running bot from a terminal, through the citizen's own way."""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any

import aiohttp
import socketio
import typer
from rich.console import Console

from bot.errors import ConfigurationError, RasaError
from bot.messages import ALARM_SUFFIX
from bot.rasa import Rasa
from bot.settings import Settings, load
from bot.supervisor import ports, state
from bot.text import wording as catalogues

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Server = Annotated[str, typer.Option(help="The gateway's address; by default the one that HOST and PORT say.")]

ANSWER_WITHIN = timedelta(seconds=60)
MORE_WITHIN = timedelta(milliseconds=300)
AFTER_ALARM = timedelta(seconds=3)
"""The numbers come at once; where danger is only possible, the question is then answered."""


def parse(text: Annotated[str, typer.Argument(help="What a citizen might type.")], as_json: Json = False) -> None:
    """Show what the running model understands: intents with confidences, and entities."""
    found = asyncio.run(_parse(running(), text))
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    console = Console()
    for name, confidence in found["ranking"]:
        console.print(f"{confidence:6.1%}  {name}")
    for entity in found["entities"]:
        console.print(f"entity  {entity}", markup=False)


def ask(text: Annotated[str, typer.Argument(help="One question.")], as_json: Json = False, server: Server = "") -> None:
    """Ask the running bot one question through the whole way; print its reply, status and sources."""
    address = server or address_of(running())
    replies = [_absolute(reply, address) for reply in asyncio.run(_ask(address, text))]
    if as_json:
        status = next((reply["status"] for reply in replies if reply["status"]), None)
        sources = [source for reply in replies for source in reply["sources"]]
        shown = {
            "reply": "\n\n".join(reply["text"] for reply in replies),
            "status": status,
            "sources": sources,
            "buttons": [button["title"] for reply in replies for button in reply["buttons"]],
        }
        print(json.dumps(shown, ensure_ascii=False))
        return
    for reply in replies:
        _show(reply)


def chat(server: Server = "") -> None:
    """Talk to the running bot; a number presses a choice, an empty line or Ctrl-D ends."""
    asyncio.run(_chat(server or address_of(running())))


class Talk:
    """One web chat session, as our own widget would hold it."""

    def __init__(self, client: socketio.AsyncClient, session_id: str, replies: asyncio.Queue[dict[str, Any]]) -> None:
        self._client = client
        self._session_id = session_id
        self._replies = replies
        self._shown: set[str] = set()

    async def say(self, text: str, pressed: str | None = None) -> list[dict[str, Any]]:
        """Say something; the replies that come of it.

        Raises:
            ConfigurationError: the gateway is gone, or gives no answer.
        """
        data = {"message": text, "session_id": self._session_id, "id": uuid.uuid4().hex}
        if pressed is not None:
            data["pressed"] = pressed
        try:
            taken = await self._client.call("user_uttered", data, timeout=ANSWER_WITHIN.total_seconds())
        except socketio.exceptions.SocketIOError as error:
            raise ConfigurationError("Guichet has gone away; is `make run` still running?") from error
        if not taken["ok"]:
            return [{"text": taken["text"], "status": taken["error"], "sources": [], "buttons": [], "author": "system"}]
        replies: list[dict[str, Any]] = []
        within = ANSWER_WITHIN
        while reply := await self._next(within):
            within = AFTER_ALARM if reply["id"].endswith(ALARM_SUFFIX) else MORE_WITHIN
            # The numbers that danger gets come twice under one id: at once, and when they are stored.
            if reply["id"] not in self._shown:
                self._shown.add(reply["id"])
                replies.append(reply)
        if not replies:
            raise ConfigurationError("the bot took the question and gave no answer within a minute")
        return replies

    async def _next(self, at_most: timedelta) -> dict[str, Any] | None:
        try:
            return await asyncio.wait_for(self._replies.get(), at_most.total_seconds())
        except asyncio.TimeoutError:
            return None


@asynccontextmanager
async def talk(server: str) -> AsyncIterator[Talk]:
    """A session with a gateway.

    Raises:
        ConfigurationError: nobody answers there.
    """
    async with aiohttp.ClientSession() as http, _session(http, server) as session:
        yield session


@asynccontextmanager
async def _session(http: aiohttp.ClientSession, server: str) -> AsyncIterator[Talk]:
    client = socketio.AsyncClient(reconnection=False, http_session=http)
    replies: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    confirmed: asyncio.Queue[str] = asyncio.Queue()
    client.on("bot_uttered", replies.put)
    client.on("session_confirm", confirmed.put)
    try:
        await client.connect(server, transports=["websocket"])
        await client.emit("session_request", {"session_id": None, "client": "guichet", "language": "fr"})
        session_id = await asyncio.wait_for(confirmed.get(), ANSWER_WITHIN.total_seconds())
    except (socketio.exceptions.ConnectionError, asyncio.TimeoutError, aiohttp.ClientError) as error:
        raise ConfigurationError(f"no Guichet answers on {server}; is `make run` running?") from error
    try:
        yield Talk(client, session_id, replies)
    finally:
        await client.disconnect()


async def _ask(server: str, text: str) -> list[dict[str, Any]]:
    async with talk(server) as session:
        return await session.say(text)


async def _chat(server: str) -> None:
    choices: list[dict[str, str]] = []
    async with talk(server) as session:
        while text := await asyncio.to_thread(_typed):
            pressed = None
            if text.isdecimal() and 0 < int(text) <= len(choices):
                choice = choices[int(text) - 1]
                text, pressed = choice["title"], choice["token"]
            replies = await session.say(text, pressed)
            choices = []
            for reply in replies:
                _show(_absolute(reply, server), len(choices) + 1)
                choices += reply["buttons"]


def _typed() -> str:
    try:
        return Console().input("[bold]> [/bold]").strip()
    except EOFError:
        return ""


async def _parse(settings: Settings, text: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as http:
        wording = catalogues.load(settings.office)
        for url in settings.rasa_urls:
            try:
                parsed = await Rasa(http, url, settings.rasa_token, wording, settings.office).parse(text)
                break
            except RasaError as error:
                failed = error
        else:
            asked = ", ".join(settings.rasa_urls)
            raise ConfigurationError(f"no Rasa answers on {asked}; is `make run` running?") from failed
    return {
        "text": text,
        "intent": parsed.intent,
        "confidence": parsed.confidence,
        "ranking": [list(pair) for pair in parsed.ranking],
        "entities": list(parsed.entities),
    }


def running() -> Settings:
    """The settings of what runs here, where something does."""
    return load(state.surroundings(os.environ, load().data))


def address_of(settings: Settings) -> str:
    """Where the gateway of these settings is reached from this machine."""
    return f"http://{ports.local(settings.host)}:{settings.port}"


def _absolute(reply: dict[str, Any], address: str) -> dict[str, Any]:
    """The reply with the server's address before the paths of its sources."""
    sources = [
        {**source, "url": address + source["url"] if source["url"].startswith("/") else source["url"]}
        for source in reply["sources"]
    ]
    return {**reply, "sources": sources}


def _show(reply: dict[str, Any], first_number: int = 1) -> None:
    console = Console()
    console.print(reply["text"], markup=False)
    for source in reply["sources"]:
        console.print(f"  [{source['title']}] {source['url']}", markup=False, style="dim")
    for number, button in enumerate(reply["buttons"], start=first_number):
        console.print(f"  {number}. {button['title']}", markup=False)
    if reply["status"]:
        console.print(f"  ({reply['status']})", markup=False, style="dim")

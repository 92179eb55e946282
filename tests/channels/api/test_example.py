"""The example client of the docs runs as it stands, against the channel's own classes."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.messages import Address, Button, Message, Reply, Source
from channels.base import RawRequest
from tests.channels.api.door import ROOT, SECRET, WEBSITE, Door, channel

EXAMPLE = ROOT / "docs" / "examples" / "api_client.py"


def answer(message: Message) -> list[Reply]:
    if message.text == "silence":
        return []
    source = Source("Horaires", "/articles/horaires")
    choice = Button("Oui", "c.AAAABBBBCCCCDDDD")
    return [
        Reply(f"{message.id}.0", f"Vous dites : {message.text}"),
        Reply(f"{message.id}.1", "Autre chose ?", buttons=(choice,), sources=(source,)),
    ]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with aiohttp.ClientSession() as http, Door(channel(http, borne=""), answer) as opened:
        yield opened


async def run(url: str, *words: str, secret: str = SECRET, by_variable: bool = False) -> tuple[int | None, str, str]:
    """Run the example; its code, what it printed and what it complained of."""
    arguments = [sys.executable, "-I", "-X", "utf8", str(EXAMPLE), "--url", url, "--client", "borne", *words]
    if by_variable:
        arguments += ["--secret-env", "BORNE_SECRET"]
    process = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"BORNE_SECRET": secret} if by_variable else {},
    )
    out, err = await process.communicate(b"" if by_variable else f"{secret}\n".encode())
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize("by_variable", [True, False])
async def test_the_example_prints_the_answers(door: Door, by_variable: bool) -> None:
    """One question, its answers, their choices and sources; the secret comes from a variable or the standard input."""
    code, out, err = await run(door.url, "Quels sont vos horaires ?", by_variable=by_variable)

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "[bot] Vous dites : Quels sont vos horaires ?",
        "[bot] Autre chose ?",
        "  ( Oui )",
        f"  Horaires: {WEBSITE}/articles/horaires",
    ]


async def test_the_example_says_when_nothing_comes(door: Door) -> None:
    """No answer is an answer too."""
    assert await run(door.url, "silence", "--patience", "1") == (1, "", "")


async def test_the_example_says_what_is_wrong(door: Door) -> None:
    """A wrong secret is named by its status, and not printed."""
    code, out, err = await run(door.url, "bonjour", secret="x" * 40)

    assert (code, out) == (1, "")
    assert err.startswith("403: ")
    assert "xxx" not in err


async def test_the_example_needs_a_secret(door: Door) -> None:
    """Without one it does not even try."""
    code, _, err = await run(door.url, "bonjour", secret="")

    assert code == 2
    assert "there is no secret" in err


async def test_the_docs_signature_is_believed() -> None:
    """The function of docs/channels/api.md, as it stands there, signs what we believe."""
    page = (ROOT / "docs" / "channels" / "api.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    body = b'{"id": "m-1", "conversation": "c-1", "text": "bonjour"}'
    async with aiohttp.ClientSession() as http:
        api = channel(http, borne="")
    request = RawRequest("POST", "/channels/api", body, names["signed"]("borne", SECRET, body))
    api.verify(request)

    assert [message.address for message in api.parse(request)] == [Address("api", "borne.c-1")]

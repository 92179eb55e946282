"""Forms at a whole gateway: stored like any other message, with a number, as the town's settings say."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from bot import settings as settings_module
from bot.app import Gateway, gateway
from bot.cases import Cause
from bot.errors import ConfigurationError
from bot.messages import PHOTO_URL
from bot.settings import Settings
from bot.settings_channels import WebForms
from bot.store.sql import Store
from channels.form import tokens
from channels.form.routes import PATH, TOKEN
from tests.pictures import file, quarters

FILLED = {"subject": "Un banc", "body": "Le banc du square est cassé.", "consent": "oui"}


def opened(settings: Settings) -> str:
    return tokens.open_page("contact", settings.secrets, datetime.now(timezone.utc) - timedelta(minutes=1))


async def post(built: Gateway, data: Any) -> tuple[int, str]:
    """The status and the Location of a form that is sent."""
    url = f"http://127.0.0.1:{built.port}{PATH}/contact"
    async with aiohttp.ClientSession() as http, http.post(url, data=data, allow_redirects=False) as response:
        return response.status, response.headers.get("Location", "")


async def read(built: Gateway, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{built.port}{path}") as response:
        return response.status, await response.text()


def sent(settings: Settings, location: str) -> tokens.Receipt:
    receipt = tokens.read_receipt(location.rpartition("/")[2], settings.secrets)
    assert receipt is not None
    return receipt


async def test_a_form_is_a_message_of_its_conversation(running: Gateway, settings: Settings) -> None:
    """Its words, and its photo as agents see it, stand in the transcript once, however often it is sent."""
    token = opened(settings)
    locations = []
    for _ in range(2):
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in {**FILLED, TOKEN: token}.items():
            form.add_field(name, value)
        form.add_field("attached", BytesIO(file(quarters())), filename="banc.jpg", content_type="image/jpeg")
        status, location = await post(running, form)
        assert status == 303
        locations.append(location)
    receipt = sent(settings, locations[0])
    conversation = await running.store.conversations.find(receipt.address)
    assert conversation is not None
    lines = [one for one in await running.store.transcript.read(conversation.id) if one.ref == receipt.message_id]

    assert receipt == replace(sent(settings, locations[1]), at=receipt.at)
    assert [line.text for line in lines] == [FILLED["body"]]
    (photo,) = lines[0].attachments
    assert (await running.store.photos.get(photo.url.removeprefix(PHOTO_URL))).media_type == "image/jpeg"


async def test_the_receipt_shows_the_cases_number(running: Gateway, settings: Settings) -> None:
    """As soon as the letter is filed, the page of its receipt has the number of its case."""
    _, location = await post(running, {**FILLED, TOKEN: opened(settings)})
    receipt = sent(settings, location)
    store: Store = running.store
    conversation = await store.conversations.find(receipt.address)
    assert conversation is not None
    deadline = asyncio.get_running_loop().time() + 20
    while not (cases := await store.cases.find(conversation.id)):
        assert asyncio.get_running_loop().time() < deadline, "no case was opened"
        await asyncio.sleep(0.02)
    (filed,) = await store.letters.of_case(cases[0].id)
    status, page = await read(running, location)

    assert status == 200
    assert cases[0].number in page.replace("\u2011", "-")
    assert re.search(r"Numéro de votre demande", page)
    assert (filed.letter.form, cases[0].cause) == ("contact", Cause.FORM)


async def test_forms_can_be_switched_off(settings: Settings, store: Store) -> None:
    """`form: null` takes the pages and every link to them away."""
    channels = settings.office.channels
    off = replace_form(settings, None)
    async with gateway(off) as built:
        status, _ = await read(built, PATH)
        _, home = await read(built, "/")

    assert channels.form is not None
    assert status == 404
    assert PATH not in home


async def test_a_folder_that_is_not_there_stops_the_start(settings: Settings, store: Store) -> None:
    """A town that names a folder of forms has one."""
    with pytest.raises(ConfigurationError, match="no such folder of forms"):
        async with gateway(replace_form(settings, WebForms("nowhere"))):
            pass


def test_null_is_read(tmp_path: Path, environ: dict[str, str]) -> None:
    """Forms are on unless office.yml says null."""
    text = Path(environ["GUICHET_OFFICE"]).read_text("utf-8")
    assert "form: {folder: forms}" in text
    path = tmp_path / "office.yml"
    path.write_text(text.replace("form: {folder: forms}", "form: null"), "utf-8")

    assert settings_module.load({**environ, "GUICHET_OFFICE": str(path)}).office.channels.form is None


def replace_form(settings: Settings, form: WebForms | None) -> Settings:
    channels = msgspec.structs.replace(settings.office.channels, form=form)
    return replace(settings, office=msgspec.structs.replace(settings.office, channels=channels))

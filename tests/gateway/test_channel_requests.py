"""Requests that carry no message: handshakes, replays, events that nobody knows; and channels that are asked."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from bot import settings as settings_module
from bot.app import gateway
from bot.settings import Settings
from bot.store.sql import Store
from channels import VERIFY_TOKEN
from channels.signatures import derive
from tests.fakes.api_client import signed
from tests.fakes.graph import PAGE
from tests.fakes.mastodon import TOKEN as MASTODON_TOKEN
from tests.fakes.mastodon import FakeMastodon
from tests.fakes.telegram import FakeTelegram
from tests.gateway.conftest import Town, until
from tests.gateway.fronts import API_SECRET, CLIENT, SECRET, OnApi, OnMessenger, Post


async def test_a_handshake_is_answered_to_whoever_knows_the_word(town: Town) -> None:
    """The challenge comes back; with another word it does not, and a GET that is no handshake finds nothing."""
    async with town.open() as built:
        found = []
        for word in (derive(SECRET, VERIFY_TOKEN), "wrong", None):
            query = f"?hub.mode=subscribe&hub.challenge=421&hub.verify_token={word}" if word else ""
            async with town.http.get(f"http://127.0.0.1:{built.port}/channels/messenger{query}") as response:
                found.append((response.status, (await response.text())[:3] if response.status == 200 else ""))

    assert found == [(200, "421"), (403, ""), (404, "")]


async def test_a_replayed_request_of_the_api_is_refused(town: Town) -> None:
    """The very same request is a replay: 409; the same message signed anew is a redelivery: 200, and not answered again."""
    front = town.fronts["api"]
    assert isinstance(front, OnApi)
    body = json.dumps({"id": "m1", "conversation": "c1", "text": "bonjour"}).encode()
    headers = signed(CLIENT, API_SECRET, body)
    async with town.open():
        statuses = [await town.post(Post("/channels/api", body, headers)) for _ in range(2)]
        statuses.append(await town.post(Post("/channels/api", body, signed(CLIENT, API_SECRET, body))))
        await until(lambda: len(front.got(1)) == 1)

    assert statuses == [200, 409, 200]
    assert town.heard("bonjour") == 1


async def test_unknown_events_are_counted_and_taken(town: Town) -> None:
    """200: the provider has nothing to send again."""
    front = town.fronts["messenger"]
    assert isinstance(front, OnMessenger)
    async with town.open() as built:
        event = {"sender": {"id": "1"}, "recipient": {"id": PAGE}, "timestamp": 1, "brand_new": {}}
        body = {"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [event]}]}
        assert await town.post(front._post(body)) == 200
        async with town.http.get(f"http://127.0.0.1:{built.monitor_port}/metrics") as response:
            metrics = await response.text()

    assert 'guichet_events_skipped_total{channel="messenger",reason="unknown"}' in metrics


def asked(town: Town, channels: dict[str, object], **environ: str) -> Settings:
    """The town's settings with other channels."""
    path = Path(town.settings.root) / "office.yml"
    office = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump({**office, "channels": channels}, allow_unicode=True), encoding="utf-8")
    return settings_module.load(
        {
            "GUICHET_OFFICE": str(path),
            "GUICHET_DATA": str(town.settings.data),
            "GUICHET_SECRET": SECRET,
            "GUICHET_RASA_URL": town.settings.rasa_urls[0],
            "GUICHET_ACTIONS_URL": town.settings.actions_url,
            "PORT": "0",
            "GUICHET_MONITOR_PORT": "0",
            **environ,
        }
    )


async def test_a_public_mention_gets_one_public_line_and_a_private_answer(town: Town, store: Store) -> None:
    """However often the citizen writes on one day; the line names nobody but them, and tells nothing of the answer."""
    async with FakeMastodon() as mastodon:
        settings = asked(town, {"mastodon": {"instance": mastodon.url}}, GUICHET_MASTODON_TOKEN=MASTODON_TOKEN)
        async with gateway(settings) as built:
            await until(lambda: built.core.trusted)
            mastodon.mention("la piscine ?", visibility="public")
            await until(lambda: "réponse à la piscine ?" in str(mastodon.sent), seconds=30)
            mastodon.mention("et la mairie ?", visibility="public")
            await until(lambda: "réponse à et la mairie ?" in str(mastodon.sent), seconds=30)
        public = [one for one in mastodon.sent if one["visibility"] != "direct"]
        private = [one for one in mastodon.sent if one["visibility"] == "direct"]

    assert len(public) == 1
    assert "réponse" not in str(public[0])
    assert ["réponse à la piscine ?" in str(private[0]), "réponse à et la mairie ?" in str(private[1])] == [True, True]


async def test_a_town_without_a_public_address_asks_telegram(town: Town) -> None:
    """What is fetched is confirmed when it is stored; after a restart nothing is answered twice."""
    async with FakeTelegram() as telegram:
        channels = {"telegram": {"receive": "polling", "url": telegram.url}}
        settings = asked(town, channels, GUICHET_TELEGRAM_TOKEN=telegram.token)
        for number, text in enumerate(("la piscine ?", "et la mairie ?")):
            async with gateway(settings) as built:
                await until(lambda built=built: built.core.trusted)
                telegram.say(7, text)
                await until(lambda count=number: len(telegram.sent) == count + 1, seconds=30)

    assert [one["text"] for one in telegram.sent] == ["réponse à la piscine ?", "réponse à et la mairie ?"]
    assert town.heard("la piscine ?") == 1

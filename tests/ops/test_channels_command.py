"""`guichet channels register` for several channels at once."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot import settings
from bot.commands.channels import _register
from bot.errors import ConfigurationError
from tests.fakes.graph import APP, APP_SECRET, BUSINESS, NUMBER, PAGE, TOKEN, FakeGraph

ROOT = Path(__file__).resolve().parents[2]


def configured(folder: Path, url: str, messenger_token: str) -> settings.Settings:
    office = yaml.safe_load((ROOT / "office.yml").read_text("utf-8"))
    office["channels"] = {
        "address": "https://chat.pontavel.example",
        "meta": {
            "app_id": APP,
            "url": url,
            "messenger": {"page_id": PAGE},
            "whatsapp": {"phone_number_id": NUMBER, "business_account_id": BUSINESS},
        },
    }
    file = folder / "office.yml"
    file.write_text(yaml.safe_dump(office, allow_unicode=True), "utf-8")
    environ = {"GUICHET_OFFICE": str(file), "GUICHET_DATA": str(folder), "GUICHET_META_APP_SECRET": APP_SECRET}
    return settings.load({**environ, "GUICHET_MESSENGER_TOKEN": messenger_token, "GUICHET_WHATSAPP_TOKEN": TOKEN})


async def test_one_channel_never_costs_another(tmp_path: Path) -> None:
    """The page's token is wrong: WhatsApp is set up all the same, and the page's trouble is told."""
    async with FakeGraph() as graph:
        steps, failures = await _register(configured(tmp_path, graph.url, "another-token"), "meta")

    assert any(step.done and "WhatsApp" in step.text for step in steps)
    (failure,) = failures
    assert failure.startswith("messenger: the access token")
    assert "another-token" not in failure


@pytest.mark.parametrize(("name", "told"), [("web", "nothing to register"), ("mastodon", "messenger, whatsapp, meta")])
async def test_what_cannot_be_registered_is_told(tmp_path: Path, name: str, told: str) -> None:
    """With what can be."""
    with pytest.raises(ConfigurationError, match=told):
        await _register(configured(tmp_path, "https://graph.example", TOKEN), name)

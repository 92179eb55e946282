"""A gateway whose citizens write on WhatsApp and Messenger, over a fake Graph API."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot import clock
from bot.cases import Case, CaseKind, Cause, NewCase
from bot.messages import Address
from bot.settings import Settings
from bot.settings_channels import ChannelKeys, GraphApi, Messenger, WhatsApp
from bot.store.sql import Store
from tests.fakes.graph import APP, APP_SECRET, BUSINESS, NUMBER, PAGE, TOKEN, FakeGraph

ANNE = "33600000001"


def with_meta(settings: Settings, graph: FakeGraph, template: str = "") -> Settings:
    """The settings of a town that is on WhatsApp and Messenger too."""
    meta = GraphApi(APP, url=graph.url, messenger=Messenger(PAGE), whatsapp=WhatsApp(NUMBER, BUSINESS, template))
    channels = msgspec.structs.replace(settings.office.channels, meta=meta)
    keys = ChannelKeys(meta_app_secrets=(APP_SECRET,), messenger_token=TOKEN, whatsapp_token=TOKEN)
    return replace(settings, office=msgspec.structs.replace(settings.office, channels=channels), keys=keys)


async def case_of(store: Store, address: Address, service: str = "voirie", **more: object) -> Case:
    """A case of somebody who has just written there."""
    conversation = await store.conversations.open(address, "fr", clock.now())
    values = {"cause": Cause.ASKED, "subject": "Le trou de la rue du Lavoir", **more}
    new = NewCase(conversation.id, f"{address.key}.{service}", "test", CaseKind.QUESTION, service, **values)  # type: ignore[arg-type]
    return (await store.cases.open(new, clock.now())).case
